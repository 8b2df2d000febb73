"""The dates of a recurring event (RFC 5545 section 3.8.5), bounded by a window and by counts.

Dates are instants: two rules that name the same moments in other words or zones are equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

BEFORE: Final = timedelta(days=730)
AFTER: Final = timedelta(days=90)
MAX_OCCURRENCES: Final = 1_000
#: Dates, and periods of the rule's frequency, that are looked at from the first date on.
_MAX_STEPS: Final = 20_000
#: A longer rule is no meeting's; it could name every second of a year.
_MAX_CHARACTERS: Final = 250
_PERIODS: Final = {"YEARLY": 365, "MONTHLY": 28, "WEEKLY": 7, "DAILY": 1}
_FREQUENCY: Final = re.compile(r"(?:^|;)FREQ=(\w+)", re.IGNORECASE)
_STANDS_STILL: Final = re.compile(r"INTERVAL=0*(?:;|$)", re.IGNORECASE)
_COUNT: Final = re.compile(r";?COUNT=(\d+)", re.IGNORECASE)
_UNTIL: Final = re.compile(r";?UNTIL=(\d{8})(?:T(\d{6})(Z)?)?", re.IGNORECASE)
_OFFSET: Final = re.compile(r"UTC([+-])(\d{2}):(\d{2})")
_LAST: Final = datetime.max.replace(tzinfo=UTC)


class Recurrence(NamedTuple):
    """What the dates are computed from; ``rdate`` and ``exdate`` as ingest writes them."""

    start: datetime
    zone: str
    rrule: str
    rdate: str
    exdate: str


class Window(NamedTuple):
    """[begin, end) of expansion and the zone for names that nobody knows."""

    begin: datetime
    end: datetime
    zone: str


def window(as_of: datetime, zone: str) -> Window:
    """The time in which series are expanded: two years back, 90 days ahead."""
    return Window(as_of - BEFORE, as_of + AFTER, zone)


def instants(told: Recurrence, within: Window) -> frozenset[datetime]:
    """The dates inside the window, the latest ``MAX_OCCURRENCES`` of them.

    A rule that is broken, or no meeting's, gives the first date only.
    """
    found = {told.start, *_ruled(told, within), *_dates(told.rdate)}
    found -= set(_dates(told.exdate))
    inside = sorted(at for at in found if within.begin <= at < within.end)
    return frozenset(inside[-MAX_OCCURRENCES:])


def following(
    dates: Iterable[datetime], since: datetime, told: Recurrence, within: Window
) -> frozenset[datetime]:
    """Dates that all moved by the clock as ``since`` moved to ``told.start``."""
    zone = _zone(told.zone, within.zone)
    wall = [at.astimezone(zone).replace(tzinfo=None) for at in (since, told.start)]
    by = wall[1] - wall[0]
    moved = (at.astimezone(zone).replace(tzinfo=None) + by for at in dates)
    return frozenset(at.replace(tzinfo=zone).astimezone(UTC) for at in moved)


def until(told: Recurrence, within: Window) -> datetime:
    """The last instant at which the rule may have a date."""
    return _until(told.rrule, _zone(told.zone, within.zone))


def _ruled(told: Recurrence, within: Window) -> Iterator[datetime]:
    rule = told.rrule.partition("\n")[0].strip()
    zone = _zone(told.zone, within.zone)
    end = min(_until(rule, zone), within.end)
    if not _bounded(rule, end - told.start):
        return
    count = _COUNT.search(rule)
    limit = min(int(count[1]), _MAX_STEPS) if count else _MAX_STEPS
    bare = _UNTIL.sub("", _COUNT.sub("", rule)).strip(";")
    try:
        dates = rrulestr(f"{bare};UNTIL={end:%Y%m%dT%H%M%SZ}", dtstart=told.start.astimezone(zone))
        yield from [date.astimezone(UTC) for date in islice(iter(dates), limit)]
    except (ValueError, OverflowError, TypeError, AttributeError, KeyError, IndexError):
        return


def _bounded(rule: str, span: timedelta) -> bool:
    """Whether the rule can be followed from date to date in reasonable time."""
    frequency = _FREQUENCY.search(rule)
    days = _PERIODS.get(frequency[1].upper()) if frequency else None
    if days is None or len(rule) > _MAX_CHARACTERS or _STANDS_STILL.search(rule):
        return False
    return span.days / days <= _MAX_STEPS


def _until(rule: str, zone: tzinfo) -> datetime:
    """The end that the rule names, as an instant; a date means the whole day there."""
    found = _UNTIL.search(rule)
    if not found:
        return _LAST
    try:
        wall = datetime.strptime(found[1] + (found[2] or "235959"), "%Y%m%d%H%M%S")  # noqa: DTZ007
        return wall.replace(tzinfo=UTC if found[3] else zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return _LAST


def _dates(lines: str) -> Iterator[datetime]:
    """UTC instants, one a line; anything else is passed over."""
    for line in lines.split("\n"):
        try:
            yield datetime.strptime(line.strip(), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            continue


@lru_cache(maxsize=512)
def _zone(name: str, otherwise: str) -> tzinfo:
    offset = _OFFSET.fullmatch(name)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3])
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    for known in (name, otherwise):
        try:
            return ZoneInfo(known)
        except (ValueError, OSError, KeyError):
            continue
    return UTC
