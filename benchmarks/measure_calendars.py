"""Reads every calendar beside the repository and compares each event with the icalendar library.

    python benchmarks/measure_calendars.py [--data ../shared/data] [--show N]

Compared per VEVENT, in the order of the file: UID, start and end as instants, SEQUENCE, STATUS, and
attendees (address and PARTSTAT). Both readers take floating and all-day times as UTC. Where the
library refuses a whole file, its events are given to it one by one, each with the file's time
zones. A difference is *explained* when ``why`` knows a reason for which ours is meant to differ.
"""

from __future__ import annotations

import argparse
import re
import sys
import tarfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import icalendar

from ingest import ical_lines, itip
from ingest.itip import normalised_uid
from store.model import Failure

ARCHIVE: Final = "calendars/visible.tar.gz"
_MAX_SEQUENCE: Final = 2**31 - 1


class Told(NamedTuple):
    """What one reader says of one event."""

    uid: str
    start: datetime | None
    end: datetime | None
    sequence: int
    status: str
    attendees: tuple[tuple[str, str], ...]


class Difference(NamedTuple):
    """One value of one event that the two readers see differently; ``raw``: its lines."""

    name: str
    field: str
    ours: object
    theirs: object
    raw: str


@dataclass
class Counts:
    """What became of all files."""

    files: int = 0
    events: int = 0
    compared: int = 0
    unreadable: int = 0
    failures: list[tuple[str, Failure]] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    seconds: float = 0.0


