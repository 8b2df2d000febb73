"""Parked contacts: the verdict says so, they wake on the day or when they act; the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from analyzer import parks
from analyzer.analysis import Analysis, analyze
from analyzer.settings import Settings
from brickwall.parking import Reminder, calendar, day_named
from store.errors import UsageError
from tests.builders import Story, instant
from tests.home_builder import NOW, RepHome, home, selling

__all__ = ["home", "selling"]

ANN = "Ann Lee <ann@acme.example>"


def asked(value: str = "2026-06-15") -> Story:
    """Ann was sent a proposal, reminded, and parked on 20 May."""
    story = Story(zone="Europe/Berlin")
    story.mail(ANN, to=story.me, at="2026-03-02 09:00", intents=["expects_reply"])
    for at in ("2026-03-04 09:00", "2026-04-01 09:00"):
        story.mail(story.me, to=ANN, at=at, intents=["proposal", "expects_reply"])
    story.mark("park", "ann@acme.example", at="2026-05-20 09:00", value=value)
    return story


def judged(story: Story, as_of: str = "2026-06-01 06:00") -> Analysis:
    """The analysis of the story."""
    settings = Settings(zone="Europe/Berlin")
    return analyze(story.facts(), settings, instant(as_of).to_pydatetime())


def state(analysis: Analysis) -> str:
    """What became of the only park."""
    (found,) = analysis.parks["state"]
    return str(found)


def verdict(analysis: Analysis) -> dict[str, Any]:
    """The only verdict."""
    (row,) = analysis.verdicts.astype({"verdict": "str"}).to_dict("records")
    return {str(key): value for key, value in row.items()}


def test_the_verdict_says_who_parked_them_and_until_when() -> None:
    """The day begins at midnight in the rep's zone."""
    found = verdict(judged(asked()))
    assert found["verdict"] == "park"
    assert found["reason"] == "You parked them until 15 June."
    assert found["until"] == instant("2026-06-14 22:00")


def test_they_wake_on_the_day() -> None:
    """Not a moment before; then it is due until they are asked."""
    story = asked()
    assert state(judged(story, "2026-06-14 21:59")) == "parked"
    on_the_day = judged(story, "2026-06-14 22:00")
    assert state(on_the_day) == "due"
    assert verdict(on_the_day)["verdict"] != "park"
    story.mail(story.me, to=ANN, at="2026-06-16 09:00", intents=["expects_reply"])
    assert state(judged(story, "2026-06-17 09:00")) == "over"


@pytest.mark.parametrize(
    ("intents", "became"),
    [
        (["meeting_request"], "woken"),
        (["acceptance"], "woken"),
        ([], "parked"),
        (["auto"], "parked"),
    ],
)
def test_they_wake_when_they_act(intents: list[str], became: str) -> None:
    """A request is an act; a thank-you and an automatic reply are none."""
    story = asked()
    story.mail(ANN, to=story.me, at="2026-05-28 09:00", intents=intents)
    found = judged(story)
    assert state(found) == became
    assert (verdict(found)["verdict"] == "park") == (became == "parked")


def test_what_they_did_before_does_not_wake_them() -> None:
    """Only what comes after the rep's word."""
    story = asked()
    story.mail(ANN, to=story.me, at="2026-05-19 09:00", intents=["meeting_request"])
    assert state(judged(story)) == "parked"


def test_a_milestone_has_no_day() -> None:
    """Even where it names one."""
    found = judged(asked(parks.value(None, milestone="lease signed (12 June 2026)")))
    assert pd.isna(verdict(found)["until"])
    assert verdict(found)["milestone"] == "lease signed (12 June 2026)"
    assert verdict(found)["reason"] == "You parked them until this: lease signed (12 June 2026)."


def test_day_and_milestone_together() -> None:
    """Whichever comes first."""
    found = judged(asked(parks.value(date(2026, 6, 15), "mid June", "lease signed")))
    assert verdict(found)["reason"] == "You parked them until 15 June, or until this: lease signed."
    assert verdict(found)["until"] == instant("2026-06-14 22:00")


def test_the_last_word_counts() -> None:
    """Parked again, or not any more."""
    story = asked()
    story.mark("park", "ann@acme.example", at="2026-05-21 09:00", value="2026-07-01")
    assert verdict(judged(story))["reason"] == "You parked them until 1 July."
    story.mark("unpark", "ann@acme.example", at="2026-05-22 09:00")
    found = judged(story)
    assert found.parks.empty
    assert verdict(found)["verdict"] != "park"


