"""What a source is: the small interface that everything which brings records implements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from store.model import Conference, Deal, EventRevision, Failure, Intent, Message

Record = Message | EventRevision | Deal | Conference
#: Those of the source keys of a stream that are stored.
Known: TypeAlias = Callable[[str, Iterable[str]], set[str]]


class CursorExpiredError(Exception):
    """The provider no longer knows this cursor: a full resync, diffed, is needed."""


class ChangedError(Exception):
    """What was read up to this cursor is no longer what is there: everything is read anew.

    Unlike ``CursorExpiredError`` it says nothing of what is gone: a file that was written anew
    does not unsay what stood in it.
    """


@dataclass(frozen=True, slots=True)
class Batch:
    """Some records of one stream, saved together with the cursor that is then true.

    ``mode``: full | incremental. ``complete``: a full listing has ended, so what it did not name
    is gone; where mail moves between streams, these batches come last, so that what has moved is
    not taken for gone. ``tombstones``: source keys of what was removed. ``left_out``: why -> how
    many were skipped by rule (drafts, chats ...). ``position``/``size``: bytes or items done and in
    all, for the progress bar. ``cursor``: versioned JSON, true once this batch is saved.

    ``intents``: what its mail of persons says, where the source has it labelled, else ``None``.
    ``named``: source keys that a full listing named, not fetched because they are stored.
    ``relists``: part of a full listing because the cursor of this stream alone was lost.
    ``since``/``until``: with ``complete``, a calendar's listing covered only what meets this span.
    ``deleted``: the provider says that what the stream is (a calendar) was deleted, so that much
    may be gone with it; comes ``complete`` and with ``relists``.
    """

    stream: str
    mode: Literal["full", "incremental"]
    complete: bool
    records: tuple[Record, ...]
    tombstones: tuple[str, ...]
    failures: tuple[Failure, ...]
    left_out: dict[str, int]
    cursor: str
    position: int
    size: int
    intents: tuple[Intent, ...] | None = None
    named: tuple[str, ...] = ()
    relists: bool = False
    since: datetime | None = None
    until: datetime | None = None
    deleted: bool = False


def of_persons(records: Iterable[Record]) -> list[Message]:
    """Those that are mail of persons: only their words are read."""
    return [one for one in records if isinstance(one, Message) and one.kind == "person"]


class Source(Protocol):
    """One place where mail or events come from. Never sees the database."""

    name: str

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """Yield what is new since ``cursor`` (``None``: everything).

        Raises ``CursorExpiredError`` when the provider has forgotten the cursor, ``ChangedError``
        when everything is to be read anew though nothing is to be compared, and
        ``store.errors.InputError`` when the whole source cannot be read.
        """
        ...


@runtime_checkable
class Remembering(Protocol):
    """A source that is told what is stored, so that it fetches nothing twice."""

    def remember(self, known: Known) -> None:
        """Called before ``batches``."""
        ...


@runtime_checkable
class Rereading(Protocol):
    """A source that can read single items again."""

    def reread(self, items: Mapping[str, Sequence[str]]) -> Iterator[Batch]:
        """Batches with these items in quarantine (stream -> items), as far as they are its own.

        An item that is still bad comes as failure again, one that is gone as tombstone. Cursors of
        these batches are ignored.
        """
        ...
