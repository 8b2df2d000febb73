"""The cursor of an account's calendars: which there are, and how far each of them was read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Final

from ingest.caldav_places import Calendar
from ingest.source import CursorExpiredError

VERSION: Final = 1
STREAM: Final = "calendar:"


class Phase(StrEnum):
    """LISTING: within the first reading. FOLLOWING: changes."""

    LISTING = "listing"
    FOLLOWING = "following"


@dataclass(slots=True)
class Strand:
    """How far one calendar was read.

    ``path``: its name within the server. ``token``: what changed since then is asked for; ``""``
    before the first reading, and where the server cannot tell (then ``lists``): there ``etags`` has
    the version of every entry that was read, and ``tag`` is that of the whole calendar. ``after``:
    the last entry that was read in the first reading.
    """

    path: str
    token: str = ""
    lists: bool = False
    tag: str = ""
    etags: dict[str, str] = field(default_factory=dict)
    after: str = ""
    phase: Phase = Phase.LISTING
    relists: bool = False

    @property
    def stream(self) -> str:
        """The name of its stream."""
        return STREAM + self.path

    def shows(self, calendar: Calendar) -> bool:
        """Whether there may be anything that was not read yet."""
        if self.phase is Phase.LISTING:
            return True
        read, now = (self.tag, calendar.tag) if self.lists else (self.token, calendar.token)
        return not now or read != now

    def begin_again(self) -> None:
        """Everything is read again, to be compared with what is stored."""
        self.relists = True
        self.phase, self.token, self.after = Phase.LISTING, "", ""


@dataclass(slots=True)
class State:
    """How far everything was read."""

    strands: list[Strand] = field(default_factory=list)

    @classmethod
    def loads(cls, cursor: str) -> State:
        """From ``dumps``. Raises ``CursorExpiredError`` for a cursor of another version."""
        try:
            told = json.loads(cursor)
            if told["version"] != VERSION:
                raise CursorExpiredError("the cursor is of another version")
            return cls([Strand(**{**one, "phase": Phase(one["phase"])}) for one in told["strands"]])
        except (ValueError, TypeError, KeyError) as error:
            raise CursorExpiredError("the cursor cannot be read") from error

    def dumps(self) -> str:
        """As versioned JSON."""
        told = {"version": VERSION, "strands": [asdict(strand) for strand in self.strands]}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))

    def follow(self, calendars: Sequence[Calendar]) -> list[Strand]:
        """The strands of the calendars that there are; what was read of others stays stored."""
        known = {strand.path: strand for strand in self.strands}
        self.strands = [known.get(one.path) or Strand(one.path) for one in calendars]
        return self.strands
