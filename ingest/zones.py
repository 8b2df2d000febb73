"""Which zone a TZID means: a name, an offset, or what the stream's VTIMEZONE says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from ingest import zone_names

#: Zones that many keep to come first where several were set alike.
_USUAL: Final = (
    "Europe/London",
    "Europe/Berlin",
    "Europe/Athens",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
)
#: No two zones that differ within a year differ for a shorter time.
_LOOKED_AT_EVERY: Final = timedelta(days=3)


def zone_of(tzid: str, definitions: Mapping[str, str]) -> tuple[tzinfo, str] | None:
    """The zone that ``tzid`` means and its name, or ``None`` when nothing tells.

    ``definitions``: text of the stream's VTIMEZONEs by TZID. A name of the IANA or of Windows means
    what everybody means by it (definitions under such names are often cut down to one year); any
    other name means what its VTIMEZONE says (RFC 5545 section 3.6.5), and only without one what it
    seems to say: ``europe/lisbon``, ``(UTC-05:00) Eastern Time (US & Canada)``, ``GMT+0100``.
    """
    name = tzid.strip().strip('"')
    if zone_names.is_utc(name):
        return UTC, "UTC"
    known = zone_names.iana(name) or _of_windows().get(name, "")
    if known:
        return ZoneInfo(known), known
    text = definitions.get(tzid) or definitions.get(name)
    defined = _defined(text) if text else None
    if defined is not None:
        return defined, name
    seems = zone_names.iana(name, any_case=True) or zone_names.spoken(name)
    return (ZoneInfo(seems), seems) if seems else zone_names.fixed(name)


def _of_windows() -> Mapping[str, str]:
    """Windows' names of zones, each with that of the IANA."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # slow to load, too

    return WINDOWS_TO_OLSON


@cache
def _defined(text: str) -> tzinfo | None:
    """The zone that a VTIMEZONE defines, or ``None`` when it is broken."""
    from icalendar import Timezone  # slow to load, and few mails need it

    try:
        component = Timezone.from_ical(text)
        zone = component.to_tz(lookup_tzid=False) if isinstance(component, Timezone) else None
    except Exception:  # any fault of foreign text: then the owner's zone is the best guess
        return None
    return zone if isinstance(zone, tzinfo) else None


def lasting_name(zone: tzinfo, name: str, year: int) -> str:
    """The name under which ``zone`` is known once the stream that defined it is gone.

    ``name``: as ``zone_of`` gave it. A zone that only a VTIMEZONE defines is called by a zone of
    the IANA whose clocks were set alike throughout ``year``, first by the one that its name seems
    to mean; where there is none, by its offset at the beginning of the year.
    """
    if isinstance(zone, ZoneInfo | timezone):
        return name
    return _alike(zone, zone_names.spoken(name), year)


@lru_cache(maxsize=256)
def _alike(zone: tzinfo, seems: str, year: int) -> str:
    offsets = _offsets(zone, year)
    likely = dict.fromkeys((*filter(None, [seems]), *_USUAL, *_of_windows().values()))
    for known in likely:
        if _offsets(ZoneInfo(known), year) == offsets:
            return known
    minutes = int(offsets[0].total_seconds() // 60)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


@lru_cache(maxsize=2048)
def _offsets(zone: tzinfo, year: int) -> tuple[timedelta, ...]:
    """How far the clocks of ``zone`` were ahead of UTC, every few days of ``year``."""
    noon = datetime(year, 1, 1, 12)  # noqa: DTZ001 - a wall clock
    walls = (noon + _LOOKED_AT_EVERY * step for step in range(366 // _LOOKED_AT_EVERY.days))
    return tuple(wall.replace(tzinfo=zone).utcoffset() or timedelta() for wall in walls)
