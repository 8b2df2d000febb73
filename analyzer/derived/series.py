"""Recurring events: which occurrences a series has, and what a change of the series changed.

Two states of a series are compared as sets of instants, so that neither a clock change nor a
rewritten rule is mistaken for a move. Expansion is bounded by the window and by a count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from itertools import islice, takewhile
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd
from dateutil.rrule import rrulestr

BEFORE: Final = timedelta(days=730)
AFTER: Final = timedelta(days=90)
MAX_OCCURRENCES: Final = 1_000
#: So many dates of one change of a series are listed.
MAX_CHANGED: Final = 26
_MAX_STEPS: Final = 20_000
#: Changes told within this time of one another are one: a split series is told in two parts.
_TOGETHER: Final = timedelta(minutes=10)
_FAST: Final = re.compile(r"FREQ=(SECONDLY|MINUTELY|HOURLY)", re.IGNORECASE)
_COUNT: Final = re.compile(r";?COUNT=(\d+)", re.IGNORECASE)
_UNTIL: Final = re.compile(r";?UNTIL=(\d{8})(?:T(\d{6})(Z)?)?", re.IGNORECASE)
_OFFSET: Final = re.compile(r"UTC([+-])(\d{2}):(\d{2})")


class Segment(NamedTuple):
    """One told state of a series: what its occurrences are computed from."""

    event: int
    at: datetime
    start: datetime
    length: timedelta
    zone: str
    rrule: str
    rdate: str
    exdate: str
    cancelled: bool


class Change(NamedTuple):
    """One date of a series that a new state of it changed; ``new`` is ``None`` when it is gone."""

    uid: str
    event: int
    at: datetime
    old: datetime
    new: datetime | None


class Occurrence(NamedTuple):
    """One date of a series as it stands at the end."""

    uid: str
    recurrence_at: datetime
    end: datetime
    event: int


class Window(NamedTuple):
    """[begin, end) of expansion and the zone for names that nobody knows."""

    begin: datetime
    end: datetime
    zone: str


def window(as_of: datetime, zone: str) -> Window:
    """The time in which series are expanded: two years back, 90 days ahead."""
    return Window(as_of - BEFORE, as_of + AFTER, zone)


def instants(segment: Segment, within: Window) -> frozenset[datetime]:
    """The occurrences of one state inside the window; a broken rule gives the first date only."""
    if segment.cancelled:
        return frozenset()
    found = set(_ruled(segment, within)) | set(_dates(segment.rdate))
    found -= set(_dates(segment.exdate))
    inside = sorted(at for at in found if within.begin <= at < within.end)
    return frozenset(inside[-MAX_OCCURRENCES:])


def _ruled(segment: Segment, within: Window) -> Iterator[datetime]:
    yield segment.start
    rule = segment.rrule.partition("\n")[0]
    if not rule or _FAST.search(rule):
        return
    zone = _zone(segment.zone, within.zone)
    count = _COUNT.search(rule)
    limit = min(int(count[1]), _MAX_STEPS) if count else _MAX_STEPS
    end = min(_until(rule, zone), within.end)
    bare = _UNTIL.sub("", _COUNT.sub("", rule)).strip(";")
    try:
        text = f"{bare};UNTIL={end:%Y%m%dT%H%M%SZ}"
        dates = rrulestr(text, dtstart=segment.start.astimezone(zone))
        found = [date.astimezone(UTC) for date in islice(iter(dates), limit)]
    except (ValueError, OverflowError, TypeError, AttributeError, KeyError, IndexError):
        return
    yield from takewhile(lambda at: at <= end, found)


def _until(rule: str, zone: tzinfo) -> datetime:
    """The end that the rule names, as an instant; a date means the whole day there."""
    found = _UNTIL.search(rule)
    if not found:
        return datetime.max.replace(tzinfo=UTC)
    try:
        wall = datetime.strptime(found[1] + (found[2] or "235959"), "%Y%m%d%H%M%S")  # noqa: DTZ007
        return wall.replace(tzinfo=UTC if found[3] else zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.max.replace(tzinfo=UTC)


def _dates(lines: str) -> Iterator[datetime]:
    """UTC instants as ingest writes them, one a line; anything else is passed over."""
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


def unfold(
    masters: pd.DataFrame, exceptions: dict[str, set[datetime]], within: Window
) -> tuple[list[Occurrence], list[Change]]:
    """Occurrences at the end, and all changes of future dates on the way, of every series.

    ``masters``: states of series (not of single occurrences) in order, with column uid;
    ``exceptions``: original starts per UID that have states of their own and speak for themselves.
    """
    occurrences: list[Occurrence] = []
    changes: list[Change] = []
    for uid, rows in masters.groupby("uid", sort=True):
        name = str(uid)
        own = exceptions.get(name, set())
        dates, changed = _history(name, [_segment(row) for row in rows.itertuples()], own, within)
        occurrences += dates
        changes += changed
    return occurrences, changes


def _segment(row: Any) -> Segment:
    start = row.start.to_pydatetime()
    length = row.end - row.start if row.end == row.end else pd.Timedelta(0)
    return Segment(
        int(row.event), row.at.to_pydatetime(), start, length.to_pytimedelta(),
        row.zone, row.rrule, row.rdate, row.exdate, bool(row.cancelled),
    )  # fmt: skip


def _history(
    uid: str, told: list[Segment], own: set[datetime], within: Window
) -> tuple[list[Occurrence], list[Change]]:
    parts: list[Segment] = []
    before: frozenset[datetime] = frozenset()
    changes: list[Change] = []
    for step in _steps(told):
        first = not parts
        for segment in step:
            parts = _joined(parts, segment, within)
        after = frozenset().union(*(instants(part, within) for part in parts))
        if not first:
            changes += _compared(uid, step[-1], before - own, after - own)
        before = after
    dates = {at: part for part in parts for at in sorted(instants(part, within))}
    return [
        Occurrence(uid, at, at + part.length, part.event)
        for at, part in sorted(dates.items())
        if at not in own
    ], changes


def _steps(told: Iterable[Segment]) -> list[list[Segment]]:
    steps: list[list[Segment]] = []
    for segment in told:
        if steps and abs(segment.at - steps[-1][-1].at) <= _TOGETHER:
            steps[-1].append(segment)
        else:
            steps.append([segment])
    return steps


def _joined(parts: list[Segment], segment: Segment, within: Window) -> list[Segment]:
    """The parts of the series once ``segment`` is told.

    A part that ended before the new one begins (a split: "this and all following") stays beside
    it; any other is replaced by it.
    """
    zone = _zone(segment.zone, within.zone)
    apart = [
        part
        for part in parts
        if not segment.cancelled
        and part.start != segment.start
        and (_until(part.rrule, zone) < segment.start or _until(segment.rrule, zone) < part.start)
    ]
    return [*apart, segment]


def _compared(
    uid: str, told: Segment, before: frozenset[datetime], after: frozenset[datetime]
) -> list[Change]:
    """Future dates that went away, each with the new date that stands in its place."""
    gone = sorted(at for at in before - after if at > told.at)
    fresh = sorted(at for at in after - before if at > told.at)
    near = timedelta(days=6, hours=12)
    changes: list[Change] = []
    for old in gone[:MAX_CHANGED]:
        new = next((at for at in fresh if abs(at - old) <= near), None)
        if new is not None:
            fresh.remove(new)
        changes.append(Change(uid, told.event, told.at, old, new))
    return changes
