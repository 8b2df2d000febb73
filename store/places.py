"""Where connected accounts keep messages. Every function runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.sqlite import insert

from store import schema
from store.model import Message
from store.rows import chunks


class Place(NamedTuple):
    """Which message has a key, its labels there, and where that is shown on the web."""

    message: int
    labels: str
    web_link: str


class Settled(NamedTuple):
    """How many messages changed otherwise, and how many lost their last place."""

    changed: int
    removed: int


def put(
    connection: Connection, stream: int, messages: Iterable[Message], ids: dict[str, int]
) -> set[int]:
    """Keep where ``messages`` lie (only those with a source key); the messages affected."""
    told = {
        m.source_key: Place(ids[m.provider_id], "\n".join(sorted(m.labels)), m.web_link)
        for m in messages
        if m.source_key
    }
    before = _places(connection, stream, told)
    new = {key: place for key, place in told.items() if before.get(key) != place}
    if new:
        statement = insert(schema.place)
        names = ("message", "labels", "web_link")
        statement = statement.on_conflict_do_update(
            index_elements=["stream", "source_key"],
            set_={name: statement.excluded[name] for name in names},
        )
        rows = [{"stream": stream, "source_key": k, **p._asdict()} for k, p in new.items()]
        connection.execute(statement, rows)
    return {p.message for key, p in before.items() if key in new} | {
        p.message for p in new.values()
    }


def drop(connection: Connection, stream: int, keys: Sequence[str]) -> set[int]:
    """Forget these places; the messages that lay there."""
    before = _places(connection, stream, keys)
    c = schema.place.c
    if before:
        connection.execute(
            schema.place.delete().where(c.stream == stream, c.source_key == bindparam("key")),
            [{"key": key} for key in before],
        )
    return {place.message for place in before.values()}


def known(connection: Connection, stream: int, keys: Iterable[str]) -> set[str]:
    """Those of ``keys`` that are places of a message."""
    return set(_places(connection, stream, keys))


def _places(connection: Connection, stream: int, keys: Iterable[str]) -> dict[str, Place]:
    c = schema.place.c
    query = select(c.source_key, c.message, c.labels, c.web_link).where(
        c.stream == stream, c.source_key.in_(bindparam("keys", expanding=True))
    )
    found: dict[str, Place] = {}
    for chunk in chunks(keys):
        for row in connection.execute(query, {"keys": chunk}).all():
            found[row[0]] = Place(*row[1:])
    return found


def settle(connection: Connection, messages: Iterable[int], observed: int) -> Settled:
    """Give ``messages`` the labels of their places; those without any are removed."""
    message, place = schema.message.c, schema.place.c
    query = (
        select(message.id, message.labels, message.removed_at, place.labels)
        .outerjoin_from(schema.message, schema.place, place.message == message.id)
        .where(message.id.in_(bindparam("ids", expanding=True)))
    )
    before: dict[int, tuple[str, int | None]] = {}
    labels: dict[int, set[str]] = {}
    for chunk in chunks(messages):
        for number, old, removed_at, here in connection.execute(query, {"ids": chunk}).all():
            before[number] = (old, removed_at)
            if here is not None:
                labels.setdefault(number, set()).update(here.split("\n"))
    after = {
        number: ("\n".join(sorted(labels[number] - {""})), None)
        if number in labels
        else (old, removed_at or observed)
        for number, (old, removed_at) in before.items()
    }
    differ = {number: state for number, state in after.items() if state != before[number]}
    _update(connection, differ)
    removed = sum(number not in labels for number in differ)
    return Settled(len(differ) - removed, removed)


def _update(connection: Connection, states: dict[int, tuple[str, Any]]) -> None:
    table = schema.message
    update = table.update().where(table.c.id == bindparam("key"))
    rows = [{"key": n, "labels": s[0], "removed_at": s[1]} for n, s in states.items()]
    if rows:
        connection.execute(update, rows)
