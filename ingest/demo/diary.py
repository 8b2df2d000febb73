"""Meetings of the made-up world: entries of a calendar, and the iTIP parts that tell of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ingest.demo.cast import REP, Person

_WINDOWS_ZONES = {
    "Europe/Amsterdam": "W. Europe Standard Time",
    "Europe/Brussels": "Romance Standard Time",
    "Europe/Berlin": "W. Europe Standard Time",
    "Europe/Vienna": "W. Europe Standard Time",
    "Europe/London": "GMT Standard Time",
    "Europe/Stockholm": "W. Europe Standard Time",
    "Europe/Helsinki": "FLE Standard Time",
    "America/New_York": "Eastern Standard Time",
    "America/Chicago": "Central Standard Time",
    "America/Los_Angeles": "Pacific Standard Time",
}


@dataclass
class Meeting:
    """One event as it stands now. ``rule``: its RRULE; ``moved``: original start → new start."""

    uid: str
    organizer: Person
    guests: tuple[Person, ...]
    summary: str
    start: datetime
    minutes: int
    created: datetime
    changed: datetime
    sequence: int = 0
    status: str = "CONFIRMED"
    answers: dict[str, str] = field(default_factory=dict)
    rule: str = ""
    moved: dict[datetime, datetime] = field(default_factory=dict)
    by: Person | None = None

    @property
    def end(self) -> datetime:
        """When it should end."""
        return self.start + timedelta(minutes=self.minutes)


def part(
    method: str,
    meeting: Meeting,
    at: datetime,
    *,
    only: Person | None = None,
    start: datetime | None = None,
    occurrence: datetime | None = None,
    comment: str = "",
) -> tuple[str, str]:
    """Method and text of an iTIP part about a meeting or one occurrence of it.

    ``only``: the one guest that a reply speaks of; ``start``: another time than the meeting's.
    """
    guests = (only,) if only else meeting.guests
    lines = list(_event(meeting, at, guests, start or meeting.start, occurrence, method=method))
    if comment:
        lines.insert(-1, f"COMMENT:{_text(comment)}")
    return method, _calendar(lines, method)


def calendar(meetings: Iterable[Meeting], exported: datetime) -> str:
    """The rep's calendar as an .ics export."""
    lines: list[str] = []
    for meeting in meetings:
        lines += _event(meeting, exported, meeting.guests, meeting.start, None)
        for original, start in sorted(meeting.moved.items()):
            lines += _event(meeting, exported, meeting.guests, start, original)
    return _calendar(lines)


def _calendar(lines: Iterable[str], method: str = "") -> str:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tidewater//Calendar 4.2//EN"]
    head += [f"METHOD:{method}"] if method else [f"X-WR-TIMEZONE:{REP.zone}"]
    folded = (part for line in (*head, *lines, "END:VCALENDAR") for part in _folded(line))
    return "\r\n".join(folded) + "\r\n"


def _event(
    meeting: Meeting,
    stamp: datetime,
    guests: Iterable[Person],
    start: datetime,
    occurrence: datetime | None,
    *,
    method: str = "",
) -> Iterator[str]:
    organizer = meeting.organizer
    end = start + timedelta(minutes=meeting.minutes)
    sent_by = f';SENT-BY="mailto:{meeting.by.address}"' if meeting.by else ""
    yield "BEGIN:VEVENT"
    yield f"UID:{meeting.uid}"
    yield f"DTSTAMP:{_utc(stamp)}"
    yield f"CREATED:{_utc(meeting.created)}"
    yield f"LAST-MODIFIED:{_utc(stamp if method else meeting.changed)}"
    yield f"SEQUENCE:{meeting.sequence}"
    if occurrence:
        yield _time("RECURRENCE-ID", occurrence, organizer)
    yield _time("DTSTART", start, organizer)
    yield _time("DTEND", end, organizer)
    if meeting.rule and not occurrence:
        yield f"RRULE:{meeting.rule}"
    yield f"SUMMARY:{_text(meeting.summary)}"
    yield f"STATUS:{'CANCELLED' if method == 'CANCEL' else meeting.status}"
    yield f'ORGANIZER;CN="{organizer.name}"{sent_by}:mailto:{organizer.address}'
    for guest in guests:
        answer = meeting.answers.get(guest.address, "NEEDS-ACTION")
        yield (
            f'ATTENDEE;CN="{guest.name}";ROLE=REQ-PARTICIPANT;PARTSTAT={answer};'
            f"RSVP=TRUE:mailto:{guest.address}"
        )
    yield "END:VEVENT"


def _time(name: str, at: datetime, organizer: Person) -> str:
    """A time as the organizer's program writes it."""
    local = f"{at.astimezone(ZoneInfo(organizer.zone)):%Y%m%dT%H%M%S}"
    if organizer.client == "outlook":
        return f'{name};TZID="{_WINDOWS_ZONES[organizer.zone]}":{local}'
    if organizer.client == "apple":
        return f"{name}:{_utc(at)}"
    return f"{name};TZID={organizer.zone}:{local}"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return escaped.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    while len(line.encode()) > 74:
        cut = 72
        while len(line[:cut].encode()) > 73:
            cut -= 1
        yield line[:cut]
        line = " " + line[cut:]
    yield line
