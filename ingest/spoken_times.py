"""Times as programs write them into mails for people: ``10:00am - Tuesday, March 3, 2026 (...)``.

Understood are the forms of booking tools, Outlook's ``When:`` and Google's subjects. Anything else
is no time: nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from ingest import zone_names
from ingest.wordlists import words

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
    clocks = _CLOCKS.search(zone_names.OFFSET.sub(" ", rest))
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
    names = (zone_names.iana(name, any_case=True) for name in _IANA.findall(text))
    name = next(filter(None, names), "") or zone_names.spoken(_CLOCKS.sub(",", text))
    if name:
        return ZoneInfo(name), name
    told = zone_names.OFFSET.search(text)
    return (told and zone_names.offset(told)) or (ZoneInfo(owner), owner)
