"""What a digest says, as frozen plain values; see ``reports.model`` for how they are made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reports.model import Coverage, Person, Question, Total, WeekOfSigns
from reports.week import Week


@dataclass(frozen=True, slots=True)
class ToDo:
    """One thing to do: ``what`` is the next step, ``why`` the verdict's reason, ``evidence`` what
    shows it, ``""`` for none.
    """

    person: Person
    verdict: str
    what: str
    why: str
    evidence: str


@dataclass(frozen=True, slots=True)
class RiskyMeeting:
    """A meeting of the next seven days that may not take place; ``risk``: 0..1."""

    person: Person
    at: datetime
    summary: str
    risk: float
    why: str


@dataclass(frozen=True, slots=True)
class Promise:
    """Something promised in writing. ``ours``: by the rep; ``late``: its day is over.

    ``dated``: a day was named; else ``due_at`` is only when it is worth asking about. ``due_on``:
    that day in the calendar of who promised, like ``2026-11-20``, which may be another where the
    rep is; ``""`` for none.
    """

    person: Person
    ours: bool
    words: str
    due_at: datetime
    due_on: str
    late: bool
    dated: bool


@dataclass(frozen=True, slots=True)
class Wake:
    """A parked contact whose time comes. ``why``: until when or what woke them; ``what``: to do."""

    person: Person
    why: str
    what: str


@dataclass(frozen=True, slots=True)
class WeekOfMeetings:
    """Meetings of one week: those that stood, and those moved, called off or missed by them."""

    week: str
    held: int
    lost: int


@dataclass(frozen=True, slots=True)
class DigestView:
    """The digest of one week. ``*_left_out``: how many more there are than shown.

    ``mirror``: a line about the rep's own answers, ``""`` for none. ``weeks``: the signs of all
    judged people together, ``meetings`` theirs, week by week.
    """

    week: Week
    as_of: datetime
    headline: str
    to_do: tuple[ToDo, ...]
    to_do_left_out: int
    risky: tuple[RiskyMeeting, ...]
    promises: tuple[Promise, ...]
    promises_left_out: int
    wakes: tuple[Wake, ...]
    questions: tuple[Question, ...]
    questions_left_out: int
    mirror: str
    weeks: tuple[WeekOfSigns, ...]
    meetings: tuple[WeekOfMeetings, ...]
    totals: tuple[Total, ...]
    coverage: tuple[Coverage, ...]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do, to expect or to answer."""
        return not (self.to_do or self.risky or self.promises or self.wakes or self.questions)
