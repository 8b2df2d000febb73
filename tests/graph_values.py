"""Values in Graph's JSON, as tests write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

Json: TypeAlias = dict[str, Any]

WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


def recipient(address: str, name: str = "") -> Json:
    """A recipient as Graph writes it."""
    return {"emailAddress": {"name": name or address, "address": address}}


def attendee(address: str, response: str = "none", at: datetime | None = None) -> Json:
    """An attendee with what they answered."""
    time = utc(at) if at else "0001-01-01T00:00:00Z"
    return {
        **recipient(address),
        "type": "required",
        "status": {"response": response, "time": time},
    }


def weekly(start: datetime, weeks: int) -> Json:
    """A recurrence on the weekday of ``start``, so many times."""
    return {
        "pattern": {
            "type": "weekly",
            "interval": 1,
            "month": 0,
            "dayOfMonth": 0,
            "daysOfWeek": [WEEKDAYS[start.weekday()]],
            "firstDayOfWeek": "monday",
            "index": "first",
        },
        "range": {
            "type": "numbered",
            "startDate": f"{start:%Y-%m-%d}",
            "endDate": "0001-01-01",
            "recurrenceTimeZone": "W. Europe Standard Time",
            "numberOfOccurrences": weeks,
        },
    }


def moment(at: datetime) -> Json:
    """A dateTimeTimeZone in UTC, with the seven digits of Graph."""
    return {"dateTime": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"}


def instant(told: Json) -> datetime:
    """The time of a dateTimeTimeZone in UTC."""
    return datetime.fromisoformat(str(told["dateTime"])[:19]).replace(tzinfo=UTC)


def utc(at: datetime) -> str:
    """A DateTimeOffset."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
