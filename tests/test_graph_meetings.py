"""One meeting of Microsoft 365, told by the calendar, by mails, and by what Graph adds to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from ingest.graph import GraphSource
from ingest.graph_state import EVERYTHING, Wanted
from store.facts import Facts
from store.reading import read_facts
from tests.contract import CUSTOMER, REP
from tests.contract_graph_mail import GraphPeer
from tests.graph_builder import source
from tests.graph_values import Json, attendee, moment, recipient
from tests.ical_builder import event
from tests.meetings_builder import Met, met
from tests.synced import Synced

HOUR: Final = timedelta(hours=1)
START: Final = datetime(2026, 5, 21, 10, tzinfo=UTC)
NEW: Final = START + timedelta(days=1)
INVITED: Final = datetime(2026, 5, 11, 9, tzinfo=UTC)
LATE: Final = START - 3 * HOUR
UID: Final = "040000008200E00074C5B7101A82E00800000000B0D1E2F3A4B5DC01000000000000000010000000CD"
AS_OF: Final = "2026-06-01 06:00"


class Customer(GraphPeer):
    """A customer's meeting in our calendar and in our mail."""

    wanted: Wanted = EVERYTHING

    def source(self) -> GraphSource:
        """In the days of the meeting."""
        return source(self.graph, wanted=self.wanted, now=lambda: LATE)

    def mail(
        self, method: str, start: datetime, at: datetime, *, before: datetime | None = None
    ) -> None:
        """What Outlook sends, and the fields that Graph gives it."""
        ics = event(
            f"ORGANIZER:mailto:{CUSTOMER}",
            f"ATTENDEE:mailto:{REP}",
            f"DTSTAMP:{at:%Y%m%dT%H%M%SZ}",
            f"DTEND:{start + HOUR:%Y%m%dT%H%M%SZ}",
            f"SEQUENCE:{1 if before else 0}",
            method=method,
            uid=UID,
            start=f"{start:%Y%m%dT%H%M%SZ}",
        ).decode()
        raw = (
            f"Message-ID: <{at:%d%H}@theirs.example>\nDate: {at:%a, %d %b %Y %H:%M:%S} +0000\n"
            f"From: {CUSTOMER}\nTo: {REP}\nSubject: Review\nMIME-Version: 1.0\n"
            'Content-Type: multipart/alternative; boundary="b"\n\n'
            "--b\nContent-Type: text/plain\n\nSee you then.\n"
            f"--b\nContent-Type: text/calendar; method={method}\n\n{ics}\n--b--\n"
        )
        cancels = method == "CANCEL"
        more: Json = {} if cancels else {"previousStartDateTime": before and moment(before)}
        self.graph.mailbox.receive(
            raw.encode(),
            kind="eventMessage" if cancels else "eventMessageRequest",
            meetingMessageType="meetingCancelled" if cancels else "meetingRequest",
            startDateTime=moment(start),
            endDateTime=moment(start + HOUR),
            type="singleInstance",
            **more,
        )

    def show(self, start: datetime, at: datetime, *, name: str = "") -> str:
        """The entry in our calendar; ``name``: the one that is changed."""
        fields = {"start": moment(start), "end": moment(start + HOUR)}
        changed = {**fields, "lastModifiedDateTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
        if name:
            self.graph.mailbox.change_event(name, **changed)
            return name
        return self.graph.mailbox.add_event(
            start,
            start + HOUR,
            iCalUId=UID,
            subject="Review",
            isOrganizer=False,
            organizer=recipient(CUSTOMER),
            attendees=[attendee(REP)],
            responseStatus={"response": "notResponded", "time": "0001-01-01T00:00:00Z"},
            lastModifiedDateTime=f"{at:%Y-%m-%dT%H:%M:%SZ}",
        )


@pytest.fixture
def customer(tmp_path: Path) -> Iterator[tuple[Customer, Synced]]:
    """An account on Graph, and brickwall's database."""
    with ExitStack() as stack:
        peer = stack.enter_context(Customer(tmp_path))
        yield peer, stack.enter_context(closing(Synced(peer, tmp_path / "met.db")))


def found(synced: Synced) -> Met:
    """What the analysis makes of all that is known once the account was read."""
    assert synced.sync().error is None
    with synced.opened() as db:
        return met(as_seen_then(read_facts(db)), AS_OF)


def as_seen_then(facts: Facts) -> Facts:
    """The facts as if everything had been seen when it happened."""
    events = facts.events.assign(observed_at=facts.events["occurred_at"])
    return Facts(**{**facts.__dict__, "events": events})


def test_a_move_told_by_calendar_and_mail_is_one_move(customer: tuple[Customer, Synced]) -> None:
    """By them, with the notice that the mail's time tells."""
    peer, synced = customer
    peer.mail("REQUEST", START, INVITED)
    name = peer.show(START, INVITED + HOUR)
    assert found(synced).changes.empty
    peer.mail("REQUEST", NEW, LATE, before=START)
    peer.show(NEW, LATE + timedelta(minutes=1), name=name)
    change = found(synced).change()
    assert (change["kind"], change["actor"], change["who"]) == ("moved", "them", CUSTOMER)
    assert (change["old_start"], change["new_start"]) == (START, NEW)
    assert change["notice_hours"] == 3


def test_a_move_of_the_past_is_known_from_its_update_alone(
    customer: tuple[Customer, Synced],
) -> None:
    """The invitation was deleted long ago; Graph remembers what the update changed."""
    peer, synced = customer
    peer.mail("REQUEST", NEW, LATE, before=START)
    peer.show(NEW, LATE + timedelta(minutes=1))
    change = found(synced).change()
    assert (change["kind"], change["actor"], change["notice_hours"]) == ("moved", "them", 3)
    assert (change["old_start"], change["new_start"]) == (START, NEW)


def test_a_cancellation_told_thrice_is_one(customer: tuple[Customer, Synced]) -> None:
    """By mail, by the calendar's mark, and by the entry's removal."""
    peer, synced = customer
    peer.mail("REQUEST", START, INVITED)
    name = peer.show(START, INVITED + HOUR)
    synced.sync()
    peer.mail("CANCEL", START, LATE)
    peer.graph.mailbox.change_event(name, isCancelled=True)
    synced.sync()
    peer.graph.mailbox.delete_event(name)
    assert found(synced).told() == [("cancelled", "them", CUSTOMER)]


def test_our_own_answer_in_the_calendar_is_ours(customer: tuple[Customer, Synced]) -> None:
    """With its time."""
    peer, synced = customer
    name = peer.show(START, INVITED)
    synced.sync()
    peer.graph.mailbox.change_event(
        name, responseStatus={"response": "declined", "time": f"{LATE:%Y-%m-%dT%H:%M:%SZ}"}
    )
    change = found(synced).change()
    assert (change["kind"], change["actor"], change["notice_hours"]) == ("declined", "us", 3)
