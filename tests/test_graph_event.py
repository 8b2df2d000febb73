"""Events of Microsoft 365 as revisions: state, answers, zones, series."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from ingest.graph_event import Owner, revisions
from ingest.graph_recurrence import rrule
from tests.graph_builder import OWNER
from tests.graph_mailbox import Mailbox
from tests.graph_values import Json, attendee, moment, recipient, weekly

START: Final = datetime(2026, 3, 3, 9, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
BOB: Final = "bob@theirs.example"
YES: Final = datetime(2026, 2, 20, 8, 30, tzinfo=UTC)
UID: Final = "040000008200E00074C5B7101A82E00807EA030A90B1D2F3A4C5D601000000000000000010000000AB"


def told(**fields: Any) -> Json:
    """The JSON of an event."""
    mailbox = Mailbox()
    name = mailbox.add_event(START, START + HOUR, attendees=[attendee(BOB)])
    return mailbox.events[name].json | fields


def test_an_event_is_a_revision_of_a_calendar() -> None:
    """With what an entry of a calendar has, and the id that Graph gives it."""
    item = told(
        subject="Demo", iCalUId="abc@google.com", lastModifiedDateTime="2026-02-01T10:00:00Z"
    )
    [state] = revisions(item, OWNER)
    assert (state.start, state.end, state.zone) == (START, START + HOUR, "Europe/Berlin")
    assert (state.uid, state.recurrence_at, state.source_key) == (
        "abc@google.com",
        None,
        item["id"],
    )
    assert (state.learned_from, state.method, state.status) == ("calendar", "", "CONFIRMED")
    assert state.occurred_at == datetime(2026, 2, 1, 10, tzinfo=UTC)
    assert (state.organizer, state.organizer_name, state.summary) == (
        "rep@ours.example",
        "Rep",
        "Demo",
    )
    assert [(a.address, a.role, a.partstat) for a in state.attendances] == [
        (BOB, "REQ-PARTICIPANT", "NEEDS-ACTION")
    ]


def test_what_only_touches_an_event_changes_no_revision() -> None:
    """A reminder moves the time of the last modification."""
    item = told()
    later = {
        **item,
        "lastModifiedDateTime": "2026-03-01T10:00:00Z",
        "reminderMinutesBeforeStart": 5,
    }
    assert revisions(item, OWNER)[0].provider_id == revisions(later, OWNER)[0].provider_id


@pytest.mark.parametrize(
    ("response", "partstat"),
    [("accepted", "ACCEPTED"), ("tentativelyAccepted", "TENTATIVE"), ("declined", "DECLINED")],
)
def test_an_answer_is_told_with_its_time(response: str, partstat: str) -> None:
    """Like the REPLY that brought it."""
    state, reply = revisions(told(attendees=[attendee(BOB, response, YES)]), OWNER)
    assert [a.partstat for a in state.attendances] == [partstat]
    assert (reply.method, reply.occurred_at, reply.source_key) == ("REPLY", YES, "")
    assert [(a.address, a.partstat) for a in reply.attendances] == [(BOB, partstat)]
    assert (reply.uid, reply.start) == (state.uid, state.start)


@pytest.mark.parametrize("response", ["none", "notResponded", "organizer"])
def test_who_has_not_answered_gives_no_answer(response: str) -> None:
    """Graph writes the year 1 then."""
    assert len(revisions(told(attendees=[attendee(BOB, response)]), OWNER)) == 1


def test_a_time_proposed_instead_is_a_counter() -> None:
    """By the attendee, at the time of the answer."""
    proposal = {"start": moment(START + 2 * HOUR), "end": moment(START + 3 * HOUR)}
    item = told(
        attendees=[{**attendee(BOB, "tentativelyAccepted", YES), "proposedNewTime": proposal}]
    )
    counter = revisions(item, OWNER)[2]
    assert (counter.method, counter.start, counter.occurred_at) == (
        "COUNTER",
        START + 2 * HOUR,
        YES,
    )


def test_our_own_answer_stands_beside_the_list_of_attendees() -> None:
    """In the copy of an attendee nobody else's answer is known."""
    item = told(
        isOrganizer=False,
        organizer=recipient(BOB, "Bob"),
        attendees=[attendee("SALES@ours.example"), attendee("x@theirs.example")],
        responseStatus={"response": "declined", "time": "2026-02-20T08:30:00Z"},
    )
    state, reply = revisions(item, OWNER)
    assert {a.address: a.partstat for a in state.attendances} == {
        "sales@ours.example": "DECLINED",
        "x@theirs.example": "NEEDS-ACTION",
    }
    assert (reply.method, reply.attendances[0].address) == ("REPLY", "rep@ours.example")
    alone = {**item, "attendees": []}
    assert [a.partstat for a in revisions(alone, OWNER)[0].attendances] == ["DECLINED"]


def test_rooms_answer_for_nobody() -> None:
    """They are listed as what they are."""
    room = {**attendee("room@ours.example", "accepted", YES), "type": "resource"}
    optional = {**attendee("x@theirs.example"), "type": "optional"}
    [state] = revisions(told(attendees=[room, optional]), OWNER)
    assert [a.role for a in state.attendances] == ["RESOURCE", "OPT-PARTICIPANT"]


def test_a_cancelled_event_is_cancelled() -> None:
    """The copy of an attendee stays in the calendar."""
    assert revisions(told(isCancelled=True), OWNER)[0].status == "CANCELLED"


