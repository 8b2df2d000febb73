"""Times as people type them: ISO dates and ISO weeks, read in the rep's zone."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from store.errors import UsageError


def instant(text: str, zone: str) -> datetime:
    """``2026-11-23`` (its first moment) or ``2026-11-23T09:30`` in ``zone``, as an aware instant.

    Raises ``UsageError`` for anything else.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f'"{text}" is not a time.', "Write it like 2026-11-23 or 2026-11-23T09:30."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def day(text: str) -> date:
    """``2026-11-23``. Raises ``UsageError`` for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f'"{text}" is not a day.', "Write it like 2026-11-23.") from None
