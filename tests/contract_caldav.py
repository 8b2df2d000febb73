"""The contract's adapters for CalDAV: Radicale as it is, and without what RFC 6578 brings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from ingest.caldav import CalDavSource
from tests.contract import CUSTOMER, REP, Peer, summary
from tests.ical_builder import calendar, vevent
from tests.radicale_peer import Account, Asked, Told

_UTC = "%Y%m%dT%H%M%SZ"
_HOUR = timedelta(hours=1)
_WEEK = timedelta(weeks=1)


@dataclass
class Meeting:
    """What an entry says."""

    name: str
    start: datetime
    weeks: int
    partstat: str = "NEEDS-ACTION"
    reminder: bool = False
    moved: dict[int, datetime] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    def written(self) -> bytes:
        """As iCalendar."""
        series = [f"RRULE:FREQ=WEEKLY;COUNT={self.weeks}"] if self.weeks > 1 else []
        series += [f"EXDATE:{self._date(n):{_UTC}}" for n in sorted(self.gone)]
        parts = [self._event(self.start, *series)]
        for number, start in sorted(self.moved.items()):
            parts.append(self._event(start, f"RECURRENCE-ID:{self._date(number):{_UTC}}"))
        return calendar(*parts)

    def _date(self, number: int) -> datetime:
        return self.start + number * _WEEK

    def _event(self, start: datetime, *lines: str) -> str:
        alarm = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nDESCRIPTION:x\nEND:VALARM"
        return vevent(
            *lines,
            f"DTEND:{start + _HOUR:{_UTC}}",
            f"SUMMARY:{summary(self.name)}",
            f"DTSTAMP:{start:{_UTC}}",
            f"ORGANIZER:mailto:{REP}",
            f"ATTENDEE;PARTSTAT={self.partstat}:mailto:{CUSTOMER}",
            *([alarm, "X-APPLE-COLOR:red"] if self.reminder else []),
            uid=f"uid-{self.name}",
            start=f"{start:{_UTC}}",
        )


class _CalDavPeer(Peer):
    """A calendar with pages of two entries."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.meetings: dict[str, Meeting] = {}

    def __enter__(self) -> Self:
        self.account = Account()
        return self

    def __exit__(self, *_: object) -> None:
        self.account.__exit__()

    @property
    def requests(self) -> int:  # type: ignore[override]
        """Requests over HTTP."""
        return len(self.account.asked)

    def source(self) -> CalDavSource:
        """A new source."""
        return self.account.source(page_entries=2)

    def add_event(self, name: str, start: datetime, *, weeks: int = 1) -> None:
        """A new entry."""
        self.meetings[name] = Meeting(name, start, weeks)
        self._write(name)

    def move_event(self, name: str, start: datetime) -> None:
        """Another start."""
        self.meetings[name].start = start
        self._write(name)

    def cancel_event(self, name: str) -> None:
        """Deleted."""
        self.account.delete(name)

    def move_occurrence(self, name: str, number: int, start: datetime) -> None:
        """An exception in the same entry."""
        self.meetings[name].moved[number] = start
        self._write(name)

    def cancel_occurrence(self, name: str, number: int) -> None:
        """An EXDATE of the series."""
        self.meetings[name].moved.pop(number, None)
        self.meetings[name].gone.add(number)
        self._write(name)

    def answer(self, name: str, partstat: str) -> None:
        """In the organizer's copy, as servers write it."""
        self.meetings[name].partstat = partstat
        self._write(name)

    def touch(self, name: str) -> None:
        """A reminder and a colour."""
        self.meetings[name].reminder = True
        self._write(name)

    def break_item(self, name: str) -> None:
        """A start in the year 1700, which the server takes for good."""
        written = self.meetings[name].written()
        start = f"DTSTART:{self.meetings[name].start:%Y}".encode()
        self.account.put(name, written.replace(start, b"DTSTART:1700"))

    def mend_item(self, name: str) -> None:
        """As it was."""
        self._write(name)

    def _write(self, name: str) -> None:
        self.account.put(name, self.meetings[name].written())


class CalDavPeer(_CalDavPeer):
    """With sync-collection."""

    name = "caldav"

    def expire(self) -> None:
        """The server forgets its tokens."""
        self.account.forget_tokens()


class ListedCalDavPeer(_CalDavPeer):
    """On a server that cannot tell what has changed: nothing is there that could expire."""

    name = "caldav_listed"

    def source(self) -> CalDavSource:
        """A new source; the server knows only versions."""
        source = super().source()
        self.account.server.spoil = without_sync
        return source


def without_sync(asked: Asked, told: Told) -> Told | None:
    """Answer like a server without RFC 6578."""
    if "sync-collection" in asked.body:
        return "403 Forbidden", [], b"<d:error xmlns:d='DAV:'><d:supported-report/></d:error>"
    return told[0], told[1], told[2].replace(b"sync-token", b"no-token")


PEERS = [CalDavPeer, ListedCalDavPeer]
