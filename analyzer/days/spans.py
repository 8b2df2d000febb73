"""Days of the calendar that have names: weeks, months, quarters, seasons and feasts around a day.

A span is its first and last day, both included. Feasts and seasons are the next that is not over.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple

_WORKDAYS: Final = 4
#: A day named without a year is none that lies longer ago than this.
_LONG_AGO: Final = timedelta(days=60)


class Span(NamedTuple):
    """From the ``first`` to the ``last`` day."""

    first: date
    last: date


def single(day: date) -> Span:
    """One day alone."""
    return Span(day, day)


def week(day: date, later: int = 0) -> Span:
    """Monday to Friday of the week of ``day``, or so many weeks later."""
    monday = day - timedelta(days=day.weekday()) + timedelta(weeks=later)
    return Span(monday, monday + timedelta(days=_WORKDAYS))


def month(year: int, number: int) -> Span:
    """The month ``number`` (1 to 12; further ones lie in other years)."""
    year, number = year + (number - 1) // 12, (number - 1) % 12 + 1
    return Span(date(year, number, 1), date(year, number, monthrange(year, number)[1]))


def quarter(year: int, number: int) -> Span:
    """The quarter of the calendar year (1 to 4; further ones lie in other years)."""
    return Span(month(year, 3 * number - 2).first, month(year, 3 * number).last)


def months_later(day: date, count: int) -> date:
    """The same day so many months later, or the last there is."""
    target = month(day.year, day.month + count)
    return target.first.replace(day=min(day.day, target.last.day))


def year(number: int) -> Span:
    """A whole year."""
    return Span(date(number, 1, 1), date(number, 12, 31))


def dated(day: date, number: int, month_number: int, in_year: int | None) -> date | None:
    """Day ``number`` of a month; without a year the next, counted from two months before."""
    try:
        if in_year is not None:
            return date(in_year if in_year > 99 else 2000 + in_year, month_number, number)
        here = date(day.year, month_number, number)
        return here if here >= day - _LONG_AGO else date(day.year + 1, month_number, number)
    except ValueError:
        return None


def iso_week(day: date, number: int) -> Span | None:
    """The week of that number: this year's, or next year's where it lies long ago."""
    try:
        here = week(date.fromisocalendar(day.isocalendar().year, number, 1))
        if here.last < day - _LONG_AGO:
            here = week(date.fromisocalendar(day.isocalendar().year + 1, number, 1))
    except ValueError:
        return None
    return here


def easter(in_year: int) -> date:
    """Easter Sunday (Gregorian computus)."""
    a, b, c = in_year % 19, in_year // 100, in_year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    m = (a + 11 * h) // 319
    k = (2 * e + 2 * (c // 4) - c % 4 - h + m + 32) % 7
    n = (h - m + k + 90) // 25
    return date(in_year, n, (h - m + k + n + 19) % 32)


def _around_easter(first: int, last: int) -> Callable[[int], Span]:
    def made(in_year: int) -> Span:
        sunday = easter(in_year)
        return Span(sunday + timedelta(days=first), sunday + timedelta(days=last))

    return made


def _months(first: int, last: int) -> Callable[[int], Span]:
    return lambda in_year: Span(month(in_year, first).first, month(in_year, last).last)


def _thanksgiving(in_year: int) -> Span:
    first = date(in_year, 11, 1)
    thursday = first + timedelta(days=(3 - first.weekday()) % 7 + 21)
    return Span(thursday, thursday + timedelta(days=1))


def _labor_day(in_year: int) -> Span:
    first = date(in_year, 9, 1)
    return single(first + timedelta(days=-first.weekday() % 7))


def _christmas(in_year: int) -> Span:
    return Span(date(in_year, 12, 24), date(in_year, 12, 31))


def _turn_of_the_year(in_year: int) -> Span:
    return Span(date(in_year, 12, 24), date(in_year + 1, 1, 6))


_YEARLY: Final[Mapping[str, Callable[[int], Span]]] = MappingProxyType(
    {
        "spring": _months(3, 5),
        "summer": _months(6, 8),
        "autumn": _months(9, 11),
        "winter": _months(12, 14),
        "carnival": _around_easter(-52, -47),
        "easter": _around_easter(-2, 1),
        "ascension": _around_easter(39, 42),
        "pentecost": _around_easter(48, 50),
        "labor_day": _labor_day,
        "thanksgiving": _thanksgiving,
        "christmas": _christmas,
        "turn_of_year": _turn_of_the_year,
        "summer_holidays": _months(7, 8),
    }
)


def _next(name: str, day: date) -> Span:
    spans = (_YEARLY[name](day.year + years) for years in (-1, 0, 1))
    return next(span for span in spans if span.last >= day)


def _holidays(day: date) -> Span:
    """What somebody means by "the holidays": those of the time of year."""
    if day <= date(day.year, 1, 6) or day.month >= 9:
        return _next("turn_of_year", day)
    near_easter = day.month <= 4 and day <= easter(day.year) + timedelta(days=1)
    return _next("easter" if near_easter else "summer_holidays", day)


def _end(span: Span) -> Span:
    return single(span.last)


def _quarter_of(day: date) -> int:
    return (day.month + 2) // 3


#: What a phrase without numbers names, seen from a day.
NAMED: Final[Mapping[str, Callable[[date], Span]]] = MappingProxyType(
    {
        **{name: partial(_next, name) for name in _YEARLY},
        "holidays": _holidays,
        "today": single,
        "tomorrow": lambda day: single(day + timedelta(days=1)),
        "after_tomorrow": lambda day: single(day + timedelta(days=2)),
        "next_days": lambda day: Span(day, day + timedelta(days=7)),
        "next_weeks": lambda day: Span(day, day + timedelta(days=28)),
        "this_week": week,
        "next_week": lambda day: week(day, 1),
        "second_week": lambda day: week(day, 2),
        "this_month": lambda day: month(day.year, day.month),
        "next_month": lambda day: month(day.year, day.month + 1),
        "this_quarter": lambda day: quarter(day.year, _quarter_of(day)),
        "next_quarter": lambda day: quarter(day.year, _quarter_of(day) + 1),
        "half_year": lambda day: single(months_later(day, 6)),
        "this_year": lambda day: year(day.year),
        "next_year": lambda day: year(day.year + 1),
        "week_end": lambda day: _end(week(day)),
        "month_end": lambda day: _end(month(day.year, day.month)),
        "quarter_end": lambda day: _end(quarter(day.year, _quarter_of(day))),
        "year_end": lambda day: _end(year(day.year)),
    }
)


def part(span: Span, which: str) -> Span:
    """The ``start``, ``mid`` or ``end`` of a span: its first third, its middle, its last day."""
    days = (span.last - span.first).days
    if which == "start":
        return Span(span.first, span.first + timedelta(days=days // 3))
    if which == "mid":
        return single(span.first + timedelta(days=days // 2))
    return _end(span)
