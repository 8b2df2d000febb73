"""What a report says, as frozen plain values: between the analysis and every format.

Times are aware and in the rep's zone, ``None`` where unknown. Text is one harmless line
(``reports.escape.line``), ``""`` where there is none. Numbers are rounded here, once, so that
every format shows the same. Hours are hours, money is in the report's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reports.model_topics import Opportunity
from reports.week import Week


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is. ``company``: registrable domain, ``""`` for free mail."""

    id: int
    name: str
    address: str
    company: str


@dataclass(frozen=True, slots=True)
class Reference:
    """One thing in the mail or calendar that shows a fact.

    ``id``: ``message:12``, ``event:7``, ``mark:3``, ``deal:2``, ``call:4`` or ``missed:4``.
    ``source``: they wrote | you wrote | calendar | your mark | deals list | Teams' attendance
    report | Google Meet's record. ``words``: the few words that show it. ``link``: the
    message on the web, ``""`` where it is not there.
    """

    id: str
    source: str
    at: datetime | None
    subject: str
    words: str
    link: str


@dataclass(frozen=True, slots=True)
class Sign:
    """One cause, told once: what somebody did or did not do, and what shows it.

    ``also``: further sentences about the same cause. ``references_left_out``: how many more
    references there are.
    """

    at: datetime | None
    this_week: bool
    good: bool
    family: str
    signal: str
    strength: float
    sentence: str
    also: tuple[str, ...]
    references: tuple[Reference, ...]
    references_left_out: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A probability with its 80 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Term:
    """What one family of signs adds to the log-odds of a wall."""

    family: str
    log_odds: float


@dataclass(frozen=True, slots=True)
class Odds:
    """How sure a verdict is. ``families``: how many kinds of signs speak against them."""

    wall: Estimate
    not_honoured: Estimate
    bad_causes: int
    good_causes: int
    families: int
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class WeekOfSigns:
    """One week of the trend. ``balance``: good less bad strength so far, old evidence fading."""

    week: str
    good: float
    bad: float
    balance: float


@dataclass(frozen=True, slots=True)
class MeetingMark:
    """One meeting in the strip.

    ``state``: held | missed | moved | cancelled | declined | not known | ahead. ``by``: them |
    you | not known | "".
    """

    at: datetime
    state: str
    by: str
    summary: str


@dataclass(frozen=True, slots=True)
class Effort:
    """Time and money spent: hours in all (mail, meetings and those lost to meetings moved late or
    missed), and in the seven days before ``as_of``.
    """

    hours: float
    mail_hours: float
    meeting_hours: float
    lost_hours: float
    week_hours: float
    cost: float


@dataclass(frozen=True, slots=True)
class Contact:
    """One judged person. ``attention``: how much it matters this week (the order).

    ``signs``: newest week first, then strongest; ``signs_left_out``: how many older ones.
    ``opportunities``: empty where there are fewer than two.
    """

    person: Person
    verdict: str
    reason: str
    next_step: str
    until: datetime | None
    milestone: str
    trend: str
    sure: str
    attention: float
    effort: Effort
    last_in_at: datetime | None
    last_out_at: datetime | None
    signs: tuple[Sign, ...]
    signs_left_out: int
    odds: Odds | None
    weeks: tuple[WeekOfSigns, ...]
    meetings: tuple[MeetingMark, ...]
    opportunities: tuple[Opportunity, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do this week, and why."""

    person: Person
    verdict: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Topic:
    """An open proposal or deal. ``value``: ``None`` when not known."""

    id: int
    person: Person
    title: str
    stage: str
    value: float | None
    currency: str
    proposed_at: datetime | None
    last_two_way_at: datetime | None
    next_step: str
    next_step_at: datetime | None
    close_at: datetime | None


@dataclass(frozen=True, slots=True)
class Question:
    """Something only the rep can answer."""

    person: Person
    kind: str
    at: datetime | None
    sentence: str
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """People who are not judged, by reason. ``names``: the first of them, sorted."""

    reason: str
    explanation: str
    count: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits for the rep's answer; ``days`` since they first asked."""

    person: Person
    asked_at: datetime
    days: float
    subject: str


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question of the rep that waits. ``chance``: that an answer comes within 20 working days;
    ``basis``: what that is fitted on.
    """

    person: Person
    asked_at: datetime
    subject: str
    chance: float
    basis: str
    sentence: str


@dataclass(frozen=True, slots=True)
class MeetingRisk:
    """The next meeting with somebody: how likely it is moved late or missed, and why."""

    person: Person
    at: datetime
    summary: str
    risk: Estimate
    why: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of one account. ``sentence`` says all of it; ``stale``: mail of the week may
    be missing because the account was last read before its end. ``read_share``: below 1 while a
    first reading has not come to its end; the oldest mail is then missing.
    """

    name: str
    kind: str
    first_at: datetime | None
    last_at: datetime | None
    messages: int
    events: int
    failures: int
    checked_at: datetime | None
    read_share: float
    calendar_since: datetime | None
    stale: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Total:
    """People and hours of one verdict."""

    verdict: str
    people: int
    hours: float
    week_hours: float


@dataclass(frozen=True, slots=True)
class Report:
    """The brick-wall report of a week. ``headline``: it in a sentence or two.

    ``actions_left_out`` and ``topics_left_out``: how many more there are than shown.
    """

    week: Week
    as_of: datetime
    zone: str
    currency: str
    headline: str
    actions: tuple[Action, ...]
    actions_left_out: int
    topics: tuple[Topic, ...]
    topics_left_out: int
    contacts: tuple[Contact, ...]
    totals: tuple[Total, ...]
    effort: Effort
    questions: tuple[Question, ...]
    open_questions: tuple[OpenQuestion, ...]
    meeting_risks: tuple[MeetingRisk, ...]
    waiting: tuple[Waiting, ...]
    not_judged: tuple[LeftOut, ...]
    coverage: tuple[Coverage, ...]
