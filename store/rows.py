"""Rows: values that any database can hold, and the quick way of inserting many of them.

New rows get their ids here, before they are written: the caller's transaction holds the only lock
for writing, so nobody else gives any. Rows that are there already are skipped by their key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert

from store import schema

Row: TypeAlias = tuple[Any, ...]
T = TypeVar("T")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

#: How many keys one query names; SQLite allows 32,766 parameters.
_CHUNK: Final = 5000


def known_micros(at: datetime) -> int:
    """Microseconds since 1970 in UTC."""
    since = at - _EPOCH
    return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds


def micros(at: datetime | None) -> int | None:
    """Microseconds since 1970 in UTC; ``None`` stays so."""
    return None if at is None else known_micros(at)


def instant(at: int | None) -> datetime | None:
    """The other way round."""
    return None if at is None else _EPOCH + timedelta(microseconds=at)


def chunks(items: Iterable[T], size: int = _CHUNK) -> Iterator[list[T]]:
    """Lists of at most ``size`` items."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def clean(value: Any) -> Any:
    """A record that any database can hold: no lone surrogates, no numbers beyond 64 bits."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-(2**63), min(value, 2**63 - 1))
    if isinstance(value, tuple):
        items = map(clean, value)
        make = getattr(value, "_make", tuple)
        return make(items)
    return value


def _statement(table: Table) -> str:
    statement = insert(table).on_conflict_do_nothing()
    return str(statement.compile(dialect=sqlite.dialect()))


_INSERT: Final = {table.name: _statement(table) for table in schema.metadata.sorted_tables}


def add(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Insert ``rows`` (in the order of the table's columns), skipping known keys; how many are new.

    Goes straight to the driver: several times faster than parameters by name.
    """
    if not rows:
        return 0
    return driver(connection).executemany(_INSERT[table.name], rows).rowcount


def driver(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection, for many rows: it knows nothing but tuples."""
    own = connection.connection.driver_connection
    assert isinstance(own, sqlite3.Connection)
    return own


def next_id(connection: Connection, table: Table) -> int:
    """The first id that no row has and none after it has."""
    return (connection.scalar(select(func.max(table.c.id))) or 0) + 1


def append(connection: Connection, table: Table, rows: Sequence[Row]) -> dict[str, int]:
    """Insert rows with ids from ``next_id`` on; ``{provider_id: id}`` of those that are new."""
    if not rows:
        return {}
    first = rows[0][0]
    key = list(table.c.keys()).index("provider_id")
    if add(connection, table, rows) == len(rows):
        return {row[key]: row[0] for row in rows}
    found = connection.execute(select(table.c.provider_id, table.c.id).where(table.c.id >= first))
    return {row.provider_id: row.id for row in found}


def stream_id(connection: Connection, account: int, name: str) -> int:
    """Id of a stream, made where missing."""
    table = schema.stream
    add(connection, table, [(next_id(connection, table), account, name)])
    key = (table.c.account == account) & (table.c.name == name)
    number: int = connection.execute(select(table.c.id).where(key)).scalar_one()
    return number
