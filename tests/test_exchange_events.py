"""The calendar of an Exchange Server as revisions: series, dates, zones, whole days, answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from dateutil.rrule import rrulestr

from ingest.exchange import Pages
from ingest.graph_state import Wanted
from store.model import EventRevision, Failure
from tests.ews_builder import read, revisions, settled
from tests.ews_fake import Ews, ews
from tests.ews_mailbox import Invited

CALENDAR = Wanted(mail=False)
START = datetime(2026, 3, 3, 9, tzinfo=UTC)  # a Tuesday, winter in Vienna
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
VIENNA = "W. Europe Standard Time"
WEEKLY = (
    "<WeeklyRecurrence><Interval>1</Interval><DaysOfWeek>Tuesday</DaysOfWeek>"
    "<FirstDayOfWeek>Monday</FirstDayOfWeek></WeeklyRecurrence>"
)
ENDLESS = "<NoEndRecurrence><StartDate>2026-03-03+01:00</StartDate></NoEndRecurrence>"

EIGHT_TIMES = (
    "<NumberedRecurrence><StartDate>2026-03-03Z</StartDate>"
    "<NumberOfOccurrences>8</NumberOfOccurrences></NumberedRecurrence>"
)


def until(day: str) -> str:
    """A recurrence until this day."""
    return (
        f"<EndDateRecurrence><StartDate>2026-03-03Z</StartDate><EndDate>{day}</EndDate>"
        "</EndDateRecurrence>"
    )


@pytest.fixture
def fake() -> Iterator[Ews]:
    """A server with an empty calendar."""
    with ews() as running:
        yield running


def add(fake: Ews, *, start: datetime = START, length: timedelta = HOUR, **fields: Any) -> str:
    """An entry of an hour; its id."""
    return fake.mailbox.add_entry("Demo", start, start + length, **fields)


def series(fake: Ews, **fields: Any) -> str:
    """Every Tuesday at ten in Vienna, without end."""
    return add(fake, **{"pattern": WEEKLY, "span": ENDLESS, "zone": VIENNA, **fields})


def states(fake: Ews, **options: Any) -> list[EventRevision]:
    """What the calendar shows, without the answers."""
    found = revisions(read(fake, wanted=CALENDAR, **options))
    return [one for one in found if not one.method]


def answers(fake: Ews) -> list[EventRevision]:
    """The answers that the calendar shows."""
    return [one for one in revisions(read(fake, wanted=CALENDAR)) if one.method]


def failures(fake: Ews) -> list[Failure]:
    """What was put aside."""
    return [one for batch in read(fake, wanted=CALENDAR) for one in batch.failures]


def test_an_entry_is_told_whole(fake: Ews) -> None:
    """Under the UID of its series, whose date bytes are zero."""
    name = add(
        fake,
        zone=VIENNA,
        uid="040000008200E00074C5B7101A82E00807EA0303F000000000000000000000000A",
        required=(Invited("bob@theirs.example", name="Bob Lee"),),
        optional=(Invited("jo@theirs.example"),),
        resources=(Invited("room@ours.example"),),
    )
    [told] = states(fake)
    assert told.uid == "040000008200e00074c5b7101a82e00800000000f000000000000000000000000a"
    assert (told.source_key, told.summary, told.organizer) == (name, "Demo", "rep@ours.example")
    assert (told.start, told.end, told.zone) == (START, START + HOUR, "Europe/Berlin")
    assert (told.learned_from, told.status, told.all_day) == ("calendar", "CONFIRMED", False)
    assert told.occurred_at == datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert [(a.address, a.name, a.role, a.partstat) for a in told.attendances] == [
        ("bob@theirs.example", "Bob Lee", "REQ-PARTICIPANT", "NEEDS-ACTION"),
        ("jo@theirs.example", "jo@theirs.example", "OPT-PARTICIPANT", "NEEDS-ACTION"),
        ("room@ours.example", "room@ours.example", "RESOURCE", "NEEDS-ACTION"),
    ]


PATTERNS = {
    "<DailyRecurrence><Interval>2</Interval></DailyRecurrence>": "FREQ=DAILY;INTERVAL=2",
    "<WeeklyRecurrence><Interval>1</Interval><DaysOfWeek>Monday Thursday</DaysOfWeek>"
    "<FirstDayOfWeek>Monday</FirstDayOfWeek></WeeklyRecurrence>": (
        "FREQ=WEEKLY;BYDAY=MO,TH;WKST=MO"
    ),
    "<WeeklyRecurrence><Interval>2</Interval><DaysOfWeek>Weekday</DaysOfWeek>"
    "</WeeklyRecurrence>": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;WKST=SU",
    "<AbsoluteMonthlyRecurrence><Interval>1</Interval><DayOfMonth>3</DayOfMonth>"
    "</AbsoluteMonthlyRecurrence>": "FREQ=MONTHLY;BYMONTHDAY=3",
    "<AbsoluteMonthlyRecurrence><Interval>3</Interval><DayOfMonth>31</DayOfMonth>"
    "</AbsoluteMonthlyRecurrence>": ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"),
    "<RelativeMonthlyRecurrence><Interval>1</Interval><DaysOfWeek>WeekendDay</DaysOfWeek>"
    "<DayOfWeekIndex>Last</DayOfWeekIndex></RelativeMonthlyRecurrence>": (
        "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=-1"
    ),
    "<AbsoluteYearlyRecurrence><DayOfMonth>3</DayOfMonth><Month>March</Month>"
    "</AbsoluteYearlyRecurrence>": "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=3",
    "<RelativeYearlyRecurrence><DaysOfWeek>Day</DaysOfWeek><DayOfWeekIndex>First</DayOfWeekIndex>"
    "<Month>December</Month></RelativeYearlyRecurrence>": (
        "FREQ=YEARLY;BYMONTH=12;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=1"
    ),
}


@pytest.mark.parametrize(("pattern", "rule"), PATTERNS.items(), ids=PATTERNS.values())
def test_every_pattern_has_a_rule(fake: Ews, pattern: str, rule: str) -> None:
    """All six of Exchange's kinds; a day that a month lacks is its last."""
    series(fake, pattern=pattern)
    [told] = states(fake)
    assert told.rrule == rule
    assert list(islice(rrulestr(told.rrule, dtstart=START), 3))


