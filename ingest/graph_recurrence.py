"""Recurrence patterns of Graph as RRULE text (RFC 5545, 3.3.10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ingest.graph_json import Json, part, text

_DAYS: Final = {
    "monday": "MO",
    "tuesday": "TU",
    "wednesday": "WE",
    "thursday": "TH",
    "friday": "FR",
    "saturday": "SA",
    "sunday": "SU",
}
_POSITIONS: Final = {"first": "1", "second": "2", "third": "3", "fourth": "4", "last": "-1"}
#: Every month has that many days.
_SHORTEST_MONTH_DAYS: Final = 28


def rrule(recurrence: Json) -> str:
    """The rule of a series, ``""`` where there is none or its pattern is unknown."""
    pattern = part(recurrence, "pattern")
    parts = _PATTERNS.get(text(pattern, "type"), _no_pattern)(pattern)
    if not parts:
        return ""
    interval = _number(pattern, "interval")
    every = [f"INTERVAL={interval}"] if interval > 1 else []
    return ";".join([parts[0], *every, *parts[1:], *_range(part(recurrence, "range"))])


def _no_pattern(_pattern: Json) -> list[str]:
    return []


def _daily(_pattern: Json) -> list[str]:
    return ["FREQ=DAILY"]


def _weekly(pattern: Json) -> list[str]:
    first = _DAYS.get(text(pattern, "firstDayOfWeek"), "SU")
    return ["FREQ=WEEKLY", *_by_day(pattern), f"WKST={first}"]


def _monthly(pattern: Json) -> list[str]:
    return ["FREQ=MONTHLY", *_by_month_day(pattern)]


def _monthly_by_day(pattern: Json) -> list[str]:
    return ["FREQ=MONTHLY", *_by_day(pattern), _position(pattern)]


def _yearly(pattern: Json) -> list[str]:
    return ["FREQ=YEARLY", _by_month(pattern), *_by_month_day(pattern)]


def _yearly_by_day(pattern: Json) -> list[str]:
    return ["FREQ=YEARLY", _by_month(pattern), *_by_day(pattern), _position(pattern)]


_PATTERNS: Final[dict[str, Callable[[Json], list[str]]]] = {
    "daily": _daily,
    "weekly": _weekly,
    "absoluteMonthly": _monthly,
    "relativeMonthly": _monthly_by_day,
    "absoluteYearly": _yearly,
    "relativeYearly": _yearly_by_day,
}


def _by_day(pattern: Json) -> list[str]:
    told = pattern.get("daysOfWeek")
    days = [_DAYS[day] for day in told if day in _DAYS] if isinstance(told, list) else []
    return ["BYDAY=" + ",".join(days)] if days else []


def _by_month_day(pattern: Json) -> list[str]:
    """A day that a month lacks means its last one in Exchange, and no day at all in RFC 5545."""
    day = _number(pattern, "dayOfMonth")
    if day <= _SHORTEST_MONTH_DAYS:
        return [f"BYMONTHDAY={max(day, 1)}"]
    days = ",".join(str(one) for one in range(_SHORTEST_MONTH_DAYS, min(day, 31) + 1))
    return [f"BYMONTHDAY={days}", "BYSETPOS=-1"]


def _by_month(pattern: Json) -> str:
    return f"BYMONTH={min(max(_number(pattern, 'month'), 1), 12)}"


def _position(pattern: Json) -> str:
    return f"BYSETPOS={_POSITIONS.get(text(pattern, 'index'), '1')}"


def _range(told: Json) -> list[str]:
    kind = text(told, "type")
    if kind == "numbered" and (count := _number(told, "numberOfOccurrences")) > 0:
        return [f"COUNT={count}"]
    end = text(told, "endDate").replace("-", "")
    return [f"UNTIL={end}"] if kind == "endDate" and end.isdecimal() else []


def _number(item: Json, name: str) -> int:
    value = item.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
