"""Local time of many people at once, over changes to and from summer time.

A mail tells the hours from UTC of the moment it was written, not the zone. Whose mails follow the
rep's zone, or one of a few well-known ones, through winter and summer is taken to live there;
everybody else keeps the offset that their mails use most.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from analyzer.derived.groups import Floats, Ints, micros

MICROS_PER_HOUR: Final = 3_600_000_000

#: One zone for each rule of summer time that many people live by.
KNOWN_ZONES: Final = (
    "Europe/London",
    "Europe/Berlin",
    "Europe/Helsinki",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "Australia/Sydney",
    "Pacific/Auckland",
)
_STEP: Final = timedelta(days=28)
_LONG_AGO: Final = -(1 << 60)
_KEY_BITS: Final = 50


@dataclass(frozen=True)
class LocalTime:
    """Zone by person id (the last entry, found at -1, is the rep's), and its changes of offset.

    ``key`` sorts the changes by zone and instant; ``offset_hours`` holds from each on, and
    ``resumes_hours`` is the local hour that was reached before it: an hour that clocks show twice
    in autumn stands still, so that local time never falls.
    """

    zone: Ints
    key: Ints
    offset_hours: Floats
    resumes_hours: Floats

    def hours(self, person: Ints, at_micros: Ints) -> Floats:
        """Local hours since 1970 of each person at each instant; never falls with time."""
        hours = at_micros / MICROS_PER_HOUR
        row = np.searchsorted(self.key, _key(self.zone[person], at_micros), side="right") - 1
        return np.asarray(np.maximum(hours + self.offset_hours[row], self.resumes_hours[row]))


def local_time(human: pd.DataFrame, people: pd.DataFrame, zone: str, size: int) -> LocalTime:
    """From mails of persons (sender, at, offset_minutes) and frame ``people``.

    ``zone``: the rep's; ``size``: one more than the ids of people go.
    """
    names = [zone, *(name for name in KNOWN_ZONES if name != zone)]
    first, last = years(human["at"])
    tables = [_changes(name, first, last) for name in names]
    usual, told = _usual(people, size)
    fixed = np.unique(usual[told])
    row = np.zeros(size, dtype=np.int64)
    follows = _following(human, tables, usual, size)
    row[told] = np.where(
        follows[told] >= 0, follows[told], len(names) + np.searchsorted(fixed, usual[told])
    )
    tables += [(np.array([_LONG_AGO]), np.array([hours])) for hours in fixed]
    return LocalTime(row, *_joined(tables))


def years(at: pd.Series[Any]) -> tuple[int, int]:
    """The first and last calendar year to know about: one more on either side of the mails."""
    year = at.dt.year
    return (int(year.min()) - 1, int(year.max()) + 1) if len(at) else (1970, 1970)


def _usual(people: pd.DataFrame, size: int) -> tuple[Floats, Any]:
    """Hours from UTC that the mails of each person use most, and whether any told them."""
    parts = people["zone"].str.extract(r"^UTC([+-])(\d\d):(\d\d)$")
    hours = parts[1].astype("float64") + parts[2].astype("float64") / 60
    hours = hours.where(parts[0] != "-", -hours)
    usual = np.full(size, np.nan)
    usual[people["person"].to_numpy()] = hours.to_numpy()
    return usual, ~np.isnan(usual)


def _following(
    human: pd.DataFrame, tables: list[tuple[Ints, Floats]], usual: Floats, size: int
) -> Ints:
    """Which of the zones explains the offsets of each person best, -1 for the usual offset.

    The rep's own where it explains as many as the usual offset does, another only where more.
    """
    known = human[human["offset_minutes"].notna().to_numpy() & (human["sender"] >= 0).to_numpy()]
    sender, hour = known["sender"].to_numpy(), micros(known["at"]) // MICROS_PER_HOUR
    hours = known["offset_minutes"].to_numpy("float64") / 60
    first, span = hour.min(initial=0), np.arange(hour.min(initial=0), hour.max(initial=0) + 1)
    best = _matches(sender, hours == usual[sender], size)
    found = np.full(size, -1, dtype=np.int64)
    for number, (changed_at, offset) in enumerate(tables):
        by_hour = offset[np.searchsorted(changed_at, span * MICROS_PER_HOUR, side="right") - 1]
        fits = _matches(sender, hours == by_hour[hour - first], size)
        better = fits > best if number else (fits >= best) & (fits > 0)
        found[better], best = number, np.maximum(best, fits)
    return found


def _matches(sender: Ints, fits: Any, size: int) -> Ints:
    return np.bincount(sender[fits], minlength=size)[:size].astype(np.int64)


def _key(zone: Ints, at_micros: Ints) -> Ints:
    """One sortable integer: zones first, then seconds."""
    second = np.clip(at_micros // 1_000_000 + (1 << (_KEY_BITS - 1)), 0, (1 << _KEY_BITS) - 1)
    return np.asarray((zone << _KEY_BITS) | second)


def _joined(tables: list[tuple[Ints, Floats]]) -> tuple[Ints, Floats, Floats]:
    keys, offsets, resumes = [], [], []
    for number, (changed_at, offset) in enumerate(tables):
        keys.append(_key(np.full(len(changed_at), number), changed_at))
        offsets.append(offset)
        reached = changed_at[1:] / MICROS_PER_HOUR + offset[:-1]
        resumes.append(np.append(-np.inf, reached))
    return np.concatenate(keys), np.concatenate(offsets), np.concatenate(resumes)


@lru_cache(maxsize=64)
def _changes(name: str, first_year: int, last_year: int) -> tuple[Ints, Floats]:
    """(instants in microseconds, hours from UTC from each on); UTC where there is no such zone."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return np.array([_LONG_AGO]), np.array([0.0])
    day = datetime(first_year, 1, 1, tzinfo=UTC)
    known = _offset(zone, day)
    changed_at, offsets = [_LONG_AGO], [known]
    while day.year <= last_year:
        after = day + _STEP
        if _offset(zone, after) != known:
            moment = _change_between(zone, day, after)
            known = _offset(zone, after)
            changed_at.append(round(moment.timestamp()) * 1_000_000)
            offsets.append(known)
        day = after
    return np.array(changed_at), np.array(offsets)


def _change_between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first minute with the later offset."""
    old = _offset(zone, before)
    while after - before > timedelta(minutes=1):
        minutes = (after - before) // timedelta(minutes=2)
        middle = before + timedelta(minutes=minutes)
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after


def _offset(zone: ZoneInfo, at: datetime) -> float:
    offset = at.astimezone(zone).utcoffset()
    return offset.total_seconds() / 3600 if offset else 0.0
