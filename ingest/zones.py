"""Which zone a TZID means: a name, an offset, or what the stream's VTIMEZONE says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from ingest import zone_names


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
    known = zone_names.iana(name) or WINDOWS_TO_OLSON.get(name, "")
    if known:
        return ZoneInfo(known), known
    text = definitions.get(tzid) or definitions.get(name)
    defined = _defined(text) if text else None
    if defined is not None:
        return defined, name
    seems = zone_names.iana(name, any_case=True) or zone_names.spoken(name)
    return (ZoneInfo(seems), seems) if seems else zone_names.fixed(name)


@cache
def _defined(text: str) -> tzinfo | None:
    """The zone that a VTIMEZONE defines, or ``None`` when it is broken."""
    try:
        component = Timezone.from_ical(text)
        zone = component.to_tz(lookup_tzid=False) if isinstance(component, Timezone) else None
    except Exception:  # any fault of foreign text: then the owner's zone is the best guess
        return None
    return zone if isinstance(zone, tzinfo) else None
