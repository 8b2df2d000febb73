"""ISO weeks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import words
from reports.week import Week
from store.errors import UsageError

DAYS = st.dates(date(1970, 1, 5), date(2999, 12, 20))


@given(DAYS)
def test_a_week_reads_back_what_it_writes(day: date) -> None:
    """Written and parsed again it is the same week, and the day lies in it."""
    week = Week.of(day)
    assert Week.parse(str(week)) == week
    assert week.first_day <= day <= week.last_day


@given(DAYS)
def test_weeks_follow_each_other_without_gap(day: date) -> None:
    """The end of one is the start of the next, also over a change of the clock."""
    week, following = Week.of(day), Week.of(day + timedelta(days=7))
    assert week.end("Europe/Berlin") == following.start("Europe/Berlin")
    assert week < following


@pytest.mark.parametrize("text", ["2026-W54", "2025-W53", "2026-W00", "47", "W47", "9999-W52", ""])
def test_no_such_week_is_an_error_that_says_how_to_write_one(text: str) -> None:
    """Also weeks that ISO 8601 does not have in that year."""
    with pytest.raises(UsageError, match="There is no week") as caught:
        Week.parse(text)
    assert "2026-W47" in caught.value.remedy


def test_a_week_that_has_begun_can_be_asked_for_and_no_later_one() -> None:
    """From midnight of its Monday where the rep is; the last full one unless one is named."""
    monday, zone = datetime(2026, 11, 22, 23, tzinfo=UTC), "Europe/Berlin"
    assert Week.asked("2026-W48", monday, zone) == Week(2026, 48)
    assert Week.asked(None, monday, zone) == Week(2026, 47)
    with pytest.raises(UsageError, match="has not begun") as caught:
        Week.asked("2026-W48", monday - timedelta(seconds=1), zone)
    assert "2026-W47" in caught.value.remedy


@pytest.mark.parametrize("text", ["2026-W47", "2026w47", " 2026-w47 ", "2026W47"])
def test_a_week_may_be_written_carelessly(text: str) -> None:
    """Case, hyphen and blanks do not matter."""
    assert Week.parse(text) == Week(2026, 47)


@pytest.mark.parametrize(
    ("instant", "zone", "week"),
    [
        ("2026-11-23T00:00", "UTC", "2026-W47"),
        ("2026-11-22T23:59", "UTC", "2026-W46"),
        ("2026-11-22T23:30", "Europe/Berlin", "2026-W47"),
        ("2026-11-23T02:00", "America/New_York", "2026-W46"),
        ("2027-01-05T09:00", "UTC", "2026-W53"),
    ],
)
def test_the_last_full_week_is_the_one_that_has_ended_where_the_rep_is(
    instant: str, zone: str, week: str
) -> None:
    """Midnight is the rep's midnight."""
    at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert str(Week.last_full(at, zone)) == week


def test_a_week_over_a_change_of_the_clock_has_an_hour_less_or_more() -> None:
    """Instants are counted, not local times."""
    spring = Week.of(date(2026, 3, 29))
    start, end = (at.astimezone(UTC) for at in (spring.start("Europe/Berlin"),
                                                spring.end("Europe/Berlin")))  # fmt: skip
    assert end - start == timedelta(days=7, hours=-1)


@pytest.mark.parametrize(
    ("week", "days"),
    [
        (Week(2026, 47), "16–22 November 2026"),
        (Week(2026, 49), "30 November – 6 December 2026"),
        (Week(2026, 53), "28 December 2026 – 3 January 2027"),
    ],
)
def test_the_days_of_a_week_are_written_without_repetition(week: Week, days: str) -> None:
    """Month and year are said once where they are the same."""
    assert words.days_of(week) == days
