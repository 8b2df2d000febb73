"""From a source to the store: decide what of a batch to keep, then save it with its cursor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from ingest.source import (
    Batch,
    ChangedError,
    CursorExpiredError,
    Record,
    Remembering,
    Rereading,
    Source,
    of_persons,
)
from store.errors import BrickwallError, InputError, SignInError
from store.model import EventRevision, Intent, Message
from store.saved import Absent, Position, Records, Saved

#: Share of a stream that a resync may mark as removed without having been told that it is meant.
MASS_REMOVAL: Final = 0.2


class Store(Protocol):
    """What a sync needs of the database; ``store.database.Database`` has this form."""

    def writing(self) -> AbstractContextManager[None]:
        """Hold the lock of a run; raises ``BusyError`` where another process holds it."""

    def position(self, account: int, stream: str) -> Position | None:
        """How far a stream was read."""

    def known(self, account: int, provider_ids: Iterable[str]) -> set[str]:
        """Those of these messages that are stored."""

    def stored(self, account: int, stream: str, source_keys: Iterable[str]) -> set[str]:
        """Those of these source keys whose messages are stored."""

    def quarantined(self, account: int) -> Mapping[str, Sequence[str]]:
        """Items in quarantine by stream."""

    def absent(
        self, account: int, stream: str, since: datetime | None, until: datetime | None
    ) -> Absent:
        """What the full listing under way, covering that span, has not named."""

    def checked(self, account: int, stream: str, at: datetime) -> None:
        """Note that there was nothing new."""

    def save(
        self,
        account: int,
        batch: Records,
        intents: Sequence[Intent],
        observed_at: datetime,
        *,
        source: str,
        fresh: bool,
        resync: bool,
        keep_text: bool,
    ) -> Saved:
        """Keep a batch, its intents and its cursor in one transaction."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a sync is done.

    ``stream``: under which name the cursor is kept; default: the source's name. ``keep_text``:
    whether the text of messages is stored. ``resync``: list everything again, and mark what is no
    longer there as removed. ``allow_mass_removal``: even where that is a large share.
    ``retry_quarantined``: first read again what could not be read before.
    """

    stream: str = ""
    keep_text: bool = True
    resync: bool = False
    allow_mass_removal: bool = False
    retry_quarantined: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a sync ended.

    ``left_out``: why -> how many. ``error``: why it could not go on to the end; everything before
    it is saved, and the next sync goes on from there. ``stopped``: it was asked to stop.
    """

    saved: Saved
    left_out: dict[str, int]
    error: BrickwallError | None
    stopped: bool


def never() -> bool:
    """Do not stop."""
    return False


def sync(
    source: Source,
    store: Store,
    account: int,
    *,
    label: Callable[[Sequence[Message]], Sequence[Intent]],
    keep: Callable[[Message], str],
    now: Callable[[], datetime],
    progress: Callable[[Batch, Saved], None],
    stop: Callable[[], bool] = never,
    options: Options = Options(),
) -> Outcome:
    """Save what is new at ``source``, batch by batch, each with its cursor in one transaction.

    ``label`` gets the new messages of persons. ``keep`` returns ``""``, or why a message is
    dropped before storing (internal, excluded); what it carried is dropped with it. ``progress``
    hears of every saved batch, with the counts so far. ``stop`` is asked after every batch.

    A cursor that the provider has forgotten leads to a full listing, compared with the store. It
    stops before marking more than ``MASS_REMOVAL`` of a stream as removed.

    Raises:
        BusyError: another brickwall is writing.
        StoreError: the database cannot be written. Everything else is in the outcome.
    """
    run = _Run(source, store, account, label, keep, now, progress, stop, options)
    with store.writing():
        return run.outcome()


