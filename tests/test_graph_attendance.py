"""Who came to Teams meetings: which reports are asked for and when, and what is made of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.calls import REFUSED, is_place
from ingest.source import Batch, ChangedError
from store.errors import InputError, SignInError
from store.model import Conference
from tests.contract import CUSTOMER, REP
from tests.graph_builder import Tokens, attendance, revisions
from tests.graph_builder import source as mailbox
from tests.graph_deltas import error
from tests.graph_fake import Graph, graph
from tests.graph_teams import was_there
from tests.graph_values import attendee, moment, weekly

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
START = datetime(2026, 11, 20, 13, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def fake() -> Iterator[Graph]:
    """An account with an empty calendar."""
    with graph() as running:
        yield running


def meeting(fake: Graph, start: datetime = START, **fields: Any) -> str:
    """A Teams meeting of an hour with CUSTOMER; the link to its room."""
    link = fake.answers.teams.room()
    usual: dict[str, Any] = {"isOnlineMeeting": True, "onlineMeeting": {"joinUrl": link}}
    usual["attendees"] = [attendee(CUSTOMER)]
    fake.mailbox.add_event(start, start + HOUR, **{**usual, **fields})
    return link


def read(fake: Graph, cursor: str | None = None, now: datetime = NOW) -> list[Batch]:
    """All batches of one sync."""
    return list(attendance(fake, now=lambda: now).batches(cursor))


def calls(batches: list[Batch]) -> list[Conference]:
    """The calls in them."""
    return [one for batch in batches for one in batch.records if isinstance(one, Conference)]


@pytest.mark.parametrize(
    ("kind", "signed_in"),
    [
        ("", True),
        ("#microsoft.graph.communicationsUserIdentity", True),
        ("#microsoft.graph.azureCommunicationServicesUserIdentity", False),
        ("#microsoft.graph.communicationsGuestIdentity", False),
    ],
)
def test_who_signed_in_at_another_company_has_an_account_without_an_address(
    fake: Graph, kind: str, signed_in: bool
) -> None:
    """So their name is theirs; a guest may type any."""
    told = was_there("Bob Lee", None, (START, 60), account="57caaef9")
    told["identity"] |= {"@odata.type": kind} if kind else {}
    fake.answers.teams.report(meeting(fake), START, [told])
    (found,) = calls(read(fake))
    (bob,) = found.joinings
    assert (bob.name, bob.address, bob.signed_in) == ("Bob Lee", "", signed_in)


ONLINE = {"displayName": "Microsoft Teams-Besprechung", "locationType": "default"}
OFFICE = {"displayName": "Our office, Vienna", "locationType": "default"}
ROOM = {"displayName": "Room 3", "locationType": "conferenceRoom"}


@pytest.mark.parametrize(
    ("places", "in_person"),
    [([], False), ([ONLINE], False), ([OFFICE], True), ([ONLINE, ROOM], True)],
)
def test_a_meeting_with_a_place_besides_may_have_been_held_there(
    fake: Graph, places: list[Any], in_person: bool
) -> None:
    """Whoever sat there was in no call."""
    first = places[0] if places else {"displayName": "", "locationType": "default"}
    link = meeting(fake, location=first, locations=places)
    fake.answers.teams.report(link, START, [was_there("Rep", REP, (START, 60))])
    (found,) = calls(read(fake))
    assert found.in_person == in_person


def test_a_room_among_the_invited_is_a_place(fake: Graph) -> None:
    """By its kind, whatever it is called."""
    people = [attendee(CUSTOMER), {**attendee("room@ours.example"), "type": "resource"}]
    link = meeting(fake, attendees=people)
    fake.answers.teams.report(link, START, [was_there("Rep", REP, (START, 60))])
    (found,) = calls(read(fake))
    assert found.in_person


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Microsoft Teams Meeting",
        "Réunion Microsoft Teams",
        "Reunión de Microsoft Teams",
        "https://meet.google.com/abc-mnop-xyz",
        "online",
        "Microsoft Teams Meeting; https://zoom.example/j/1",
    ],
)
def test_the_name_or_the_address_of_a_call_is_no_place(name: str) -> None:
    """In whatever language the calendar is."""
    assert not is_place(name)


@pytest.mark.parametrize(
    "name", ["Our office", "Room 5 (Microsoft Teams)", "Microsoft Teams Meeting; Room 5", "会議室"]
)
def test_whatever_else_is_said_may_be_a_place(name: str) -> None:
    """In doubt nobody stayed away."""
    assert is_place(name)


def test_a_report_tells_who_was_there_and_when(fake: Graph) -> None:
    """One row for each stay; a guest has nothing but a name.

    The meeting's key is that of its revisions.
    """
    link = meeting(fake)
    people = [
        was_there("Rep", REP, (START, 10), (START + HOUR / 2, 30)),
        was_there("Bob Lee", CUSTOMER.upper(), (START + HOUR / 4, 45)),
        was_there("Somebody (Guest)", None, (START, 60)),
    ]
    name = fake.answers.teams.report(link, START - HOUR / 12, people)
    (found,) = calls(read(fake))
    (shown,) = revisions(list(mailbox(fake, now=lambda: NOW).batches(None)))
    assert (found.provider_id, found.service) == (name, "teams")
    assert (found.uid, found.recurrence_at) == (shown.uid, shown.recurrence_at)
    assert (found.start, found.began_at) == (START, START - HOUR / 12)
    assert found.invited == (CUSTOMER, REP)
    told = [(one.address, one.signed_in, one.joined_at) for one in found.joinings]
    assert told == [
        (REP, True, START),
        (REP, True, START + HOUR / 2),
        (CUSTOMER, True, START + HOUR / 4),
        ("", False, START),
    ]
    assert found.joinings[0].left_at == START + HOUR / 6


def test_each_date_of_a_series_has_its_own_report(fake: Graph) -> None:
    """All of them lie in one room; one date was moved to another hour."""
    first = START - timedelta(weeks=2)
    link = meeting(fake, first, recurrence=weekly(first, 3))
    series = next(iter(fake.mailbox.events))
    moved = first + timedelta(weeks=1, hours=3)
    fake.mailbox.change_date(
        series, (first + 7 * DAY).date(), start=moment(moved), end=moment(moved + HOUR)
    )
    names = [fake.answers.teams.report(link, at, []) for at in (first, moved, START)]
    told = calls(read(fake))
    shown = revisions(list(mailbox(fake, now=lambda: NOW).batches(None)))
    assert {one.uid for one in told} == {one.uid for one in shown}
    found = {one.provider_id: (one.recurrence_at, one.start) for one in told}
    assert found == {
        names[0]: (first, first),
        names[1]: (first + 7 * DAY, moved),
        names[2]: (START, START),
    }


def test_only_what_the_rep_organised_in_teams_is_asked_for(fake: Graph) -> None:
    """Nobody else is told; a meeting without a room, a cancelled one and a day off have none."""
    meeting(fake, isOrganizer=False)
    meeting(fake, onlineMeeting=None)
    meeting(fake, isCancelled=True)
    meeting(fake, START - DAY, isAllDay=True)
    assert calls(read(fake)) == []
    assert not [path for path in fake.parts if "onlineMeetings" in path]


def test_meetings_in_all_own_calendars_count(fake: Graph) -> None:
    """Not those of others."""
    second = fake.mailbox.add_calendar("Customers")
    other = fake.mailbox.add_calendar("Of Ann", owner="ann@ours.example")
    for calendar in (second, other):
        fake.answers.teams.report(meeting(fake, calendar=calendar), START, [])
    assert len(calls(read(fake))) == 1


def test_a_meeting_is_looked_at_an_hour_and_a_day_after_its_end(fake: Graph) -> None:
    """Whoever comes back to a call makes a second report; none is asked for twice."""
    link = meeting(fake)
    end = START + HOUR
    first = fake.answers.teams.report(link, START - HOUR / 2, [], minutes=35)
    begun = read(fake, None, end + HOUR / 2)
    assert calls(begun) == []
    soon = read(fake, begun[-1].cursor, end + 2 * HOUR)
    assert [one.provider_id for one in calls(soon)] == [first]
    fake.parts.clear()
    between = read(fake, soon[-1].cursor, end + 5 * HOUR)
    assert not [path for path in fake.parts if "onlineMeetings" in path]
    second = fake.answers.teams.report(link, START + HOUR / 2, [], minutes=50)
    late = read(fake, between[-1].cursor, end + 25 * HOUR)
    assert [one.provider_id for one in calls(late)] == [second]
    assert not [path for path in fake.parts if first in path]
    fake.parts.clear()
    assert calls(read(fake, late[-1].cursor, end + 50 * HOUR)) == []
    assert not [path for path in fake.parts if "onlineMeetings" in path]


def test_within_the_hour_nothing_is_asked(fake: Graph) -> None:
    """And a look at a calendar without news is two requests."""
    meeting(fake)
    cursor = read(fake)[-1].cursor
    fake.requests.clear()
    assert read(fake, cursor, NOW + HOUR / 2) == []
    assert fake.requests == []
    read(fake, cursor, NOW + 3 * HOUR)
    assert len(fake.requests) == 2


def test_twenty_meetings_take_five_requests(fake: Graph) -> None:
    """Calendars, dates, rooms, lists and reports: one each."""
    for number in range(20):
        start = START - number * HOUR
        fake.answers.teams.report(meeting(fake, start), start, [was_there("R", REP, (start, 60))])
    assert len(calls(read(fake))) == 20
    rooms = [path for path in fake.parts if "onlineMeetings" in path]
    assert len(rooms) == 60
    assert len([path for path in fake.requests if "$batch" in path]) == 4


def test_a_cut_between_two_batches_goes_on(fake: Graph) -> None:
    """What was saved is not asked for again."""
    for number in range(25):
        start = START - number * HOUR
        fake.answers.teams.report(meeting(fake, start), start, [])
    first, second = read(fake)
    fake.parts.clear()
    (left,) = [one for one in read(fake, first.cursor) if one.records]
    assert left.records == second.records
    read_again = [path for path in fake.parts if "$expand" in path]
    assert len(read_again) == len(second.records) == 5


def test_a_missing_right_is_told_once_and_is_no_error(fake: Graph) -> None:
    """A personal account, or an administrator's no; asked again a day later."""
    link = meeting(fake)
    fake.answers.teams.report(link, START, [])
    fake.answers.teams.allowed = False
    (batch,) = read(fake)
    (told,) = batch.left_out
    assert told.startswith(REFUSED)
    assert "work account" in told
    assert read(fake, batch.cursor, NOW + 3 * HOUR) == []
    meeting(fake, NOW)
    (again,) = read(fake, batch.cursor, NOW + DAY)
    assert again.left_out == {}
    fake.answers.teams.allowed = True
    meeting(fake, NOW + DAY)
    with pytest.raises(ChangedError):
        read(fake, again.cursor, NOW + 3 * DAY)


