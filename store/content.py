"""A digest of what is stored, to tell whether two databases hold the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, select

from store import schema as s
from store.database import Database

_OWNER = (s.account.c.kind, s.account.c.name)
_MESSAGE = (*_OWNER, s.message.c.provider_id)
_STREAM = (*_OWNER, s.stream.c.name)


def digest(database: Database, *, cursors: bool = True) -> str:
    """SHA-256 of all content, row ids and times of observation aside.

    Equal for two databases that were filled from the same sources, however the records came in
    batches and however often that was interrupted. ``cursors``: whether places in the sources count
    as content; a provider may give another one each time though nothing is new.
    """
    total = hashlib.sha256()
    with database.reading() as connection:
        for query in _queries(cursors=cursors):
            lines = sorted(repr(tuple(row)) for row in connection.execute(query))
            total.update("\n".join([*lines, "", ""]).encode("utf-8", "surrogatepass"))
    return total.hexdigest()


def _queries(*, cursors: bool) -> Iterator[Select[Any]]:
    """One query per table: the natural key of what a row belongs to, then what it says."""
    yield select(s.account.c.kind, s.account.c.name, s.account.c.zone)
    yield _said(s.own_address, _OWNER).join(s.account)
    yield _said(s.mailbox, ())
    yield _said(s.message, (*_OWNER, s.message.c.removed_at.is_not(None))).join(
        s.account, s.message.c.account == s.account.c.id
    )
    for part in (s.message_text, s.intent):
        yield _of_account(_said(part, _MESSAGE).join(s.message), s.message)
    yield _of_account(
        _said(s.participant, (*_MESSAGE, s.mailbox.c.address, s.mailbox.c.name))
        .join(s.message, s.participant.c.message == s.message.c.id)
        .join(s.mailbox, s.participant.c.mailbox == s.mailbox.c.id),
        s.message,
    )
    yield _said(s.event, _OWNER).join(s.account)
    yield _of_account(
        _said(s.place, (*_STREAM, s.message.c.provider_id))
        .join(s.message, s.place.c.message == s.message.c.id)
        .join(s.stream, s.place.c.stream == s.stream.c.id),
        s.stream,
    )
    event = (*_OWNER, s.event.c.provider_id)
    yield _of_account(
        _said(s.entry, (*_STREAM, s.event.c.provider_id))
        .join(s.event, s.entry.c.event == s.event.c.id)
        .join(s.stream, s.entry.c.stream == s.stream.c.id),
        s.stream,
    )
    yield _of_account(_said(s.attendance, event).join(s.event), s.event)
    yield _said(s.conference, _OWNER).join(s.account)
    call = (*_OWNER, s.conference.c.provider_id)
    yield _of_account(_said(s.joining, call).join(s.conference), s.conference)
    yield _said(s.mark, ())
    yield _said(s.deal, _OWNER).join(s.account)
    for part in (s.failure, s.left_out, *([s.cursor] if cursors else ())):
        yield _of_account(_said(part, _STREAM).join(s.stream), s.stream)


def _said(table: Table, key: tuple[ColumnElement[Any], ...]) -> Select[Any]:
    places = {"id", "observed_at", "checked_at", "removed_at", "position", "size"}
    said = [c for c in table.columns if c.name not in places and not c.foreign_keys]
    return select(*key, *said).select_from(table)


def _of_account(query: Select[Any], table: Table) -> Select[Any]:
    return query.join(s.account, table.c.account == s.account.c.id)
