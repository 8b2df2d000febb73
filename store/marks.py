"""What the rep told us, read back one by one: to be listed, and to be taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select

from store import schema
from store.database import Database
from store.model import Mark, Told

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def marks(database: Database) -> list[Told]:
    """All marks that were not taken back, the oldest first."""
    c = schema.mark.c
    query = select(c.id, c.kind, c.target, c.value, c.occurred_at, c.observed_at).order_by(c.id)
    with database.reading() as connection:
        return [
            Told(number, Mark(kind, target, value, _instant(at)), _instant(observed))
            for number, kind, target, value, at, observed in connection.execute(query)
        ]


def _instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
