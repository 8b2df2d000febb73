"""What a brief says, as frozen plain values; see ``reports.model`` for how they are made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reports.digest_model import Promise
from reports.model import Coverage, MeetingRisk, OpenQuestion, Person, Waiting


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history. ``about``: known | meetings | answers | deal | verdict."""

    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One mail between both sides. ``by``: who wrote it, ``You`` for the rep, the account's name
    for mail from another account; ``words``: how it begins, ``""`` where its text is not kept.
    """

    at: datetime
    ours: bool
    by: str
    subject: str
    words: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of somebody.

    ``answer``: to the invitation: accepted | declined | tentative | no answer, ``""`` where there
    was none. ``stranger``: nothing was exchanged with them and nobody has met them; there is then
    no history. ``verdict``: ``""`` where they are not judged. ``history``: five lines.
    ``elsewhere``: what mail of colleagues and of other accounts tells; of a stranger whom the rep
    knows at the same company.
    """

    person: Person
    answer: str
    stranger: bool
    verdict: str
    history: tuple[Line, ...]
    next_step: str
    elsewhere: tuple[str, ...]
    promises: tuple[Promise, ...]
    waiting: tuple[Waiting, ...]
    open_questions: tuple[OpenQuestion, ...]
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True)
class Confirm:
    """Something to make sure of before a meeting, and the command that helps, else ``""``."""

    text: str
    command: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting. ``changes``: what became of its date so far, ``""`` for nothing; ``more``:
    people of whom no more is told than that they are invited.
    """

    at: datetime
    end: datetime | None
    all_day: bool
    title: str
    people: tuple[Known, ...]
    more: tuple[Person, ...]
    changes: str
    risk: MeetingRisk | None
    confirm: tuple[Confirm, ...]


@dataclass(frozen=True, slots=True)
class Next:
    """The next meeting where there is none to tell of."""

    at: datetime
    title: str
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """What to know before meetings. ``day``: ISO date, ``""`` where it is about somebody;
    ``people``: those it is about who have no meeting ahead. ``promises``: of a day, those due about
    then between the rep and people whom it does not tell of.
    """

    as_of: datetime
    zone: str
    day: str
    meetings: tuple[Meeting, ...]
    people: tuple[Known, ...]
    next: Next | None
    promises: tuple[Promise, ...]
    coverage: tuple[Coverage, ...]
