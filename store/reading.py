"""Everything stored, as the frames that analyses take. Columns go from the database to arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, func, or_, select
from sqlalchemy.dialects import sqlite

from store import facts, schema
from store.database import Database
from store.facts import TIME, Facts
from store.model import KINDS, ROLES
from store.overview import checked_at, read_share
from store.rows import chunks, driver, known_micros

Column = ColumnElement[Any]

#: What stands for an absent number on its way to a frame; as a time it is NaT.
_ABSENT: Final = int(np.iinfo(np.int64).min)

#: Words of the columns that hold codes.
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {"kind": KINDS, "role": ROLES}

_TABLES: Final[Mapping[str, Table]] = {
    "accounts": schema.account,
    "addresses": schema.own_address,
    "mailboxes": schema.mailbox,
    "messages": schema.message,
    "participants": schema.participant,
    "events": schema.event,
    "attendances": schema.attendance,
    "conferences": schema.conference,
    "joinings": schema.joining,
    "intents": schema.intent,
    "marks": schema.mark,
    "deals": schema.deal,
    "failures": schema.failure,
}


def _carrier() -> Column:
    """The stored message that carried an event revision, else -1."""
    event, message = schema.event.c, schema.message.c
    found = select(message.id).where(
        event.message_provider_id != "",
        message.account == event.account,
        message.provider_id == event.message_provider_id,
    )
    return func.coalesce(found.scalar_subquery(), -1)


def _account_of_failure() -> Column:
    found = select(schema.stream.c.account).where(schema.stream.c.id == schema.failure.c.stream)
    return found.scalar_subquery()


#: Columns of facts frames that are not columns of their table.
_MADE: Final[Mapping[tuple[str, str], Column]] = {
    ("accounts", "account"): schema.account.c.id,
    ("accounts", "checked_at"): checked_at(),
    ("accounts", "read_share"): read_share(),
    ("mailboxes", "mailbox"): schema.mailbox.c.id,
    ("messages", "message"): schema.message.c.id,
    ("events", "event"): schema.event.c.id,
    ("events", "message"): _carrier(),
    ("conferences", "conference"): schema.conference.c.id,
    ("marks", "mark"): schema.mark.c.id,
    ("deals", "deal"): schema.deal.c.id,
    ("failures", "account"): _account_of_failure(),
}


def read_facts(database: Database, *, until: datetime | None = None) -> Facts:
    """All that is stored, as of one state of the database.

    ``until`` leaves out messages, event revisions, calls and marks that surely came later (neither
    sent, received nor made before it): a saving for analyses of the past, which still decide
    themselves what was known at their time. Where the text of a time is unknown, the row stays.
    """
    end = None if until is None else known_micros(until)
    with database.reading() as connection:
        frames = {name: _read(connection, name, end) for name in facts.COLUMNS}
    return Facts.of(**frames)


def _read(connection: Connection, name: str, end: int | None) -> pd.DataFrame:
    """One facts frame: numbers straight into an array, then everything else."""
    numbers = {c: d for c, d in facts.COLUMNS[name].items() if _is_number(c, d)}
    others = [c for c in facts.COLUMNS[name] if c not in numbers]
    columns = _numbers(connection, name, numbers, end)
    if others:
        columns |= _others(connection, name, others, end)
    return facts.shaped(name, pd.DataFrame(columns, copy=False))


def _is_number(column: str, dtype: str) -> bool:
    return dtype in ("int64", "Int32", "bool", TIME) or (column in _WORDS and dtype == "category")


def _rows(connection: Connection, name: str, columns: Sequence[Column], end: int | None) -> Any:
    """A cursor of the driver over ``columns``: result objects would cost more than the reading."""
    table = _TABLES[name]
    query = select(*columns).select_from(table).order_by(*table.primary_key.columns)
    if end is not None:
        query = query.where(*_before(name, end))
    compiled = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    return driver(connection).execute(str(compiled))


def _column(name: str, column: str) -> Column:
    made = _MADE.get((name, column))
    return _TABLES[name].c[column] if made is None else made


def _numbers(
    connection: Connection, name: str, dtypes: Mapping[str, str], end: int | None
) -> dict[str, Any]:
    columns = [func.coalesce(_column(name, column), _ABSENT) for column in dtypes]
    rows = _rows(connection, name, columns, end)
    table = _table(rows, len(columns), np.int64)
    return {
        column: _array(column, dtype, values)
        for (column, dtype), values in zip(dtypes.items(), table, strict=True)
    }


def _array(column: str, dtype: str, values: Any) -> Any:
    if dtype == TIME:
        return pd.DatetimeIndex(values.view("datetime64[us]")).tz_localize("UTC")
    if dtype == "category":
        return pd.Categorical.from_codes(values, dtype=pd.CategoricalDtype(list(_WORDS[column])))
    if dtype == "Int32":
        absent = values == _ABSENT
        return pd.arrays.IntegerArray(np.where(absent, 0, values).astype(np.int32), absent)
    return values.astype(dtype, copy=False)


def _others(
    connection: Connection, name: str, columns: Sequence[str], end: int | None
) -> dict[str, Any]:
    dtypes = facts.COLUMNS[name]
    rows = _rows(connection, name, [_column(name, column) for column in columns], end)
    table = _table(rows, len(columns), object)
    return {
        column: pd.Series(values, dtype=dtypes[column])
        for column, values in zip(columns, table, strict=True)
    }


def _table(rows: Any, width: int, dtype: type) -> Any:
    """One array per column of all rows, which are never in memory as rows."""
    flat: Any = np.fromiter(chain.from_iterable(rows), dtype=dtype)
    return np.ascontiguousarray(flat.reshape(-1, width).T)


def _before(name: str, end: int) -> list[Column]:
    """Conditions that leave out what surely came at ``end`` (microseconds) or later."""
    message, event = schema.message.c, schema.event.c
    early_conference = schema.conference.c.ended_at < end
    of_conference = select(schema.conference.c.id).where(early_conference)
    early_message = or_(
        message.sent_at < end,
        message.received_at < end,
        and_(message.sent_at.is_(None), message.received_at.is_(None)),
    )
    early_event = or_(event.occurred_at < end, event.occurred_at.is_(None))
    of_message = select(message.id).where(early_message)
    of_event = select(event.id).where(early_event)
    conditions: dict[str, Column] = {
        "messages": early_message,
        "participants": schema.participant.c.message.in_(of_message),
        "intents": schema.intent.c.message.in_(of_message),
        "events": early_event,
        "attendances": schema.attendance.c.event.in_(of_event),
        "conferences": early_conference,
        "joinings": schema.joining.c.conference.in_(of_conference),
        "marks": schema.mark.c.occurred_at < end,
    }
    return [conditions[name]] if name in conditions else []


def texts(database: Database, messages: Iterable[int]) -> dict[int, str]:
    """New text of the given messages, as far as it is stored: evidence to be shown."""
    c = schema.message_text.c
    query = select(c.message, c.text).where(c.message.in_(bindparam("ids", expanding=True)))
    found: dict[int, str] = {}
    with database.reading() as connection:
        for chunk in chunks(messages):
            found.update((row[0], row[1]) for row in connection.execute(query, {"ids": chunk}))
    return found


def left_out(database: Database) -> dict[tuple[int, str], int]:
    """How many items were left out by rule: ``{(account, why): count}``."""
    table, stream = schema.left_out, schema.stream
    query = (
        select(stream.c.account, table.c.why, func.sum(table.c.count))
        .join(stream)
        .group_by(stream.c.account, table.c.why)
        .order_by(stream.c.account, table.c.why)
    )
    with database.reading() as connection:
        return {(account, why): count for account, why, count in connection.execute(query)}