@pytest.mark.parametrize(
    ("span", "end"),
    [
        (ENDLESS, ""),
        (until("2026-12-22"), ";UNTIL=20261222"),
        (until("2026-12-22Z"), ";UNTIL=20261222"),
        (until("2026-12-22+01:00"), ";UNTIL=20261222"),
        (EIGHT_TIMES, ";COUNT=8"),
    ],
)
def test_a_series_ends_as_it_says(fake: Ews, span: str, end: str) -> None:
    """Its last day is told with a zone or without."""
    series(fake, span=span)
    assert states(fake)[0].rrule == f"FREQ=WEEKLY;BYDAY=TU;WKST=MO{end}"


def test_dates_that_differ_come_with_their_series(fake: Ews) -> None:
    """All under its key, each with the start it was to have; summer time has begun meanwhile."""
    name = series(fake, required=(Invited("bob@theirs.example"),))
    july = datetime(2026, 7, 7, 8, tzinfo=UTC)  # ten in Vienna
    fake.mailbox.change_date(name, july, july + DAY, subject="Demo, later", cancelled=True)
    fake.mailbox.cancel_date(name, july + 7 * DAY)
    told, moved = states(fake)
    assert (told.recurrence_at, told.exdate) == (None, "20260714T080000Z")
    assert (moved.recurrence_at, moved.start, moved.end) == (july, july + DAY, july + DAY + HOUR)
    assert (moved.summary, moved.status, moved.rrule, moved.exdate) == (
        "Demo, later", "CANCELLED", "", "",
    )  # fmt: skip
    assert (moved.source_key, moved.uid) == (name, told.uid)