@pytest.mark.parametrize("status", [400, 403, 405, 501])
def test_an_account_without_teams_is_told_as_such(fake: Graph, status: int) -> None:
    """However Graph says it."""
    meeting(fake)
    meeting(fake, START - DAY)
    fake.fail(*[error(status, "BadRequest")] * 2, path="onlineMeetings", part=True)
    (batch,) = read(fake)
    assert [why.startswith(REFUSED) for why in batch.left_out] == [True]


def test_a_room_that_is_gone_says_nothing(fake: Graph) -> None:
    """Nor does one without a report: nobody came, or nobody opened it."""
    gone = meeting(fake)
    meeting(fake, START - DAY)
    del fake.answers.teams.rooms[gone]
    (batch,) = read(fake)
    assert (batch.records, batch.failures, batch.left_out) == ((), (), {})


def test_a_bad_report_is_put_aside_and_the_rest_comes(fake: Graph) -> None:
    """And it is read again when asked to."""
    good, bad = meeting(fake), meeting(fake, START - DAY)
    fake.answers.teams.report(good, START, [])
    name = fake.answers.teams.report(bad, START - DAY, [])
    fake.fail(*[error(500, "InternalServerError")] * 5, path=name, part=True)
    (batch,) = read(fake)
    assert len(batch.records) == 1
    (failure,) = batch.failures
    fake.part_faults.clear()
    (again,) = attendance(fake, now=lambda: NOW).reread({"teams": [failure.item]})
    assert [one.provider_id for one in calls([again])] == [name]
    assert (again.failures, again.tombstones) == ((), (failure.item,))


