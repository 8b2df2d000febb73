"""What is stored of each account, counted in the database: quick, and without frames."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, case, func, select

from store import schema
from store.database import Database
from store.rows import instant

#: Kind of the account of what was imported.
FILES = "files"


class AccountState(NamedTuple):
    """One account: what is stored of it, and when it was looked at last (see ``checked_at``).

    ``read_share``: below 1 while a first reading has not come to its end. ``failures``: items in
    quarantine. ``left_out``: why -> how many.
    """

    kind: str
    name: str
    messages: int
    events: int
    oldest_at: datetime | None
    newest_at: datetime | None
    checked_at: datetime | None
    read_share: float
    failures: int
    left_out: dict[str, int]


def overview(database: Database) -> list[AccountState]:
    """All accounts, the oldest first."""
    with database.reading() as connection:
        counted = connection.execute(_counts()).all()
        left_out: dict[int, dict[str, int]] = {}
        for account, why, count in connection.execute(_left_out()):
            left_out.setdefault(account, {})[why] = count
    return [_state(row, left_out.get(row.id, {})) for row in counted]


class Quarantined(NamedTuple):
    """One item that could not be read: of which account, where it lies, and why not."""

    kind: str
    name: str
    item: str
    why: str


def quarantine(database: Database) -> list[Quarantined]:
    """All items in quarantine, account after account, as they were met."""
    account, failure = schema.account.c, schema.failure
    found = (
        select(account.kind, account.name, failure.c.item, failure.c.why)
        .select_from(failure.join(schema.stream).join(schema.account))
        .order_by(account.id, failure.c.id)
    )
    with database.reading() as connection:
        return [Quarantined(*row) for row in connection.execute(found)]


def own_addresses(database: Database) -> set[str]:
    """The rep's own addresses, of all accounts, connected or imported."""
    with database.reading() as connection:
        return set(connection.scalars(select(schema.own_address.c.address)))


def all_addresses(database: Database) -> set[str]:
    """Every address that a stored mail or meeting names."""
    with database.reading() as connection:
        return set(connection.scalars(select(schema.mailbox.c.address).distinct()))


def first_read_at(database: Database) -> datetime | None:
    """When the oldest mail or calendar entry of the store was read; ``None`` where there is none.

    Live accounts are read only under a clock that is right: TLS sees to that.
    """
    tables = (schema.message, schema.event)
    with database.reading() as connection:
        found = [connection.scalar(select(func.min(one.c.observed_at))) for one in tables]
    return instant(min((at for at in found if at is not None), default=None))


def has_own(database: Database, name: str) -> bool:
    """Whether the store has something of its own by this name; see ``Database.own``."""
    with database.reading() as connection:
        table = schema.own.c
        return connection.scalar(select(table.name).where(table.name == name)) is not None


def read_share() -> ColumnElement[float]:
    """Of each account: how much has been read of the stream that is furthest from its first end.

    1 where all have been read to their end at least once.
    """
    cursor = schema.cursor
    done = case((cursor.c.position > cursor.c.size, cursor.c.size), else_=cursor.c.position)
    share = func.coalesce(done * 1.0 / func.nullif(cursor.c.size, 0), 0.0)
    found = (
        select(func.min(share))
        .select_from(cursor.join(schema.stream))
        .where(schema.stream.c.account == schema.account.c.id, ~cursor.c.ended)
    )
    return func.coalesce(found.scalar_subquery(), 1.0)


def checked_at() -> ColumnElement[Any]:
    """Of each account: when the source that was read to its end longest ago was.

    For a first reading, when something was saved last. Files are no accounts that grow old: when
    the last of them was read.
    """
    cursor, account = schema.cursor, schema.account.c
    of_account = cursor.join(schema.stream)
    mine = schema.stream.c.account == account.id
    first, last = (
        select(of(cursor.c.checked_at)).select_from(of_account).where(mine).scalar_subquery()
        for of in (func.min, func.max)
    )
    return case((account.kind == FILES, last), else_=first)


def _counts() -> Select[Any]:
    account, message, event = schema.account.c, schema.message.c, schema.event.c
    at = func.coalesce(message.received_at, message.sent_at)
    mine = (message.account == account.id) & message.removed_at.is_(None)
    stream = schema.stream.c
    failures = (
        select(func.count())
        .select_from(schema.failure.join(schema.stream))
        .where(stream.account == account.id)
    )
    return select(
        account.id,
        account.kind,
        account.name,
        select(func.count()).where(mine).scalar_subquery().label("messages"),
        select(func.count()).where(event.account == account.id).scalar_subquery().label("events"),
        select(func.min(at)).where(mine).scalar_subquery().label("oldest"),
        select(func.max(at)).where(mine).scalar_subquery().label("newest"),
        checked_at().label("checked"),
        read_share().label("read_share"),
        failures.scalar_subquery().label("failures"),
    ).order_by(account.id)


def _left_out() -> Select[Any]:
    table, stream = schema.left_out, schema.stream
    count = func.sum(table.c["count"])
    return (
        select(stream.c.account, table.c.why, count)
        .select_from(table.join(stream))
        .group_by(stream.c.account, table.c.why)
        .order_by(stream.c.account, count.desc(), table.c.why)
    )


def _state(row: Row[Any], left_out: dict[str, int]) -> AccountState:
    return AccountState(
        row.kind,
        row.name,
        row.messages,
        row.events,
        instant(row.oldest),
        instant(row.newest),
        instant(row.checked),
        row.read_share,
        row.failures,
        left_out,
    )