@dataclass
class _Run:
    source: Source
    store: Store
    account: int
    label: Callable[[Sequence[Message]], Sequence[Intent]]
    keep: Callable[[Message], str]
    now: Callable[[], datetime]
    progress: Callable[[Batch, Saved], None]
    stop: Callable[[], bool]
    options: Options
    saved: Saved = field(default_factory=Saved)
    left_out: Counter[str] = field(default_factory=Counter)
    fresh: bool = False
    begun: set[str] = field(default_factory=set)
    compared: set[str] = field(default_factory=set)
    resync: bool = False
    cursor: str = ""

    def outcome(self) -> Outcome:
        error: BrickwallError | None = None
        stopped = False
        try:
            stopped = self._from_last_time()
        except (InputError, SignInError) as failed:
            error = failed
        return Outcome(self.saved, dict(self.left_out), error, stopped)

    @property
    def _stream(self) -> str:
        return self.options.stream or self.source.name

    def _from_last_time(self) -> bool:
        position = self.store.position(self.account, self._stream) or Position("", resync=False)
        self.cursor = position.cursor
        self.resync = position.resync
        if isinstance(self.source, Remembering):
            self.source.remember(partial(self.store.stored, self.account))
        if self.options.retry_quarantined:
            self._reread()
        if not self.options.resync:
            try:
                return self._read(self.cursor or None)
            except ChangedError:
                return self._read(None)
            except CursorExpiredError:
                pass
        self.resync = True
        try:
            return self._read(None)
        except CursorExpiredError as error:
            raise InputError(
                f"{self.source.name}: the provider refuses even a full listing",
                "Try again later; what was read before is kept.",
            ) from error

    def _reread(self) -> None:
        """Read again what is in quarantine; the place in the source stays where it is."""
        items = self.store.quarantined(self.account)
        if items and self.cursor and isinstance(self.source, Rereading):
            with _ended(self.source.reread(items)) as batches:
                for batch in batches:
                    again = replace(batch, mode="incremental", complete=False, cursor=self.cursor)
                    self._save(self._kept(again))
                    self.progress(again, self.saved)

    def _read(self, cursor: str | None) -> bool:
        """Save all batches after ``cursor``; whether it was stopped before the end."""
        self.fresh = cursor is None
        self.begun.clear()
        self.compared.clear()
        self.left_out.clear()
        with _ended(self.source.batches(cursor)) as batches:
            for batch in batches:
                self._take(batch)
                self.progress(batch, self.saved)
                if self.stop():
                    return True
        self.store.checked(self.account, self._stream, self.now())
        return False

    def _take(self, batch: Batch) -> None:
        kept = self._kept(batch)
        compared = batch.mode == "full" and (self.resync or batch.relists)
        if not (compared and batch.complete):
            self._save(kept)
            return
        if batch.stream in self.compared:  # its listing is over: all would seem to be absent
            self._save(replace(kept, complete=False))
            return
        # What was named is saved first, with the cursor from before: should this end in between,
        # the batch comes again.
        self._save(replace(kept, complete=False, cursor=self.cursor))
        gone = self._gone(batch)
        self._save(replace(kept, records=(), failures=(), left_out={}, tombstones=gone))
        self.compared.add(batch.stream)

    def _kept(self, batch: Batch) -> Batch:
        """``batch`` without what is dropped, which is counted instead."""
        why = {m.provider_id: self.keep(m) for m in batch.records if isinstance(m, Message)}
        dropped = Counter(reason for reason in why.values() if reason)
        left_out = Counter(batch.left_out) + dropped
        self.left_out += left_out
        records = tuple(r for r in batch.records if not why.get(_message_of(r)))
        return replace(batch, records=records, left_out=dict(left_out))

    def _gone(self, batch: Batch) -> tuple[str, ...]:
        """What the full listing has not named; refused where it is suspiciously much."""
        absent = self.store.absent(self.account, batch.stream, batch.since, batch.until)
        meant = self.options.allow_mass_removal or batch.deleted
        if absent.gone > MASS_REMOVAL * absent.of and not meant:
            raise InputError(
                f"{self.source.name}: {absent.gone} of {absent.of} messages and meetings in "
                f"{batch.stream} are no longer there; nothing was marked as removed",
                "If that is meant, run it again with --allow-mass-removal.",
            )
        return absent.names

    def _save(self, batch: Batch) -> None:
        self.saved += self.store.save(
            self.account,
            batch,
            self._intents(batch),
            self.now(),
            source=self._stream,
            fresh=self.fresh and batch.stream not in self.begun,
            resync=self.resync,
            keep_text=self.options.keep_text,
        )
        self.begun.add(batch.stream)
        self.cursor = batch.cursor

    def _intents(self, batch: Batch) -> Sequence[Intent]:
        """What the new messages of persons say; what is stored keeps the labels it has."""
        persons = of_persons(batch.records)
        known = self.store.known(self.account, [m.provider_id for m in persons])
        new = [m for m in persons if m.provider_id not in known]
        if batch.intents is None:
            return self.label(new) if new else ()
        names = {m.provider_id for m in new}
        return [intent for intent in batch.intents if intent.message_provider_id in names]


@contextmanager
def _ended(batches: Iterator[Batch]) -> Iterator[Iterator[Batch]]:
    """``batches``, ended with the block: whatever happens, a connection is given back."""
    try:
        yield batches
    finally:
        if isinstance(batches, Generator):
            batches.close()


def _message_of(record: Record) -> str:
    """Provider id of the message that a record is, or was carried by."""
    if isinstance(record, EventRevision):
        return record.message_provider_id
    return record.provider_id if isinstance(record, Message) else ""
