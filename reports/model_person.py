"""What is said of one person: everything for the rep, the case for the boss. See ``model``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reports.model import Contact, Coverage, Effort, Person, Reference, Topic


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline. ``kind``: mail in | mail out | meeting | change."""

    at: datetime
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ContactPage:
    """Everything about one judged person: all signs, topics and the latest of the timeline.

    ``draft``: the command that writes the mail which the next step asks for, ``""`` for none.
    """

    as_of: datetime
    zone: str
    currency: str
    contact: Contact
    draft: str
    topics: tuple[Topic, ...]
    timeline: tuple[Entry, ...]
    timeline_left_out: int
    coverage: tuple[Coverage, ...]


@dataclass(frozen=True, slots=True)
class CaseFact:
    """One dated fact for the boss, with the subjects that show it."""

    at: datetime
    good: bool
    sentence: str
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One page for the boss: value, hours and dated facts. No score and no mirror."""

    as_of: datetime
    zone: str
    currency: str
    person: Person
    since: datetime | None
    mails_in: int
    mails_out: int
    last_in_at: datetime | None
    last_out_at: datetime | None
    effort: Effort
    topics: tuple[Topic, ...]
    facts: tuple[CaseFact, ...]
    facts_left_out: int
    coverage: tuple[Coverage, ...]
