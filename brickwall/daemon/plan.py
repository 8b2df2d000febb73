"""What is due, and when: pure, from the configuration, the past and the wall clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from brickwall.config import Config
from brickwall.daemon.past import Memory, Past

SYNC: Final = "sync"
DIGEST: Final = "digest"
BRIEF: Final = "brief"
UPKEEP: Final = "upkeep"

#: A machine that was off for longer gets the digests of so many weeks, not of all.
LOOK_BACK_WEEKS: Final = 8
UPKEEP_TIME: Final = time(3)

#: First pause and longest pause, in minutes, after each kind of failure; doubled in between.
PAUSES: Final = {
    "offline": (2, 30),
    "throttled": (15, 240),
    "sign-in": (60, 60),
    "busy": (2, 10),
    "failed": (5, 120),
    "crashed": (5, 120),
}


@dataclass(frozen=True, slots=True)
class Due:
    """A piece of work and the instant from which it is due.

    ``key``: the week or day it is about; of a sync its accounts, one a line.
    """

    task: str
    at: datetime
    key: str = ""


def plan(config: Config, memory: Memory, accounts: Sequence[str], now: datetime) -> list[Due]:
    """The next of each kind of work, in the order in which they are done when due together.

    ``accounts``: their ids. A sync comes first, so that a digest tells of the newest mail.
    """
    found = [
        _sync(config, memory, accounts, now),
        _digest(config, memory, now),
        _brief(config, memory, now),
        _upkeep(config, memory, now),
    ]
    return [due for due in found if due is not None]


def lane(account: str) -> str:
    """Under which name the past of an account's sync is remembered."""
    return f"{SYNC} {account}"


def _sync(config: Config, memory: Memory, accounts: Sequence[str], now: datetime) -> Due | None:
    """Accounts that are due soon go together with the first; one that fails waits alone."""
    if not accounts:
        return None
    every = timedelta(minutes=config.daemon.sync_minutes)
    at = {account: _next_sync(memory.of(lane(account)), every, now) for account in accounts}
    first = max(min(at.values()), now)
    return Due(SYNC, min(at.values()), "\n".join(a for a in accounts if at[a] <= first + every / 4))


def _next_sync(past: Past, every: timedelta, now: datetime) -> datetime:
    if past.ended_at is None or past.ended_at > now:  # the clock was set back since
        return now
    if past.failures:
        return past.ended_at + max(pause(past), every / 2)
    return past.ended_at + every * (0.9 + 0.2 * past.chance)


def pause(past: Past) -> timedelta:
    """How long to wait after failures in a row, with jitter."""
    first, longest = PAUSES.get(past.result, PAUSES["failed"])
    minutes = min(first * 2.0 ** min(past.failures - 1, 20), longest)
    return timedelta(minutes=minutes * (0.75 + 0.5 * past.chance))


def _digest(config: Config, memory: Memory, now: datetime) -> Due | None:
    """The oldest week whose digest is due and not settled, else the next one."""
    digest, since = config.digest, memory.digest_since
    if not digest.enabled or since is None:
        return None
    past = memory.of(DIGEST)
    for monday in _mondays(now, config.zone):
        at = digest_at(config, monday)
        key = _week_before(monday)
        if at > since and key not in past.over:
            return Due(DIGEST, _patient(past, at, now), key)
    return None


def digest_at(config: Config, monday: date) -> datetime:
    """When the digest is due that goes out in the week of ``monday``, about the one before."""
    day = monday + timedelta(days=config.digest.weekday)
    return _instant(day, config.digest.time, config.zone)


def _mondays(now: datetime, zone: str) -> Iterator[date]:
    """Mondays of the weeks that are looked at, to the one after the next."""
    today = now.astimezone(ZoneInfo(zone)).date()
    this = today - timedelta(days=today.weekday())
    return (this + timedelta(weeks=week) for week in range(-LOOK_BACK_WEEKS, 3))


def _week_before(monday: date) -> str:
    """The ISO week that a digest in the week of ``monday`` is about, like ``2026-W47``."""
    year, week, _ = (monday - timedelta(days=7)).isocalendar()
    return f"{year:04d}-W{week:02d}"


def _brief(config: Config, memory: Memory, now: datetime) -> Due | None:
    """Today's, however late: it is written only where it comes before the first meeting."""
    if not config.brief.mail:
        return None
    past = memory.of(BRIEF)
    today = now.astimezone(ZoneInfo(config.zone)).date()
    day = today if today.isoformat() not in past.over else today + timedelta(days=1)
    at = _instant(day, config.brief.time, config.zone)
    return Due(BRIEF, _patient(past, at, now), day.isoformat())


def _upkeep(config: Config, memory: Memory, now: datetime) -> Due | None:
    """Once a day, at night or whenever the machine is on."""
    past = memory.of(UPKEEP)
    today = now.astimezone(ZoneInfo(config.zone)).date()
    day = today if today.isoformat() not in past.over else today + timedelta(days=1)
    at = _instant(day, UPKEEP_TIME, config.zone)
    return Due(UPKEEP, _patient(past, at, now), day.isoformat())


def _patient(past: Past, at: datetime, now: datetime) -> datetime:
    """``at``, or later after failures."""
    if not past.failures or past.ended_at is None or past.ended_at > now:
        return at
    return max(at, past.ended_at + pause(past))


def _instant(day: date, at: time, zone: str) -> datetime:
    """A time of day as an instant: once a day, also when clocks change.

    A time that is skipped in spring comes an hour later, one that is there twice counts once.
    """
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
