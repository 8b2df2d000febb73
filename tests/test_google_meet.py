"""Who came to calls in Google Meet: which calls are asked for, and what is made of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.calls import REFUSED
from ingest.google_meet import NO_MEETING
from ingest.source import Batch, ChangedError
from store.errors import InputError, SignInError
from store.model import Conference
from tests.contract_google_calendar import invited
from tests.google_builder import Clock, meet
from tests.google_fake import FakeGoogle, error_body, running
from tests.google_fake_meet import SCOPE, anonymous, by_phone, signed_in

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
START = datetime(2026, 11, 20, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
CODE = "abc-mnop-xyz"
ROOM: dict[str, Any] = {
    "hangoutLink": f"https://meet.google.com/{CODE}",
    "conferenceData": {"conferenceId": CODE},
}


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    """An account with one meeting in a room of Meet, yesterday."""
    fake = FakeGoogle(scopes=frozenset({"gmail.readonly", SCOPE}))
    with running(fake):
        fake.calendar.add("offer", START, attendees=invited(), **ROOM)
        yield fake


def read(fake: FakeGoogle, cursor: str | None = None, now: datetime = NOW) -> list[Batch]:
    """All batches of one sync."""
    return list(meet(fake.url, now=lambda: now).batches(cursor))


def calls(batches: list[Batch]) -> list[Conference]:
    """The calls in them."""
    return [one for batch in batches for one in batch.records if isinstance(one, Conference)]


def test_a_call_tells_who_was_there_and_for_which_meeting(google: FakeGoogle) -> None:
    """By the code of the room; with the key that the calendar's revisions have."""
    people = [signed_in("Ann Lee", START), anonymous("Guest", START + HOUR / 2, minutes=5)]
    google.meet.add("one", CODE, START - HOUR / 12, [*people, by_phone("+43 ** 34", START)])
    (found,) = calls(read(google))
    assert (found.provider_id, found.service) == ("conferenceRecords/one", "meet")
    assert (found.uid, found.recurrence_at) == ("offer@google.com", None)
    assert (found.start, found.end) == (START, START + HOUR)
    assert found.began_at == START - HOUR / 12
    assert found.invited == ("bob@theirs.example", "rep@ours.example")
    told = [(one.name, one.signed_in, one.joined_at, one.left_at) for one in found.joinings]
    half = START + HOUR / 2
    assert told == [
        ("Ann Lee", True, START, START + HOUR),
        ("Guest", False, half, half + timedelta(minutes=5)),
        ("+43 ** 34", False, START, START + HOUR),
    ]
    assert {one.address for one in found.joinings} == {""}


@pytest.mark.parametrize(
    ("fields", "in_person"),
    [
        ({"location": "https://meet.google.com/abc-mnop-xyz"}, False),
        ({"location": "Our office, Vienna"}, True),
        ({"attendees": [{"email": "room@resource.calendar.google.com", "resource": True}]}, True),
    ],
)
def test_a_meeting_with_a_place_besides_may_have_been_held_there(
    google: FakeGoogle, fields: dict[str, Any], in_person: bool
) -> None:
    """Whoever sat there was in no call."""
    room = {"conferenceId": "the-room"}
    google.calendar.add("hybrid", START + 3 * HOUR, conferenceData=room, **fields)
    google.meet.add("one", "the-room", START + 3 * HOUR, [signed_in("Rep", START + 3 * HOUR)])
    (found,) = calls(read(google))
    assert found.in_person == in_person


def test_a_call_of_a_series_is_that_of_its_date(google: FakeGoogle) -> None:
    """All dates have one room; one of them was moved to another day."""
    week = timedelta(weeks=1)
    first = START - 2 * week + 2 * HOUR
    rule = ["RRULE:FREQ=WEEKLY;COUNT=4"]
    room = {"conferenceId": "ser-ies"}
    google.calendar.add("weekly", first, attendees=invited(), recurrence=rule, conferenceData=room)
    google.calendar.move_date("weekly", first + week, first + week + 3 * HOUR)
    google.meet.add("one", "ser-ies", first, [])
    google.meet.add("two", "ser-ies", first + week + 3 * HOUR, [])
    found = {one.provider_id[-3:]: (one.recurrence_at, one.start) for one in calls(read(google))}
    assert found == {
        "one": (first, first),
        "two": (first + week, first + week + 3 * HOUR),
    }


def test_a_call_that_runs_is_left_for_later(google: FakeGoogle) -> None:
    """It comes once it has ended."""
    name = google.meet.add("one", CODE, START, [], minutes=0)
    first = read(google)
    assert calls(first) == []
    google.meet.end(name, START + HOUR)
    again = read(google, first[-1].cursor, NOW + 2 * HOUR)
    assert [one.provider_id for one in calls(again)] == [name]


def test_no_call_is_asked_for_twice(google: FakeGoogle) -> None:
    """The next look is one request, and within the hour there is none."""
    for number in range(3):
        google.meet.add(f"n{number}", CODE, START, [signed_in("Ann Lee", START)])
    cursor = read(google)[-1].cursor
    google.requests.clear()
    assert read(google, cursor, NOW + HOUR / 2) == []
    assert google.requests == []
    assert calls(read(google, cursor, NOW + 2 * HOUR)) == []
    assert len(google.requests) == 1


