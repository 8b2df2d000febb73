"""Google Calendar as a source: which calendars, with how many requests, what is gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ingest.google_calendar import GoogleCalendar
from ingest.source import Batch, CursorExpiredError
from store.model import EventRevision
from tests.google_builder import calendar, calendar_client
from tests.google_fake import FakeGoogle, running

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
REP = "rep@ours.example"
WEEK = timedelta(weeks=1)


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    """One calendar."""
    with running(FakeGoogle()) as fake:
        yield fake


def all_of(google: FakeGoogle, cursor: str | None = None, now: datetime = NOW) -> list[Batch]:
    """Everything that is new."""
    return list(calendar(google.url, now=lambda: now).batches(cursor))


def read(google: FakeGoogle) -> str:
    """Sync all; the cursor afterwards. Requests are counted from here on."""
    cursor = all_of(google)[-1].cursor
    google.requests.clear()
    return cursor


def events(batches: list[Batch]) -> list[EventRevision]:
    """The revisions in batches."""
    return [r for batch in batches for r in batch.records if isinstance(r, EventRevision)]


def test_a_first_sync_lists_every_calendar_that_the_user_owns_and_shows(google: FakeGoogle) -> None:
    """Neither those of others nor those that are unticked; the main one first."""
    google.calendar.add_calendar("team@group.calendar.google.com", role="writer")
    google.calendar.add_calendar("old@group.calendar.google.com", selected=False)
    google.calendar.add_calendar("mine@group.calendar.google.com")
    google.calendar.add("e1", START)
    google.calendar.add("e2", START, calendar="mine@group.calendar.google.com")
    batches = all_of(google)
    assert [(b.stream, b.mode, b.complete, b.relists) for b in batches] == [
        (f"calendar:{REP}", "full", True, False),
        ("calendar:mine@group.calendar.google.com", "full", True, False),
    ]
    assert [event.source_key for event in events(batches)] == ["e1", "e2"]
    assert len(google.requests) == 3


def test_nothing_new_costs_one_request_for_each_calendar(google: FakeGoogle) -> None:
    """And gives nothing."""
    google.calendar.add_calendar("mine@group.calendar.google.com")
    cursor = read(google)
    assert all_of(google, cursor) == []
    assert len(google.requests) == 2
    assert all("syncToken=" in request for request in google.requests)


def test_once_a_day_it_is_looked_which_calendars_there_are(google: FakeGoogle) -> None:
    """A new one is listed, one that is gone is no longer asked for."""
    google.calendar.add_calendar("old@group.calendar.google.com")
    cursor = read(google)
    del google.calendar.calendars["old@group.calendar.google.com"]
    google.calendar.add_calendar("new@group.calendar.google.com")
    google.calendar.add("e1", START, calendar="new@group.calendar.google.com")
    tomorrow = NOW + timedelta(days=1)
    batches = all_of(google, cursor, tomorrow)
    assert [event.source_key for event in events(batches)] == ["e1"]
    assert [b.stream for b in batches] == ["calendar:new@group.calendar.google.com", "calendar"]
    assert all_of(google, batches[-1].cursor, tomorrow + timedelta(hours=1)) == []


def test_tokens_do_not_grow_old_where_nothing_changes(google: FakeGoogle) -> None:
    """Once a day the newest ones are kept."""
    cursor = read(google)
    google.calendar.add("elsewhere", START, calendar=REP)
    google.calendar.delete("elsewhere")
    fresh = all_of(google, cursor, NOW + timedelta(days=1))[-1].cursor
    assert json.loads(fresh)["calendars"][0]["sync"] != json.loads(cursor)["calendars"][0]["sync"]


def test_a_clock_that_went_back_is_no_reason_to_never_look_again(google: FakeGoogle) -> None:
    """The last look lies in the future then."""
    cursor = read(google)
    all_of(google, cursor, NOW - timedelta(days=30))
    assert any("calendarList" in request for request in google.requests)


def test_a_calendar_that_was_deleted_meanwhile_stops_nothing(google: FakeGoogle) -> None:
    """It is counted and no longer asked for."""
    google.calendar.add_calendar("old@group.calendar.google.com")
    google.calendar.add_calendar("mine@group.calendar.google.com")
    cursor = read(google)
    del google.calendar.calendars["old@group.calendar.google.com"]
    google.calendar.add("e1", START, calendar="mine@group.calendar.google.com")
    batches = all_of(google, cursor)
    assert sum(b.left_out.get("calendars that are no longer there", 0) for b in batches) == 1
    assert [event.source_key for event in events(batches)] == ["e1"]
    assert all_of(google, batches[-1].cursor) == []


def test_an_interrupted_listing_goes_on_at_its_page(google: FakeGoogle) -> None:
    """Only the last page is complete."""
    google.calendar.page_size = 2
    for number in range(5):
        google.calendar.add(f"e{number}", START)
    first = next(iter(calendar(google.url).batches(None)))
    assert not first.complete
    google.requests.clear()
    rest = all_of(google, first.cursor)
    assert [event.source_key for event in events(rest)] == ["e2", "e3", "e4"]
    assert [batch.complete for batch in rest] == [False, True]


def test_many_changes_come_page_by_page(google: FakeGoogle) -> None:
    """Interrupted in between, the rest comes later."""
    cursor = read(google)
    google.calendar.page_size = 2
    for number in range(5):
        google.calendar.add(f"e{number}", START)
    first = next(iter(calendar(google.url).batches(cursor)))
    rest = all_of(google, first.cursor)
    assert [event.source_key for event in events([first, *rest])] == [f"e{n}" for n in range(5)]
    assert {batch.mode for batch in [first, *rest]} == {"incremental"}
    assert all_of(google, rest[-1].cursor) == []


def test_a_forgotten_token_relists_that_calendar_alone(google: FakeGoogle) -> None:
    """Compared with what is stored; the others go on."""
    google.calendar.add("e1", START)
    cursor = read(google)
    google.calendar.forget()
    (batch,) = all_of(google, cursor)
    assert (batch.mode, batch.complete, batch.relists) == ("full", True, True)
    assert all_of(google, batch.cursor) == []


def test_a_forgotten_page_of_a_relisting_begins_it_anew(google: FakeGoogle) -> None:
    """And it is still compared."""
    google.calendar.page_size = 1
    for number in range(3):
        google.calendar.add(f"e{number}", START)
    cursor = read(google)
    google.calendar.forget()
    first = next(iter(calendar(google.url).batches(cursor)))
    google.calendar.forget()
    again = all_of(google, first.cursor)
    assert [event.source_key for event in events(again)] == ["e0", "e1", "e2"]
    assert all(batch.relists for batch in again)


def test_a_deleted_meeting_is_a_tombstone(google: FakeGoogle) -> None:
    """Of what only the id is left nothing else can be said."""
    google.calendar.add("e1", START)
    cursor = read(google)
    google.calendar.delete("e1")
    (batch,) = all_of(google, cursor)
    assert (batch.tombstones, batch.records) == (("e1",), ())


def test_a_deleted_date_asks_once_for_its_series(google: FakeGoogle) -> None:
    """Where the series did not change itself."""
    google.calendar.add("s1", START, recurrence=["RRULE:FREQ=WEEKLY;COUNT=9"])
    cursor = read(google)
    for number in (2, 3):
        google.calendar.delete_date("s1", START + number * WEEK)
    (batch,) = all_of(google, cursor)
    assert [(e.status, e.recurrence_at) for e in events([batch])] == [
        ("CANCELLED", START + 2 * WEEK),
        ("CANCELLED", START + 3 * WEEK),
    ]
    assert len(google.requests) == 2


def test_a_first_listing_knows_the_series_of_its_page(google: FakeGoogle) -> None:
    """No request more."""
    google.calendar.add("s1", START, recurrence=["RRULE:FREQ=WEEKLY;COUNT=9"])
    google.calendar.delete_date("s1", START + WEEK)
    moved = google.calendar.move_date("s1", START + 2 * WEEK, START + 3 * WEEK)
    (batch,) = all_of(google)
    assert [e.status for e in events([batch])] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert events([batch])[2].source_key == moved
    assert len(google.requests) == 2


def test_a_deleted_series_takes_its_dates_along(google: FakeGoogle) -> None:
    """Each that was known on its own."""
    google.calendar.add("s1", START, recurrence=["RRULE:FREQ=WEEKLY;COUNT=9"])
    moved = google.calendar.move_date("s1", START + WEEK, START + 2 * WEEK)
    cursor = read(google)
    google.calendar.delete("s1")
    (batch,) = all_of(google, cursor)
    assert batch.tombstones == ("s1", moved)


def test_what_is_no_meeting_is_counted(google: FakeGoogle) -> None:
    """A date of a series of working locations too."""
    google.calendar.add("o1", START, eventType="outOfOffice")
    rule = ["RRULE:FREQ=WEEKLY;COUNT=9"]
    google.calendar.add("w1", START, eventType="workingLocation", recurrence=rule)
    google.calendar.delete_date("w1", START)
    google.calendar.add("e1", START)
    (batch,) = all_of(google)
    assert batch.left_out == {"out-of-office entries": 1, "working locations": 2}
    assert [event.source_key for event in events([batch])] == ["e1"]


def test_one_bad_entry_is_put_aside(google: FakeGoogle) -> None:
    """And can be read again later; one that is gone by then is a tombstone."""
    google.calendar.add("e1", START)
    google.calendar.add("bad", START)
    google.calendar.change("bad", start={"date": "2026-02-30"})
    (batch,) = all_of(google)
    assert [failure.item for failure in batch.failures] == ["bad"]
    google.calendar.move("bad", START)
    google.calendar.delete("e1")
    stream = f"calendar:{REP}"
    source: GoogleCalendar = calendar(google.url)
    (again,) = source.reread({stream: ("bad", "e1", "never"), "mail": ("m1",)})
    assert [event.source_key for event in events([again])] == ["bad"]
    assert again.tombstones == ("e1", "never")


def test_a_cursor_of_another_version_is_expired(google: FakeGoogle) -> None:
    """Nothing in it can be trusted."""
    with pytest.raises(CursorExpiredError):
        all_of(google, json.dumps({"version": 0}))


def test_the_zone_of_the_main_calendar_is_the_users(google: FakeGoogle) -> None:
    """It comes first."""
    google.calendar.zone = "Asia/Tokyo"
    google.calendar.add_calendar("mine@group.calendar.google.com")
    google.calendar.calendars["mine@group.calendar.google.com"]["timeZone"] = "UTC"
    (main, mine) = calendar_client(google.url).calendars()
    assert (main.id, main.primary, mine.zone) == (REP, True, "UTC")
