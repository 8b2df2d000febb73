"""Records into their tables. Every function runs inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, select, tuple_

from store import schema
from store.model import KINDS, ROLES, Deal, EventRevision, Intent, Message
from store.rows import Row, add, append, chunks, micros, next_id

_KIND: Final = {kind: code for code, kind in enumerate(KINDS)}
_ROLE: Final = {role: code for code, role in enumerate(ROLES)}


class Known(NamedTuple):
    """A message that was in the database before."""

    id: int
    labels: str
    removed_at: int | None
    stream: int


def once(messages: Iterable[Message]) -> dict[str, Message]:
    """Messages by provider id; a second copy only adds its labels."""
    unique: dict[str, Message] = {}
    for message in messages:
        first = unique.setdefault(message.provider_id, message)
        if first is not message and first.labels != message.labels:
            labels = tuple(sorted({*first.labels, *message.labels}))
            unique[message.provider_id] = first._replace(labels=labels)
    return unique


def message_rows(
    connection: Connection, messages: Sequence[Message], account: int, stream: int, observed: int
) -> list[Row]:
    """Rows of table ``message`` with new ids."""
    first = next_id(connection, schema.message)
    return [
        (
            number,
            account,
            stream,
            m.provider_id,
            m.message_id,
            m.in_reply_to,
            " ".join(m.references),
            m.thread_hint,
            micros(m.sent_at),
            micros(m.received_at),
            observed,
            None,
            m.offset_minutes,
            _KIND[m.kind],
            m.subject,
            m.subject_key,
            m.words,
            m.text_digest,
            json.dumps(m.attachments, ensure_ascii=False) if m.attachments else "",
            "\n".join(sorted(m.labels)),
            m.sequence_tool,
            m.language,
        )
        for number, m in enumerate(messages, first)
    ]


class Mailboxes:
    """Ids of (address, display name), remembered between batches."""

    #: Bounds the memory: hostile mail may name any number of addresses.
    limit: Final = 200_000

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str], int] = {}

    def forget(self) -> None:
        """Drop what is remembered: the rows may be gone."""
        self._ids.clear()

    def ids(
        self, connection: Connection, messages: Iterable[Message]
    ) -> dict[tuple[str, str], int]:
        """Ids for all participants of ``messages`` (and perhaps others), made where missing."""
        if len(self._ids) > self.limit:
            self.forget()
        known = self._ids
        missing = {
            (p.address, p.name): p.domain
            for m in messages
            for p in m.participants
            if (p.address, p.name) not in known
        }
        if missing:
            self._look_up(connection, missing)
            self._make(connection, missing)
        return known

    def _look_up(self, connection: Connection, pairs: Iterable[tuple[str, str]]) -> None:
        c = schema.mailbox.c
        pair = tuple_(c.address, c.name)
        query = select(c.address, c.name, c.id).where(pair.in_(bindparam("pairs", expanding=True)))
        for chunk in chunks(pairs, 1000):
            for address, name, number in connection.execute(query, {"pairs": chunk}).all():
                self._ids[address, name] = number

    def _make(self, connection: Connection, domains: dict[tuple[str, str], str]) -> None:
        new = [pair for pair in domains if pair not in self._ids]
        first = next_id(connection, schema.mailbox)
        rows = [(number, *pair, domains[pair]) for number, pair in enumerate(new, first)]
        add(connection, schema.mailbox, rows)
        self._ids.update((pair, number) for number, pair in enumerate(new, first))


def add_parts(
    connection: Connection,
    messages: dict[str, Message],
    new: dict[str, int],
    mailboxes: Mailboxes,
    *,
    keep_text: bool,
) -> None:
    """Append participants and texts of the ``new`` messages."""
    fresh = [(number, messages[provider_id]) for provider_id, number in new.items()]
    ids = mailboxes.ids(connection, (m for _, m in fresh))
    participants = [
        (number, ids[p.address, p.name], _ROLE[p.role])
        for number, m in fresh
        for p in m.participants
    ]
    add(connection, schema.participant, participants)
    if keep_text:
        add(connection, schema.message_text, [(number, m.text) for number, m in fresh if m.text])


def known_messages(
    connection: Connection, account: int, provider_ids: Iterable[str]
) -> dict[str, Known]:
    """Those of ``provider_ids`` that the database has."""
    c = schema.message.c
    query = select(c.provider_id, c.id, c.labels, c.removed_at, c.stream).where(
        c.account == account, c.provider_id.in_(bindparam("ids", expanding=True))
    )
    known: dict[str, Known] = {}
    for chunk in chunks(provider_ids):
        for row in connection.execute(query, {"ids": chunk}).all():
            known[row[0]] = Known(*row[1:])
    return known


def see_again(
    connection: Connection, known: dict[str, Known], messages: dict[str, Message], stream: int
) -> int:
    """Merge labels of known messages, take back their removal; how many changed thereby."""
    updates = []
    changed = 0
    for provider_id, old in known.items():
        labels = {*old.labels.split("\n"), *messages[provider_id].labels} - {""}
        merged = "\n".join(sorted(labels))
        differs = merged != old.labels or old.removed_at is not None
        changed += differs
        if differs or old.stream != stream:
            updates.append({"key": old.id, "labels": merged, "stream": stream, "removed_at": None})
    if updates:
        table = schema.message
        connection.execute(table.update().where(table.c.id == bindparam("key")), updates)
    return changed


def remove(
    connection: Connection, account: int, stream: int, provider_ids: Sequence[str], observed: int
) -> int:
    """Mark messages without places as removed where ``stream`` had them last; how many."""
    c = schema.message.c
    placed = select(schema.place.c.message).where(schema.place.c.message == c.id).exists()
    removed = 0
    for chunk in chunks(provider_ids):
        removed += connection.execute(
            schema.message.update()
            .where(c.account == account, c.stream == stream, c.removed_at.is_(None))
            .where(c.provider_id.in_(bindparam("ids", expanding=True)), ~placed)
            .values(removed_at=observed),
            {"ids": chunk},
        ).rowcount
    return removed


def add_events(
    connection: Connection, account: int, events: dict[str, EventRevision], observed: int
) -> int:
    """Append event revisions (by provider id) with their attendances; how many are new."""
    if not events:
        return 0
    first = next_id(connection, schema.event)
    rows = [
        (n, account, provider_id, *_fields(e)[1:-1], observed)
        for n, (provider_id, e) in enumerate(events.items(), first)
    ]
    new = append(connection, schema.event, rows)
    attendances = [
        (n, *a) for provider_id, n in new.items() for a in events[provider_id].attendances
    ]
    add(connection, schema.attendance, attendances)
    return len(new)


def _fields(record: EventRevision | Deal) -> Row:
    """Values of a record's columns; a tuple has its own table."""
    return tuple(
        micros(value) if isinstance(value, datetime) else value
        for value in record
        if not isinstance(value, tuple)
    )


