"""Calendars by CalDAV, read from Radicale: what is found, what is asked, what is gone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest

from ingest.caldav_places import calendars, find
from ingest.source import Batch, CursorExpiredError
from store.model import EventRevision
from tests.contract_caldav import without_sync
from tests.ical_builder import calendar, event, vevent
from tests.radicale_peer import Account, Asked, Told

OWNER = re.compile(rb"(<owner>\s*<href>)[^<]*")
ROME = (
    '<c:calendar-timezone xmlns:c="urn:ietf:params:xml:ns:caldav">BEGIN:VCALENDAR\r\n'
    "BEGIN:VTIMEZONE\r\nTZID:Europe/Rome\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n"
    "</c:calendar-timezone>"
)
TASKS = (
    '<c:supported-calendar-component-set xmlns:c="urn:ietf:params:xml:ns:caldav">'
    '<c:comp name="VTODO"/></c:supported-calendar-component-set>'
)


@pytest.fixture
def account() -> Iterator[Account]:
    """An account with three meetings."""
    with Account() as made:
        for number in range(3):
            made.put(f"e{number}", event(uid=f"u{number}", start=f"2026120{number + 1}T100000Z"))
        yield made


def revisions(batches: Iterable[Batch]) -> list[EventRevision]:
    """All of them, in order."""
    return [r for batch in batches for r in batch.records if isinstance(r, EventRevision)]


def keys(batches: Iterable[Batch]) -> list[str]:
    """The last part of each revision's key, in order."""
    return [revision.source_key.rpartition("/")[2] for revision in revisions(batches)]


def methods(account: Account) -> list[str]:
    """What was asked, in order: the root elements of reports."""
    names = ("sync-collection", "calendar-multiget")
    return [next((n for n in names if n in one.body), one.method) for one in account.asked]


def synced(account: Account) -> str:
    """The cursor after a whole first reading; what was asked is counted anew."""
    cursor = list(account.source().batches(None))[-1].cursor
    account.forget()
    return cursor


def test_calendars_are_found_from_the_address_of_the_server(account: Account) -> None:
    """By the well-known address, the principal and its home."""
    account.make("private")
    account.make("tasks", TASKS)
    client = account.client()
    found = calendars(client, find(client))
    assert [one.name for one in found] == ["Private", "Sales"]


def test_a_calendar_has_its_own_time_zone(account: Account) -> None:
    """Floating times are read in it, else in the owner's."""
    account.make("rome", ROME)
    for where in ("rome", "sales"):
        account.put("noon", event(uid=f"noon-{where}", start="20261207T120000"), where)
    found = revisions(account.source().batches(None))
    starts = {one.uid: (one.zone, one.start) for one in found if one.uid.startswith("noon")}
    assert starts == {
        "noon-rome": ("Europe/Rome", datetime(2026, 12, 7, 11, tzinfo=UTC)),
        "noon-sales": ("Europe/Berlin", datetime(2026, 12, 7, 11, tzinfo=UTC)),
    }
    client = account.client()
    assert "Europe/Rome" in {one.zone for one in calendars(client, find(client))}


def test_without_news_one_request_is_all(account: Account) -> None:
    """For all calendars together."""
    account.make("private")
    cursor = synced(account)
    assert list(account.source().batches(cursor)) == []
    assert methods(account) == ["PROPFIND"]


def test_news_takes_two_requests_for_a_calendar(account: Account) -> None:
    """What has changed, and what it says now; the others are left alone."""
    account.make("private")
    cursor = synced(account)
    account.put("e1", event(uid="u1", start="20261202T140000Z"))
    (batch,) = account.source().batches(cursor)
    assert keys([batch]) == ["e1.ics"]
    assert methods(account) == ["PROPFIND", "sync-collection", "calendar-multiget"]


def test_a_deleted_entry_is_told(account: Account) -> None:
    """By its path."""
    cursor = synced(account)
    account.delete("e2")
    (batch,) = account.source().batches(cursor)
    assert [key.rpartition("/")[2] for key in batch.tombstones] == ["e2.ics"]
    assert list(account.source().batches(batch.cursor)) == []


def test_an_entry_that_moved_to_another_calendar_was_never_gone(account: Account) -> None:
    """It is read in the new one before it is gone from the old one."""
    account.make("zoo")
    account.make("attic")
    cursor = synced(account)
    account.delete("e0")
    account.put("e0", event(uid="u0", start="20261201T100000Z"), "zoo")
    batches = list(account.source().batches(cursor))
    assert [(len(b.records), len(b.tombstones)) for b in batches] == [(1, 0), (0, 1)]


def test_a_series_and_its_exceptions_come_together(account: Account) -> None:
    """Under one key, as the calendar keeps them."""
    series = vevent("RRULE:FREQ=WEEKLY;COUNT=3", uid="s", start="20261207T100000Z")
    moved = vevent("RECURRENCE-ID:20261214T100000Z", uid="s", start="20261215T100000Z")
    account.put("s", calendar(series, moved))
    found = [one for one in revisions(account.source().batches(None)) if one.uid == "s"]
    assert len({one.source_key for one in found}) == 1
    assert [one.recurrence_at is None for one in found] == [True, False]
    assert {(one.learned_from, one.method) for one in found} == {("calendar", "")}