def members(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file of a tar archive."""
    with tarfile.open(archive) as tar:
        for member in tar:
            file = tar.extractfile(member) if member.isfile() else None
            if file is not None:
                yield member.name, file.read()


def measured(archive: Path) -> Counts:
    """Every file of ``archive`` read by both."""
    counts = Counts()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of files that it half understands
        for name, raw in members(archive):
            _measure(name, raw, counts)
    return counts


def _measure(name: str, raw: bytes, counts: Counts) -> None:
    began = time.perf_counter()
    revisions, failures = itip.parse_all(raw)
    counts.seconds += time.perf_counter() - began
    counts.files += 1
    counts.events += len(revisions)
    counts.failures += [(name, failure) for failure in failures]
    for calendar, event, text in _events(raw):
        ours, theirs = _ours(text), _theirs(calendar, event)
        if ours is None or theirs is None:
            counts.unreadable += 1
            continue
        counts.compared += 1
        for at, value in enumerate(Told._fields):
            if ours[at] != theirs[at]:
                counts.differences.append(Difference(name, value, ours[at], theirs[at], text))


def _events(raw: bytes) -> Iterator[tuple[Any, Any, str]]:
    """Calendar and event of the library, and a calendar of that event alone as we cut it out."""
    streams = ical_lines.streams(ical_lines.text_of(raw))
    cut = [_alone(stream, lines) for stream in streams for lines in stream.events]
    found = _pairs(raw)
    if len(found) != len(cut):
        found = [next(iter(_pairs(text.encode())), (None, None)) for text in cut]
    for (calendar, event), text in zip(found, cut, strict=True):
        yield calendar, event, text


def _pairs(raw: bytes) -> list[tuple[Any, Any]]:
    try:
        calendars: list[Any] = icalendar.Calendar.from_ical(raw, multiple=True)
    except (ValueError, IndexError, AttributeError):
        return []
    return [(calendar, event) for calendar in calendars for event in calendar.walk("VEVENT")]


def _alone(stream: ical_lines.Stream, lines: tuple[str, ...]) -> str:
    method = f"METHOD:{stream.properties['METHOD']}\r\n" if "METHOD" in stream.properties else ""
    zones = "".join(stream.zones.values())
    return f"BEGIN:VCALENDAR\r\n{method}{zones}" + "\r\n".join([*lines, "END:VCALENDAR", ""])


def _theirs(calendar: Any, event: Any) -> Told | None:
    """What the library says; ``None`` where it fails on a value."""
    try:
        return _read(calendar, event)
    except (ValueError, AttributeError, TypeError, KeyError):
        return None


def _read(calendar: Any, event: Any) -> Told:
    start = _instant(event.get("DTSTART"))
    attendees = event.get("ATTENDEE", [])
    found = attendees if isinstance(attendees, list) else [attendees]
    cancelled = str(calendar.get("METHOD", "")).upper() == "CANCEL"
    return Told(
        normalised_uid(" ".join(str(event.get("UID", "")).split())[:500]),
        start,
        _end(event, start),
        int(event.get("SEQUENCE", 0)),
        "CANCELLED" if cancelled else str(event.get("STATUS", "")).upper(),
        tuple(sorted(_attendee(one) for one in found)),
    )


def _end(event: Any, start: datetime | None) -> datetime | None:
    if event.get("DTEND") is not None:
        return _instant(event["DTEND"])
    if start is None:
        return None
    if event.get("DURATION") is not None:
        length: timedelta = event["DURATION"].dt
        return start + length
    day = not isinstance(event["DTSTART"].dt, datetime)
    return start + timedelta(days=day)


def _instant(value: Any) -> datetime | None:
    if value is None:
        return None
    told: date = value.dt
    if not isinstance(told, datetime):
        return datetime(told.year, told.month, told.day, tzinfo=UTC)
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)


def _attendee(value: Any) -> tuple[str, str]:
    address = str(value.params.get("EMAIL", "")) or str(value)
    partstat = str(value.params.get("PARTSTAT", "NEEDS-ACTION")).upper()
    return address.lower().removeprefix("mailto:"), partstat


def _ours(text: str) -> Told | None:
    """What we say of the one event of a calendar."""
    revisions = itip.parse(text.encode())
    if not revisions:
        return None
    revision = revisions[0]
    return Told(
        "" if revision.uid.startswith("no-uid-") else revision.uid,
        revision.start,
        revision.end,
        revision.sequence,
        revision.status,
        tuple(sorted((a.address, a.partstat) for a in revision.attendances)),
    )


def why(difference: Difference) -> str:
    """Why ours is meant to differ, ``""`` where nothing explains it."""
    raw, name = difference.raw, difference.field
    if name in ("start", "end") and re.search(r"(?m)^DT(START|END).*VALUE=DATE[;:]", raw):
        return "a whole day has no zone: a TZID beside it means nothing (RFC 5545 section 3.2.19)"
    if name in ("start", "end") and re.search(r"(?m)^DT(START|END);TZID=[^:]*:\d{8}T\d{6}Z", raw):
        return "UTC is UTC: a TZID beside it means nothing"
    if name in ("start", "end") and re.search(r"(?m)^TZID:(US-Eastern|.* Standard Time)\r$", raw):
        return "a custom zone is read by its rules, a Windows name by what Windows means"
    if name == "end" and isinstance(difference.theirs, datetime):
        return "an end before its start is no end" if _ends_early(difference) else ""
    if name == "sequence" and difference.ours in (0, _MAX_SEQUENCE):
        return "a SEQUENCE below 0 or above 32 bits is none"
    if name == "attendees" and "@ " in raw.replace(" @", "@ "):
        return "a blank beside the @ of an address is a broken line"
    return ""


def _ends_early(difference: Difference) -> bool:
    return isinstance(difference.ours, datetime) and difference.theirs < difference.ours  # type: ignore[operator]


def printed(counts: Counts, show: int) -> None:
    """The figures, and the first ``show`` differences that nothing explains."""
    print(f"files read: {counts.files}, events read: {counts.events} in {counts.seconds:.1f} s")
    print(f"events failed: {len(counts.failures)}")
    for reason, number in Counter(f.why for _, f in counts.failures).most_common():
        print(f"  {number:5} {reason}")
    print(f"events compared: {counts.compared}, that one reader refuses: {counts.unreadable}")
    explained = Counter((d.field, why(d)) for d in counts.differences)
    print(f"values that differ: {len(counts.differences)}")
    for (name, reason), number in explained.most_common():
        print(f"  {number:5} {name}: {reason or 'NOT EXPLAINED'}")
    for difference in [d for d in counts.differences if not why(d)][:show]:
        print(f"{difference.name}\n  {difference.field}: {difference.ours!r} {difference.theirs!r}")


def main() -> int:
    """Print the figures; 1 where a difference is not explained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--show", type=int, default=10)
    given = parser.parse_args()
    counts = measured(given.data / ARCHIVE)
    printed(counts, given.show)
    return int(any(not why(difference) for difference in counts.differences))


if __name__ == "__main__":
    sys.exit(main())
