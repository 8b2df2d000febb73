"""Times of iCalendar as UTC instants: zoned, UTC, floating and all-day values, and durations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from ingest.ical_lines import Line
from ingest.zones import lasting_name, zone_of

_VALUE: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z)?)?", re.IGNORECASE)
_DURATION: Final = re.compile(
    r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.IGNORECASE
)
#: Birthdays reach far back; beyond this it is a fault.
FIRST_YEAR: Final = 1800
LAST_YEAR: Final = 2200


class Instant(NamedTuple):
    """A time: ``at`` in UTC, the ``zone`` it was told in, whether a whole day, whether floating.

    A time under a TZID that nothing explains is floating: it was read in the owner's zone.
    """

    at: datetime
    zone: str
    all_day: bool
    floating: bool


def read(line: Line, owner: str, definitions: Mapping[str, str]) -> Instant:
    """The time of a DTSTART-like line; ``owner``: IANA zone for floating and all-day times.

    Raises ``ValueError`` for what is no time, or one outside of 1800 to 2200.
    """
    found = _VALUE.match(line.value.strip())
    if not found:
        raise ValueError(f"{line.name} is not a time: {line.value[:40]!r}")
    year, month, day = (int(found[i]) for i in (1, 2, 3))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"{line.name} lies in the year {year}")
    all_day = found[4] is None
    clock = (0, 0, 0) if all_day else (int(found[4]), int(found[5]), min(int(found[6] or 0), 59))
    wall = datetime(year, month, day, *clock)  # noqa: DTZ001 - its zone is found next
    zone, name, floating = _zone(line, found, owner, definitions)
    return Instant(wall.replace(tzinfo=zone).astimezone(UTC), name, all_day, floating)


def dates(line: Line, owner: str, definitions: Mapping[str, str]) -> list[str]:
    """The dates of an RDATE or EXDATE line as UTC values; unreadable ones are left out."""
    found: list[str] = []
    for value in line.value.split(","):
        try:
            at = read(line._replace(value=value.partition("/")[0]), owner, definitions).at
        except ValueError:
            continue
        found.append(at.strftime("%Y%m%dT%H%M%SZ"))
    return found


def _zone(
    line: Line, found: re.Match[str], owner: str, definitions: Mapping[str, str]
) -> tuple[tzinfo, str, bool]:
    if found[7]:
        return UTC, "UTC", False
    tzid = line.parameters.get("TZID", "")
    if tzid and found[4] is not None:
        known = zone_of(tzid, definitions)
        if known:
            zone, name = known
            return zone, lasting_name(zone, name, int(found[1])), False
    return ZoneInfo(owner), owner, True


def duration(value: str) -> timedelta:
    """A DURATION (RFC 5545 section 3.3.6). Raises ``ValueError`` for what is none."""
    found = _DURATION.fullmatch(value.strip())
    if not found or not any(found.groups()[1:]):
        raise ValueError(f"not a duration: {value[:40]!r}")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if found[1] == "-" else length
