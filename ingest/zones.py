"""Which zone a TZID means: IANA names, Windows names, UTC offsets, and VTIMEZONE definitions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_OFFSET: Final = re.compile(r"\(?(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?\)?", re.IGNORECASE)
_UTC_NAMES: Final = frozenset({"utc", "gmt", "z", "etc/utc", "tzone://microsoft/utc", "zulu"})


def zone_of(tzid: str, definitions: Mapping[str, str]) -> tuple[tzinfo, str] | None:
    """The zone that ``tzid`` means and its name, or ``None`` when nothing tells.

    ``definitions``: text of the stream's VTIMEZONEs by TZID. A name of the IANA or of Windows means
    what everybody means by it (definitions under such names are often cut down to one year); any
    other name means what its VTIMEZONE says (RFC 5545 section 3.6.5).
    """
    name = tzid.strip().strip('"')
    if name.lower() in _UTC_NAMES:
        return UTC, "UTC"
    known = _iana(name) or WINDOWS_TO_OLSON.get(name, "")
    if known:
        return ZoneInfo(known), known
    text = definitions.get(tzid) or definitions.get(name)
    defined = _defined(text) if text else None
    if defined is not None:
        return defined, name
    return _fixed(name)


@cache
def _names() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def _iana(name: str) -> str:
    """The IANA name in ``name``: itself, or the end of a path like ``/x.org/1/Europe/Rome``."""
    parts = name.replace("\\", "/").strip("/").split("/")
    for length in (len(parts), 3, 2, 1):
        found = _names().get("/".join(parts[-length:]).lower()) if length <= len(parts) else None
        if found:
            return found
    return ""


@cache
def _defined(text: str) -> tzinfo | None:
    """The zone that a VTIMEZONE defines, or ``None`` when it is broken."""
    try:
        component = Timezone.from_ical(text)
        zone = component.to_tz(lookup_tzid=False) if isinstance(component, Timezone) else None
    except Exception:  # any fault of foreign text: then the owner's zone is the best guess
        return None
    return zone if isinstance(zone, tzinfo) else None


def _fixed(name: str) -> tuple[tzinfo, str] | None:
    found = _OFFSET.match(name)
    if not found:
        return None
    hours, minutes = int(found[2]), int(found[3] or 0)
    if hours > 14 or minutes > 59:
        return None
    offset = timedelta(hours=hours, minutes=minutes) * (-1 if found[1] == "-" else 1)
    return timezone(offset), f"UTC{found[1]}{hours:02d}:{minutes:02d}"