def put_deals(
    connection: Connection, account: int, deals: dict[str, Deal], observed: int
) -> tuple[int, int]:
    """Insert deals, update those that differ; how many are new and how many changed."""
    if not deals:
        return 0, 0
    table = schema.deal
    first = next_id(connection, table)
    told = {provider_id: _fields(deal) for provider_id, deal in deals.items()}
    rows = [(n, account, *fields, observed) for n, fields in enumerate(told.values(), first)]
    new = append(connection, table, rows)
    stored = connection.execute(select(table).where(table.c.account == account))
    changed = [
        {
            "key": number,
            **dict(zip(Deal._fields, told[provider_id], strict=True)),
            "observed_at": observed,
        }
        for number, _, provider_id, *rest, _ in stored
        if provider_id in told and told[provider_id] != (provider_id, *rest)
    ]
    if changed:
        connection.execute(table.update().where(table.c.id == bindparam("key")), changed)
    return len(new), len(changed)


def put_intents(connection: Connection, ids: dict[str, int], intents: Sequence[Intent]) -> None:
    """Keep what the labeller says now about messages; what an older version said is dropped."""
    intent = schema.intent
    rows = [
        (ids[i.message_provider_id], i.intent, i.probability, i.words, i.version)
        for i in intents
        if i.message_provider_id in ids
    ]
    older = intent.c.version != bindparam("version_now")
    delete = intent.delete().where(intent.c.message == bindparam("of"), older)
    told = {(row[0], row[4]) for row in rows}
    if told:
        connection.execute(delete, [{"of": of, "version_now": version} for of, version in told])
    add(connection, intent, rows)
