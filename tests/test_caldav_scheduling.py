"""A server that tells the attendees itself, and what the customer's own account sees of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from ingest.caldav import CalDavSource
from ingest.caldav_places import calendars, find
from ingest.source import Batch
from store.model import EventRevision
from tests.cyrus import Cyrus, cyrus
from tests.ical_builder import event


@pytest.fixture(scope="module")
def server() -> Iterator[Cyrus]:
    """One server for all of them."""
    with cyrus() as running:
        yield running


def meeting(start: str, sequence: int) -> bytes:
    """A meeting of ``rep`` with ``bob``."""
    return event(
        "DTSTAMP:20261101T000000Z",
        f"SEQUENCE:{sequence}",
        "DURATION:PT30M",
        "SUMMARY:Demo",
        "ORGANIZER:mailto:rep@ours.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:rep@ours.example",
        "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:bob@ours.example",
        uid="demo@ours.example",
        start=start,
    )


def seen(batches: Iterable[Batch]) -> list[tuple[str, str, str, str]]:
    """Where from, by which method, for which day and with which status each revision came."""
    records = [r for batch in batches for r in batch.records if isinstance(r, EventRevision)]
    return [
        (one.learned_from, one.method, f"{one.start:%d}" if one.start else "", one.status)
        for one in records
    ]


def test_calendar_inbox_and_addresses_are_found(server: Cyrus) -> None:
    """From the server's address alone, over its redirect."""
    client = server.client("bob")
    places = find(client)
    assert places.addresses == ("bob@ours.example",)
    assert [one.is_inbox for one in calendars(client, places)] == [False, True]


def test_an_invitation_its_move_and_its_end_are_seen(server: Cyrus) -> None:
    """In the calendar, and as what was sent in the inbox; without news one request is all."""
    client = server.client("bob")
    places = find(client)

    def news(cursor: str | None) -> list[Batch]:
        return list(CalDavSource(client, places, "Europe/Berlin").batches(cursor))

    cursor = news(None)[-1].cursor
    server.put("rep", "demo", meeting("20261221T090000Z", 0))
    invited = news(cursor)
    assert seen(invited) == [("calendar", "", "21", ""), ("itip", "REQUEST", "21", "")]
    server.put("rep", "demo", meeting("20261223T090000Z", 1))
    moved = news(invited[-1].cursor)
    assert seen(moved)[0] == ("calendar", "", "23", "")
    server.delete("rep", "demo")
    ended = news(moved[-1].cursor)
    assert seen(ended) == [
        ("calendar", "", "23", "CANCELLED"),
        ("itip", "CANCEL", "23", "CANCELLED"),
    ]
    assert news(ended[-1].cursor) == []
