"""The dates of recurring events, held against dateutil's and recurring_ical_events' own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from icalendar import Calendar

from analyzer.derived.recurrence import MAX_OCCURRENCES, Recurrence, Window, instants, window

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
WITHIN = window(AS_OF, "Europe/Berlin")
STAMP = "%Y%m%dT%H%M%SZ"


def weekly(
    rule: str, *, zone: str = "Europe/Berlin", first: str = "2026-03-02", **dates: str
) -> list[str]:
    """The dates of a series that begins on that day at 10:00 local time, as UTC text."""
    start = datetime.fromisoformat(f"{first} 10:00").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    told = Recurrence(start, zone, rule, dates.get("rdate", ""), dates.get("exdate", ""))
    return [f"{at:%m-%d %H:%M}" for at in sorted(instants(told, WITHIN))]


def test_the_hour_on_the_wall_stays_over_a_clock_change() -> None:
    """Ten in Berlin is nine in winter and eight in summer."""
    assert weekly("FREQ=WEEKLY;COUNT=5") == [
        "03-02 09:00", "03-09 09:00", "03-16 09:00", "03-23 09:00", "03-30 08:00",
    ]  # fmt: skip


def test_added_and_left_out_dates_are_part_of_it() -> None:
    """RDATE and EXDATE."""
    dates = {"rdate": "20260304T120000Z", "exdate": "20260309T090000Z\nnonsense"}
    found = weekly("FREQ=WEEKLY;COUNT=3", **dates)
    assert found == ["03-02 09:00", "03-04 12:00", "03-16 09:00"]


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=SOMETIMES",
        "FREQ=WEEKLY;BYDAY=XX",
        "nonsense",
        "FREQ=HOURLY",
        "FREQ=SECONDLY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=WEEKLY;UNTIL=20250101",
        "FREQ=WEEKLY;BYMINUTE=" + ",".join(map(str, range(60))) + ";BYSECOND=" + "1," * 60 + "1",
    ],
)
def test_a_broken_rule_or_one_of_no_meeting_gives_the_first_date(rule: str) -> None:
    """Nothing hangs, nothing breaks."""
    assert weekly(rule) == ["03-02 09:00"]


def test_an_endless_rule_ends_with_the_window() -> None:
    """Two years back and ninety days ahead, and a bounded number of dates."""
    start = datetime(2010, 1, 1, 9, tzinfo=UTC)
    found = instants(Recurrence(start, "UTC", "FREQ=DAILY", "", ""), WITHIN)
    assert min(found) >= WITHIN.begin == AS_OF - timedelta(days=730)
    assert max(found) < WITHIN.end == AS_OF + timedelta(days=90)
    assert len(found) == 820 < MAX_OCCURRENCES


def test_a_rule_that_never_matches_comes_to_an_end() -> None:
    """The thirtieth of February."""
    assert weekly("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30") == ["03-02 09:00"]


def test_a_zone_nobody_knows_is_the_reps() -> None:
    """As of any custom name."""
    told = Recurrence(datetime(2026, 3, 23, 9, tzinfo=UTC), "Head Office", "FREQ=WEEKLY", "", "")
    assert datetime(2026, 3, 30, 8, tzinfo=UTC) in instants(told, WITHIN)


def test_an_offset_is_a_zone() -> None:
    """As ingest writes fixed ones."""
    told = Recurrence(datetime(2026, 3, 23, 9, tzinfo=UTC), "UTC+05:30", "FREQ=WEEKLY", "", "")
    assert datetime(2026, 3, 30, 9, tzinfo=UTC) in instants(told, WITHIN)


def walls(first: str, last: str) -> st.SearchStrategy[datetime]:
    """Times on the wall between two days."""
    return st.datetimes(datetime.fromisoformat(first), datetime.fromisoformat(last))


DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
ENDS = st.one_of(
    st.just(""),
    st.integers(1, 60).map(lambda count: f";COUNT={count}"),
    walls("2026-01-01", "2027-06-01").map(lambda at: f";UNTIL={at:{STAMP}}"),
)


@st.composite
def rules(draw: st.DrawFn) -> tuple[datetime, str, str]:
    """Local start, zone and a rule that holds on the day of the start."""
    start = draw(walls("2024-08-01", "2026-08-01")).replace(microsecond=0)
    zone = draw(st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Sydney"]))
    every = draw(st.integers(1, 4))
    day = DAYS[start.weekday()]
    kind = draw(
        st.sampled_from(
            [
                "DAILY",
                "WEEKLY",
                f"WEEKLY;WKST=SU;BYDAY={','.join(sorted({day, draw(st.sampled_from(DAYS))}))}",
                f"MONTHLY;BYDAY={(start.day - 1) // 7 + 1}{day}",
                f"MONTHLY;BYMONTHDAY={start.day}",
                "YEARLY",
            ]
        )
    )
    return start, zone, f"FREQ={kind};INTERVAL={every}{draw(ENDS)}"


@given(rules())
@hypothesis_settings(deadline=None, max_examples=60)
def test_dates_are_those_of_another_library(told: tuple[datetime, str, str]) -> None:
    """The same rule, zone and window, read from a calendar by recurring_ical_events."""
    local, zone, rule = told
    start = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if start.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        return  # an hour that the clock change leaves out
    within = Window(start - timedelta(days=1), start + timedelta(days=500), "UTC")
    where = f";TZID={zone}:{local:%Y%m%dT%H%M%S}" if zone != "UTC" else f":{local:{STAMP}}"
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        f"DTSTART{where}\r\nRRULE:{rule}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    events = recurring_ical_events.of(Calendar.from_ical(text)).between(within.begin, within.end)
    theirs = {event["DTSTART"].dt.astimezone(UTC) for event in events}
    theirs = theirs or {start}  # ours counts the first date even if the rule ended before it
    ours = instants(Recurrence(start, zone, rule, "", ""), within)
    assert ours == {at for at in theirs if at < within.end}
