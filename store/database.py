"""The database of one user: opening it, saving what sources yield, and what runs need to know."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, Select, and_, select

from store import deliveries, forgetting, listing, places, rows, schema
from store import writing as w
from store.connection import connect, run_lock, told, transaction
from store.forgetting import Forgotten
from store.model import Delivery, Intent, Mark
from store.saved import Absent, Position, Records, Saved
from store.saving import Clean, Options, Saving


class Database:
    """One SQLite file. Every method that writes is one transaction: all of it, or nothing.

    Any method may raise ``store.errors.BusyError`` (another process holds the file for too long)
    or ``store.errors.StoreError`` (full disk, no right, damaged file), with cause and remedy.
    Not for use by several threads.
    """

    def __init__(self, path: Path, connection: Connection) -> None:
        self.path = path
        self._connection = connection
        self._mailboxes = w.Mailboxes()
        self._locked = False
        self._data_version = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent state of all tables, however many queries are made; for the store only."""
        with told(self.path), transaction(self._connection, "BEGIN"):
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with told(self.path), transaction(self._connection):
            try:
                self._notice_others()
                yield self._connection
            except BaseException:
                self._mailboxes.forget()
                raise

    def _notice_others(self) -> None:
        """Forget remembered ids when another process has written since."""
        now = self._connection.exec_driver_sql("PRAGMA data_version").scalar_one()
        if now != self._data_version:
            self._mailboxes.forget()
        self._data_version = now

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock of a run that saves many batches (sync, import); may be nested.

        Others can read meanwhile, and add marks. Raises ``BusyError`` at once where another
        process holds it. The system gives it back however the run ends.
        """
        if self._locked:
            yield
            return
        with run_lock(self.path):
            self._locked = True
            try:
                yield
            finally:
                self._locked = False

    @contextmanager
    def bulk(self) -> Iterator[None]:
        """For large imports: more memory; the log is folded into the file rarely, and at the end.

        With the usual settings every commit pays for the random places of its keys, so that the
        tenfold mail costs almost twenty times as much.
        """
        with told(self.path):
            self._pragmas(cache_size=-131072, wal_autocheckpoint=131072)
        try:
            yield
        finally:
            with told(self.path):
                self._pragmas(cache_size=-65536, wal_autocheckpoint=1000)
                self._connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def delivering(self) -> Iterator[None]:
        """Hold the lock of whoever sends mail; a sync that goes on meanwhile is not in its way.

        Raises ``BusyError`` at once where another process holds it.
        """
        with run_lock(self.path.with_name("sending")):
            yield

    def deliveries(self) -> list[Delivery]:
        """All mails to the rep, the oldest first."""
        with self.reading() as connection:
            return deliveries.found(connection)

    def put_delivery(self, delivery: Delivery) -> None:
        """Keep how it stands with a mail to the rep; on the disk before it returns.

        A power cut may undo the last commits of all else, but nothing may be sent twice for it.
        """
        with told(self.path):
            self._connection.exec_driver_sql("PRAGMA synchronous = FULL")
        try:
            with self._writing() as connection:
                deliveries.put(connection, delivery)
        finally:
            with told(self.path):
                self._connection.exec_driver_sql("PRAGMA synchronous = NORMAL")

    def own(self, name: str, make: Callable[[], str]) -> str:
        """What this store alone has by this name (an id, a key, a salt); made the first time."""
        table = schema.own
        with self._writing() as connection:
            found = connection.scalar(select(table.c.value).where(table.c.name == name))
            if found is None:
                found = make()
                rows.add(connection, table, [(name, found)])
        return str(found)

    def _pragmas(self, **values: int) -> None:
        for name, value in values.items():
            self._connection.exec_driver_sql(f"PRAGMA {name} = {value}")

    def account(self, name: str, kind: str, zone: str, addresses: Iterable[str]) -> int:
        """Id of the account (``kind``, ``name``), made where missing.

        ``zone`` (IANA) replaces the one before, own ``addresses`` are added to those before.
        """
        table = schema.account
        name = rows.clean(name)
        key = (table.c.kind == kind) & (table.c.name == name)
        with self._writing() as connection:
            rows.add(connection, table, [(rows.next_id(connection, table), kind, name, zone)])
            connection.execute(table.update().where(key, table.c.zone != zone).values(zone=zone))
            number: int = connection.execute(select(table.c.id).where(key)).scalar_one()
            rows.add(
                connection,
                schema.own_address,
                [(number, rows.clean(address)) for address in addresses],
            )
        return number

    def accounts(self, kind: str) -> dict[str, tuple[str, ...]]:
        """Names of the accounts of a kind, the oldest first, with their own addresses, sorted."""
        account, own = schema.account.c, schema.own_address.c
        query = (
            select(account.name, own.address)
            .outerjoin_from(schema.account, schema.own_address, account.id == own.account)
            .where(account.kind == kind)
            .order_by(account.id, own.address)
        )
        found: dict[str, tuple[str, ...]] = {}
        with self.reading() as connection:
            for name, address in connection.execute(query):
                found[name] = found.get(name, ()) + ((address,) if address else ())
        return found

    def forget_account(self, name: str, kind: str) -> None:
        """Delete the account (``kind``, ``name``) and everything that was read through it.

        The file is written anew afterwards, so that nothing of it is left in unused places.
        """
        table = schema.account.c
        query = select(table.id).where(table.kind == kind, table.name == rows.clean(name))
        with self._writing() as connection:
            for number in connection.scalars(query).all():
                forgetting.forget_account(connection, number)
            self._mailboxes.forget()
        self._write_anew()

    def forget_people(
        self,
        addresses: Collection[str],
        names: Collection[str],
        hashes: Iterable[str],
        at: datetime,
    ) -> Forgotten:
        """Delete all that has one of ``addresses`` in it, and remember nothing but ``hashes``.

        The file is written anew afterwards, so that nothing of it is left in unused places.
        """
        moment = rows.known_micros(at)
        with self._writing() as connection:
            gone = forgetting.forget_people(connection, addresses, names)
            rows.add(connection, schema.forgotten, [(one, moment) for one in hashes])
            self._mailboxes.forget()
        self._write_anew()
        return gone

    def forgotten(self) -> frozenset[str]:
        """Hashes of the addresses that nothing may bring back."""
        with self.reading() as connection:
            return frozenset(connection.scalars(select(schema.forgotten.c.hash)))

    def expire_texts(self, before: datetime) -> int:
        """Delete the texts of messages older than that; labels and judgements stay.

        Returns how many texts there were; where there were any, the file is written anew.
        """
        with self._writing() as connection:
            count = forgetting.expire_texts(connection, rows.known_micros(before))
        if count:
            self._write_anew()
        return count

    def _write_anew(self) -> None:
        with told(self.path):
            self._connection.exec_driver_sql("VACUUM")
            self._connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def add_mark(self, mark: Mark, observed_at: datetime) -> bool:
        """Keep what the rep told; whether it is new."""
        table = schema.mark
        with self._writing() as connection:
            number = rows.next_id(connection, table)
            row = (
                number,
                *rows.clean(mark[:3]),
                rows.micros(mark.occurred_at),
                rows.micros(observed_at),
            )
            return bool(rows.add(connection, table, [row]))

    def take_back_marks(self, numbers: Iterable[int]) -> int:
        """Delete the marks of these numbers; how many there were."""
        mark = schema.mark
        with self._writing() as connection:
            query = mark.delete().where(mark.c.id.in_(list(numbers)))
            return connection.execute(query).rowcount

    def position(self, account: int, stream: str) -> Position | None:
        """How far ``stream`` was read; ``None`` when never."""
        query = (
            select(schema.cursor.c.cursor, schema.cursor.c.resync)
            .join(schema.stream)
            .where(_stream_is(account, stream))
        )
        with self.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Position(*row)

    def known(self, account: int, provider_ids: Iterable[str]) -> set[str]:
        """Those of ``provider_ids`` whose messages are stored."""
        with self.reading() as connection:
            return set(w.known_messages(connection, account, map(rows.clean, provider_ids)))

    def checked(self, account: int, stream: str, at: datetime) -> None:
        """Note that ``stream`` was read to its end at that time; a resync is then over.

        Also where there was nothing to save: its cursor is then ``""``.
        """
        with self._writing() as connection:
            listing.check(connection, account, rows.clean(stream), rows.known_micros(at))

    def keep_positions(self, account: int, streams: Iterable[str]) -> None:
        """These are all streams of the account that are still read; others are no longer fresh."""
        with self._writing() as connection:
            listing.keep_positions(connection, account, [rows.clean(one) for one in streams])

    def stored(self, account: int, stream: str, source_keys: Iterable[str]) -> set[str]:
        """Those of ``source_keys`` whose messages are stored as lying in ``stream``."""
        with self.reading() as connection:
            number = connection.scalar(_stream(account, stream)) or 0
            return places.known(connection, number, map(rows.clean, source_keys))

    def quarantined(self, account: int) -> dict[str, tuple[str, ...]]:
        """Items in quarantine by stream."""
        with self.reading() as connection:
            return listing.quarantined(connection, account)

    def absent(
        self,
        account: int,
        stream: str,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Absent:
        """What the full listing of ``stream`` under way has not named.

        ``since``/``until``: the listing named only calendar entries that meet this span.
        """
        with self.reading() as connection:
            number = connection.scalar(_stream(account, stream)) or 0
            return listing.absent(connection, number, since, until)

    def save(
        self,
        account: int,
        batch: Records,
        intents: Sequence[Intent],
        observed_at: datetime,
        *,
        source: str = "",
        fresh: bool = False,
        resync: bool = False,
        keep_text: bool = True,
    ) -> Saved:
        """Keep a batch, its intents and its cursor in one transaction.

        Saving the same batch again changes nothing (but what it left out is counted again: a batch
        whose cursor was saved is not to come twice). A message that is known gets its labels
        merged and its removal taken back; tombstones are applied after the records, and only
        where ``batch.stream`` is the last that had the message. Records with a source key are known
        by it: a message is removed when its last key is, and has the labels of all its keys; a
        calendar entry becomes a revision where it shows something else than before, and one that is
        removed a revision with status CANCELLED. What is read leaves the quarantine.

        ``source``: the stream whose cursor this is, where a source reads several with one cursor.
        ``fresh``: the first batch of this stream in a run that begins anew, so that what was left
        out is counted from zero. ``resync``: the batch belongs to a full listing after a lost
        cursor; see ``absent``. ``keep_text``: whether the text of messages is stored.
        ``observed_at``: now.
        """
        options = Options(account, rows.clean(source or batch.stream), fresh, resync, keep_text)
        try:
            return self._save(batch, intents, observed_at, options)
        except (UnicodeEncodeError, OverflowError):
            intents = [rows.clean(intent) for intent in intents]
            return self._save(Clean.of(batch), intents, observed_at, options)

    def _save(
        self, batch: Records, intents: Sequence[Intent], observed_at: datetime, options: Options
    ) -> Saved:
        observed = rows.known_micros(observed_at)
        with self._writing() as connection:
            return Saving(connection, self._mailboxes, options, batch, observed).run(intents)


def _stream(account: int, stream: str) -> Select[Any]:
    return select(schema.stream.c.id).where(_stream_is(account, stream))


def _stream_is(account: int, stream: str) -> ColumnElement[bool]:
    c = schema.stream.c
    return and_(c.account == account, c.name == rows.clean(stream))


def open(path: Path) -> Database:  # noqa: A001 - read as ``database.open``
    """Open the database at ``path``, made or brought to the newest version where needed.

    The file is readable by its owner only. Raises ``StoreError`` where it cannot be opened, is no
    brickwall database, or was made by a newer version.
    """
    with told(path):
        return Database(path, connect(path))
