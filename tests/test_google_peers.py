"""Gmail and Google Calendar against servers that others wrote: emulate and myworld."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.gmail import Gmail, State
from ingest.source import Batch, CursorExpiredError, Record
from store.errors import InputError, SignInError
from store.model import EventRevision, Message
from tests.contract import subject
from tests.google_builder import Clock, FixedAccess, calendar, calendar_client, gmail, gmail_client
from tests.google_peers import REP, Server, emulate, myworld

__all__ = ["emulate", "myworld"]

START = datetime(2026, 11, 26, 9, tzinfo=UTC)


def faulty(server: Server, kind: str, **more: object) -> None:
    """The next listing of messages fails."""
    fault = {"tool": "gmail.users.messages.list", "kind": kind, "on_call": 1, **more}
    server.do("PUT", f"{server.root}/instances/sales-gmail/faults", [fault])


def told(batches: list[Batch], kind: type[Record]) -> list[Any]:
    """Records of a kind."""
    return [record for batch in batches for record in batch.records if isinstance(record, kind)]


def subjects(batches: list[Batch]) -> list[str]:
    """Subjects of the mails in batches."""
    return [message.subject for message in told(batches, Message)]


def test_everything_that_happens_at_emulate_is_told_by_its_history(emulate: Server) -> None:
    """New, sent, drafted, trashed, taken back, spam, deleted, one after the other."""
    first = emulate.put("first", "INBOX")
    state = State(first["historyId"], listing=True, size=1)
    source: Gmail = gmail(emulate.gmail, access=emulate.access)
    batches = list(source.batches(state.dumps()))
    (message,) = (m for m in told(batches, Message) if m.source_key == first["id"])
    assert (message.subject, message.labels) == (subject("first"), ("INBOX",))

    def news() -> Batch:
        nonlocal batches
        batches = list(source.batches(batches[-1].cursor))
        return batches[0]

    sent, draft = emulate.put("sent", "SENT"), emulate.put("draft", "DRAFT")
    batch = news()
    assert (subjects([batch]), batch.left_out) == ([subject("sent")], {"drafts": 1})
    emulate.mail("POST", f"messages/{first['id']}/trash")
    assert news().tombstones == (first["id"],)
    emulate.mail("POST", f"messages/{first['id']}/untrash")
    assert subjects([news()]) == [subject("first")]
    emulate.mail("POST", f"messages/{sent['id']}/modify", {"addLabelIds": ["SPAM"]})
    emulate.mail("DELETE", f"messages/{first['id']}")
    emulate.mail("POST", f"messages/{draft['id']}/modify", {"addLabelIds": ["STARRED"]})
    assert news().tombstones == (sent["id"], first["id"])
    assert list(source.batches(batches[-1].cursor)) == []


def test_headers_alone_are_read_from_emulate(emulate: Server) -> None:
    """And the own addresses."""
    put = emulate.put("headers", "INBOX")
    state = State(put["historyId"], listing=True, size=1)
    source = gmail(emulate.gmail, access=emulate.access, headers_only=True)
    found = {m.source_key: m for m in told(list(source.batches(state.dumps())), Message)}
    message = found[put["id"]]
    assert (message.subject, message.text) == (subject("headers"), "")
    assert gmail_client(emulate.gmail, access=emulate.access).aliases() == (REP,)


def test_a_mailbox_at_myworld_is_read_and_followed(myworld: Server) -> None:
    """Profile, pages, history; nothing new gives nothing."""
    names = ("ann", "bea", "cleo")
    for name in names:
        myworld.put(name, "INBOX")
    source = gmail(myworld.gmail, access=myworld.access)
    batches = list(source.batches(None))
    assert {subject(name) for name in names} <= set(subjects(batches))
    assert batches[-1].complete
    assert list(source.batches(batches[-1].cursor)) == []
    action = {"sender": "Bob <bob@theirs.example>", "subject": "Re: Offer", "body": "Friday?"}
    event = {"server": "gmail", "action": "deliver_email", "params": action}
    myworld.do("POST", f"{myworld.root}/envs/sales/events", event)
    batches = list(source.batches(batches[-1].cursor))
    assert subjects(batches) == ["Re: Offer"]
    assert gmail_client(myworld.gmail, access=myworld.access).profile().address == REP


def test_a_history_that_myworld_has_forgotten_is_an_expired_cursor(myworld: Server) -> None:
    """404."""
    with pytest.raises(CursorExpiredError):
        list(gmail(myworld.gmail, access=myworld.access).batches(State("1", False).dumps()))


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("rate_limit", {}),
        ("server_error", {"status": 500}),
        ("unavailable", {}),
        ("bad_gateway", {}),
        ("truncated", {}),
        ("transport_error", {"status": 502}),
    ],
)
def test_faults_of_myworld_are_borne(myworld: Server, kind: str, more: dict[str, object]) -> None:
    """Each once: a pause, and it goes on."""
    myworld.put(kind, "INBOX")
    faulty(myworld, kind, **more)
    clock = Clock()
    source = gmail(myworld.gmail, access=myworld.access, clock=clock)
    assert subject(kind) in subjects(list(source.batches(None)))
    assert len(clock.slept) == 1


def test_a_token_that_myworld_does_not_know_asks_for_a_sign_in(myworld: Server) -> None:
    """401, also with a new one."""
    with pytest.raises(SignInError):
        gmail_client(myworld.gmail, access=FixedAccess("ya29.bad", lambda: "ya29.bad")).profile()


def test_a_calendar_at_myworld_is_read_and_followed(myworld: Server) -> None:
    """A meeting is made, moved, deleted; a series is one entry."""
    zoned = "Europe/Vienna"

    def times(start: datetime) -> dict[str, Any]:
        end = start + timedelta(hours=1)
        return {
            "start": {"dateTime": start.isoformat(), "timeZone": zoned},
            "end": {"dateTime": end.isoformat(), "timeZone": zoned},
        }

    demo = {"summary": "Demo", "attendees": [{"email": "bob@theirs.example"}], **times(START)}
    one = myworld.event("POST", "", demo)
    rule = {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"]}
    series = myworld.event("POST", "", {**demo, **rule, "summary": "Weekly"})
    source = calendar(myworld.calendars, access=myworld.access)
    (first,) = source.batches(None)
    assert (first.stream, first.complete) == (f"calendar:{REP}", True)
    found = {event.summary: event for event in told([first], EventRevision)}
    assert (found["Demo"].start, found["Demo"].source_key) == (START, one["id"])
    assert found["Weekly"].rrule == "FREQ=WEEKLY;COUNT=4"
    assert "bob@theirs.example" in {person.address for person in found["Demo"].attendances}
    assert list(source.batches(first.cursor)) == []
    myworld.event("PATCH", f"/{one['id']}", times(START + timedelta(days=1)))
    (moved,) = source.batches(first.cursor)
    assert told([moved], EventRevision)[0].start == START + timedelta(days=1)
    myworld.event("DELETE", f"/{one['id']}")
    myworld.event("DELETE", f"/{series['id']}")
    (gone,) = source.batches(moved.cursor)
    assert set(gone.tombstones) == {one["id"], series["id"]}
    lost = first.cursor.replace('"sync": "', '"sync": "forgotten')
    (again,) = source.batches(lost)
    assert (again.relists, again.complete) == (True, True)


def test_the_calendars_at_both_servers_are_the_users(emulate: Server, myworld: Server) -> None:
    """With their zone."""
    (own,) = calendar_client(myworld.calendars, access=myworld.access).calendars()
    assert (own.id, own.zone, own.primary) == (REP, "Europe/Vienna", True)
    assert calendar_client(emulate.calendars, access=emulate.access).calendars()[0].primary


def test_a_web_page_of_myworld_is_not_taken_for_data(myworld: Server) -> None:
    """As long as it stays so, the sync stops with words."""
    faulty(myworld, "bad_gateway", on_call=None, from_call=1)
    with pytest.raises(InputError, match="out of order"):
        list(gmail(myworld.gmail, access=myworld.access).batches(None))
    myworld.do("PUT", f"{myworld.root}/instances/sales-gmail/faults", [])
