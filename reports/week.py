"""ISO weeks: the unit that brickwall reports."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from store.errors import UsageError

# no week of mail lies before 1970
_WRITTEN: Final = re.compile(r"(19[7-9]\d|[2-8]\d{3})-?W(\d{1,2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An ISO 8601 week, Monday to Sunday; its instants depend on a zone."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Week:
        """The week written like ``2026-W47``. Raises ``UsageError`` when there is no such week."""
        found = _WRITTEN.fullmatch(text.strip())
        year, number = (int(part) for part in found.groups()) if found else (0, 0)
        try:
            date.fromisocalendar(year, number, 7)
        except ValueError:
            raise UsageError(f"There is no week {text!r}.", "Write it like 2026-W47.") from None
        return cls(year, number)

    @classmethod
    def of(cls, day: date) -> Week:
        """The week in which ``day`` lies."""
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @classmethod
    def last_full(cls, instant: datetime, zone: str) -> Week:
        """The last week that had ended by ``instant`` in ``zone`` (an IANA name)."""
        return cls.of(instant.astimezone(ZoneInfo(zone)).date() - timedelta(days=7))

    @classmethod
    def asked(cls, text: str | None, instant: datetime, zone: str) -> Week:
        """The week asked for as of ``instant``: the last full one unless ``text`` names one.

        Raises ``UsageError`` for what is no week, or one that has not begun: nothing can be said of
        it, and what is sent for it now would be missing when it comes.
        """
        if not text:
            return cls.last_full(instant, zone)
        week = cls.parse(text)
        if week.start(zone) > instant:
            last = cls.of(instant.astimezone(ZoneInfo(zone)).date())
            raise UsageError(f"Week {week} has not begun.", f"The last one to ask for is {last}.")
        return week

    @property
    def first_day(self) -> date:
        """Its Monday."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Its Sunday."""
        return self.first_day + timedelta(days=6)

    def start(self, zone: str) -> datetime:
        """Its first instant in ``zone``."""
        return datetime.combine(self.first_day, datetime.min.time(), ZoneInfo(zone))

    def end(self, zone: str) -> datetime:
        """The first instant after it in ``zone``."""
        following = self.first_day + timedelta(days=7)
        return datetime.combine(following, datetime.min.time(), ZoneInfo(zone))

    def __str__(self) -> str:
        return f"{self.year:04d}-W{self.number:02d}"
