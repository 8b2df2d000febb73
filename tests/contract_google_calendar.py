"""The contract's adapter for Google Calendar, over the fake."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from ingest.google_calendar import GoogleCalendar
from tests.contract import CUSTOMER, REP, Peer, summary
from tests.google_builder import calendar
from tests.google_fake import FakeGoogle, running

_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}


def invited(answer: str = "needsAction") -> list[dict[str, Any]]:
    """The rep, who invites, and the customer."""
    me = {"email": REP, "organizer": True, "self": True, "responseStatus": "accepted"}
    return [me, {"email": CUSTOMER, "responseStatus": answer}]


class GoogleCalendarPeer(Peer):
    """One calendar with pages of two entries."""

    name = "google_calendar"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._starts: dict[str, datetime] = {}
        self._broken: dict[str, Any] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self.google = self._stack.enter_context(running(FakeGoogle()))
        self.google.calendar.page_size = 2
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def requests(self) -> int:  # type: ignore[override]
        """Requests over HTTP."""
        return len(self.google.requests)

    def source(self) -> GoogleCalendar:
        """A new source."""
        return calendar(self.google.url)

    def add_event(self, name: str, start: datetime, *, weeks: int = 1) -> None:
        """A meeting with CUSTOMER, or a series."""
        rule = [f"RRULE:FREQ=WEEKLY;COUNT={weeks}"]
        more: dict[str, Any] = {"recurrence": rule} if weeks > 1 else {}
        self._starts[name] = start
        self.google.calendar.add(name, start, summary=summary(name), attendees=invited(), **more)

    def move_event(self, name: str, start: datetime) -> None:
        """Another start."""
        self.google.calendar.move(name, start)

    def cancel_event(self, name: str) -> None:
        """Deleted; only its id is left."""
        self.google.calendar.delete(name)

    def move_occurrence(self, name: str, number: int, start: datetime) -> None:
        """One date becomes an exception."""
        self.google.calendar.move_date(name, self._date(name, number), start)

    def cancel_occurrence(self, name: str, number: int) -> None:
        """One date is deleted; its id and original time are left."""
        self.google.calendar.delete_date(name, self._date(name, number))

    def answer(self, name: str, partstat: str) -> None:
        """CUSTOMER answers."""
        self.google.calendar.change(name, attendees=invited(_ANSWERS[partstat]))

    def touch(self, name: str) -> None:
        """A colour."""
        self.google.calendar.change(name, colorId="5")

    def break_item(self, name: str) -> None:
        """A day that no calendar has."""
        event = self.google.calendar.events[REP][name]
        self._broken[name] = event["start"]
        self.google.calendar.change(name, start={"date": "2026-02-30"})

    def mend_item(self, name: str) -> None:
        """The time again."""
        self.google.calendar.change(name, start=self._broken[name])

    def expire(self) -> None:
        """All tokens so far are forgotten."""
        self.google.calendar.forget()

    def _date(self, name: str, number: int) -> datetime:
        return self._starts[name] + number * timedelta(weeks=1)


PEERS = [GoogleCalendarPeer]
