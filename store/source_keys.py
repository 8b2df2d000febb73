"""What connected accounts call their messages now: the ids that lead to them on the web."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, func, select

from store import schema
from store.database import Database


def source_keys(database: Database, accounts: Iterable[int]) -> dict[int, str]:
    """Message -> the key of one of its places, for all messages of ``accounts`` that have one."""
    place, stream = schema.place.c, schema.stream.c
    query = (
        select(place.message, func.min(place.source_key).label("key"))
        .select_from(schema.place.join(schema.stream, place.stream == stream.id))
        .where(stream.account.in_(bindparam("accounts", expanding=True)))
        .group_by(place.message)
    )
    with database.reading() as connection:
        rows = connection.execute(query, {"accounts": sorted(accounts)})
        return {row.message: row.key for row in rows}
