"""Values in Graph's JSON, read tolerantly: what is missing or of another kind is empty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from ingest.addresses import Mailbox, normalised
from ingest.ical_times import FIRST_YEAR, LAST_YEAR
from ingest.strings import one_line
from ingest.zones import zone_of

Json: TypeAlias = Mapping[str, Any]

_EMPTY: Final[Json] = {}
_SECONDS: Final = len("2026-11-25T09:00:00")


class Moment(NamedTuple):
    """A time and the zone (IANA name, or an offset) that it was given in."""

    at: datetime
    zone: str


def text(item: Json, name: str) -> str:
    """A text, ``""`` where there is none."""
    value = item.get(name)
    return value if isinstance(value, str) else ""


def part(item: Json, name: str) -> Json:
    """An object, empty where there is none."""
    value = item.get(name)
    return value if isinstance(value, dict) else _EMPTY


def parts(item: Json, name: str) -> list[Json]:
    """The objects of a list, empty where there is none."""
    value = item.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def mailbox(recipient: Json) -> Mailbox:
    """Name and address of a recipient; the address is ``""`` where Exchange tells no SMTP one."""
    told = part(recipient, "emailAddress")
    address = normalised(text(told, "address"))
    return one_line(text(told, "name")), address if "@" in address else ""


def mailboxes(item: Json, name: str) -> list[Mailbox]:
    """Names and addresses of the recipients in a list, those without an address left out."""
    return [found for found in map(mailbox, parts(item, name)) if found[1]]


def instant(value: str) -> datetime | None:
    """A DateTimeOffset; ``None`` where there is none, or the year 1 that stands for none."""
    try:
        at = datetime.fromisoformat(_short(value))
    except ValueError:
        return None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def moment(told: Json, owner: str) -> Moment | None:
    """A dateTimeTimeZone. ``owner``: the IANA zone for names of zones that nobody knows."""
    try:
        wall = datetime.fromisoformat(text(told, "dateTime")[:_SECONDS])
    except ValueError:
        return None
    if not FIRST_YEAR <= wall.year <= LAST_YEAR:
        return None
    zone, name = zone_named(text(told, "timeZone"), owner)
    return Moment(wall.replace(tzinfo=zone).astimezone(UTC), name)


def zone_named(name: str, owner: str) -> tuple[tzinfo, str]:
    """The zone of this Windows or IANA name, ``owner`` for one that nobody knows."""
    return (zone_of(name, {}) if name else None) or (ZoneInfo(owner), owner)


def _short(value: str) -> str:
    """Seven digits of a second are more than Python reads everywhere."""
    head, dot, rest = value.partition(".")
    return head + rest.lstrip("0123456789") if dot else head
