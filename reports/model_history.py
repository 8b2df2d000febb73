"""Who was judged how, week by week, as frozen plain values; see ``model`` for how they are made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reports.model import Coverage, MeetingMark, Person, Sign
from reports.week import Week


@dataclass(frozen=True, slots=True)
class JudgedWeek:
    """One week in the strip. ``verdict``: as of its end, ``""`` where they were not judged then.
    ``good``, ``bad``: how many signs for and against them are dated in it.
    """

    week: str
    verdict: str
    good: int
    bad: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A week with something to tell, or several in a row (``first`` to ``last``) without.

    ``changed``: the verdict is another than the week before; then, and in the first week,
    ``reason`` and ``next_step`` are those of its end. ``signs`` and ``meetings``: of these days.
    """

    first: Week
    last: Week
    verdict: str
    changed: bool
    reason: str
    next_step: str
    signs: tuple[Sign, ...]
    meetings: tuple[MeetingMark, ...]


@dataclass(frozen=True, slots=True)
class PersonWeeks:
    """One person: the strip (``weeks``, oldest first) and what is behind it (newest first).

    ``changes``: how often the verdict became another.
    """

    person: Person
    verdict: str
    changes: int
    weeks: tuple[JudgedWeek, ...]
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class History:
    """``weeks``, oldest first, each judged as of its end; ``people`` with most attention first."""

    as_of: datetime
    zone: str
    headline: str
    weeks: tuple[Week, ...]
    people: tuple[PersonWeeks, ...]
    coverage: tuple[Coverage, ...]
