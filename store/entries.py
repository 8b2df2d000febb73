"""The entries of connected calendars: whatever they show anew is appended as a revision.

Every function runs inside the caller's transaction.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import Connection, bindparam, delete, select

from store import schema
from store.model import Attendance, EventRevision
from store.rows import add, chunks, instant, known_micros, micros
from store.writing import add_events

#: Source key and original start (microseconds) of an occurrence, ``None`` for a series.
Key: TypeAlias = tuple[str, int | None]

_TIMES: Final = ("recurrence_at", "dtstamp", "start", "end", "occurred_at")
_UNTIL: Final = re.compile(r"UNTIL=(\d{4})(\d\d)(\d\d)")


class Calendar(NamedTuple):
    """Which calendar is written: its account, the number and the name of its stream."""

    account: int
    stream: int
    name: str


class Shown(NamedTuple):
    """What an entry shows now: its newest revision."""

    event: int
    provider_id: str
    identity: str
    cancelled: bool


def put(
    connection: Connection,
    calendar: Calendar,
    revisions: Iterable[EventRevision],
    doubtful: Collection[str],
    observed: int,
) -> tuple[int, int]:
    """Append what the calendar shows anew; how many revisions are new, how many entries vanished.

    All revisions of a key come together: an occurrence that is no longer among them is cancelled,
    unless the key is ``doubtful``, because a part of it could not be read.
    """
    told = {(r.source_key, micros(r.recurrence_at)): r for r in revisions}
    keys = {key for key, _ in told}
    shown = dict(_shown(connection, calendar.stream, keys))
    new = {
        key: revision
        for key, revision in told.items()
        if key not in shown or shown[key].identity != revision.provider_id
    }
    _append(connection, calendar, shown, new, observed)
    missing = {
        key: entry
        for key, entry in shown.items()
        if key not in told and key[0] not in doubtful and not entry.cancelled
    }
    return len(new), _cancel(connection, calendar, missing, observed)


def cancel(connection: Connection, calendar: Calendar, keys: Iterable[str], observed: int) -> int:
    """Append CANCELLED revisions for entries that are gone; how many."""
    shown = {k: s for k, s in _shown(connection, calendar.stream, keys) if not s.cancelled}
    return _cancel(connection, calendar, shown, observed)


def present(
    connection: Connection, stream: int, since: datetime | None, until: datetime | None
) -> set[str]:
    """Keys of all entries that are not cancelled and may meet the span from ``since`` to ``until``.

    An entry of which that cannot be told (a series with COUNT that began before) is left out.
    """
    e, c = schema.entry.c, schema.event.c
    query = (
        select(e.source_key, c.start, c.end, c.rrule)
        .join_from(schema.entry, schema.event, e.event == c.id)
        .where(e.stream == stream, c.status != "CANCELLED")
    )
    begin, end = micros(since), micros(until)
    return {
        key
        for key, start, last, rule in connection.execute(query)
        if start is None
        or ((end is None or start < end) and (begin is None or _end(start, last, rule) > begin))
    }


def _end(start: int, last: int | None, rule: str) -> float:
    """When an entry is over for good, as far as that is told."""
    own = start if last is None else last
    if not rule or "COUNT=" in rule:
        return own
    until = _UNTIL.search(rule)
    if until is None:
        return float("inf")
    try:
        year, month, day = map(int, until.groups())
        return known_micros(datetime(year, month, day, tzinfo=UTC))
    except ValueError:
        return own


def _shown(connection: Connection, stream: int, keys: Iterable[str]) -> Iterator[tuple[Key, Shown]]:
    e, c = schema.entry.c, schema.event.c
    query = (
        select(e.source_key, c.recurrence_at, c.id, c.provider_id, e.identity, c.status)
        .join_from(schema.entry, schema.event, e.event == c.id)
        .where(e.stream == stream, e.source_key.in_(bindparam("keys", expanding=True)))
        .order_by(c.id)
    )
    for chunk in chunks(keys):
        for row in connection.execute(query, {"keys": chunk}).all():
            key, at, event, provider_id, identity, status = row
            yield (key, at), Shown(event, provider_id, identity, status == "CANCELLED")


def _append(
    connection: Connection,
    calendar: Calendar,
    shown: dict[Key, Shown],
    new: dict[Key, EventRevision],
    observed: int,
) -> None:
    names = {
        key: _name(calendar, key[0], revision.provider_id, shown.get(key))
        for key, revision in new.items()
    }
    told = {names[key]: revision for key, revision in new.items()}
    ids = _ids(connection, calendar.account, told, observed)
    _forget(connection, calendar.stream, {k: shown[k] for k in new if k in shown})
    rows = [
        (calendar.stream, key[0], ids[names[key]], revision.provider_id)
        for key, revision in new.items()
    ]
    add(connection, schema.entry, rows)


def _ids(
    connection: Connection, account: int, told: dict[str, EventRevision], observed: int
) -> dict[str, int]:
    """Ids of revisions by name. What was dropped and is shown again is there already."""
    add_events(connection, account, told, observed)
    c = schema.event.c
    query = select(c.provider_id, c.id).where(
        c.account == account, c.provider_id.in_(bindparam("names", expanding=True))
    )
    found: dict[str, int] = {}
    for chunk in chunks(told):
        found.update((name, n) for name, n in connection.execute(query, {"names": chunk}))
    return found


def _cancel(
    connection: Connection, calendar: Calendar, shown: dict[Key, Shown], observed: int
) -> int:
    """Cancel entries by copies of their newest revisions; what lies elsewhere is only dropped."""
    if not shown:
        return 0
    elsewhere = _elsewhere(connection, calendar.account, {s.event for s in shown.values()})
    gone = {key: entry for key, entry in shown.items() if entry.event not in elsewhere}
    dropped = {key: entry for key, entry in shown.items() if key not in gone}
    _forget(connection, calendar.stream, dropped)
    copies = {key: _vanished(connection, entry.event) for key, entry in gone.items()}
    _append(connection, calendar, gone, copies, observed)
    return len(gone)


def _vanished(connection: Connection, event: int) -> EventRevision:
    """The revision ``event`` once more, as cancelled at an unknown time before now."""
    told = _stored(connection, event)
    return told._replace(
        provider_id="",
        message_provider_id="",
        learned_from="calendar",
        method="",
        status="CANCELLED",
        actor="",
        comment="",
        dtstamp=None,
        occurred_at=None,
    )


def _stored(connection: Connection, event: int) -> EventRevision:
    c, people = schema.event.c, schema.attendance.c
    row = connection.execute(select(schema.event).where(c.id == event)).mappings().one()
    listed = connection.execute(select(schema.attendance).where(people.event == event)).all()
    values = {name: row[name] for name in EventRevision._fields if name in row}
    times = {name: instant(values[name]) for name in _TIMES}
    attendances = tuple(Attendance(*attendance[1:]) for attendance in listed)
    return EventRevision(**{**values, **times, "attendances": attendances})


def _forget(connection: Connection, stream: int, shown: Mapping[Key, Shown]) -> None:
    c = schema.entry.c
    query = delete(schema.entry).where(
        c.stream == stream, c.source_key == bindparam("key"), c.event == bindparam("of")
    )
    if shown:
        rows = [{"key": key, "of": entry.event} for (key, _), entry in shown.items()]
        connection.execute(query, rows)


def _elsewhere(connection: Connection, account: int, events: Collection[int]) -> set[int]:
    """Those of ``events`` whose meeting another entry of the account shows, not cancelled."""
    e, c = schema.entry.c, schema.event.c
    query = (
        select(c.id, c.uid, c.recurrence_at)
        .join_from(schema.entry, schema.event, e.event == c.id)
        .where(c.account == account, c.status != "CANCELLED")
    )
    meetings = {number: (uid, at) for number, uid, at in connection.execute(query)}
    others = {meeting for number, meeting in meetings.items() if number not in events}
    return {number for number in events if meetings.get(number) in others}


def _name(calendar: Calendar, source_key: str, identity: str, before: Shown | None) -> str:
    """Key of a revision: what is shown again after something else is another one."""
    parts = (calendar.name, source_key, identity, before.provider_id if before else "")
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()