def test_a_report_without_people_is_not_taken_for_an_empty_one(fake: Graph) -> None:
    """An empty one would say that nobody came."""
    link = meeting(fake)
    name = fake.answers.teams.report(link, START, [])
    fake.answers.teams.reports[fake.answers.teams.rooms[link]][name]["attendanceRecords"] = None
    (batch,) = read(fake)
    assert batch.records == ()
    assert "cannot be read" in batch.failures[0].why


def test_what_passes_is_tried_again(fake: Graph) -> None:
    """After the pause that was asked for; a token that ran out is renewed."""
    link = meeting(fake)
    fake.answers.teams.report(link, START, [])
    fake.fail(error(429, "TooManyRequests", Retry_After="7"), path="$batch")
    fake.fail(error(503, "ServiceUnavailable"), path="onlineMeetings", part=True)
    pauses: list[float] = []
    found = list(attendance(fake, now=lambda: NOW, pauses=pauses).batches(None))
    assert len(calls(found)) == 1
    assert pauses[0] == 7
    renewed = attendance(fake, now=lambda: NOW, tokens=Tokens("old", "a-good-token"))
    assert len(calls(list(renewed.batches(None)))) == 1


def test_what_does_not_pass_is_an_error_and_not_a_missing_right(fake: Graph) -> None:
    """As for all other reading."""
    fake.fail(*[error(503, "ServiceUnavailable")] * 9)
    with pytest.raises(InputError):
        read(fake)


def test_a_sign_in_that_ended_is_told_as_such(fake: Graph) -> None:
    """Not as a missing right."""
    fake.tokens = set()
    with pytest.raises(SignInError):
        read(fake)


def test_a_cursor_of_another_version_is_read_anew(fake: Graph) -> None:
    """Nothing is compared: Teams forgets by itself."""
    with pytest.raises(ChangedError):
        read(fake, json.dumps({"version": 0}))


def test_the_cursor_names_nobody(fake: Graph) -> None:
    """Whoever is forgotten is not left in it."""
    link = meeting(fake)
    fake.answers.teams.report(link, START, [was_there("Bob Lee", CUSTOMER, (START, 60))])
    cursor = read(fake)[-1].cursor
    assert CUSTOMER not in cursor
    assert "Bob" not in cursor
    assert "meetup-join" not in cursor
