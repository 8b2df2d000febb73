"""The contract's adapter for the calendar of Microsoft 365."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ingest.graph_state import Wanted
from tests.contract import CUSTOMER, summary
from tests.contract_graph_mail import GraphPeer
from tests.graph_values import attendee, instant, moment, weekly

_HOUR = timedelta(hours=1)
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentativelyAccepted"}


class GraphCalendarPeer(GraphPeer):
    """The calendar alone."""

    name = "graph_calendar"
    wanted = Wanted(mail=False)

    def add_event(self, name: str, start: datetime, *, weeks: int = 1) -> None:
        """A meeting with CUSTOMER, or a series."""
        self.names[name] = self.graph.mailbox.add_event(
            start,
            start + _HOUR,
            subject=summary(name),
            attendees=[attendee(CUSTOMER)],
            originalStartTimeZone="UTC",
            recurrence=weekly(start, weeks) if weeks > 1 else None,
        )

    def move_event(self, name: str, start: datetime) -> None:
        """Another start."""
        self._change(name, start=moment(start), end=moment(start + _HOUR))

    def cancel_event(self, name: str) -> None:
        """Deleted."""
        self.graph.mailbox.delete_event(self.names[name])

    def move_occurrence(self, name: str, number: int, start: datetime) -> None:
        """One date becomes an exception."""
        self.graph.mailbox.change_date(
            self.names[name],
            self._date(name, number).date(),
            start=moment(start),
            end=moment(start + _HOUR),
        )

    def cancel_occurrence(self, name: str, number: int) -> None:
        """One date is deleted."""
        self.graph.mailbox.cancel_date(self.names[name], self._date(name, number).date())

    def answer(self, name: str, partstat: str) -> None:
        """CUSTOMER answers now."""
        self._change(name, attendees=[attendee(CUSTOMER, _ANSWERS[partstat], datetime.now(UTC))])

    def touch(self, name: str) -> None:
        """A reminder."""
        self._change(name, reminderMinutesBeforeStart=5)

    def break_item(self, name: str) -> None:
        """It has lost its name, so that nobody can say which meeting it is."""
        event = self.graph.mailbox.events[self.names[name]].json
        event["iCalUId"], event["transactionId"] = "", event["iCalUId"]

    def mend_item(self, name: str) -> None:
        """It has its name again."""
        event = self.graph.mailbox.events[self.names[name]].json
        event["iCalUId"] = event["transactionId"]

    def _date(self, name: str, number: int) -> datetime:
        first = instant(self.graph.mailbox.events[self.names[name]].json["start"])
        return first + number * timedelta(weeks=1)

    def _change(self, name: str, **fields: object) -> None:
        self.graph.mailbox.change_event(self.names[name], **fields)


PEERS = [GraphCalendarPeer]
