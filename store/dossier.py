"""Everything that is stored of some addresses, as it is stored: for whoever asks what is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, or_, select

from store import schema
from store.database import Database
from store.model import KINDS, ROLES
from store.rows import instant

#: Columns that are times.
_TIMES = frozenset({"sent_at", "received_at", "observed_at", "removed_at", "recurrence_at"}) | {
    *("dtstamp", "start", "end", "occurred_at", "close_at"),
    *("began_at", "ended_at", "joined_at", "left_at"),
}
#: Columns that say nothing outside of this store.
_INNER = frozenset(
    {"id", "account", "stream", "message", "event", "mailbox", "text_digest", "conference"}
)

Row = Mapping[str, Any]


class Dossier(NamedTuple):
    """Rows with the names of the store's columns, times as instants, oldest first.

    ``messages`` have ``participants`` (role, address, name), ``text``, ``intents``, ``web_links``,
    ``events`` have ``attendances``, ``conferences`` (calls held for these events, or with the
    person in them) ``joinings``.
    """

    messages: Sequence[Row]
    events: Sequence[Row]
    conferences: Sequence[Row]
    marks: Sequence[Row]
    deals: Sequence[Row]


def dossier(database: Database, addresses: Collection[str], names: Collection[str]) -> Dossier:
    """All messages, events, calls, marks and deals in which one of ``addresses`` stands.

    ``names``: in lower case; a deal or a call may name a person instead of an address.
    """
    mailbox, participant = schema.mailbox.c, schema.participant.c
    message, event, attendance = schema.message.c, schema.event.c, schema.attendance.c
    theirs = select(mailbox.id).where(mailbox.address.in_(addresses))
    messages = message.id.in_(select(participant.message).where(participant.mailbox.in_(theirs)))
    there = select(attendance.event).where(attendance.address.in_(addresses))
    named = [c.in_(addresses) for c in (event.organizer, event.sent_by, event.actor)]
    wanted = [*addresses, *names]
    meetings = or_(event.id.in_(there), *named)
    with database.reading() as connection:
        calls = _calls(connection, frozenset(wanted), meetings)
        return Dossier(
            [_message(connection, row) for row in _rows(connection, schema.message, messages)],
            [_event(connection, row) for row in _rows(connection, schema.event, meetings)],
            [_call(connection, row) for row in _rows(connection, schema.conference, calls)],
            [
                _plain(row)
                for row in _rows(connection, schema.mark, schema.mark.c.target.in_(addresses))
            ],
            [
                _plain(row)
                for row in _rows(connection, schema.deal, schema.deal.c.provider_id != "")
                if row["contact"].lower() in wanted
            ],
        )


def _message(connection: Connection, row: Row) -> dict[str, Any]:
    number = row["id"]
    participant, mailbox = schema.participant.c, schema.mailbox.c
    people = select(participant.role, mailbox.address, mailbox.name).where(
        participant.mailbox == mailbox.id, participant.message == number
    )
    text = select(schema.message_text.c.text).where(schema.message_text.c.message == number)
    intents = select(schema.intent).where(schema.intent.c.message == number)
    place = schema.place.c
    links = select(place.web_link).where(place.message == number, place.web_link != "")
    return _plain(row) | {
        "kind": KINDS[row["kind"]],
        "participants": [
            {**person, "role": ROLES[person["role"]]} for person in _found(connection, people)
        ],
        "text": connection.scalar(text) or "",
        "intents": [_plain(one) for one in _found(connection, intents)],
        "web_links": sorted(connection.scalars(links)),
    }


def _event(connection: Connection, row: Row) -> dict[str, Any]:
    attendances = select(schema.attendance).where(schema.attendance.c.event == row["id"])
    return _plain(row) | {"attendances": [_plain(one) for one in _found(connection, attendances)]}


def _calls(connection: Connection, words: frozenset[str], meetings: Any) -> Any:
    """Condition for calls that one of ``words`` was in, or that were held for ``meetings``."""
    joining, c = schema.joining.c, schema.conference.c
    there = connection.execute(select(joining.conference, joining.name, joining.address))
    ids = {number for number, name, address in there if words & {name.lower(), address}}
    return or_(c.id.in_(ids), c.uid.in_(select(schema.event.c.uid).where(meetings)))


def _call(connection: Connection, row: Row) -> dict[str, Any]:
    joinings = select(schema.joining).where(schema.joining.c.conference == row["id"])
    return _plain(row) | {"joinings": [_plain(one) for one in _found(connection, joinings)]}


def _rows(connection: Connection, table: Table, condition: Any) -> Sequence[Row]:
    return _found(connection, select(table).where(condition).order_by(table.c.observed_at, "id"))


def _found(connection: Connection, query: Select[Any]) -> Sequence[Row]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _plain(row: Row) -> dict[str, Any]:
    shown = {name: value for name, value in row.items() if name not in _INNER}
    return {name: instant(v) if name in _TIMES else v for name, v in shown.items()}
