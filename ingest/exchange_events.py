"""Entries of an Exchange Server's calendar, said in the words of Graph.

Both show the same calendar of the same Exchange, so what it means is decided in one place,
``ingest.graph_event``; here EWS is put into Graph's words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final, TypeAlias

from ingest import exchange_xml as xml
from ingest import graph_event
from ingest.exchange_xml import Element
from ingest.graph_event import EXCEPTION, SERIES, Owner
from ingest.graph_json import Json, instant
from ingest.zones import zone_of
from store.model import EventRevision

#: What is told of a date of a series: the entry itself where it could be had.
Dates: TypeAlias = Mapping[str, Element | None]

_RESPONSES: Final = {
    "Organizer": "organizer",
    "Accept": "accepted",
    "Tentative": "tentativelyAccepted",
    "Decline": "declined",
}
_INVITED: Final = (
    ("RequiredAttendees", "required"),
    ("OptionalAttendees", "optional"),
    ("Resources", "resource"),
)
_PATTERNS: Final = {
    "DailyRecurrence": "daily",
    "WeeklyRecurrence": "weekly",
    "AbsoluteMonthlyRecurrence": "absoluteMonthly",
    "RelativeMonthlyRecurrence": "relativeMonthly",
    "AbsoluteYearlyRecurrence": "absoluteYearly",
    "RelativeYearlyRecurrence": "relativeYearly",
}
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday")
_WEEKEND: Final = ("saturday", "sunday")
_SEVERAL: Final = {"day": _WEEKDAYS + _WEEKEND, "weekday": _WEEKDAYS, "weekendday": _WEEKEND}
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_HALF_A_DAY: Final = timedelta(hours=12)


def dates_in(entry: Element) -> list[str]:
    """The ids of those dates of a series that differ from its rule."""
    return [xml.id_in(one, "ItemId") for one in _listed(entry, "ModifiedOccurrences")]


def revisions(entry: Element, dates: Dates, owner: Owner) -> list[EventRevision]:
    """All that an entry says, with those of its dates that differ, under the key of the entry.

    ``dates``: by id. Raises ``ValueError`` saying why where it cannot be read.
    """
    words = _words(entry)
    found = graph_event.revisions(words, owner)
    for one in _listed(entry, "ModifiedOccurrences"):
        found += graph_event.revisions(
            _date(words, one, dates.get(xml.id_in(one, "ItemId"))), owner
        )
    return found


def _date(series: Json, told: Element, entry: Element | None) -> Json:
    """One date of a series that differs. What cannot be had of it is as in the series."""
    words = _words(entry) if entry is not None else {**series, **_times(told, series)}
    original = _instant(told, "OriginalStart")
    if series["isAllDay"] is True:
        original = _midnight(original, zone_of(series["originalStartTimeZone"], {}))
    return {
        **words,
        "id": series["id"],
        "iCalUId": series["iCalUId"],
        "type": EXCEPTION,
        "originalStart": original.isoformat(),
        "originalStartTimeZone": series["originalStartTimeZone"],
        "recurrence": {},
        "cancelledOccurrences": [],
    }


def _words(entry: Element) -> dict[str, Any]:
    kind = xml.said(entry, "CalendarItemType")
    mine = xml.said(entry, "MyResponseType")
    zone = _zone_name(entry)
    words: dict[str, Any] = {
        "id": xml.id_in(entry, "ItemId"),
        "iCalUId": xml.said(entry, "UID"),
        "type": SERIES if kind == "RecurringMaster" else "singleInstance",
        "subject": xml.said(entry, "Subject"),
        "isAllDay": xml.said(entry, "IsAllDayEvent") == "true",
        "isCancelled": xml.said(entry, "IsCancelled") == "true",
        "isOrganizer": mine == "Organizer",
        "organizer": _recipient(entry, "Organizer", "Mailbox"),
        "attendees": list(_attendees(entry)),
        "responseStatus": _status(mine, xml.said(entry, "AppointmentReplyTime")),
        "lastModifiedDateTime": xml.said(entry, "LastModifiedTime"),
        "originalStartTimeZone": zone,
        "recurrence": {},
        "cancelledOccurrences": [],
    }
    words |= _times(entry, words)
    if kind == "RecurringMaster":
        words["recurrence"] = _recurrence(entry)
        words["cancelledOccurrences"] = list(_cancelled(entry, _zone_of_series(zone)))
    return words


def _zone_name(entry: Element) -> str:
    """As Windows or the IANA calls it; custom ones have a name that says nothing."""
    found = xml.find(entry, "StartTimeZone")
    return (found.get("Id") or found.get("Name") or "") if found is not None else ""


def _zone_of_series(name: str) -> tzinfo:
    """Without its zone nobody knows when a series takes place: its clock is set twice a year."""
    known = zone_of(name, {}) if name else None
    if known is None:
        raise ValueError(f"its time zone is not known: {name[:80]!r}")
    return known[0]


def _times(told: Element, words: Json) -> dict[str, Any]:
    zone = zone_of(words["originalStartTimeZone"], {})
    found = {}
    for name in ("Start", "End"):
        at = _instant(told, name)
        wall = _midnight(at, zone) if words["isAllDay"] is True else at
        found[name.lower()] = {"dateTime": f"{wall:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}
    return found


def _midnight(at: datetime, zone: tuple[tzinfo, str] | None) -> datetime:
    """The whole day that begins at ``at``, as its midnight in UTC: the day says all.

    In a zone that nobody knows it is the day whose midnight is nearest.
    """
    day = at.astimezone(zone[0]) if zone is not None else at + _HALF_A_DAY
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _instant(told: Element, name: str) -> datetime:
    at = instant(xml.said(told, name))
    if at is None:
        raise ValueError(f"it has no {name}")
    return at


def _cancelled(entry: Element, zone: tzinfo) -> Iterator[str]:
    """The days of cancelled dates, as Graph names them."""
    for one in _listed(entry, "DeletedOccurrences"):
        day = _instant(one, "Start").astimezone(zone).date()
        yield f"OID.{day.isoformat()}"


def _attendees(entry: Element) -> Iterator[dict[str, Any]]:
    for name, kind in _INVITED:
        for one in _listed(entry, name):
            response = xml.said(one, "ResponseType")
            yield {
                **_recipient(one, "Mailbox"),
                "type": kind,
                "status": _status(response, xml.said(one, "LastResponseTime")),
                "proposedNewTime": {
                    "start": _proposed(one, "ProposedStart"),
                    "end": _proposed(one, "ProposedEnd"),
                },
            }


def _status(response: str, at: str) -> dict[str, str]:
    return {"response": _RESPONSES.get(response, "none"), "time": at}


def _proposed(attendee: Element, name: str) -> dict[str, str]:
    at = instant(xml.said(attendee, name))
    return {"dateTime": f"{at:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"} if at else {}


def _recipient(element: Element, *path: str) -> dict[str, Any]:
    name, address = (xml.said(element, *path, part) for part in ("Name", "EmailAddress"))
    return {"emailAddress": {"name": name, "address": address}}


def _recurrence(entry: Element) -> dict[str, Any]:
    """The rule of a series. Raises ``ValueError`` for one that is not known."""
    told = list(_listed(entry, "Recurrence"))
    pattern = next((one for one in told if xml.name_of(one) in _PATTERNS), None)
    if pattern is None:
        raise ValueError("its recurrence is not known")
    others = [one for one in told if one is not pattern]
    return {"pattern": _pattern(pattern), "range": _range(others)}


def _pattern(told: Element) -> dict[str, Any]:
    month = xml.said(told, "Month")
    return {
        "type": _PATTERNS[xml.name_of(told)],
        "interval": _number(xml.said(told, "Interval")),
        "daysOfWeek": list(_days(xml.said(told, "DaysOfWeek"))),
        "dayOfMonth": _number(xml.said(told, "DayOfMonth")),
        "index": xml.said(told, "DayOfWeekIndex").lower(),
        "month": _MONTHS.index(month) + 1 if month in _MONTHS else 0,
        "firstDayOfWeek": xml.said(told, "FirstDayOfWeek").lower() or "sunday",
    }


def _days(told: str) -> Iterator[str]:
    for name in told.lower().split():
        yield from _SEVERAL.get(name, (name,))


def _range(told: Iterable[Element]) -> dict[str, Any]:
    for one in told:
        kind = xml.name_of(one)
        if kind == "NoEndRecurrence":
            return {"type": "noEnd"}
        if kind == "NumberedRecurrence":
            count = _number(xml.said(one, "NumberOfOccurrences"))
            return {"type": "numbered", "numberOfOccurrences": count}
        if kind == "EndDateRecurrence":
            return {"type": "endDate", "endDate": xml.said(one, "EndDate")[:10]}
    raise ValueError("it does not say how long its recurrence lasts")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _listed(element: Element, name: str) -> list[Element]:
    found = xml.find(element, name)
    return list(found) if found is not None else []
