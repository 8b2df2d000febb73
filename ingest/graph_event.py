"""Events as Graph tells them in JSON, as revisions: their state, and who answered what and when.

A calendar of Exchange knows no SEQUENCE and no DTSTAMP; a change is as old as the entry's last
modification. Whole series come as their rule; a single occurrence only where it differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from ingest.graph_json import Json, instant, mailbox, moment, part, parts, text, zone_named
from ingest.graph_recurrence import rrule
from ingest.itip import normalised_uid
from ingest.strings import one_line
from store.model import Attendance, EventRevision
from store.revision import identified

SERIES: Final = "seriesMaster"
OCCURRENCE: Final = "occurrence"
EXCEPTION: Final = "exception"

_MAX_ATTENDEES: Final = 500
_MAX_SUMMARY: Final = 1_000
_ROLES: Final = {"optional": "OPT-PARTICIPANT", "resource": "RESOURCE"}
_PARTSTATS: Final = {
    "organizer": "ACCEPTED",
    "accepted": "ACCEPTED",
    "tentativelyAccepted": "TENTATIVE",
    "declined": "DECLINED",
}
_ANSWERED: Final = frozenset(("accepted", "tentativelyAccepted", "declined"))


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose calendar it is: own addresses, the main one first, and their IANA zone."""

    addresses: tuple[str, ...]
    zone: str


def is_whole(item: Json) -> bool:
    """Whether it tells all of an event; occurrences, and some changes, come as a few fields."""
    return "iCalUId" in item and "lastModifiedDateTime" in item and "organizer" in item


def revisions(item: Json, owner: Owner) -> list[EventRevision]:
    """The state of a single event, a series or an exception, then the answers it shows.

    Of an answer the calendar tells who gave it and when, so it stands for itself like a REPLY.
    Raises ``ValueError`` saying why where its times or its name cannot be read.
    """
    state = _state(item, owner)
    return [state, *(identified(one) for one in _answers(item, state, owner))]


def _state(item: Json, owner: Owner) -> EventRevision:
    uid = text(item, "iCalUId")
    times = _Times(item, owner)
    if times.start is None or not uid:
        raise ValueError("it has no start" if uid else "it has no UID")
    if text(item, "type") == EXCEPTION and times.original is None:
        raise ValueError("it does not say which date of its series it is")
    name, address = mailbox(part(item, "organizer"))
    return identified(
        EventRevision(
            provider_id="",
            message_provider_id="",
            uid=normalised_uid(uid),
            recurrence_at=times.original,
            sequence=0,
            dtstamp=None,
            learned_from="calendar",
            method="",
            organizer=address,
            organizer_name=name[:200],
            sent_by="",
            actor="",
            start=times.start,
            end=max(times.end or times.start, times.start),
            zone=times.zone_name,
            all_day=times.all_day,
            floating=times.all_day,
            status="CANCELLED" if item.get("isCancelled") is True else "CONFIRMED",
            rrule=rrule(part(item, "recurrence")),
            rdate="",
            exdate=times.cancelled,
            summary=one_line(text(item, "subject"))[:_MAX_SUMMARY],
            comment="",
            attendances=tuple(_attendances(item, owner)),
            occurred_at=instant(text(item, "lastModifiedDateTime")),
            source_key=text(item, "id"),
        )
    )


class _Times:
    """The times of an event. A whole day is one where the owner lives, in whatever zone it is."""

    def __init__(self, item: Json, owner: Owner) -> None:
        self.all_day = item.get("isAllDay") is True
        told = part(part(item, "recurrence"), "range")
        name = text(item, "originalStartTimeZone")
        if not name or name.startswith("tzone://Microsoft/Custom"):
            name = text(told, "recurrenceTimeZone")
        self.zone, self.zone_name = zone_named("" if self.all_day else name, owner.zone)
        self._owner = owner
        self.start, self.end = (self._time(part(item, one)) for one in ("start", "end"))
        self.original = self._original(instant(text(item, "originalStart")))
        self.cancelled = "\n".join(self._cancelled(item))

    def _time(self, told: Json) -> datetime | None:
        found = moment(told, self._owner.zone)
        if found is None or not self.all_day:
            return found.at if found else None
        return self._midnight(date.fromisoformat(text(told, "dateTime")[:10]))

    def _original(self, at: datetime | None) -> datetime | None:
        """When a date of a series was to be by its rule."""
        if at is None or not self.all_day:
            return at
        return self._midnight((at if at.time() == time() else at.astimezone(self.zone)).date())

    def _cancelled(self, item: Json) -> Iterator[str]:
        """Dates of a series that were cancelled, as EXDATE: ``OID.<series>.2026-03-05``."""
        if self.start is None:
            return
        clock = self.start.astimezone(self.zone).timetz()
        told = item.get("cancelledOccurrences")
        for name in told if isinstance(told, list) else ():
            try:
                day = date.fromisoformat(str(name).rpartition(".")[2])
            except ValueError:
                continue
            at = datetime.combine(day, clock).astimezone(UTC)
            yield at.strftime("%Y%m%dT%H%M%SZ")

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(tzinfo=self.zone)).astimezone(UTC)


def _attendances(item: Json, owner: Owner) -> Iterator[Attendance]:
    """Everybody invited. What we answered ourselves stands beside the list of an attendee."""
    own = "" if item.get("isOrganizer") is True else _partstat(part(item, "responseStatus"))
    seen = False
    for one in parts(item, "attendees")[:_MAX_ATTENDEES]:
        told = _attendance(one)
        if told.address in owner.addresses and own:
            told = told._replace(partstat=own)
            seen = True
        if told.address:
            yield told
    if own and not seen and owner.addresses:
        yield Attendance(owner.addresses[0], "", "REQ-PARTICIPANT", own, "")


def _attendance(item: Json) -> Attendance:
    name, address = mailbox(item)
    role = _ROLES.get(text(item, "type"), "REQ-PARTICIPANT")
    partstat = _partstat(part(item, "status")) or "NEEDS-ACTION"
    return Attendance(address, name[:200], role, partstat, "")


def _partstat(status: Json) -> str:
    return _PARTSTATS.get(text(status, "response"), "")


def _answers(item: Json, state: EventRevision, owner: Owner) -> Iterator[EventRevision]:
    """One REPLY for each answer with its time, one COUNTER for each time proposed instead."""
    for one in parts(item, "attendees")[:_MAX_ATTENDEES]:
        told = _attendance(one)
        if told.address not in ("", *owner.addresses) and told.role != "RESOURCE":
            yield from _answer(one, part(one, "status"), told, state)
    own = part(item, "responseStatus")
    if item.get("isOrganizer") is not True and owner.addresses:
        me = Attendance(owner.addresses[0], "", "REQ-PARTICIPANT", _partstat(own), "")
        yield from _answer({}, own, me, state)


def _answer(
    attendee: Json, status: Json, who: Attendance, state: EventRevision
) -> Iterator[EventRevision]:
    at = instant(text(status, "time"))
    if text(status, "response") not in _ANSWERED or at is None:
        return
    said = state._replace(
        method="REPLY",
        rrule="",
        exdate="",
        summary="",
        attendances=(who,),
        occurred_at=at,
        source_key="",
    )
    yield said
    proposed = part(attendee, "proposedNewTime")
    start, end = (moment(part(proposed, one), "UTC") for one in ("start", "end"))
    if start is not None:
        until = end.at if end is not None else start.at
        yield said._replace(method="COUNTER", start=start.at, end=max(until, start.at))
