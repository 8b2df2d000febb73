"""Meetings of which notices of booking tools tell, or nothing but a mail."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.builders import Story, instant
from tests.meetings_builder import (
    ANN,
    INVITED,
    LATE,
    NOTICE,
    SHOWN,
    START,
    invited,
    met,
)


def test_a_booking_tools_notice_is_about_the_event_with_that_person_and_time() -> None:
    """It has no UID of its own, and says who moved."""
    story = Story()
    story.event(story.me, to=ANN, start="2026-05-22 14:00", at="2026-05-21 07:01", uid="c", **SHOWN)
    story.event(story.me, to=ANN, start=START, at="2026-05-21 06:59:59", uid="booking-1", **NOTICE)
    story.event(
        story.me,
        to=ANN,
        start="2026-05-22 14:00",
        at=LATE,
        uid="booking-1",
        actor="ann@acme.example",
        **NOTICE,
    )
    found = met(story.facts())
    change = found.change()
    assert (change["actor"], change["who"], change["learned"]) == (
        "them",
        "ann@acme.example",
        "booking",
    )
    assert change["notice_hours"] == 3
    assert found.meeting()["uid"] == "c"


@pytest.mark.parametrize("cancelled_at", ["2026-05-21 06:59", "2026-05-21 07:02"])
@pytest.mark.parametrize("notice_uid", ["new", "booking-1"])
def test_a_tool_that_replaces_the_event_moves_it_once(cancelled_at: str, notice_uid: str) -> None:
    """Whether the old event's CANCEL comes before or after the notice: nobody cancelled."""
    story = Story()
    later = "2026-05-22 14:00"
    story.event(story.me, to=ANN, start=START, at=INVITED, uid="old")
    for start, at, actor in ((START, "2026-05-21 06:59:59", ""), (later, LATE, "ann@acme.example")):
        story.event(story.me, to=ANN, start=start, at=at, uid=notice_uid, actor=actor, **NOTICE)
    story.event(story.me, to=ANN, start=later, at="2026-05-21 07:00:30", uid="new")
    story.cancel("old", at=cancelled_at)
    found = met(story.facts())
    assert found.told() == [("moved", "them", "ann@acme.example")]
    assert found.meeting()["start"] == instant(later)


@pytest.mark.parametrize(
    ("named", "status"), [(START, "confirmed"), ("2026-05-22 14:00", "cancelled")]
)
def test_a_cancel_of_the_date_a_notice_moved_away_cancels_nothing(named: str, status: str) -> None:
    """Also where the event in its place is not to be seen; a CANCEL of the new date counts."""
    story = Story()
    story.event(story.me, to=ANN, start=START, at=INVITED, uid="old")
    moved = ((START, "2026-05-21 06:59:59", ""), ("2026-05-22 14:00", LATE, "ann@acme.example"))
    for start, at, actor in moved:
        story.event(story.me, to=ANN, start=start, at=at, uid="booking-1", actor=actor, **NOTICE)
    story.cancel("old", at="2026-05-21 07:02", start=named)
    found = met(story.facts())
    assert found.meeting()["status"] == status
    assert ("moved", "them", "ann@acme.example") in found.told()
    assert ("cancelled" in {kind for kind, _, _ in found.told()}) == (status == "cancelled")


def test_one_of_two_events_of_a_booking_that_is_called_off_calls_off_the_meeting() -> None:
    """Tool and calendar each keep one of the same time."""
    story = Story()
    for uid in ("tools", "calendars"):
        story.event(story.me, to=ANN, start=START, at=INVITED, uid=uid)
    story.event(story.me, to=ANN, start=START, at=INVITED, uid="booking-1", **NOTICE)
    story.cancel("tools", at=LATE)
    assert met(story.facts()).meeting()["status"] == "cancelled"


def test_a_notice_about_the_first_date_of_a_series_leaves_the_series_alone() -> None:
    """A booking tool plans no series."""
    story = Story()
    story.invite(ANN, to=story.me, start=START, at=INVITED, uid="s", rrule="FREQ=WEEKLY;COUNT=3")
    story.event(story.me, to=ANN, start=START, at=LATE, uid="booking-1", **NOTICE)
    found = met(story.facts())
    assert found.meetings["uid"].tolist().count("s") == 3


def test_a_mail_alone_tells_of_a_meeting_no_calendar_shows() -> None:
    """Its time is not known, and so is the notice."""
    story = Story()
    story.mail(ANN, to=story.me, at=LATE, intents=["reschedule"])
    found = met(story.facts())
    assert found.meeting()["source"] == "mail"
    change = found.change()
    assert (change["kind"], change["actor"], change["learned"]) == ("moved", "them", "mail")
    assert pd.isna(change["notice_hours"])
    assert change["evidence"] == ("message:1",)


def test_a_long_mail_that_no_calendar_bears_out_tells_of_no_meeting() -> None:
    """A report that speaks of somebody's postponed hearing moves no meeting of ours."""
    story = Story()
    story.mail(ANN, to=story.me, at=LATE, intents=["reschedule"], words=151)
    assert met(story.facts()).meetings.empty


@pytest.mark.parametrize("known", ["in a calendar", "asked by us"])
def test_a_mail_about_a_known_meeting_or_one_that_agrees_is_no_other_meeting(known: str) -> None:
    """Nobody moves twice by answering."""
    story, _ = invited()
    asked = None
    if known == "asked by us":
        story = Story()
        asked = story.mail(story.me, to=ANN, at="2026-05-20 09:00", intents=["reschedule"])
    story.mail(ANN, to=story.me, at="2026-05-20 10:00", intents=["reschedule"], answers=asked)
    assert "mail" not in set(met(story.facts()).meetings["source"])