def test_an_old_call_is_not_asked_for_again_though_its_name_is_forgotten(
    google: FakeGoogle,
) -> None:
    """What began more than a day before the last look is not even listed."""
    google.meet.add("old", CODE, START, [])
    cursor = read(google, None, NOW + timedelta(days=3))[-1].cursor
    assert json.loads(cursor)["done"] == {}
    assert calls(read(google, cursor, NOW + timedelta(days=4))) == []


def test_many_calls_come_in_several_batches_and_a_cut_goes_on(google: FakeGoogle) -> None:
    """Each with a cursor of its own."""
    google.meet.page_size = 10
    names = [google.meet.add(f"n{n}", CODE, START + n * HOUR / 60, []) for n in range(30)]
    first, second = read(google)
    assert len(first.records) + len(second.records) == 30
    left = calls(read(google, first.cursor))
    assert {one.provider_id for one in left} | {one.provider_id for one in calls([first])} == set(
        names
    )
    assert len(left) == 10


def test_a_call_without_a_meeting_is_counted(google: FakeGoogle) -> None:
    """Somebody else's room, one that no entry shows, and one at another time."""
    google.meet.denied.add("spaces/room-not-mine")
    google.meet.add("one", "not-mine", START, [])
    google.meet.add("two", "no-entry", START, [])
    google.meet.add("three", CODE, START - 3 * HOUR, [])
    (batch,) = read(google)
    assert (batch.records, batch.left_out) == ((), {NO_MEETING: 3})


def test_a_bad_record_is_put_aside_and_the_rest_comes(google: FakeGoogle) -> None:
    """And it is read again when asked to; one that has expired meanwhile is gone."""
    for name in ("good", "bad", "worse"):
        google.meet.add(name, CODE, START, [signed_in("Ann Lee", START)])
    bad = google.meet.people["conferenceRecords/bad"][0].pop("earliestStartTime")
    google.meet.people["conferenceRecords/worse"][0].pop("earliestStartTime")
    (batch,) = read(google)
    assert [one.provider_id for one in calls([batch])] == ["conferenceRecords/good"]
    items = [failure.item for failure in batch.failures]
    assert sorted(items) == ["conferenceRecords/bad", "conferenceRecords/worse"]
    google.meet.people["conferenceRecords/bad"][0]["earliestStartTime"] = bad
    del google.meet.records["conferenceRecords/worse"]
    (again,) = meet(google.url, now=lambda: NOW).reread({"meet": items})
    assert [one.provider_id for one in calls([again])] == ["conferenceRecords/bad"]
    assert again.tombstones == ("conferenceRecords/worse",)


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("SERVICE_DISABLED", "Google Meet is not switched on in the Google project"),
        ("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "Google Meet was not among what you allowed"),
        ("forbidden", "Google Meet refuses access"),
    ],
)
def test_a_missing_right_is_told_once_and_is_no_error(
    google: FakeGoogle, reason: str, why: str
) -> None:
    """It is asked again a day later, and when Meet tells then, everything is read."""
    google.meet.add("one", CODE, START, [])
    google.fail("conferenceRecords", 403, error_body(403, "PERMISSION_DENIED", reason), times=2)
    (batch,) = read(google)
    (told,) = batch.left_out
    assert told.startswith(REFUSED + why)
    assert read(google, batch.cursor, NOW + 2 * HOUR) == []
    (again,) = read(google, batch.cursor, NOW + timedelta(days=1))
    assert again.left_out == {}
    with pytest.raises(ChangedError):
        read(google, again.cursor, NOW + timedelta(days=2))


def test_the_right_is_another_one_than_that_of_the_calendar(google: FakeGoogle) -> None:
    """Without it nothing but the list of calls is asked for."""
    google.scopes = frozenset({"gmail.readonly"})
    google.meet.add("one", CODE, START, [])
    assert list(read(google)[0].left_out) == [
        f"{REFUSED}Google Meet was not among what you allowed"
    ]
    assert google.calls == ["meet.conferenceRecords.list"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_passes_is_tried_again(google: FakeGoogle, status: int) -> None:
    """After a pause."""
    google.meet.add("one", CODE, START, [])
    google.fail("conferenceRecords", status, times=2)
    clock = Clock()
    found = list(meet(google.url, clock=clock, now=lambda: NOW).batches(None))
    assert len(calls(found)) == 1
    assert len(clock.slept) == 2


def test_a_limit_that_does_not_pass_is_an_error_and_not_a_missing_right(
    google: FakeGoogle,
) -> None:
    """403 is also how Google says that there were too many requests."""
    body = error_body(403, "RESOURCE_EXHAUSTED", "rateLimitExceeded")
    google.fail("conferenceRecords", 403, body, times=99)
    with pytest.raises(InputError, match="slow down"):
        read(google)


def test_a_sign_in_that_ended_is_told_as_such(google: FakeGoogle) -> None:
    """Not as a missing right."""
    google.tokens = set()
    with pytest.raises(SignInError):
        read(google)


def test_what_is_no_data_is_tried_again(google: FakeGoogle) -> None:
    """A page of a network's sign-in, and an answer that is cut."""
    google.meet.add("one", CODE, START, [])
    google.fail("participants", 200, "<html>Welcome to our hotel</html>")
    google.fail("spaces", 200, '{"meetingCode": "abc', cut=10)
    assert len(calls(read(google))) == 1


def test_a_cursor_of_another_version_is_read_anew(google: FakeGoogle) -> None:
    """Nothing is compared: Meet forgets by itself."""
    with pytest.raises(ChangedError):
        read(google, json.dumps({"version": 0}))
