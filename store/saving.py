"""One batch into the database, inside one transaction of the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, case
from sqlalchemy.dialects.sqlite import insert

from store import conferences, entries, listing, places, rows, schema
from store import writing as w
from store.model import Conference, Deal, EventRevision, Failure, Intent, Message
from store.saved import Record, Records, Saved

R = TypeVar("R", Message, EventRevision, Deal, Conference)


@dataclass(frozen=True, slots=True)
class Options:
    """How a batch is saved; see ``store.database.Database.save``."""

    account: int
    source: str
    fresh: bool
    resync: bool
    keep_text: bool


@dataclass(frozen=True, slots=True)
class Clean:
    """A batch of which every text and number fits into any database."""

    stream: str
    mode: str
    complete: bool
    records: tuple[Record, ...]
    tombstones: tuple[str, ...]
    failures: tuple[Failure, ...]
    left_out: dict[str, int]
    cursor: str
    named: tuple[str, ...]
    relists: bool
    position: int
    size: int

    @classmethod
    def of(cls, batch: Records) -> Clean:
        """``batch`` with lone surrogates replaced and numbers cut to 64 bits."""
        return cls(
            rows.clean(batch.stream),
            batch.mode,
            batch.complete,
            rows.clean(tuple(batch.records)),
            rows.clean(tuple(batch.tombstones)),
            rows.clean(tuple(batch.failures)),
            {rows.clean(why): count for why, count in batch.left_out.items()},
            rows.clean(batch.cursor),
            rows.clean(tuple(batch.named)),
            batch.relists,
            batch.position,
            batch.size,
        )


class Saving:
    """The steps of saving one batch."""

    def __init__(
        self,
        connection: Connection,
        mailboxes: w.Mailboxes,
        options: Options,
        batch: Records,
        observed: int,
    ) -> None:
        self._connection = connection
        self._mailboxes = mailboxes
        self._options = options
        self._batch = batch
        self._observed = observed
        self._stream = rows.stream_id(connection, options.account, batch.stream)

    def run(self, intents: Sequence[Intent]) -> Saved:
        """Save everything of the batch."""
        if self._options.fresh:
            self._forget(schema.left_out)
            self._forget(schema.listing)
        saved = self._messages(intents) + self._entries() + self._events() + self._deals()
        saved += self._conferences() + self._removed() + self._failures()
        self._add_left_out()
        self._list()
        self._put_cursor()
        return saved

    def _of(self, kind: type[R]) -> list[R]:
        return [record for record in self._batch.records if isinstance(record, kind)]

    def _forget(self, table: Table) -> None:
        self._connection.execute(table.delete().where(table.c.stream == self._stream))

    def _messages(self, intents: Sequence[Intent]) -> Saved:
        told = self._of(Message)
        messages = w.once(told)
        if not messages:
            return Saved()
        connection, account = self._connection, self._options.account
        known = w.known_messages(connection, account, messages)
        unknown = [m for provider_id, m in messages.items() if provider_id not in known]
        fresh = w.message_rows(connection, unknown, account, self._stream, self._observed)
        new = rows.append(connection, schema.message, fresh)
        w.add_parts(connection, messages, new, self._mailboxes, keep_text=self._options.keep_text)
        loose = {k: old for k, old in known.items() if not messages[k].source_key}
        changed = w.see_again(connection, loose, messages, self._stream)
        ids = new | {provider_id: old.id for provider_id, old in known.items()}
        settled = self._places(told, ids, set(new.values()))
        changed += settled.changed
        w.put_intents(connection, ids, intents)
        return Saved(len(new), len(known) - changed, changed, settled.removed)

    def _places(
        self, told: Sequence[Message], ids: dict[str, int], new: set[int]
    ) -> places.Settled:
        touched = places.put(self._connection, self._stream, told, ids)
        return places.settle(self._connection, touched - new, self._observed)

    @property
    def _calendar(self) -> entries.Calendar:
        return entries.Calendar(self._options.account, self._stream, self._batch.stream)

    def _entries(self) -> Saved:
        told = [event for event in self._of(EventRevision) if event.source_key]
        if not told:
            return Saved()
        doubtful = {failure.item for failure in self._batch.failures}
        new, removed = entries.put(self._connection, self._calendar, told, doubtful, self._observed)
        return Saved(new, len(told) - new, removed=removed)

    def _events(self) -> Saved:
        events: dict[str, EventRevision] = {}
        for event in self._of(EventRevision):
            if not event.source_key:
                events.setdefault(event.provider_id, event)
        new = w.add_events(self._connection, self._options.account, events, self._observed)
        return Saved(new, len(events) - new)

    def _deals(self) -> Saved:
        deals = {deal.provider_id: deal for deal in self._of(Deal)}
        new, changed = w.put_deals(self._connection, self._options.account, deals, self._observed)
        return Saved(new, len(deals) - new - changed, changed)

    def _conferences(self) -> Saved:
        told = self._of(Conference)
        new, changed = conferences.put(
            self._connection, self._options.account, told, self._observed
        )
        return Saved(new, len(told) - new - changed, changed)

    def _removed(self) -> Saved:
        gone = self._batch.tombstones
        if not gone:
            return Saved()
        connection, account, observed = self._connection, self._options.account, self._observed
        removed = w.remove(connection, account, self._stream, gone, observed)
        left = places.drop(connection, self._stream, gone)
        settled = places.settle(connection, left, observed)
        removed += settled.removed + entries.cancel(connection, self._calendar, gone, observed)
        return Saved(changed=settled.changed, removed=removed)

    def _failures(self) -> Saved:
        """Put bad items in quarantine; those that were read now, or are gone, leave it."""
        connection, failures = self._connection, self._batch.failures
        read = {*self._names(), *self._batch.tombstones} - {failure.item for failure in failures}
        listing.release(connection, self._stream, read)
        first = rows.next_id(connection, schema.failure)
        bad = [
            (number, self._stream, failure.item, failure.why, self._observed)
            for number, failure in enumerate(failures, first)
        ]
        return Saved(failures=rows.add(connection, schema.failure, bad))

    def _names(self) -> list[str]:
        """What the batch's records are called by its source."""
        return [
            getattr(record, "source_key", "") or record.provider_id
            for record in self._batch.records
        ]

    def _list(self) -> None:
        """Note what a listing that is compared has named, also what could not be read."""
        batch = self._batch
        compared = batch.mode == "full" and (self._options.resync or batch.relists)
        if compared:
            bad = [failure.item for failure in batch.failures]
            listing.name(self._connection, self._stream, [*self._names(), *batch.named, *bad])
        if batch.complete:
            if compared:
                listing.release_unnamed(self._connection, self._stream)
            self._forget(schema.listing)

    def _add_left_out(self) -> None:
        table = schema.left_out
        put = insert(table)
        add = put.on_conflict_do_update(
            index_elements=["stream", "why"],
            set_={"count": table.c.count + put.excluded.count},
        )
        counts: list[dict[str, Any]] = [
            {"stream": self._stream, "why": why, "count": count}
            for why, count in self._batch.left_out.items()
        ]
        if counts:
            self._connection.execute(add, counts)

    def _put_cursor(self) -> None:
        """Once it was read to its end, only that makes it fresh again; see ``listing.check``."""
        put = insert(schema.cursor).values(
            stream=rows.stream_id(self._connection, self._options.account, self._options.source),
            cursor=self._batch.cursor,
            resync=self._options.resync,
            position=self._batch.position,
            size=self._batch.size,
            ended=False,
            checked_at=self._observed,
        )
        now: dict[str, Any] = {
            name: put.excluded[name] for name in ("cursor", "resync", "position", "size")
        }
        before = schema.cursor.c
        now["checked_at"] = case((before.ended, before.checked_at), else_=self._observed)
        self._connection.execute(put.on_conflict_do_update(index_elements=["stream"], set_=now))
