"""Deleting what was read through one account, what is known of a person, and old texts."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Column, Connection, Table, and_, func, or_, select

from store import schema

_Ids = Collection[int]


class Forgotten(NamedTuple):
    """How much was deleted with a person."""

    messages: int
    events: int
    marks: int
    deals: int
    digests: int


def forget_account(connection: Connection, account: int) -> None:
    """Delete the account and every row that came through it, names that nobody uses included."""
    owners = {
        "message": select(schema.message.c.id).where(schema.message.c.account == account),
        "event": select(schema.event.c.id).where(schema.event.c.account == account),
        "conference": select(schema.conference.c.id).where(schema.conference.c.account == account),
        "stream": select(schema.stream.c.id).where(schema.stream.c.account == account),
    }
    for table in schema.metadata.sorted_tables[::-1]:
        for column, owner in owners.items():
            if column in table.c and table is not schema.message:
                connection.execute(table.delete().where(table.c[column].in_(owner)))
        if "account" in table.c:
            connection.execute(table.delete().where(table.c.account == account))
    connection.execute(schema.account.delete().where(schema.account.c.id == account))
    _unused(connection, schema.mailbox, schema.participant)


def _unused(connection: Connection, table: Table, users: Table) -> None:
    used = select(users.c.mailbox)
    connection.execute(table.delete().where(table.c.id.not_in(used)))


def forget_people(
    connection: Connection, addresses: Collection[str], names: Collection[str]
) -> Forgotten:
    """Delete every message, event, mark and deal with one of these addresses in it.

    Calls go with whoever was in them under one of the ``addresses`` or ``names`` (in lower case),
    and with their meeting.

    Of mails to the rep that name one of ``addresses`` or ``names`` the content is deleted; that
    they were sent stays known, so that none is sent twice.
    """
    mailbox, participant = schema.mailbox.c, schema.participant.c
    theirs = select(mailbox.id).where(mailbox.address.in_(addresses))
    taking_part = select(participant.message).where(participant.mailbox.in_(theirs)).distinct()
    messages = list(connection.scalars(taking_part))
    events = _events_with(connection, addresses, messages)
    conferences = _conferences_with(connection, {*addresses, *names}, events)
    _delete(connection, "conference", conferences)
    _delete(connection, "event", events)
    _delete(connection, "message", messages)
    marks = connection.execute(
        schema.mark.delete().where(schema.mark.c.target.in_(addresses))
    ).rowcount
    deals = connection.execute(
        schema.deal.delete().where(func.lower(schema.deal.c.contact).in_([*addresses, *names]))
    ).rowcount
    _unused(connection, schema.mailbox, schema.participant)
    digests = _without_content(connection, [*addresses, *names])
    return Forgotten(len(messages), len(events), marks, deals, digests)


def expire_texts(connection: Connection, before: int) -> int:
    """Delete the texts of messages older than ``before`` (microseconds); how many there were."""
    told = func.coalesce(
        schema.message.c.sent_at, schema.message.c.received_at, schema.message.c.observed_at
    )
    old = select(schema.message.c.id).where(told < before)
    return connection.execute(
        schema.message_text.delete().where(schema.message_text.c.message.in_(old))
    ).rowcount


def _events_with(connection: Connection, addresses: Collection[str], messages: _Ids) -> list[int]:
    """Ids of events that name one of ``addresses``, or came with one of ``messages``."""
    event, attendance, message = schema.event.c, schema.attendance.c, schema.message.c
    named = or_(*(c.in_(addresses) for c in (event.organizer, event.sent_by, event.actor)))
    found = set(connection.scalars(select(event.id).where(named)))
    there = select(attendance.event).where(attendance.address.in_(addresses))
    found.update(connection.scalars(there))
    carried = select(event.id, message.id).join_from(
        schema.event,
        schema.message,
        and_(event.account == message.account, event.message_provider_id == message.provider_id),
    )
    gone = frozenset(messages)
    found.update(number for number, carrier in connection.execute(carried) if carrier in gone)
    return sorted(found)


def _conferences_with(connection: Connection, words: Collection[str], events: _Ids) -> list[int]:
    """Ids of calls that one of ``words`` was in, and of those of which no meeting is left."""
    c, joining, going = schema.conference.c, schema.joining.c, frozenset(events)
    uids = connection.execute(select(schema.event.c.id, schema.event.c.uid)).all()
    gone = {uid for number, uid in uids if number in going}
    gone -= {uid for number, uid in uids if number not in going}
    found = {number for number, uid in connection.execute(select(c.id, c.uid)) if uid in gone}
    there = connection.execute(select(joining.conference, joining.name, joining.address))
    found.update(
        number for number, name, address in there if name.lower() in words or address in words
    )
    return sorted(found)


def _delete(connection: Connection, name: str, ids: _Ids) -> None:
    """Delete these rows of the table ``name``, and first what refers to them."""
    for number in ids:
        for table in schema.metadata.sorted_tables[::-1]:
            column = table.c.get(name)
            if column is not None and _refers_to(column, name):
                connection.execute(table.delete().where(column == number))
        whole = schema.metadata.tables[name]
        connection.execute(whole.delete().where(whole.c.id == number))


def _refers_to(column: Column[int], name: str) -> bool:
    return any(key.column.table.name == name for key in column.foreign_keys)


def _without_content(connection: Connection, words: Collection[str]) -> int:
    """Empty the mails to the rep in which one of ``words`` stands."""
    from email import message_from_bytes, policy

    table, count = schema.delivery, 0
    for row in connection.execute(select(table).where(table.c.content != b"")).mappings().all():
        mail = message_from_bytes(row["content"], policy=policy.default)
        texts = [p.get_content() for p in mail.walk() if p.get_content_maintype() == "text"]
        said = " ".join([str(mail["subject"] or ""), *texts]).casefold()
        if any(word and word.casefold() in said for word in words):
            same = and_(*(table.c[key] == row[key] for key in ("kind", "key", "recipient")))
            connection.execute(table.update().where(same).values(content=b""))
            count += 1
    return count
