"""Days in columns of texts: when promises fall due, until when things are put off, who is away.

Days are those of the writer's own calendar: the local time of the mail, where its Date tells the
offset from UTC, else of ``zone``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final, TypeAlias

import pandas as pd

from analyzer.days import absence
from analyzer.days.reading import Told, mentions
from store.facts import TIME

_Reading: TypeAlias = Callable[[str, date, bool], tuple[Any, ...]]

#: Told as the last moment.
_LIMITS: Final = ("by", "until", "through", "before")
#: West of it, 3/4 is the fourth of March, in English.
_AMERICA_MINUTES: Final = -150
#: A time ends before the instant that ends it.
_BEFORE: Final = pd.Timedelta(seconds=1)


def due(
    text: pd.Series[str], at: pd.Series[pd.Timestamp], offset_minutes: pd.Series[Any], zone: str
) -> pd.DataFrame:
    """When what each text promises falls due: ``due_at`` (``NaT``: no time named), ``due_on``,
    ``exact``.

    Due is the end of the day named, or of the week, month, quarter named. Of several days the one
    told as the limit, else the latest. ``due_on``: the last day that is in time, as the writer's
    calendar has it, ``""`` for none. ``exact``: a day or week is named, nothing wider.
    """
    ends = ("due", "exact")
    found = _read(text, at, offset_minutes, zone, _due, ends).rename(columns={"due": "due_at"})
    last = _local(found["due_at"] - _BEFORE, offset_minutes, zone)
    return found.assign(due_on=last.dt.strftime("%Y-%m-%d").fillna("").astype("str"))


def resumes(
    text: pd.Series[str], at: pd.Series[pd.Timestamp], offset_minutes: pd.Series[Any], zone: str
) -> pd.Series[pd.Timestamp]:
    """The beginning of the day that each text puts something off to, ``NaT`` for none.

    The first day of the time named; the day after it for "after Q3" and "not this year". Of
    several the latest.
    """
    return _read(text, at, offset_minutes, zone, _resumes, ("first",))["first"]


def away(
    text: pd.Series[str], at: pd.Series[pd.Timestamp], offset_minutes: pd.Series[Any], zone: str
) -> pd.DataFrame:
    """Beginnings of the first day away and of the return (``first``, ``back``), else ``NaT``."""
    return _read(text, at, offset_minutes, zone, _away, ("first", "back"))


def _due(text: str, day: date, month_first: bool) -> tuple[date | None, bool]:
    known = [m for m in mentions(text, day, month_first=month_first) if _ahead(m) and m.due >= day]
    limits = [m for m in known if m.relation in _LIMITS] or known
    chosen = max(limits, key=lambda m: m.due, default=None)
    return (chosen.due, chosen.exact) if chosen else (None, False)


def _resumes(text: str, day: date, month_first: bool) -> tuple[date | None]:
    known = [m for m in mentions(text, day, month_first=month_first) if _ahead(m)]
    return (max((m.resumes for m in known if m.resumes > day), default=None),)


def _away(text: str, day: date, month_first: bool) -> tuple[date | None, date | None]:
    found = absence.read(text, day, month_first=month_first)
    return (found.first, found.back) if found else (None, None)


def _ahead(mention: Told) -> bool:
    return mention.relation != "since"


def _read(
    text: pd.Series[str],
    at: pd.Series[pd.Timestamp],
    offset_minutes: pd.Series[Any],
    zone: str,
    reading: _Reading,
    names: tuple[str, ...],
) -> pd.DataFrame:
    """``reading`` of every text; each text of one day is read once."""
    local = _local(at, offset_minutes, zone)
    american = (offset_minutes.fillna(0) <= _AMERICA_MINUTES).tolist()
    asked = zip(text.tolist(), local.dt.date.tolist(), american, strict=True)
    known: dict[tuple[str, date, bool], tuple[Any, ...]] = {}
    found = [known[key] if key in known else known.setdefault(key, reading(*key)) for key in asked]
    told = pd.DataFrame(found, columns=list(names), index=text.index)
    for name in names:
        if name == "exact":
            told[name] = told[name].astype("bool")
        else:
            days = pd.Series(pd.to_datetime(told[name]), index=text.index).astype("datetime64[us]")
            end = days + pd.Timedelta(days=1) if name == "due" else days
            told[name] = _instants(end, offset_minutes, zone)
    return told


def _local(
    at: pd.Series[pd.Timestamp], offset_minutes: pd.Series[Any], zone: str
) -> pd.Series[pd.Timestamp]:
    """Naive local times of the writer."""
    there = at.dt.tz_localize(None) + _offset(offset_minutes)
    return there.where(offset_minutes.notna(), at.dt.tz_convert(zone).dt.tz_localize(None))


def _instants(
    local: pd.Series[pd.Timestamp], offset_minutes: pd.Series[Any], zone: str
) -> pd.Series[pd.Timestamp]:
    """Local times as instants; a time that the clocks skip is the next there is."""
    here = local.dt.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
    there = (local - _offset(offset_minutes)).dt.tz_localize("UTC")
    both = here.dt.tz_convert("UTC").where(offset_minutes.isna(), there)
    return pd.Series(both.astype(TIME))


def _offset(offset_minutes: pd.Series[Any]) -> pd.Series[pd.Timedelta]:
    minutes = offset_minutes.astype("float64").fillna(0.0)
    return pd.Series(pd.to_timedelta(minutes, unit="m"), index=minutes.index).astype(
        "timedelta64[us]"
    )
