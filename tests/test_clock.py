"""Effective hours: weeks of 50, weekends and holidays nearly free, zones respected."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analyzer.clock import WEEK_EH, Clock, clock
from analyzer.derived.groups import micros
from analyzer.derived.mail import mail
from analyzer.derived.people import people, person_of
from analyzer.settings import Settings
from tests.builders import Story

AS_OF = datetime(2026, 12, 31, tzinfo=UTC)


def learnt(story: Story) -> tuple[Clock, pd.DataFrame]:
    """The clock of a story and its people."""
    facts = story.facts()
    who = people(facts, Settings())
    return clock(mail(facts, who, Settings(), AS_OF).mail, who.people, Settings()), who.people


def between(story: Story, address: str, start: str, end: str) -> float:
    """Effective hours of this person between two times."""
    made, who = learnt(story)
    person = person_of(who, pd.Series([address]))
    times = pd.to_datetime(pd.Series([start, end]), utc=True)
    return float(made.elapsed_eh(person, times.iloc[:1], times.iloc[1:].reset_index(drop=True))[0])


def office(address: str, *, offset: int = 0, mails: int = 0) -> Story:
    """Somebody who writes at 10 local time on weekdays of spring 2026."""
    story = Story()
    for day in pd.bdate_range("2026-02-02", periods=max(mails, 1)):
        at = day + pd.Timedelta(hours=10) - pd.Timedelta(minutes=offset)
        story.mail(address, to=story.me, at=str(at), offset_minutes=offset)
    return story


@pytest.mark.parametrize("mails", [0, 10, 80])
def test_any_week_without_holidays_has_fifty_effective_hours(mails: int) -> None:
    """From any time to the same time a week later."""
    story = office("ann@acme.com", mails=mails)
    week = between(story, "ann@acme.com", "2026-03-03 11:30", "2026-03-10 11:30")
    assert week == pytest.approx(WEEK_EH)


def test_weekends_and_nights_hardly_count() -> None:
    """Friday evening to Monday morning is under an effective hour, a workday about ten."""
    story = office("ann@acme.com", mails=5)
    assert between(story, "ann@acme.com", "2026-03-06 20:00", "2026-03-09 07:00") < 1
    assert between(story, "ann@acme.com", "2026-03-09 07:00", "2026-03-09 19:00") > 9


def test_a_holiday_of_their_country_counts_like_a_saturday() -> None:
    """1 May 2026 is a Friday: free in Germany, a workday where the country is not known."""
    span = ("2026-04-30 22:00", "2026-05-01 22:00")
    assert between(office("ann@acme.de", mails=5), "ann@acme.de", *span) < 1
    assert between(office("ann@acme.com", mails=5), "ann@acme.com", *span) > 9


def test_years_before_the_holiday_tables_are_workdays() -> None:
    """Nothing is said about them, and nothing breaks."""
    story = Story()
    for day in range(1, 6):
        story.mail("ann@acme.jm", to=story.me, at=f"1999-03-0{day} 10:00")
    week = between(story, "ann@acme.jm", "1999-03-03 11:30", "1999-03-10 11:30")
    assert week == pytest.approx(WEEK_EH)


def test_hours_are_those_of_their_zone() -> None:
    """Somebody in Singapore is asleep at 16 h UTC."""
    story = office("ann@acme.com", offset=480, mails=5)
    assert between(story, "ann@acme.com", "2026-03-10 14:00", "2026-03-10 20:00") < 0.5
    assert between(story, "ann@acme.com", "2026-03-10 00:00", "2026-03-10 06:00") > 4


def test_a_part_timer_has_their_own_week() -> None:
    """Who wrote 80 mails, all on Mondays and Tuesdays, is not waited for on Thursdays."""
    story = Story()
    for week in pd.date_range("2025-01-06", periods=40, freq="7D"):
        for day in (0, 1):
            story.mail(
                "ann@acme.com", to=story.me, at=f"{(week + pd.Timedelta(days=day)).date()} 10:00"
            )
    own = between(story, "ann@acme.com", "2026-03-12 00:00", "2026-03-13 00:00")
    assert own < between(story, "ann@acme.com", "2026-03-09 00:00", "2026-03-10 00:00") / 2


@given(st.lists(st.integers(0, 400 * 24 * 60), min_size=2, max_size=30))
@hypothesis_settings(deadline=None, max_examples=25)
def test_the_clock_never_runs_backwards(minutes: list[int]) -> None:
    """Readings grow with time, over weekends and holidays too."""
    made, who = _GERMAN
    at = pd.Series(pd.Timestamp("2025-12-01", tz="UTC") + pd.to_timedelta(sorted(minutes), "min"))
    readings = made.reading_eh(
        np.repeat(person_of(who, pd.Series(["ann@acme.de"])), len(at)), micros(at)
    )
    assert (np.diff(readings) >= -1e-9).all()


_GERMAN = learnt(office("ann@acme.de", mails=60))


def test_nobody_known_is_waited_for_by_the_office_week() -> None:
    """Without any mail there is still a clock."""
    made, _ = learnt(Story())
    at = micros(pd.Series(pd.to_datetime(["2026-03-02", "2026-03-09"], utc=True)))
    readings = made.reading_eh(np.array([-1, -1]), at)
    assert readings[1] - readings[0] == pytest.approx(WEEK_EH)


def _year_of(address: str, zone: str, *, mails: int = 52) -> Story:
    """Somebody who writes every Tuesday of a year at 10 by the clock of a zone."""
    story = Story(zone="UTC")
    for tuesday in pd.date_range("2025-01-07 10:00", periods=mails, freq="7D", tz=zone):
        minutes = int((tuesday.tz_localize(None) - tuesday.tz_convert(None)).total_seconds() // 60)
        at = str(tuesday.tz_convert("UTC").tz_localize(None))
        story.mail(address, to=story.me, at=at, offset_minutes=minutes)
    return story


def local_hour(story: Story, address: str, at: str) -> float:
    """The hour of the day of this person at an instant."""
    made, who = learnt(story)
    person = person_of(who, pd.Series([address]))
    return float(
        made.local.hours(person, micros(pd.to_datetime(pd.Series([at]), utc=True)))[0] % 24
    )


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [
        ("Europe/Berlin", 11.0, 12.0),
        ("America/New_York", 5.0, 6.0),
        ("Australia/Sydney", 21.0, 20.0),
        ("Asia/Kolkata", 15.5, 15.5),
    ],
)
def test_summer_time_of_their_zone_is_kept(zone: str, winter: float, summer: float) -> None:
    """What is 10 h UTC on their clock in January and in July."""
    story = _year_of("ann@acme.com", zone)
    assert local_hour(story, "ann@acme.com", "2026-01-13 10:00") == winter
    assert local_hour(story, "ann@acme.com", "2025-07-15 10:00") == summer


def test_who_is_only_seen_in_winter_keeps_the_rep_s_summer_time() -> None:
    """Two mails of January fit the rep's own zone: they are taken to share it."""
    story = _year_of("ann@acme.de", "Europe/Berlin", mails=3)
    facts = story.facts()
    home = Settings(zone="Europe/Berlin")
    who = people(facts, home)
    made = clock(mail(facts, who, home, AS_OF).mail, who.people, home)
    person = person_of(who.people, pd.Series(["ann@acme.de"]))
    noon = micros(pd.Series(pd.to_datetime(["2025-07-15 10:00"], utc=True)))
    assert made.local.hours(person, noon)[0] % 24 == 12.0


