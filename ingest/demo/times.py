"""When people work: their zone, their days, and the holidays nobody works on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

WEEKDAYS = (0, 1, 2, 3, 4)
_FIRST_MINUTE, _LAST_MINUTE = 8 * 60 + 20, 17 * 60 + 50
_HOLIDAYS = frozenset({(1, 1), (5, 1), (12, 24), (12, 25), (12, 26), (12, 31)})


def works_on(day: date, days: Collection[int] = WEEKDAYS) -> bool:
    """Whether somebody who works on these days of the week works on this one."""
    return day.weekday() in days and (day.month, day.day) not in _HOLIDAYS


def at_work(rng: Random, moment: datetime, zone: str, days: Collection[int] = WEEKDAYS) -> datetime:
    """The moment itself if it lies in working time, else soon after work begins again."""
    local = moment.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    if works_on(local.date(), days) and _FIRST_MINUTE <= minute <= _LAST_MINUTE:
        return moment.astimezone(UTC)
    day = local.date() + timedelta(days=minute > _LAST_MINUTE)
    while not works_on(day, days):
        day += timedelta(days=1)
    return on(day, _FIRST_MINUTE + int(rng.triangular(0, 240, 40)), zone, rng.randrange(60))


def on(day: date, minute: int, zone: str, second: int = 0) -> datetime:
    """That minute of a local day, as UTC."""
    local = datetime.combine(day, time(), ZoneInfo(zone)) + timedelta(minutes=minute)
    return (local + timedelta(seconds=second)).astimezone(UTC)


def working_days_later(day: date, count: int, days: Collection[int] = WEEKDAYS) -> date:
    """The day so many working days after ``day``; with 0 the first from ``day`` on."""
    while not works_on(day, days):
        day += timedelta(days=1)
    for _ in range(count):
        day += timedelta(days=1)
        while not works_on(day, days):
            day += timedelta(days=1)
    return day


def some_time(
    rng: Random, moment: datetime, working_days: float, zone: str, days: Collection[int] = WEEKDAYS
) -> datetime:
    """A moment in working time, so many working days later, at any hour of the day."""
    local = moment.astimezone(ZoneInfo(zone)).date()
    day = working_days_later(local, max(round(working_days), 0), days)
    minute = rng.randrange(_FIRST_MINUTE, _LAST_MINUTE)
    found = on(day, minute, zone, rng.randrange(60))
    if found > moment:
        return found
    return at_work(rng, moment + timedelta(minutes=rng.randrange(20, 90)), zone, days)
