"""What the sources of attendance share: when to look, what was found, for which meeting it was."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from ingest.source import Batch, ChangedError
from store.model import Conference, EventRevision, Failure

VERSION: Final = 1
#: How often it is looked whether a call has ended.
LOOK_AFTER: Final = timedelta(hours=1)
#: Whoever may not ask for attendance yet is asked again so seldom.
ASK_AGAIN_AFTER: Final = timedelta(days=1)
#: How the reason begins for which attendance is left out; the rest is the provider's.
REFUSED: Final = "who came to calls: "

_NEVER: Final = timedelta(0)
#: What calendars write in place of a place: the name of the call in the user's language (Teams'
#: own keep the brand), or its address.
_ONLINE: Final = re.compile(
    r"https?://\S+|(?:\w+ (?:de |di |da |do |d')?)?\b(?:microsoft teams|google meet)\b(?:[- ]\w+)?"
    r"|\bonline\b",
    re.IGNORECASE,
)


class RefusedError(Exception):
    """The provider does not tell this account who came to calls; its text is why.

    That is told once and is no error: everything else is read without it.
    """


class Meeting(NamedTuple):
    """One date of a meeting, under the key that its event revisions have.

    ``invited``: addresses of everybody who stands on it. ``in_person``: it has a place besides.
    """

    uid: str
    recurrence_at: datetime | None
    start: datetime
    end: datetime
    invited: tuple[str, ...]
    in_person: bool


def meeting_of(told: EventRevision, places: Iterable[str] = ()) -> Meeting | None:
    """The date that a calendar shows; ``None`` for whole days and what is called off.

    ``places``: where it is said to take place. With a place that is not the call itself, or a room
    among the invited, people may meet there without being in the call.
    """
    if told.start is None or told.end is None or told.all_day or told.status == "CANCELLED":
        return None
    people = {one.address for one in told.attendances} | {told.organizer}
    invited = tuple(sorted(people - {""}))
    room = any(one.role == "RESOURCE" for one in told.attendances)
    in_person = room or any(map(is_place, places))
    return Meeting(told.uid, told.recurrence_at, told.start, told.end, invited, in_person)


def is_place(told: str) -> bool:
    """Whether it may be a place where people sit together; in doubt it is."""
    rest = _ONLINE.sub("", told)
    return any(sign.isalnum() for sign in rest)


def held_for(meetings: Iterable[Meeting], began_at: datetime, ended_at: datetime) -> Meeting | None:
    """Of all dates of one room the one that the call shares most time with, ``None`` for none."""

    def shared(meeting: Meeting) -> timedelta:
        return min(ended_at, meeting.end) - max(began_at, meeting.start)

    best = max(meetings, key=shared, default=None)
    return best if best is not None and shared(best) > _NEVER else None


@dataclass(slots=True)
class Looks:
    """The cursor: when it was looked last, and which calls are done.

    ``done``: their names, each with until when (ISO, UTC) a look would find it again.
    ``refused``: nothing was told at the last look.
    """

    looked_at: datetime | None = None
    done: dict[str, str] = field(default_factory=dict)
    refused: bool = False

    @classmethod
    def loads(cls, cursor: str | None) -> Looks:
        """From ``dumps``. Raises ``ChangedError`` for a cursor of another version."""
        if cursor is None:
            return cls()
        told = json.loads(cursor)
        if told.get("version") != VERSION:
            raise ChangedError("the cursor is of another version")
        looked_at = datetime.fromisoformat(told["looked_at"]) if told["looked_at"] else None
        return cls(looked_at, dict(told["done"]), bool(told["refused"]))

    def dumps(self) -> str:
        """As versioned JSON."""
        looked_at = self.looked_at.isoformat() if self.looked_at else ""
        told = {"version": VERSION, "looked_at": looked_at, "done": self.done}
        return json.dumps({**told, "refused": self.refused})

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to look; also where the clock was put back."""
        pause = ASK_AGAIN_AFTER if self.refused else LOOK_AFTER
        return self.looked_at is None or not _NEVER <= now - self.looked_at < pause

    def allowed(self) -> None:
        """Called once something was told. After a refusal all is looked at: ``ChangedError``."""
        if self.refused:
            raise ChangedError("it is told now")

    def end(self, now: datetime) -> None:
        """A look has come to its end; what no look would find again is forgotten."""
        self.looked_at = now
        self.done = {name: until for name, until in self.done.items() if until > now.isoformat()}


class Found:
    """What some calls came to; the fields are those of ``ingest.source.Batch``."""

    def __init__(self) -> None:
        self.records: list[Conference] = []
        self.tombstones: list[str] = []
        self.failures: list[Failure] = []
        self.left_out: Counter[str] = Counter()

    def batch(self, stream: str, looks: Looks, position: int, size: int) -> Batch:
        """As a batch; ``position``: calls or meetings that are done, of ``size``."""
        return Batch(
            stream=stream,
            mode="incremental",
            complete=False,
            records=tuple(self.records),
            tombstones=tuple(self.tombstones),
            failures=tuple(self.failures),
            left_out=dict(self.left_out),
            cursor=looks.dumps(),
            position=position,
            size=size,
        )


def refused(stream: str, before: Looks, refusal: RefusedError, now: datetime) -> Batch:
    """That nothing is told, and why; said the first time only."""
    found = Found()
    if not before.refused:
        found.left_out[REFUSED + str(refusal)] = 1
    return found.batch(stream, Looks(now, refused=True), 0, 0)