def test_a_forgotten_token_leads_to_a_listing_of_that_calendar(account: Account) -> None:
    """Compared with what is stored; the other calendars go on."""
    account.make("private")
    cursor = synced(account)
    account.delete("e2")
    account.put("p", event(uid="p"), "private")
    account.forget_tokens()
    batches = list(account.source().batches(cursor))
    sales = [batch for batch in batches if batch.stream.endswith("/sales/")]
    assert keys(sales) == ["e0.ics", "e1.ics"]
    assert all(batch.relists and batch.mode == "full" for batch in sales)
    assert [batch.complete for batch in sales] == [False, True]
    assert [b.mode for b in batches if b.stream.endswith("/private/")] == ["incremental"]


def test_an_interrupted_reading_goes_on_where_it_stopped(account: Account) -> None:
    """And asks for what has changed since it was begun."""
    reading = account.source(page_entries=2).batches(None)
    first = next(reading)
    del reading
    account.delete("e0")
    account.put("a", event(uid="a"))
    rest = list(account.source(page_entries=2).batches(first.cursor))
    assert keys([first, *rest]) == ["e0.ics", "e1.ics", "e2.ics", "a.ics"]
    gone = [key for batch in rest for key in batch.tombstones]
    assert [key.rpartition("/")[2] for key in gone] == ["e0.ics"]
    assert rest[-1].complete


def test_changes_in_portions_are_all_read(account: Account) -> None:
    """A server may give some, and say with 507 that there are more (RFC 6578 section 3.6)."""
    cursor = synced(account)
    account.put("e1", event(uid="u1", start="20261202T140000Z"))
    told: list[str] = []

    def portions(asked: Asked, answer: Told) -> Told | None:
        if "sync-collection" not in asked.body or told:
            return None
        told.append(asked.body)
        body = (
            b'<d:multistatus xmlns:d="DAV:"><d:response><d:href>'
            + asked.path.replace("@", "%40").encode()
            + b"</d:href><d:status>HTTP/1.1 507 Insufficient Storage</d:status></d:response>"
            + b"<d:sync-token>"
            + json.loads(cursor)["strands"][0]["token"].encode()
            + b"x</d:sync-token></d:multistatus>"
        )
        return "207 Multi-Status", [("Content-Type", "application/xml")], body

    account.server.spoil = portions
    batches = list(account.source().batches(cursor))
    assert told
    assert keys(batches)[-1:] == ["e2.ics"]  # the made-up token is forgotten: all is listed


def test_a_server_without_tokens_is_asked_for_versions(account: Account) -> None:
    """One request without news, and only what is new is fetched."""
    source = account.source()
    account.server.spoil = without_sync
    cursor = list(source.batches(None))[-1].cursor
    account.forget()
    assert list(source.batches(cursor)) == []
    assert methods(account) == ["PROPFIND"]
    account.put("e1", event(uid="u1", start="20261202T140000Z"))
    account.delete("e2")
    account.forget()
    batches = list(source.batches(cursor))
    assert keys(batches) == ["e1.ics"]
    assert [key.rpartition("/")[2] for key in batches[-1].tombstones] == ["e2.ics"]
    assert methods(account) == ["PROPFIND", "PROPFIND", "calendar-multiget"]
    assert list(source.batches(batches[-1].cursor)) == []


def test_a_server_that_gives_entries_only_one_by_one_is_asked_so(account: Account) -> None:
    """Nothing is lost with it."""

    def alone(asked: Asked, told: Told) -> Told | None:
        return ("501 Not Implemented", [], b"") if "multiget" in asked.body else None

    source = account.source()
    account.server.spoil = alone
    assert keys(source.batches(None)) == ["e0.ics", "e1.ics", "e2.ics"]


def test_calendars_of_other_people_are_theirs(account: Account) -> None:
    """Shared ones lie in the same home, with another owner."""
    account.make("shared")
    account.put("x", event(uid="x"), "shared")

    def owned(asked: Asked, told: Told) -> Told | None:
        parts = told[2].split(b"<response>")
        theirs = [OWNER.sub(rb"\1/bob/", one) if b"/shared/" in one else one for one in parts]
        return told[0], told[1], b"<response>".join(theirs)

    source = account.source()
    account.server.spoil = owned
    assert {batch.stream.rpartition("/sales/")[1] for batch in source.batches(None)} == {"/sales/"}


def test_a_cursor_of_another_version_leads_to_a_full_listing(account: Account) -> None:
    """As does one that cannot be read."""
    for cursor in ('{"version": 0, "strands": []}', "[]", "{"):
        with pytest.raises(CursorExpiredError):
            list(account.source().batches(cursor))


def test_an_entry_in_quarantine_that_is_gone_leaves_it(account: Account) -> None:
    """One that is still bad stays."""
    account.put("bad", event(uid="bad", start="17000101T100000Z"))
    batches = list(account.source().batches(None))
    (failure,) = [failure for batch in batches for failure in batch.failures]
    assert failure.item.endswith("/bad.ics")
    stream = batches[0].stream
    (again,) = account.source().reread({stream: [failure.item], "mail": ["x"]})
    assert [one.item for one in again.failures] == [failure.item]
    account.delete("bad")
    (again,) = account.source().reread({stream: [failure.item]})
    assert again.tombstones == (failure.item,)
