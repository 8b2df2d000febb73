"""Reports of calls into their tables. Every function runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from store import schema
from store.model import Conference
from store.rows import Row, add, micros, next_id


def put(
    connection: Connection, account: int, told: Iterable[Conference], observed: int
) -> tuple[int, int]:
    """Keep reports as they are told now; how many are new, and how many changed.

    One that says more than before (somebody was added to it) takes the place of the earlier one.
    """
    new = changed = 0
    for conference in {one.provider_id: one for one in told}.values():
        number, before = _stored(connection, account, conference.provider_id)
        if before == (_row(conference), conference.in_person, _joinings(conference)):
            continue
        new, changed = new + (number == 0), changed + (number > 0)
        _delete(connection, number)
        number = number or next_id(connection, schema.conference)
        row = (number, account, *_row(conference), observed, conference.in_person)
        add(connection, schema.conference, [row])
        add(connection, schema.joining, [(number, *each) for each in _joinings(conference)])
    return new, changed


def _stored(
    connection: Connection, account: int, provider_id: str
) -> tuple[int, tuple[Row, bool, list[Row]] | None]:
    """Number of a stored report (0: none) and what it says."""
    c, joining = schema.conference.c, schema.joining
    found = connection.execute(
        select(schema.conference).where(c.account == account, c.provider_id == provider_id)
    ).one_or_none()
    if found is None:
        return 0, None
    query = select(joining).where(joining.c.conference == found.id).order_by(joining.c.number)
    joinings = [tuple(row[1:]) for row in connection.execute(query)]
    return found.id, (tuple(found[2:-2]), found.in_person, joinings)


def _delete(connection: Connection, number: int) -> None:
    joining, conference = schema.joining, schema.conference
    connection.execute(joining.delete().where(joining.c.conference == number))
    connection.execute(conference.delete().where(conference.c.id == number))


def _row(told: Conference) -> Row:
    return (
        told.provider_id,
        told.service,
        told.uid,
        micros(told.recurrence_at),
        micros(told.start),
        micros(told.end),
        micros(told.began_at),
        micros(told.ended_at),
    )


def _joinings(told: Conference) -> list[Row]:
    """In an order of their own: providers list people in any."""
    return [
        (number, one.name, one.address, one.signed_in, micros(one.joined_at), micros(one.left_at))
        for number, one in enumerate(sorted(told.joinings, key=repr))
    ]
