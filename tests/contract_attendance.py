"""The contract's adapters for who came to calls in Google Meet and Teams, over the fakes."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from ingest.google_meet import GoogleMeet
from ingest.graph_attendance import GraphAttendance
from tests.contract import CUSTOMER, REP, TODAY, Peer, summary
from tests.contract_google_calendar import invited
from tests.google_builder import meet
from tests.google_fake import FakeGoogle, running
from tests.google_fake_meet import SCOPE, signed_in
from tests.graph_builder import attendance
from tests.graph_fake import Graph, graph
from tests.graph_teams import was_there
from tests.graph_values import attendee

_HOUR = timedelta(hours=1)


class AttendancePeer(Peer):
    """``looks``: how many sources were made; each looks two hours later than the one before."""

    #: When it was looked is part of the cursor.
    quiet = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.looks = 0
        self._stack = ExitStack()

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def now(self) -> datetime:
        """Later than at the source before, so that this one does look."""
        return TODAY + self.looks * 2 * _HOUR


class GoogleMeetPeer(AttendancePeer):
    """Rooms of Meet."""

    name = "google_meet"

    def __enter__(self) -> Self:
        fake = FakeGoogle(scopes=frozenset({SCOPE}))
        self.google = self._stack.enter_context(running(fake))
        self.google.meet.page_size = 2
        return self

    @property
    def requests(self) -> int:  # type: ignore[override]
        """Requests over HTTP."""
        return len(self.google.requests)

    def source(self) -> GoogleMeet:
        """A new source."""
        self.looks += 1
        now = self.now()
        return meet(self.google.url, now=lambda: now)

    def add_call(self, name: str, start: datetime) -> None:
        """In a room of its own."""
        self.google.calendar.add(
            name, start, summary=summary(name), attendees=invited(), **_room(name)
        )
        people = [signed_in("Rep Roe", start), signed_in("Bob Lee", start)]
        self.google.meet.add(name, f"{name}-code", start, people)

    def break_item(self, name: str) -> None:
        """It does not say when somebody came."""
        self.google.meet.people[f"conferenceRecords/{name}"][0].pop("earliestStartTime")

    def mend_item(self, name: str) -> None:
        """It says so again."""
        record = self.google.meet.records[f"conferenceRecords/{name}"]
        person = self.google.meet.people[f"conferenceRecords/{name}"][0]
        person["earliestStartTime"] = record["startTime"]


def _room(name: str) -> dict[str, Any]:
    return {"conferenceData": {"conferenceId": f"{name}-code"}}


class GraphAttendancePeer(AttendancePeer):
    """Reports of Teams."""

    name = "graph_attendance"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._reports: dict[str, dict[str, Any]] = {}
        self._hidden: dict[str, Any] = {}

    def __enter__(self) -> Self:
        self.graph: Graph = self._stack.enter_context(graph(page=2))
        return self

    @property
    def requests(self) -> int:  # type: ignore[override]
        """Requests over HTTP; a batch is one."""
        return len(self.graph.requests)

    def source(self) -> GraphAttendance:
        """A new source."""
        self.looks += 1
        now = self.now()
        return attendance(self.graph, now=lambda: now)

    def add_call(self, name: str, start: datetime) -> None:
        """In a room of its own."""
        teams = self.graph.answers.teams
        link = teams.room()
        self.graph.mailbox.add_event(
            start,
            start + _HOUR,
            subject=summary(name),
            attendees=[attendee(CUSTOMER)],
            onlineMeeting={"joinUrl": link},
        )
        people = [was_there("Rep", REP, (start, 60)), was_there("Bob", CUSTOMER, (start, 60))]
        report = teams.report(link, start, people)
        self._reports[name] = teams.reports[teams.rooms[link]][report]

    def break_item(self, name: str) -> None:
        """It names nobody, not even that there was nobody."""
        self._hidden[name] = self._reports[name]["attendanceRecords"]
        self._reports[name]["attendanceRecords"] = None

    def mend_item(self, name: str) -> None:
        """It names them again."""
        self._reports[name]["attendanceRecords"] = self._hidden.pop(name)


PEERS = [GoogleMeetPeer, GraphAttendancePeer]
