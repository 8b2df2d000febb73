"""What a source is: the small interface that everything which brings records implements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from store.model import Deal, EventRevision, Failure, Message

Record = Message | EventRevision | Deal


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
    is gone. ``tombstones``: provider ids that were removed. ``left_out``: why -> how many were
    skipped by rule (drafts, chats ...). ``position``/``size``: bytes or items done and in all,
    for the progress bar. ``cursor``: versioned JSON, true once this batch is saved.
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
