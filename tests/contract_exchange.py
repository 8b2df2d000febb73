"""The contract's adapters for mail folders and the calendars of an Exchange Server."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from ingest.exchange import ExchangeSource
from ingest.graph_state import Wanted
from tests.contract import CUSTOMER, Peer, raw_message, summary
from tests.ews_builder import SMALL, source
from tests.ews_fake import Ews, ews
from tests.ews_mailbox import Invited

_HOUR: Final = timedelta(hours=1)
_ANSWERS: Final = {"ACCEPTED": "Accept", "DECLINED": "Decline", "TENTATIVE": "Tentative"}


class ExchangePeer(Peer):
    """A mailbox on a fake server, two items to a page. ``names``: the id of what was added."""

    wanted = Wanted()

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.names: dict[str, str] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self.server: Ews = self._stack.enter_context(ews())
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def requests(self) -> int:  # type: ignore[override]
        """Operations asked for."""
        return len(self.server.requests)

    def source(self) -> ExchangeSource:
        """A new source."""
        return source(self.server, wanted=self.wanted, pages=SMALL)

    def expire(self) -> None:
        """All places in all folders are forgotten."""
        self.server.answers.age += 1


class ExchangeMailPeer(ExchangePeer):
    """Mail folders alone."""

    name = "exchange_mail"
    wanted = Wanted(calendar=False)

    def __enter__(self) -> Self:
        peer = super().__enter__()
        self.server.mailbox.add_folder("Archiv")
        return peer

    def add_message(self, name: str) -> None:
        """Into the inbox."""
        self.names[name] = self.server.mailbox.receive(raw_message(name))

    def delete_message(self, name: str) -> None:
        """Into the deleted items, which are not read."""
        self.names[name] = self.server.mailbox.move(self.names[name], "deleteditems")

    def move_message(self, name: str) -> None:
        """Into the archive, where it has another id."""
        self.names[name] = self.server.mailbox.move(self.names[name], "Archiv")

    def copy_message(self, name: str) -> None:
        """Into the archive."""
        self.names[f"copy of {name}"] = self.server.mailbox.copy(self.names[name], "Archiv")

    def uncopy_message(self, name: str) -> None:
        """The copy is deleted for good."""
        self.server.mailbox.delete(self.names[f"copy of {name}"])

    def break_item(self, name: str) -> None:
        """Exchange cannot make a raw mail of it."""
        self.server.mailbox.messages[self.names[name]].error = "ErrorMimeContentConversionFailed"

    def mend_item(self, name: str) -> None:
        """Now it can."""
        self.server.mailbox.messages[self.names[name]].error = ""


class ExchangeCalendarPeer(ExchangePeer):
    """The calendars alone. ``calendar``: the one in which everything happens."""

    name = "exchange_calendar"
    wanted = Wanted(mail=False)
    calendar = "calendar"

    def add_event(self, name: str, start: datetime, *, weeks: int = 1) -> None:
        """A meeting with CUSTOMER, or a series."""
        day = f"{start:%A}"
        weekly = (
            "<WeeklyRecurrence><Interval>1</Interval><DaysOfWeek>"
            f"{day}</DaysOfWeek><FirstDayOfWeek>Monday</FirstDayOfWeek></WeeklyRecurrence>"
        )
        span = (
            f"<NumberedRecurrence><StartDate>{start:%Y-%m-%d}Z</StartDate>"
            f"<NumberOfOccurrences>{weeks}</NumberOfOccurrences></NumberedRecurrence>"
        )
        self.names[name] = self.server.mailbox.add_entry(
            summary(name),
            start,
            start + _HOUR,
            self.calendar,
            required=(Invited(CUSTOMER),),
            pattern=weekly if weeks > 1 else "",
            span=span if weeks > 1 else "",
        )

    def move_event(self, name: str, start: datetime) -> None:
        """Another start."""
        self._change(name, start=start, end=start + _HOUR)

    def cancel_event(self, name: str) -> None:
        """Deleted."""
        self.server.mailbox.delete_entry(self.names[name])

    def move_occurrence(self, name: str, number: int, start: datetime) -> None:
        """One date becomes an exception."""
        self.server.mailbox.change_date(self.names[name], self._date(name, number), start)

    def cancel_occurrence(self, name: str, number: int) -> None:
        """One date is deleted."""
        self.server.mailbox.cancel_date(self.names[name], self._date(name, number))

    def answer(self, name: str, partstat: str) -> None:
        """CUSTOMER answers now."""
        answered = Invited(CUSTOMER, _ANSWERS[partstat], datetime.now(UTC))
        self._change(name, required=(answered,))

    def touch(self, name: str) -> None:
        """A reminder: only the time of the last change is another."""
        self._change(name)

    def break_item(self, name: str) -> None:
        """It has lost its name, so that nobody can say which meeting it is."""
        entry = self.server.mailbox.entries[self.names[name]]
        self.names[f"uid of {name}"], entry.uid = entry.uid, ""

    def mend_item(self, name: str) -> None:
        """It has its name again."""
        entry = self.server.mailbox.entries[self.names[name]]
        entry.uid = self.names[f"uid of {name}"]

    def _date(self, name: str, number: int) -> datetime:
        first = self.server.mailbox.entries[self.names[name]].start
        return first + number * timedelta(weeks=1)

    def _change(self, name: str, **fields: Any) -> None:
        self.server.mailbox.change_entry(self.names[name], **fields)


class ExchangeSecondCalendarPeer(ExchangeCalendarPeer):
    """A calendar that the user has made beside the default one."""

    name = "exchange_second_calendar"
    calendar = "Customers"

    def __enter__(self) -> Self:
        peer = super().__enter__()
        self.server.mailbox.add_calendar(self.calendar)
        return peer


PEERS = [ExchangeMailPeer, ExchangeCalendarPeer, ExchangeSecondCalendarPeer]
