"""iCalendar streams and iTIP parts as event revisions (RFC 5545, 5546, 6047).

One revision per VEVENT: what one message or calendar said about one event at one time. Recurrence
rules are kept as text and never expanded here, so an endless one costs nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from urllib.parse import unquote

from ingest import ical_lines, ical_times
from ingest.ical_lines import Line, Stream
from ingest.ical_times import Instant
from ingest.zones import zone_of
from store.model import FOLLOWING, Attendance, EventRevision, Failure
from store.revision import identified

_OUTLOOK: Final = "040000008200e00074c5b7101a82e008"
_GOOGLE_SPLIT: Final = re.compile(r"_R\d{8}(T\d{6}Z?)?(?=@|$)")
_ESCAPED: Final = re.compile(r"\\([nN,;\\])")
_MAX_ATTENDEES: Final = 500
_MAX_TEXT: Final = 1_000
_TRANSPORTED: Final = frozenset(
    {"REQUEST", "REPLY", "CANCEL", "COUNTER", "DECLINECOUNTER", "ADD", "REFRESH"}
)
_MAX_SEQUENCE: Final = 2**31 - 1


class MailContext(NamedTuple):
    """The mail that carried a stream: its id in the store and when it was sent."""

    message_provider_id: str
    sent_at: datetime | None


def parse(raw: bytes, *, zone: str = "UTC", mail: MailContext | None = None) -> list[EventRevision]:
    """The event revisions of an iCalendar stream, those that can be read.

    ``zone``: the calendar owner's IANA zone, for floating and all-day times. ``mail``: what carried
    it. Never raises for what the stream says; ``parse_all`` tells what could not be read.
    """
    return parse_all(raw, zone=zone, mail=mail)[0]


def parse_all(
    raw: bytes, *, zone: str = "UTC", mail: MailContext | None = None
) -> tuple[list[EventRevision], list[Failure]]:
    """The event revisions of a stream, and one failure for each event that cannot be read."""
    revisions: dict[str, EventRevision] = {}
    failures: list[Failure] = []
    number = 0
    for stream in ical_lines.streams(ical_lines.text_of(raw)):
        told = zone_of(stream.properties.get("X-WR-TIMEZONE", ""), stream.zones)
        owner = told[1] if told and "/" in told[1] else zone
        for lines in stream.events:
            number += 1
            event = _Event(lines, stream, owner, mail)
            try:
                revision = event.revision()
            except (ValueError, OverflowError) as error:
                failures.append(Failure(f"event {number} ({event.name[:80]})", str(error)))
            else:
                revisions.setdefault(revision.provider_id, revision)
    return list(revisions.values()), failures


def unexplained_zones(raw: bytes) -> list[Failure]:
    """A note for each TZID that nothing explains: how many events were read in the owner's zone."""
    found: Counter[str] = Counter()
    for stream in ical_lines.streams(ical_lines.text_of(raw)) if b"TZID" in raw else ():
        begun = (line for event in stream.events for line in event if line.startswith("DTSTART;"))
        for line in filter(None, map(ical_lines.parts, begun)):
            name = line.parameters.get("TZID", "")
            if name and zone_of(name, stream.zones) is None:
                found[name] += 1
    why = "nothing tells what it means: read in your own zone, number of events: {}"
    return [Failure(f"time zone {n[:80]}", why.format(count)) for n, count in found.items()]


