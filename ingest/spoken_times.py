"""Times as programs write them into mails for people: ``10:00am - Tuesday, March 3, 2026 (...)``.

Understood are the forms of booking tools, Outlook's ``When:`` and Google's subjects. Anything else
is no time: nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from ingest.wordlists import words
from ingest.zones import zone_of

_MAX_CHARACTERS: Final = 300
_LISTS: Final = words("times")
_MONTHS: Final = {
    name: int(key[-2:])
    for key, names in _LISTS.items()
    if key.startswith("months.")
    for name in names
}
_MONTH: Final = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_DAY: Final = r"(?<![\d:])(\d{1,2})(?!\d)"
_TH: Final = "st|nd|rd|th"
_DATES: Final = (
    (re.compile(rf"\b{_MONTH}\s+{_DAY}(?:{_TH})?,?\s+(?:de\s+)?(\d{{4}})\b"), "mdy"),
    (re.compile(rf"{_DAY}(?:{_TH}|\.|º)?\s+(?:de\s+)?{_MONTH},?\s+(?:de\s+)?(\d{{4}})\b"), "dmy"),
    (re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b"), "ymd"),
    (re.compile(r"(?<!\d)(\d{1,2})\.(\d{1,2})\.(\d{4})\b"), "dmy"),
)  # fmt: skip
_CLOCK: Final = (
    r"(?<![\d:.])(?:(\d{1,2})(?:[:.](\d{2}))?\s*([ap])\.?m\b\.?|(\d{1,2})[:.](\d{2})(?![\d:]))"
)
_CLOCKS: Final = re.compile(rf"{_CLOCK}(?:\s*(?:-|–|—|to|bis|à|until)\s*{_CLOCK})?")
_OFFSET: Final = re.compile(r"\b(?:utc|gmt)\s*([+\-−])\s*(\d{1,2})(?::?(\d{2}))?")
_SEPARATORS: Final = str.maketrans(dict.fromkeys("&-–|.*", " ") | {";": ","})
_IANA: Final = re.compile(r"\b[a-z]+(?:/[a-z_+\-]+){1,2}")


class Spoken(NamedTuple):
    """``start`` and, where told, ``end`` (UTC); ``zone``: name of the zone they were told in."""

    start: datetime
    end: datetime | None
    zone: str


def read(text: str, owner: str) -> Spoken | None:
    """The first time in ``text``, or ``None``; ``owner``: IANA zone where none is told."""
    plain = _folded(text)
    date = _date(plain)
    if date is None:
        return None
    rest = f"{plain[: date.begin]} | {plain[date.end :]}"
    zone, name = _zone(rest, owner)
    clocks = _CLOCKS.search(_OFFSET.sub(" ", rest))
    if clocks is None:
        return None
    try:
        return _placed(date.midnight, clocks, zone, name)
    except (ValueError, OverflowError):
        return None


def has_date(text: str) -> bool:
    """Whether ``text`` names a day of a year."""
    return _date(_folded(text)) is not None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:_MAX_CHARACTERS]).casefold()


class _Date(NamedTuple):
    midnight: datetime
    begin: int
    end: int


def _date(text: str) -> _Date | None:
    for pattern, order in _DATES:
        found = pattern.search(text)
        if found is None:
            continue
        told = dict(zip(order, found.groups(), strict=True))
        month = _MONTHS.get(told["m"]) or int(told["m"])
        try:
            midnight = datetime(int(told["y"]), month, int(told["d"]))  # noqa: DTZ001 - zone follows
        except ValueError:
            continue
        if 1990 <= midnight.year < 2200:
            return _Date(midnight, found.start(), found.end())
    return None


def _placed(midnight: datetime, clocks: re.Match[str], zone: tzinfo, name: str) -> Spoken:
    first, second = _minutes(clocks, 1), _minutes(clocks, 6)
    half = clocks[8]
    if half and first is not None and second is not None and not clocks[3] and first < 12 * 60:
        # "3:30 - 4:30pm": the half of the day is told once
        first += 12 * 60 if half == "p" and first + 12 * 60 <= second else 0
    start = _at(midnight, first or 0, zone)
    end = _at(midnight, second, zone) if second is not None else None
    if end is not None and end < start:
        end += timedelta(days=1)
    return Spoken(start, end, name)


def _minutes(clocks: re.Match[str], at: int) -> int | None:
    """Minutes since midnight of the clock whose five groups begin at ``at``."""
    hour, minute, half, hour24, minute24 = (clocks[at + i] for i in range(5))
    if hour is None and hour24 is None:
        return None
    hours, minutes = int(hour or hour24), int(minute or minute24 or 0)
    if minutes > 59 or hours > (12 if half else 23):
        raise ValueError("no time of day")
    if half:
        hours = hours % 12 + (12 if half == "p" else 0)
    return hours * 60 + minutes


def _at(midnight: datetime, minutes: int, zone: tzinfo) -> datetime:
    wall = midnight + timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _zone(text: str, owner: str) -> tuple[tzinfo, str]:
    """The zone named in ``text``: by name, else by offset, else the owner's.

    A name comes first: Windows writes ``(UTC+01:00) Amsterdam, ...`` in summer too.
    """
    for candidate in _IANA.findall(text):
        known = zone_of(candidate, {})
        if known:
            return known
    bare = _CLOCKS.sub(",", _OFFSET.sub(" ", text))
    for brackets in (" ", ","):  # "Central Time (US & Canada)" and "(CET) (ann@acme.example)"
        for part in re.sub(r"[()]", brackets, bare).translate(_SEPARATORS).split(","):
            name = _named(" ".join(part.split()).removeprefix("city of "))
            if name:
                return ZoneInfo(name), name
    offset = _OFFSET.search(text)
    return _fixed(offset) if offset else (ZoneInfo(owner), owner)


def _named(part: str) -> str:
    return _names().get(part) or _names().get(part.removesuffix(" time")) or ""


@cache
def _names() -> dict[str, str]:
    """Cities of the IANA zones, and the names of ``times.toml``, to IANA names."""
    found = {
        name.rpartition("/")[2].replace("_", " ").lower(): name
        for name in sorted(available_timezones(), reverse=True)
        if name.partition("/")[0] not in ("Etc", "posix", "right", "SystemV") and "/" in name
    }
    for line in _LISTS["zones.names"]:
        zone, _, names = line.partition(": ")
        found |= dict.fromkeys(names.split(", "), zone)
    return found


def _fixed(offset: re.Match[str]) -> tuple[tzinfo, str]:
    hours, minutes = int(offset[2]), int(offset[3] or 0)
    if hours > 14 or minutes > 59:
        return UTC, "UTC"
    sign = "+" if offset[1] == "+" else "-"
    length = timedelta(hours=hours, minutes=minutes) * (1 if sign == "+" else -1)
    return timezone(length), f"UTC{sign}{hours:02d}:{minutes:02d}"
