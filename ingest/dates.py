"""Times in mail headers: RFC 5322 section 3.3, its obsolete forms, and what is met in the wild."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from typing import Final, NamedTuple

#: Mail with a time outside these years was sent by a broken clock: the time is unknown.
FIRST_YEAR: Final = 1971
LAST_YEAR: Final = 2100
#: What a PC shows whose clock was never set, there or in UTC.
_NEVER_SET: Final = datetime(1980, 1, 1, tzinfo=UTC)

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_USUAL: Final = re.compile(
    r"\s*(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})\s+([A-Za-z]{3})[a-z]*\s+(\d{4})\s+"
    r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s+([+-])(\d{2})(\d{2})\b"
)
_ISO: Final = re.compile(
    r"\s*(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?"
)
_LARGEST_OFFSET_MINUTES: Final = 14 * 60


class HeaderTime(NamedTuple):
    """An instant (UTC) and the sender's offset from UTC in minutes, ``None`` when unknown."""

    instant: datetime | None
    offset_minutes: int | None


UNKNOWN: Final = HeaderTime(None, None)


def read(value: str) -> HeaderTime:
    """The time that a Date or Received header tells; unknown where it tells none.

    A zone of ``-0000`` means UTC without knowledge of the sender's zone (RFC 5322, 3.3); a zone
    further than 14 hours from UTC cannot be, so the time is read as UTC and the zone is unknown.
    """
    match = _USUAL.match(value)
    if match is None:
        return _unusual(value)
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = match.groups()
    number = _MONTHS.get(month.lower())
    if number is None:
        return UNKNOWN
    offset = int(zone_hours) * 60 + int(zone_minutes)
    known = None if sign == "-" and offset == 0 else -offset if sign == "-" else offset
    fields = (int(year), number, int(day), int(hour), int(minute), int(second or 0))
    return _instant(fields, known)


def _unusual(value: str) -> HeaderTime:
    iso = _ISO.match(value)
    if iso is not None:
        return _from_iso(*iso.groups())
    try:
        parsed = parsedate_tz(value[:200])
    except (ValueError, TypeError, IndexError, OverflowError):
        return UNKNOWN
    if parsed is None:
        return UNKNOWN
    offset = parsed[9]
    return _instant(parsed[:6], None if offset is None else offset // 60)


def _from_iso(day: str, time: str, zone: str | None) -> HeaderTime:
    try:
        moment = datetime.fromisoformat(f"{day}T{time}{zone or ''}")
    except ValueError:
        return UNKNOWN
    offset = moment.utcoffset()
    known = None if offset is None else int(offset.total_seconds()) // 60
    return _instant(
        (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second), known
    )


def _instant(fields: tuple[int, ...], offset_minutes: int | None) -> HeaderTime:
    year, month, day, hour, minute, second = fields
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return UNKNOWN
    if offset_minutes is not None and abs(offset_minutes) > _LARGEST_OFFSET_MINUTES:
        offset_minutes = None
    try:
        local = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return UNKNOWN
    instant = local - timedelta(minutes=offset_minutes or 0)
    if _NEVER_SET in (local, instant):
        return UNKNOWN
    return HeaderTime(instant, offset_minutes)


def received(value: str) -> datetime | None:
    """The time at the end of a Received header (RFC 5321, 4.4), ``None`` where it has none."""
    _, separator, stamp = value.rpartition(";")
    return read(stamp).instant if separator else None
