"""Names of time zones: of the IANA, as programs write them for people, and as offsets from UTC."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from ingest.wordlists import words

OFFSET: Final = re.compile(r"\b(?:utc|gmt)\s*([+\-−])\s*(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_FIXED: Final = re.compile(r"\(?(?:UTC|GMT)?\s*([+\-−])(\d{1,2}):?(\d{2})?\)?", re.IGNORECASE)
_UTC_NAMES: Final = frozenset({"utc", "gmt", "z", "etc/utc", "tzone://microsoft/utc", "zulu"})
_SEPARATORS: Final = str.maketrans(dict.fromkeys("&-–|.*", " ") | {";": ","})


def is_utc(name: str) -> bool:
    """Whether ``name`` is one of the names of UTC."""
    return name.lower() in _UTC_NAMES


def iana(name: str, *, any_case: bool = False) -> str:
    """The IANA name in ``name``: itself, or the end of a path like ``/x.org/1/Europe/Rome``."""
    parts = name.replace("\\", "/").strip("/").split("/")
    known = _by_lower_case() if any_case else _by_name()
    for length in (len(parts), 3, 2, 1):
        tail = "/".join(parts[-length:])
        found = known.get(tail.lower() if any_case else tail) if length <= len(parts) else None
        if found:
            return found
    return ""


@cache
def _by_name() -> dict[str, str]:
    return {name: name for name in available_timezones()}


@cache
def _by_lower_case() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def spoken(text: str) -> str:
    """The IANA name of a zone told for people, ``""`` where none is.

    ``Eastern Time - US & Canada``, ``(UTC+01:00) Amsterdam, Berlin``, ``Lisbon Time``, ``CET``.
    """
    bare = OFFSET.sub(" ", text.casefold())
    for brackets in (" ", ","):  # "Central Time (US & Canada)" and "(CET) (ann@acme.example)"
        for part in re.sub(r"[()]", brackets, bare).translate(_SEPARATORS).split(","):
            name = " ".join(part.split()).removeprefix("city of ")
            found = _spoken_names().get(name) or _spoken_names().get(name.removesuffix(" time"))
            if found:
                return found
    return ""


@cache
def _spoken_names() -> dict[str, str]:
    """Cities of the IANA zones, and the names of ``times.toml``, to IANA names."""
    found = {
        name.rpartition("/")[2].replace("_", " ").lower(): name
        for name in sorted(available_timezones(), reverse=True)
        if "/" in name and not name.startswith(("Etc/", "posix/", "right/", "SystemV/"))
    }
    for line in words("times")["zones.names"]:
        zone, _, names = line.partition(": ")
        found |= dict.fromkeys(names.split(", "), zone)
    return found


def fixed(name: str) -> tuple[tzinfo, str] | None:
    """The zone of a name that is an offset and nothing else: ``GMT+0530``, ``(UTC-05:00)``."""
    found = _FIXED.fullmatch(name.strip())
    return offset(found) if found else None


def offset(found: re.Match[str]) -> tuple[tzinfo, str] | None:
    """The zone of a match with sign, hours and minutes; ``None`` beyond 14 hours."""
    hours, minutes = int(found[2]), int(found[3] or 0)
    if hours > 14 or minutes > 59:
        return None
    sign = "+" if found[1] == "+" else "-"
    length = timedelta(hours=hours, minutes=minutes) * (1 if sign == "+" else -1)
    return timezone(length), f"UTC{sign}{hours:02d}:{minutes:02d}"
