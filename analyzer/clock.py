"""Effective hours: waiting time as the other side's week feels it.

A week has 50 effective hours (eh), spread over its 168 hours as people write: the profile of
everyone's mails, and of a person's own mails where there are at least a dozen of them, both drawn
towards what is more common. Hours are local to the person, summer time included.
A public holiday of their country counts like a Saturday.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pandas as pd

from analyzer.derived.groups import Floats, Ints, micros
from analyzer.local_time import MICROS_PER_HOUR, LocalTime, local_time, years
from analyzer.settings import Settings

WEEK_EH: Final = 50.0

_HOURS: Final = 168
_SATURDAY: Final = 5
_OWN_PROFILE_MESSAGES: Final = 12
_KAPPA: Final = 50.0
_EVERYONE_KAPPA: Final = 200.0
_COUNTRIES: Final = 12


def _office_week() -> Floats:
    """Monday to Friday, 8 to 18 h: what is assumed before anybody has written."""
    week = np.zeros((7, 24))
    week[:5, 8:18] = 1.0
    return np.asarray(week.ravel() / week.sum())


@dataclass(frozen=True)
class Clock:
    """Tables by person id (the last entry, found at -1, is everyone's)."""

    profile: Ints
    local: LocalTime
    country: Ints
    within: Floats
    days: Floats
    holidays: Ints
    first_day: int

    def elapsed_eh(self, person: Ints, start: pd.Series[Any], end: pd.Series[Any]) -> Floats:
        """Effective hours between two instants for each person; negative when turned round."""
        return self.reading_eh(person, micros(end)) - self.reading_eh(person, micros(start))

    def reading_eh(self, person: Ints, at_micros: Ints) -> Floats:
        """What the person's clock shows at each instant: never falls, only differences matter."""
        profile, country = self.profile[person], self.country[person]
        hours = self.local.hours(person, at_micros)
        day = np.floor(hours / 24).astype(np.int64)
        hour = hours - day * 24
        weeks, weekday = np.divmod(day + 3, 7)
        row = np.clip(day - self.first_day, 0, self.holidays.shape[1] - 2)
        before = self.holidays[country, row]
        free = (self.holidays[country, row + 1] != before).any(axis=1)
        base = weeks * WEEK_EH + self.days[profile, weekday]
        lost = (before * self._loss()[profile]).sum(axis=1)
        today = np.where(free & self._works()[profile, weekday], _SATURDAY, weekday)
        whole = np.minimum(hour.astype(np.int64), 23)
        begun = self.within[profile, today, whole]
        rate = self.within[profile, today, whole + 1] - begun
        return np.asarray(base - lost + begun + (hour - whole) * rate)

    def _mass(self) -> Floats:
        return self.within[:, :, 24]

    def _works(self) -> Any:
        return self._mass() > self._mass()[:, _SATURDAY : _SATURDAY + 1]

    def _loss(self) -> Floats:
        """Effective hours that a holiday on each weekday takes away."""
        return np.maximum(self._mass() - self._mass()[:, _SATURDAY : _SATURDAY + 1], 0.0)


def clock(mail: pd.DataFrame, people: pd.DataFrame, settings: Settings) -> Clock:
    """The clock learnt from frame ``mail`` for frame ``people``."""
    size = int(people["person"].max()) + 2 if len(people) else 1
    human = mail[(mail["kind"] == "person").to_numpy()]
    local = local_time(human, people, settings.zone, size)
    sender, hour = human["sender"].to_numpy(), _hour_of_week(human, local)
    everyone = np.bincount(hour, minlength=_HOURS) + _EVERYONE_KAPPA * _office_week()
    everyone = everyone / everyone.sum()
    written = np.bincount(sender[sender >= 0], minlength=size)[:size]
    regular = np.flatnonzero(written >= _OWN_PROFILE_MESSAGES)
    profile = np.zeros(size, dtype=np.int64)
    profile[regular] = np.arange(1, len(regular) + 1)
    cell = profile[sender] * _HOURS + hour
    counts = np.bincount(cell, minlength=(len(regular) + 1) * _HOURS).reshape(-1, _HOURS)
    counts[0] = 0
    weeks = counts + _KAPPA * everyone
    weeks = (weeks / weeks.sum(axis=1, keepdims=True) * WEEK_EH).reshape(-1, 7, 24)
    within = np.concatenate([np.zeros((*weeks.shape[:2], 1)), weeks.cumsum(axis=2)], axis=2)
    days = np.concatenate([np.zeros((len(weeks), 1)), within[:, :, 24].cumsum(axis=1)], axis=1)
    country, first_day, holidays = _holidays(human, people, size)
    return Clock(profile, local, country, within, days, holidays, first_day)


def _hour_of_week(human: pd.DataFrame, local: LocalTime) -> Ints:
    """The hour of the week that each mail was written in; its own offset knows best."""
    at, told = micros(human["at"]), human["offset_minutes"].to_numpy("float64", na_value=np.nan)
    usual = local.hours(human["sender"].to_numpy(), at)
    hours = np.where(np.isnan(told), usual, at / MICROS_PER_HOUR + told / 60)
    return (np.floor(hours).astype(np.int64) + 3 * 24) % _HOURS


def _holidays(human: pd.DataFrame, people: pd.DataFrame, size: int) -> tuple[Ints, int, Ints]:
    """(country row by person, first day, holidays before each day by weekday) of the table.

    Only the countries that most mail comes from; row 0 has no holidays.
    """
    country = np.full(size, "", dtype=object)
    country[people["person"].to_numpy()] = people["country"].to_numpy(object)
    seen = pd.Series(country[human["sender"].to_numpy()], dtype="str")
    often = seen[seen != ""].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    codes = often.index[:_COUNTRIES].tolist()
    first, last = years(human["at"])
    tables = [_calendar("", first, last), *(_calendar(code, first, last) for code in codes)]
    row = pd.Index(["", *codes]).get_indexer(pd.Index(country))
    return np.maximum(row, 0).astype(np.int64), _day(date(first, 1, 1)), np.stack(tables)


def _day(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()


@lru_cache(maxsize=64)
def _calendar(country: str, first_year: int, last_year: int) -> Ints:
    """Row d, column w: public holidays on weekday w before day d of the span."""
    begin, end = date(first_year, 1, 1), date(last_year, 12, 31)
    table = np.zeros((_day(end) - _day(begin) + 2, 7), dtype=np.int64)
    for day in _public_holidays(country, first_year, last_year):
        table[_day(day) - _day(begin) + 1, day.weekday()] = 1
    return table.cumsum(axis=0)


def _public_holidays(country: str, first_year: int, last_year: int) -> list[date]:
    if not country:
        return []
    import holidays  # slow to load

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of years that the package does not know
            known = holidays.country_holidays(country, years=range(first_year, last_year + 1))
    except NotImplementedError:
        return []
    return [day for day in known if first_year <= day.year <= last_year]