def test_the_day_in_a_uid_is_taken_out() -> None:
    """The dates of a series have one UID then, and iTIP's is the same."""
    [state] = revisions(told(iCalUId=UID), OWNER)
    assert state.uid == UID[:32].lower() + "00000000" + UID[40:].lower()


def test_a_whole_day_is_one_where_the_owner_lives() -> None:
    """Graph writes it as midnight in UTC."""
    day = datetime(2026, 7, 1, tzinfo=UTC)
    item = told(isAllDay=True, start=moment(day), end=moment(day + timedelta(days=1)))
    [state] = revisions(item, Owner(OWNER.addresses, "America/New_York"))
    assert (state.all_day, state.floating, state.zone) == (True, True, "America/New_York")
    assert state.start == datetime(2026, 7, 1, 4, tzinfo=UTC)
    assert state.end == datetime(2026, 7, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("Europe/Paris", "Europe/Paris"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("tzone://Microsoft/Custom", "Europe/Vienna"),
        ("Customized Time Zone", "Europe/Vienna"),
    ],
)
def test_zones_of_windows_are_known_others_are_the_owners(name: str, zone: str) -> None:
    """In that zone a series recurs."""
    assert revisions(told(originalStartTimeZone=name), OWNER)[0].zone == zone


def test_cancelled_dates_of_a_series_are_left_out_at_its_time_of_day() -> None:
    """Also behind a clock change: Berlin goes over to summer time on 29 March."""
    item = told(
        recurrence=weekly(START, 8), cancelledOccurrences=["OID.x.2026-03-10", "OID.x.2026-04-07"]
    )
    [state] = revisions(item, OWNER)
    assert state.exdate.split("\n") == ["20260310T090000Z", "20260407T080000Z"]
    assert state.rrule == "FREQ=WEEKLY;BYDAY=TU;WKST=MO;COUNT=8"


def test_a_date_that_differs_names_the_time_that_its_series_gave_it() -> None:
    """It is one occurrence, not another event."""
    item = told(type="exception", originalStart="2026-03-10T09:00:00Z", start=moment(START))
    assert revisions(item, OWNER)[0].recurrence_at == datetime(2026, 3, 10, 9, tzinfo=UTC)
    whole = {**item, "isAllDay": True, "originalStart": "2026-03-10T00:00:00Z"}
    assert revisions(whole, OWNER)[0].recurrence_at == datetime(2026, 3, 9, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"start": None}, "no start"),
        ({"start": {"dateTime": "soon", "timeZone": "UTC"}}, "no start"),
        ({"iCalUId": ""}, "no UID"),
        ({"type": "exception"}, "which date of its series"),
    ],
)
def test_what_is_no_event_says_why(fields: Json, words: str) -> None:
    """It goes into quarantine."""
    with pytest.raises(ValueError, match=words):
        revisions(told(**fields), OWNER)


def pattern(kind: str, **fields: Any) -> Json:
    """A recurrence without end."""
    return {"pattern": {"type": kind, "interval": 1, **fields}, "range": {"type": "noEnd"}}


@pytest.mark.parametrize(
    ("recurrence", "rule"),
    [
        (pattern("daily", interval=2), "FREQ=DAILY;INTERVAL=2"),
        (
            pattern("weekly", daysOfWeek=["monday", "friday"], firstDayOfWeek="monday"),
            "FREQ=WEEKLY;BYDAY=MO,FR;WKST=MO",
        ),
        (
            pattern("absoluteMonthly", dayOfMonth=15, interval=3),
            "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15",
        ),
        (
            pattern("relativeMonthly", daysOfWeek=["tuesday"], index="last"),
            "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=-1",
        ),
        (pattern("absoluteYearly", dayOfMonth=1, month=5), "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1"),
        (
            pattern("relativeYearly", daysOfWeek=["monday"], index="second", month=10),
            "FREQ=YEARLY;BYMONTH=10;BYDAY=MO;BYSETPOS=2",
        ),
        (pattern("hourly"), ""),
        ({}, ""),
    ],
)
def test_patterns_are_rules(recurrence: Json, rule: str) -> None:
    """One that Graph may think of later is none."""
    assert rrule(recurrence) == rule


def test_a_range_ends_a_rule() -> None:
    """By a day, which counts in full, or by a number."""
    daily = pattern("daily")
    assert rrule({**daily, "range": {"type": "endDate", "endDate": "2026-05-01"}}).endswith(
        "UNTIL=20260501"
    )
    assert rrule({**daily, "range": {"type": "numbered", "numberOfOccurrences": 3}}).endswith(
        "COUNT=3"
    )


@given(day=st.integers(1, 31), interval=st.integers(1, 12))
def test_a_day_that_a_month_lacks_is_its_last(day: int, interval: int) -> None:
    """As Exchange does it; RFC 5545 would leave the month out."""
    rule = rrule(pattern("absoluteMonthly", dayOfMonth=day, interval=interval))
    first = datetime(2026, 1, day, 9, tzinfo=UTC)
    found = rrulestr(rule, dtstart=first).between(first, datetime(2028, 1, 1, tzinfo=UTC), inc=True)
    assert [one.date() for one in found] == [_nth(day, month) for month in range(0, 24, interval)]


def _nth(day: int, month: int) -> date:
    """That day of the month so many months after January 2026, or the last before it."""
    first = date(2026 + month // 12, month % 12 + 1, 1)
    following = (first + timedelta(days=31)).replace(day=1)
    return min(first + timedelta(days=day - 1), following - timedelta(days=1))