def test_a_date_that_cannot_be_had_is_as_its_series_but_for_its_time(fake: Ews) -> None:
    """The series itself says when it is."""
    name = series(fake)
    fake.mailbox.change_date(name, START + 7 * DAY, START + 8 * DAY, subject="Demo, later")
    [date] = fake.mailbox.entries[name].moved.values()
    fake.mailbox.entries[name].date_errors[date.id] = "ErrorItemNotFound"
    _, moved = states(fake)
    assert (moved.recurrence_at, moved.start) == (START + 7 * DAY, START + 8 * DAY)
    assert moved.summary == "Demo"


def test_many_dates_that_differ_are_asked_for_in_pages(fake: Ews) -> None:
    """As many as entries."""
    name = series(fake)
    for week in range(5):
        original = START + week * 7 * DAY
        fake.mailbox.change_date(name, original, original + HOUR)
    assert len(states(fake, pages=Pages(entries=2))) == 6
    assert fake.requests.count("GetItem") == 1 + 3


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("W. Europe Standard Time", datetime(2026, 7, 6, 22, tzinfo=UTC)),
        ("Eastern Standard Time", datetime(2026, 7, 7, 4, tzinfo=UTC)),
        ("New Zealand Standard Time", datetime(2026, 12, 6, 11, tzinfo=UTC)),
        ("Customized Time Zone", datetime(2026, 7, 6, 22, tzinfo=UTC)),
    ],
)
def test_a_whole_day_is_one_where_the_owner_lives(fake: Ews, zone: str, start: datetime) -> None:
    """In whatever zone it was made."""
    add(fake, start=start, length=DAY, all_day=True, zone=zone)
    [told] = states(fake)
    month, offset = (12, 1) if zone.startswith("New") else (7, 2)
    midnight = datetime(2026, month, 7, tzinfo=UTC) - timedelta(hours=offset)
    assert (told.all_day, told.start, told.end) == (True, midnight, midnight + DAY)


def test_a_series_of_whole_days_keeps_its_days(fake: Ews) -> None:
    """Also that of a date that moved, and of one that was cancelled."""
    midnight = datetime(2026, 3, 2, 23, tzinfo=UTC)
    name = series(fake, start=midnight, length=DAY, all_day=True)
    fake.mailbox.change_date(name, midnight + 7 * DAY, midnight + 8 * DAY)
    fake.mailbox.cancel_date(name, midnight + 14 * DAY)
    told, moved = states(fake)
    assert told.exdate == "20260316T230000Z"
    assert (moved.recurrence_at, moved.start) == (midnight + 7 * DAY, midnight + 8 * DAY)


@pytest.mark.parametrize("zone", ["tzone://Microsoft/Custom", "Customized Time Zone 1", ""])
def test_a_zone_that_nobody_knows_matters_for_series_alone(fake: Ews, zone: str) -> None:
    """The time of a single entry is exact without it; a series is put aside, the rest comes."""
    bad = series(fake, zone=zone)
    add(fake, zone=zone)
    add(fake, zone="tzone://Microsoft/Utc")
    single, universal = states(fake)
    assert (single.start, single.zone) == (START, "Europe/Vienna")
    assert universal.zone == "UTC"
    [failure] = failures(fake)
    assert failure.item == bad
    assert failure.why.startswith("its time zone is not known")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"uid": ""}, "it has no UID."),
        ({"pattern": "<AbsoluteMonthlyRecurrence><Interval>1</Interval><DayOfMonth>3</DayOfMonth>"
                     "</AbsoluteMonthlyRecurrence>", "error": "ErrorItemCorrupt"},
         "Exchange cannot give it (ErrorItemCorrupt)."),
    ],
)  # fmt: skip
def test_an_entry_that_cannot_be_read_is_put_aside(
    fake: Ews, fields: dict[str, Any], why: str
) -> None:
    """And the rest comes."""
    bad = series(fake, **fields)
    add(fake)
    assert len(states(fake)) == 1
    assert failures(fake) == [Failure(bad, why)]


