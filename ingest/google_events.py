"""Entries of Google Calendar as its interface gives them → event revisions. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from ingest import ical_lines, ical_times
from ingest.itip import normalised_uid
from ingest.retry import QuarantineError
from ingest.strings import one_line
from ingest.zones import zone_of
from store.model import Attendance, EventRevision
from store.revision import identified

Told: TypeAlias = Mapping[str, Any]

#: The parts of an entry that are looked at (``fields``).
FIELDS: Final = (
    "id,status,iCalUID,sequence,updated,summary,eventType,start,end,recurrence,recurringEventId,"
    "originalStartTime,organizer(email,displayName),creator/email,"
    "attendees(email,displayName,resource,optional,responseStatus,comment)"
)
#: Types of entries that are no meetings -> what the user is told.
LEFT_OUT: Final[Mapping[str, str]] = {
    "outOfOffice": "out-of-office entries",
    "focusTime": "focus times",
    "workingLocation": "working locations",
    "birthday": "birthdays",
}

_PARTSTATS: Final = {
    "accepted": "ACCEPTED",
    "declined": "DECLINED",
    "tentative": "TENTATIVE",
    "needsAction": "NEEDS-ACTION",
}
#: A calendar that is no person's organizes what is written into it.
_NOBODY: Final = ("@group.calendar.google.com", "@group.v.calendar.google.com")
_MAX_ATTENDEES: Final = 500
_MAX_TEXT: Final = 1_000
_MAX_SEQUENCE: Final = 2**31 - 1


def why_left_out(told: Told) -> str:
    """Why an entry is no meeting, ``""`` where it may be one."""
    return LEFT_OUT.get(str(told.get("eventType", "")), "")


def is_gone(told: Told) -> bool:
    """Whether only the id of a deleted entry is left; of a date of a series that is not all."""
    return _cancelled(told) and not _is_whole(told) and "recurringEventId" not in told


def series_of(told: Told) -> str:
    """Id of the series without which a deleted date of it says nothing, ``""`` for all others."""
    known = not _cancelled(told) or _is_whole(told)
    return "" if known else str(told.get("recurringEventId", ""))


def revision(told: Told, zone: str) -> EventRevision:
    """What an entry says: a single meeting, a series, or a date of one that differs.

    ``zone``: the calendar's, for whole days. Raises ``QuarantineError`` saying why it cannot be
    read.
    """
    try:
        return _revision(told, zone)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise _unreadable(told, error) from error


def deleted_date(told: Told, series: Told, zone: str) -> EventRevision:
    """A deleted date of a series, of which Google gives only the original time.

    Everything else is taken from the ``series``. Raises as ``revision`` does.
    """
    try:
        start, end = _moment(series["start"], zone), _moment(series["end"], zone)
        original = _moment(told["originalStartTime"], zone)
        date_only = {
            **series,
            "id": told["id"],
            "status": "cancelled",
            "updated": told.get("updated"),
            "recurrence": (),
            "recurringEventId": told["recurringEventId"],
            "originalStartTime": told["originalStartTime"],
            "start": told["originalStartTime"],
            "end": told["originalStartTime"],
        }
        found = _revision(date_only, zone)
        return identified(found._replace(end=original.at + (end.at - start.at)))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise _unreadable(series, error) from error


def _unreadable(told: Told, error: Exception) -> QuarantineError:
    title = _text(told.get("summary", ""), 80)
    return QuarantineError(f'"{title}" cannot be read: {error}')


class _Moment(NamedTuple):
    at: datetime
    zone: str
    all_day: bool


def _revision(told: Told, zone: str) -> EventRevision:
    start = _moment(told["start"], zone)
    original = told.get("originalStartTime") if told.get("recurringEventId") else None
    organizer, creator = _organizers(told)
    recurrence = _recurrence(told.get("recurrence", ()), start.zone or zone)
    updated = _updated(told)
    return identified(
        EventRevision(
            provider_id="",
            message_provider_id="",
            uid=normalised_uid(str(told["iCalUID"])[:500]),
            recurrence_at=_moment(original, zone).at if original else None,
            sequence=min(max(int(told.get("sequence", 0)), 0), _MAX_SEQUENCE),
            dtstamp=updated,
            learned_from="calendar",
            method="",
            organizer=organizer,
            organizer_name=_text(told.get("organizer", {}).get("displayName", ""), 200),
            sent_by=creator if creator != organizer else "",
            actor="",
            start=start.at,
            end=max(_moment(told["end"], zone).at, start.at) if "end" in told else start.at,
            zone=start.zone,
            all_day=start.all_day,
            floating=start.all_day,
            status="CANCELLED" if _cancelled(told) else str(told.get("status", "")).upper()[:20],
            rrule=recurrence["RRULE"],
            rdate=recurrence["RDATE"],
            exdate=recurrence["EXDATE"],
            summary=_text(told.get("summary", "")),
            comment="",
            attendances=_attendances(told.get("attendees", ())),
            occurred_at=updated,
            source_key=str(told["id"]),
        )
    )


def _cancelled(told: Told) -> bool:
    return told.get("status") == "cancelled"


def _is_whole(told: Told) -> bool:
    return "start" in told and "iCalUID" in told


def _moment(told: Told, zone: str) -> _Moment:
    """A date with or without time; whole days are those of the calendar's zone."""
    if "dateTime" in told:
        at = datetime.fromisoformat(told["dateTime"])
        found = zone_of(str(told.get("timeZone") or zone), {})
        where, name = found or (ZoneInfo(zone), zone)
        at = at if at.tzinfo else at.replace(tzinfo=where)
        return _Moment(_bounded(at), name, all_day=False)
    day = date.fromisoformat(told["date"])
    midnight = datetime.combine(day, time(), ZoneInfo(zone))
    return _Moment(_bounded(midnight), zone, all_day=True)