@pytest.mark.parametrize("change", ["2025-03-30", "2025-10-26"])
def test_a_clock_change_takes_and_gives_nothing(change: str) -> None:
    """From Friday to Friday across a change of clocks there are 50 effective hours, in order."""
    story = _year_of("ann@acme.com", "Europe/Berlin")
    day = pd.Timestamp(change, tz="Europe/Berlin")
    before = day + pd.DateOffset(days=-2, hours=12)
    after = day + pd.DateOffset(days=5, hours=12)
    made, who = learnt(story)
    person = person_of(who, pd.Series(["ann@acme.com"]))
    at = pd.Series(pd.date_range(before, after, freq="10min").tz_convert("UTC"))
    readings = made.reading_eh(np.repeat(person, len(at)), micros(at))
    assert readings[-1] - readings[0] == pytest.approx(WEEK_EH)
    assert (np.diff(readings) >= -1e-9).all()


def test_an_unknown_zone_is_read_as_utc() -> None:
    """A name that no table knows stops nothing."""
    facts = office("ann@acme.com", mails=3).facts()
    odd = Settings(zone="Mars/Olympus")
    who = people(facts, odd)
    made = clock(mail(facts, who, odd, AS_OF).mail, who.people, odd)
    noon = micros(pd.Series(pd.to_datetime(["2026-07-15 12:00"], utc=True)))
    assert made.local.hours(np.array([-1]), noon)[0] % 24 == 12.0