def test_an_entry_that_is_gone_when_it_is_asked_for_is_gone(fake: Ews) -> None:
    """Between the list and the question."""
    bad = add(fake, error="ErrorItemNotFound")
    [batch] = [one for one in read(fake, wanted=CALENDAR) if one.tombstones]
    assert batch.tombstones == (bad,)


def test_an_answer_stands_for_itself_with_its_time(fake: Ews) -> None:
    """Like a REPLY; nobody answers for a room, and who has not answered says nothing."""
    at = datetime(2026, 3, 2, 8, tzinfo=UTC)
    add(
        fake,
        required=(Invited("bob@theirs.example", "Decline", at), Invited("jo@theirs.example")),
        resources=(Invited("room@ours.example", "Accept", at),),
    )
    [told] = answers(fake)
    assert (told.method, told.occurred_at) == ("REPLY", at)
    assert [(a.address, a.partstat) for a in told.attendances] == [
        ("bob@theirs.example", "DECLINED")
    ]


def test_a_proposed_time_is_a_counter(fake: Ews) -> None:
    """With the time that was proposed."""
    at, other = datetime(2026, 3, 2, 8, tzinfo=UTC), START + DAY
    proposing = Invited("bob@theirs.example", "Tentative", at, proposed=(other, other + HOUR))
    add(fake, required=(proposing,))
    reply, counter = answers(fake)
    assert (reply.method, reply.start) == ("REPLY", START)
    assert (counter.method, counter.start, counter.end) == ("COUNTER", other, other + HOUR)


def test_what_we_answered_ourselves_stands_beside_the_list(fake: Ews) -> None:
    """In the meetings of others."""
    at = datetime(2026, 3, 2, 8, tzinfo=UTC)
    add(
        fake,
        organizer="bob@theirs.example",
        mine="Accept",
        replied_at=at,
        required=(Invited("rep@ours.example"),),
    )
    [state], [told] = states(fake), answers(fake)
    assert state.organizer == "bob@theirs.example"
    assert [(a.address, a.partstat) for a in state.attendances] == [
        ("rep@ours.example", "ACCEPTED")
    ]
    assert (told.method, told.occurred_at) == ("REPLY", at)


def test_a_meeting_that_its_organizer_cancelled_is_cancelled_before_it_is_removed(
    fake: Ews,
) -> None:
    """It stays in the calendar until the owner removes it."""
    add(fake, cancelled=True, organizer="bob@theirs.example", mine="Accept")
    assert states(fake)[0].status == "CANCELLED"


def test_people_without_a_mail_address_are_nobody(fake: Ews) -> None:
    """Exchange sometimes tells a path of its directory instead."""
    path = "/O=OURS/OU=EXCHANGE/CN=RECIPIENTS/CN=KLAY"
    add(fake, organizer=path, required=(Invited(path), Invited("bob@theirs.example")))
    [told] = states(fake)
    assert told.organizer == ""
    assert [a.address for a in told.attendances] == ["bob@theirs.example"]


def test_a_changed_entry_costs_one_request_more(fake: Ews) -> None:
    """Two for a series with dates that differ; and one for the folders, since something is new."""
    single, name = add(fake), series(fake)
    cursor = settled(fake, wanted=CALENDAR)
    fake.mailbox.change_entry(single, subject="Other")
    found = read(fake, cursor, wanted=CALENDAR)
    assert fake.requests == ["SyncFolderItems", "GetItem", "SyncFolderHierarchy"]
    fake.mailbox.change_date(name, START + 7 * DAY, START + 8 * DAY)
    fake.requests.clear()
    read(fake, found[-1].cursor, wanted=CALENDAR)
    assert fake.requests == ["SyncFolderItems", "GetItem", "GetItem", "SyncFolderHierarchy"]


def test_what_is_no_entry_is_left_out(fake: Ews) -> None:
    """A mail that was dragged into the calendar."""
    fake.mailbox.receive(b"From: a@x.y\n\nHello", "calendar")
    found = read(fake, wanted=CALENDAR)
    assert [batch.left_out for batch in found if batch.left_out] == [{"other items": 1}]
