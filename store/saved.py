"""What goes into the database in one step, and what it tells back. No SQL in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from store.model import Conference, Deal, EventRevision, Failure, Message

Record = Message | EventRevision | Deal | Conference


class Records(Protocol):
    """What of a source's batch is kept; ``ingest.source.Batch`` has this form."""

    @property
    def stream(self) -> str:
        """Name of the listing the records belong to."""

    @property
    def mode(self) -> str:
        """Part of a full listing ("full"), or only what changed ("incremental")."""

    @property
    def complete(self) -> bool:
        """Whether a full listing has ended."""

    @property
    def records(self) -> Sequence[Record]:
        """Messages, event revisions, deals, conferences."""

    @property
    def tombstones(self) -> Sequence[str]:
        """Source keys of messages and calendar entries that were removed, else provider ids."""

    @property
    def named(self) -> Sequence[str]:
        """Source keys that a full listing named without giving the record."""

    @property
    def relists(self) -> bool:
        """Part of a full listing of this stream alone."""

    @property
    def failures(self) -> Sequence[Failure]:
        """Items in quarantine."""

    @property
    def left_out(self) -> Mapping[str, int]:
        """How many were skipped by rule, by reason."""

    @property
    def cursor(self) -> str:
        """True once all this is saved."""

    @property
    def position(self) -> int:
        """Bytes or items of the source that are done with this batch."""

    @property
    def size(self) -> int:
        """Bytes or items in all, 0 where that is unknown."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving did.

    Records that are new, known and equal, known and changed; messages and calendar entries
    removed; items newly in quarantine.
    """

    new: int = 0
    known: int = 0
    changed: int = 0
    removed: int = 0
    failures: int = 0

    def __add__(self, other: Saved) -> Saved:
        """Both together."""
        return Saved(
            self.new + other.new,
            self.known + other.known,
            self.changed + other.changed,
            self.removed + other.removed,
            self.failures + other.failures,
        )


class Position(NamedTuple):
    """How far a stream was read; ``resync``: inside a full listing after a lost cursor."""

    cursor: str
    resync: bool


class Absent(NamedTuple):
    """What a full listing of a stream did not name.

    ``names``: source keys, else provider ids. ``gone``: how many messages and calendar entries are
    thereby gone (one that lies elsewhere too is not), ``of``: of how many.
    """

    names: tuple[str, ...]
    gone: int
    of: int