def _bounded(at: datetime) -> datetime:
    if not ical_times.FIRST_YEAR <= at.year <= ical_times.LAST_YEAR:
        raise ValueError(f"it lies in the year {at.year}")
    return at.astimezone(UTC)


def _updated(told: Told) -> datetime | None:
    value = told.get("updated")
    return datetime.fromisoformat(value).astimezone(UTC) if value else None


def _organizers(told: Told) -> tuple[str, str]:
    """Organizer, and who wrote the entry for them; of a calendar that is nobody's: the writer."""
    organizer = _address(told.get("organizer", {}))
    creator = _address(told.get("creator", {}))
    if organizer.endswith(_NOBODY):
        organizer = creator
    return organizer or creator, creator


def _address(person: Told) -> str:
    address = _text(person.get("email", ""), 320).lower()
    return address if "@" in address and " " not in address else ""


def _attendances(attendees: Iterable[Told]) -> tuple[Attendance, ...]:
    found: dict[str, Attendance] = {}
    for told in attendees:
        address = _address(told)
        if address and len(found) < _MAX_ATTENDEES:
            found.setdefault(address, _attendance(address, told))
    return tuple(found.values())


def _attendance(address: str, told: Told) -> Attendance:
    role = "OPT-PARTICIPANT" if told.get("optional") else "REQ-PARTICIPANT"
    return Attendance(
        address=address,
        name=_text(told.get("displayName", ""), 200),
        role="RESOURCE" if told.get("resource") else role,
        partstat=_PARTSTATS.get(str(told.get("responseStatus", "")), "NEEDS-ACTION"),
        comment=_text(told.get("comment", "")),
    )


def _recurrence(lines: Iterable[str], zone: str) -> dict[str, str]:
    """RRULE as it is; RDATE and EXDATE as UTC values, one a line, as ``ingest.itip`` keeps them."""
    found: dict[str, list[str]] = {"RRULE": [], "RDATE": [], "EXDATE": []}
    for text in lines:
        line = ical_lines.parts(str(text))
        if line is None or line.name not in found:
            continue
        if line.name == "RRULE":
            found["RRULE"].append(line.value[:_MAX_TEXT])
        else:
            found[line.name] += ical_times.dates(line, zone, {})
    return {name: "\n".join(values) for name, values in found.items()}


def _text(value: object, limit: int = _MAX_TEXT) -> str:
    return one_line(str(value))[:limit]
