"""Full listings that are compared with what is stored, and the quarantine of a stream.

Every function runs inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from store import entries, schema
from store.rows import add, chunks, stream_id
from store.saved import Absent


def name(connection: Connection, stream: int, names: Iterable[str]) -> None:
    """Note that the listing under way has named these."""
    add(connection, schema.listing, [(stream, one) for one in names])


def absent(
    connection: Connection, stream: int, since: datetime | None, until: datetime | None
) -> Absent:
    """What the listing under way has not named, of all that a stream has.

    ``since``/``until``: calendar entries outside this span were not to be named.
    """
    listed = select(schema.listing.c.name).where(schema.listing.c.stream == stream)
    named = set(connection.scalars(listed))
    loose, placed = _loose(connection, stream), _placed(connection, stream)
    shown = entries.present(connection, stream, since, until)
    left = {message for key, message in placed.items() if key in named}
    lost = {message for key, message in placed.items() if key not in named} - left
    lost -= _elsewhere(connection, stream, lost)
    gone = len(lost) + len(loose - named) + len(shown - named)
    of = len(set(placed.values())) + len(loose) + len(shown)
    return Absent(tuple(sorted((loose | set(placed) | shown) - named)), gone, of)


def _loose(connection: Connection, stream: int) -> set[str]:
    """Messages of the stream without a key, by provider id."""
    m, p = schema.message.c, schema.place.c
    keyed = select(p.message).where(p.message == m.id).exists()
    query = select(m.provider_id).where(m.stream == stream, m.removed_at.is_(None), ~keyed)
    return set(connection.scalars(query))


def _placed(connection: Connection, stream: int) -> dict[str, int]:
    p = schema.place.c
    query = select(p.source_key, p.message).where(p.stream == stream)
    return {row[0]: row[1] for row in connection.execute(query)}


def _elsewhere(connection: Connection, stream: int, messages: Iterable[int]) -> set[int]:
    """Those of ``messages`` that lie in another stream too."""
    p = schema.place.c
    query = select(p.message).where(
        p.stream != stream, p.message.in_(bindparam("ids", expanding=True))
    )
    found: set[int] = set()
    for chunk in chunks(messages):
        found.update(connection.scalars(query, {"ids": chunk}))
    return found


def check(connection: Connection, account: int, stream: str, at: int) -> None:
    """Note that ``stream`` was read to its end ``at`` (microseconds)."""
    now = {"checked_at": at, "resync": False, "ended": True}
    put = insert(schema.cursor).values(
        stream=stream_id(connection, account, stream), cursor="", position=0, size=0, **now
    )
    connection.execute(put.on_conflict_do_update(index_elements=["stream"], set_=now))


def keep_positions(connection: Connection, account: int, streams: Collection[str]) -> None:
    """Forget how far all other streams of the account were read: nobody reads them any more."""
    name, number = schema.stream.c.name, schema.stream.c.id
    gone = select(number).where(schema.stream.c.account == account, name.not_in(streams))
    connection.execute(delete(schema.cursor).where(schema.cursor.c.stream.in_(gone)))


def release(connection: Connection, stream: int, items: Iterable[str]) -> None:
    """Let these items out of quarantine."""
    c = schema.failure.c
    held = set(connection.scalars(select(c.item).where(c.stream == stream)))
    free = [{"of": item} for item in held.intersection(items)] if held else []
    if free:
        query = delete(schema.failure).where(c.stream == stream, c.item == bindparam("of"))
        connection.execute(query, free)


def release_unnamed(connection: Connection, stream: int) -> None:
    """Let what the listing has not named out of quarantine: it is gone."""
    c, listed = schema.failure.c, schema.listing.c
    named = select(listed.name).where(listed.stream == stream)
    connection.execute(delete(schema.failure).where(c.stream == stream, c.item.not_in(named)))


def quarantined(connection: Connection, account: int) -> dict[str, tuple[str, ...]]:
    """Items in quarantine by the name of their stream."""
    query = (
        select(schema.stream.c.name, schema.failure.c.item)
        .join_from(schema.failure, schema.stream)
        .where(schema.stream.c.account == account)
        .order_by(schema.failure.c.id)
    )
    found: dict[str, list[str]] = {}
    for stream, item in connection.execute(query):
        found.setdefault(stream, []).append(item)
    return {stream: tuple(dict.fromkeys(items)) for stream, items in found.items()}