def test_being_parked_is_no_silence() -> None:
    """What was asked before waits from the day on, not from the question on."""
    parked, free = asked("2026-06-30"), asked("2026-06-30")
    free.rows["marks"].clear()
    waited = [judged(s, "2026-07-01 06:00").episodes["waited_eh"].max() for s in (parked, free)]
    assert waited[0] < waited[1] / 10


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-01-15", date(2027, 1, 15)),
        ("after Q3", date(2026, 10, 1)),
        ("in two months", date(2026, 8, 1)),
        ("September", date(2026, 9, 1)),
        ("15 September", date(2026, 9, 15)),
        ("next year", date(2027, 1, 1)),
    ],
)
def test_a_day_can_be_said_in_words(text: str, day: date) -> None:
    """As seen from 1 June 2026."""
    assert day_named(text, NOW, "Europe/Berlin") == day


@pytest.mark.parametrize("text", ["soon", "", "2026-06-01", "2026-02-30", "1 June 2025"])
def test_what_names_no_coming_day_is_refused(text: str) -> None:
    """With what to write instead."""
    with pytest.raises(UsageError):
        day_named(text, NOW, "Europe/Berlin")


def test_parking_from_the_command_line(selling: RepHome) -> None:
    """Parked, listed, on the page, and not parked any more."""
    assert selling.run("park", "ann", "--until", "after Q3") == 0
    assert "parked until 1 October 2026" in selling.said
    assert selling.json("contact", "ann")["contact"]["verdict"] == "park"
    (park,) = selling.json("park", "--list")["parks"]
    assert (park["until"], park["state"]) == ("2026-09-30T22:00:00Z", "parked")
    assert selling.run("park", "ann", "--done") == 0
    assert selling.run("park", "--list") == 0
    assert "Nobody is parked." in selling.said
    assert selling.run("park", "ann", "--done") == 0
    assert "is not parked; nothing was noted" in selling.said
    kinds = [mark["kind"] for mark in selling.json("mark", "--list")["marks"]]
    assert kinds == ["park", "unpark"]


def test_usage_is_explained(selling: RepHome) -> None:
    """Nobody, no end, both at once."""
    for arguments in ([], ["ann"], ["ann", "--done", "--until", "2027-01-01"]):
        assert selling.run("park", *arguments) == 2
        assert "brickwall park" in selling.said or "--until 2027-01-15" in selling.said


def test_parked_contacts_as_a_calendar(selling: RepHome) -> None:
    """Whole days, known to any calendar program; the next export moves the entry."""
    file = selling.folder / "parked.ics"
    uids = set()
    for day in ("2026-10-01", "2026-11-02"):
        selling.run("park", "ann", "--until", day)
        assert selling.run("park", "--ics", str(file)) == 0
        (entry,) = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
        assert entry.decoded("dtstart") == date.fromisoformat(day)
        uids.add((str(entry["uid"]), str(entry["sequence"])))
    assert len({uid for uid, _ in uids}) == 1
    assert len({sequence for _, sequence in uids}) == 2


def test_ours_is_no_meeting_when_it_comes_back(selling: RepHome) -> None:
    """A calendar that holds the reminders tells of no meeting with anybody."""
    selling.run("park", "ann", "--until", "2026-10-01")
    selling.run("park", "--ics", str(selling.folder / "parked.ics"))
    before = len(selling.study().analysis.meetings)
    assert selling.run("import", "--workers", "1", str(selling.folder / "parked.ics")) == 0
    assert len(selling.study().analysis.meetings) == before


reminders = st.builds(
    Reminder,
    name=st.text(max_size=40),
    address=st.text(min_size=1, max_size=30),
    day=st.dates(date(2026, 1, 1), date(2100, 1, 1)),
    why=st.text(max_size=200),
    told_at=st.integers(0, 10**9).map(lambda s: datetime.fromtimestamp(1_600_000_000 + s, UTC)),
    revision=st.integers(1, 10**6),
)


@given(st.lists(reminders, max_size=4, unique_by=lambda each: each.address))
def test_the_calendar_is_valid_whatever_the_names_are(made: list[Reminder]) -> None:
    """Read back: as many entries of one day, no line beyond 75 octets, the same bytes again."""
    written = calendar(made)
    entries = list(Calendar.from_ical(written).walk("VEVENT"))
    assert sorted(e.decoded("dtstart") for e in entries) == sorted(each.day for each in made)
    assert all(e.decoded("dtend") - e.decoded("dtstart") == timedelta(days=1) for e in entries)
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    assert calendar(reversed(made)) == written
