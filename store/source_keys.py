"""Where connected accounts keep their messages: what leads to them on the web."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Column, bindparam, func, select

from store import schema
from store.database import Database


def source_keys(database: Database, accounts: Iterable[int]) -> dict[int, str]:
    """Message -> what one of its places calls it, for messages of ``accounts`` that have one."""
    return _of_places(database, accounts, schema.place.c.source_key)


def web_links(database: Database, accounts: Iterable[int]) -> dict[int, str]:
    """Message -> where it is shown on the web, for messages of ``accounts`` that have that told."""
    return _of_places(database, accounts, schema.place.c.web_link)


def _of_places(database: Database, accounts: Iterable[int], told: Column[str]) -> dict[int, str]:
    place, stream = schema.place.c, schema.stream.c
    query = (
        select(place.message, func.min(told).label("told"))
        .select_from(schema.place.join(schema.stream, place.stream == stream.id))
        .where(stream.account.in_(bindparam("accounts", expanding=True)), told != "")
        .group_by(place.message)
    )
    with database.reading() as connection:
        rows = connection.execute(query, {"accounts": sorted(accounts)})
        return {row.message: row.told for row in rows}
