"""Rows of mails to the rep."""

from __future__ import annotations

from sqlalchemy import Connection, select

from store import schema
from store.model import Delivery
from store.rows import instant, known_micros

_TIMES = ("began_at", "changed_at")


def found(connection: Connection) -> list[Delivery]:
    """All of them, the oldest first."""
    table = schema.delivery
    query = select(table).order_by(table.c.began_at, table.c.kind, table.c.key, table.c.recipient)
    rows = connection.execute(query).mappings()
    return [Delivery(**{**row, **{name: instant(row[name]) for name in _TIMES}}) for row in rows]


def put(connection: Connection, delivery: Delivery) -> None:
    """Keep one; what was said of it before is replaced."""
    table = schema.delivery
    same = (
        (table.c.kind == delivery.kind)
        & (table.c.key == delivery.key)
        & (table.c.recipient == delivery.recipient)
    )
    times = {name: known_micros(getattr(delivery, name)) for name in _TIMES}
    connection.execute(table.delete().where(same))
    connection.execute(table.insert().values({**delivery._asdict(), **times}))