class _Event:
    """The lines of one VEVENT, asked by name."""

    def __init__(
        self, lines: Iterable[str], stream: Stream, owner: str, mail: MailContext | None
    ) -> None:
        self.lines: dict[str, list[Line]] = {}
        for text in lines:
            line = ical_lines.parts(text)
            if line is not None:
                self.lines.setdefault(line.name, []).append(line)
        self.stream = stream
        self.cut = stream.cut and lines is stream.events[-1]
        self.owner = owner
        self.mail = mail
        self.method = stream.properties.get("METHOD", "").upper()

    @property
    def name(self) -> str:
        """What a person may know it by."""
        return self.text("SUMMARY") or self.text("UID") or "without a title"

    def line(self, name: str) -> Line | None:
        """The first line of that name."""
        return self.lines.get(name, [None])[0]

    def text(self, name: str, limit: int = _MAX_TEXT) -> str:
        """The text of a property on one line, or ``""``."""
        line = self.line(name)
        return _text(line.value, limit) if line else ""

    def instant(self, name: str) -> Instant | None:
        """The time of a property, ``None`` where it is missing; raises ``ValueError``."""
        line = self.line(name)
        return ical_times.read(line, self.owner, self.stream.zones) if line else None

    def stamp(self, *names: str) -> datetime | None:
        """The first readable of these times."""
        for name in names:
            try:
                found = self.instant(name)
            except ValueError:
                continue
            if found:
                return found.at
        return None

    def revision(self) -> EventRevision:
        """What this event says. Raises ``ValueError`` when it cannot be read."""
        if self.cut:
            raise ValueError("the calendar ends in the middle of it")
        start = self.instant("DTSTART")
        if start is None and self.method not in ("CANCEL", "REPLY", "REFRESH", "DECLINECOUNTER"):
            raise ValueError("it has no start")
        recurrence = self.instant("RECURRENCE-ID")
        organizer = self.line("ORGANIZER")
        parameters = organizer.parameters if organizer else {}
        revision = EventRevision(
            provider_id="",
            message_provider_id=self.mail.message_provider_id if self.mail else "",
            uid=self._uid(),
            recurrence_at=recurrence.at if recurrence else None,
            sequence=self._sequence(),
            dtstamp=self.stamp("DTSTAMP"),
            learned_from="itip" if self.method in _TRANSPORTED else "calendar",
            method="" if self.method == "PUBLISH" else self.method[:20],
            organizer=_address(organizer),
            organizer_name=_text(parameters.get("CN", ""), 200),
            sent_by=_bare(parameters.get("SENT-BY", "")),
            actor="",
            start=start.at if start else None,
            end=self._end(start),
            zone=start.zone if start else "",
            all_day=start.all_day if start else False,
            floating=start.floating if start else False,
            status="CANCELLED" if self.method == "CANCEL" else self.text("STATUS", 20).upper(),
            rrule=self._rule(),
            rdate=self._dates("RDATE"),
            exdate=self._dates("EXDATE"),
            summary=self.text("SUMMARY"),
            comment=self.text("COMMENT"),
            attendances=self._attendances(),
            occurred_at=self._occurred_at(),
        )
        return identified(revision, modified_at=self.stamp("LAST-MODIFIED"))

    def _uid(self) -> str:
        uid = self.text("UID", 500)
        if uid:
            return normalised_uid(uid)
        told = "\n".join(
            line.value
            for name in ("DTSTART", "SUMMARY", "ORGANIZER")
            for line in self.lines.get(name, ())
        )
        return "no-uid-" + hashlib.blake2b(told.encode(), digest_size=12).hexdigest()

    def _sequence(self) -> int:
        numbers = [self.text(name, 12) for name in ("SEQUENCE", "X-MICROSOFT-CDO-APPT-SEQUENCE")]
        return min(max([int(n) for n in numbers if n.isdecimal()], default=0), _MAX_SEQUENCE)

    def _end(self, start: Instant | None) -> datetime | None:
        """DTEND, else start and DURATION, else a day or no time at all (RFC 5545 section 3.6.1)."""
        if start is None:
            return None
        length = self.line("DURATION")
        try:
            end = self.instant("DTEND")
            if end is None and length is not None:
                return start.at + ical_times.duration(length.value)
        except (ValueError, OverflowError):
            end = None
        if end is None:
            return start.at + timedelta(days=1) if start.all_day else start.at
        return max(end.at, start.at)

    def _occurred_at(self) -> datetime | None:
        """When the change was made: the mail's time, DTSTAMP of iTIP, last change of an entry.

        An export writes its own time as DTSTAMP, so that comes last for a calendar's entry.
        """
        if self.mail and self.mail.sent_at:
            return self.mail.sent_at
        if self.method in _TRANSPORTED:
            return self.stamp("DTSTAMP", "LAST-MODIFIED", "CREATED")
        return self.stamp("LAST-MODIFIED", "CREATED", "DTSTAMP")

    def _joined(self, name: str) -> str:
        return "\n".join(line.value[:_MAX_TEXT] for line in self.lines.get(name, ()))

    def _rule(self) -> str:
        """The rule of a series; what speaks for one date and all that follow has none."""
        recurrence = self.line("RECURRENCE-ID")
        ranged = recurrence.parameters.get("RANGE", "") if recurrence else ""
        return FOLLOWING if ranged.upper() == "THISANDFUTURE" else self._joined("RRULE")

    def _dates(self, name: str) -> str:
        """All dates of RDATE or EXDATE as UTC values, one a line."""
        lines = self.lines.get(name, ())
        return "\n".join(
            date for one in lines for date in ical_times.dates(one, self.owner, self.stream.zones)
        )

    def _attendances(self) -> tuple[Attendance, ...]:
        lines = self.lines.get("ATTENDEE", ())
        return tuple(_attendance(line) for line in lines[:_MAX_ATTENDEES] if _address(line))


def normalised_uid(uid: str) -> str:
    """The UID of the whole series.

    Outlook writes the date of an occurrence into bytes 16 to 19 of its GlobalObjectId
    ([MS-OXOCAL] 2.2.1.27); Google marks a split series by ``_R<start>``.
    """
    lowered = uid.lower()
    if lowered.startswith(_OUTLOOK) and len(lowered) >= 40:
        return lowered[:32] + "00000000" + lowered[40:]
    return _GOOGLE_SPLIT.sub("", uid)


def _attendance(line: Line) -> Attendance:
    parameters = line.parameters
    machine = parameters.get("CUTYPE", "").upper() in ("RESOURCE", "ROOM")
    return Attendance(
        address=_address(line),
        name=_text(parameters.get("CN", ""), 200),
        role="RESOURCE" if machine else parameters.get("ROLE", "REQ-PARTICIPANT").upper()[:30],
        partstat=parameters.get("PARTSTAT", "NEEDS-ACTION").upper()[:30],
        comment=_text(parameters.get("X-RESPONSE-COMMENT", ""), _MAX_TEXT),
    )


def _address(line: Line | None) -> str:
    if line is None:
        return ""
    given = line.parameters.get("EMAIL", "")
    return _bare(given if "@" in given else line.value)


def _bare(value: str) -> str:
    address = value.strip().strip('"<>')
    if address[:7].lower() == "mailto:":
        address = address[7:]
    if "%" in address:
        address = unquote(address)
    address = _text(address, 320).lower().strip("<> ").replace("@ ", "@").replace(" @", "@")
    return address if "@" in address and " " not in address else ""


def _text(value: str, limit: int) -> str:
    """TEXT (RFC 5545 section 3.3.11) on one line."""
    plain = _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], value)
    return " ".join(plain.split())[:limit]
