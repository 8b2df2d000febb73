"""Putting somebody aside: the day a text names, and the calendar that reminds of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from analyzer.days import mentions
from brickwall.paths import write_durably
from store.errors import StoreError, UsageError

if TYPE_CHECKING:
    from brickwall.workspace import Workspace
    from reports.parked import Parks

#: The calendar that the daemon keeps fresh, in the folder of written reports.
FEED: Final = "parked.ics"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One parked person for the rep's calendar. ``revision`` grows with every change."""

    name: str
    address: str
    day: date
    why: str
    told_at: datetime
    revision: int


def day_named(text: str, now: datetime, zone: str) -> date:
    """The coming day that ``text`` names: ``2027-01-15``, ``after Q3``, ``in two months``.

    Raises ``UsageError`` where it names none, or one that is not ahead.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    day = _iso(text) or _in_words(text, today)
    if day is None:
        raise UsageError(
            f'"{text}" names no day.',
            'Write it like 2027-01-15, "after Q3" or "in two months"; what has no day is a '
            "--milestone.",
        )
    if day <= today:
        raise UsageError(f"{day} is not ahead.", "Name a day after today.")
    return day


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _in_words(text: str, today: date) -> date | None:
    """As people write it, with or without a word before it: "Q3", "in two months", "two weeks"."""
    told = mentions(text, today) or mentions(f"in {text}", today)
    ahead = [mention.resumes for mention in told if mention.resumes > today]
    return max(ahead, default=told[0].resumes if told else None)


def reminders(view: Parks) -> tuple[list[Reminder], int]:
    """Those who wait for a day or whose day has come, and how many more wait without one."""
    kept = [park for park in view.parks if park.state in ("parked", "due")]
    dated = [
        Reminder(
            park.person.name, park.person.address, park.until.date(), park.why, park.at, park.mark
        )
        for park in kept
        if park.until is not None
    ]
    return dated, len(kept) - len(dated)


def refresh(workspace: Workspace, now: datetime) -> int:
    """Write the calendar of the parked anew, so that a calendar program that shows the file is
    never a day behind; how many are in it. Without anybody ever parked there is none.

    Raises ``StoreError`` where it cannot be written.
    """
    from brickwall.workspace import studied
    from reports.parked import parked
    from store.marks import marks

    path = workspace.home.reports / FEED
    parks = any(told.mark.kind == "park" for told in marks(workspace.database))
    if not parks and not path.exists():
        return 0
    dated, _ = reminders(parked(studied(workspace, now).analysis, workspace.config.zone))
    try:
        write_durably(path, calendar(dated))
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}", "Make room.") from error
    return len(dated)


def calendar(reminders: Iterable[Reminder]) -> bytes:
    """An iCalendar of whole-day entries; the same reminders give the same bytes, and one whose day
    was changed keeps its UID.
    """
    from icalendar import Calendar, Event

    book = Calendar()
    book.add("prodid", "-//brickwall//parked contacts//EN")
    book.add("version", "2.0")
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", "brickwall: parked")
    for reminder in sorted(reminders, key=lambda each: (each.day, each.address)):
        entry = Event()
        entry.add("uid", f"park-{_digest(reminder.address)}@brickwall")
        entry.add("dtstamp", reminder.told_at.astimezone(UTC).replace(microsecond=0))
        entry.add("sequence", reminder.revision)
        entry.add("dtstart", reminder.day)
        entry.add("dtend", reminder.day + timedelta(days=1))
        entry.add("summary", f"Ask {reminder.name} again")
        entry.add("description", f"{reminder.why}\n{reminder.address}")
        entry.add("transp", "TRANSPARENT")
        entry.add("class", "PRIVATE")
        book.add_component(entry)
    return bytes(book.to_ical())


def _digest(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:32]
