"""Meetings with people outside: who accepts and declines, and when that is known."""

from __future__ import annotations

import pandas as pd

from tests.builders import Story, instant
from tests.meetings_builder import (
    ANN,
    ANSWER,
    BOB,
    INVITED,
    LATE,
    SHOWN,
    START,
    invited,
    met,
)


def test_declining_close_to_the_start_is_told_with_its_notice() -> None:
    """It concerns the one who declined."""
    story, uid = invited(by="rep@ours.example")
    story.rsvp(uid, ANN, "ACCEPTED", at="2026-05-12 09:00")
    story.rsvp(uid, ANN, "DECLINED", at=LATE)
    found = met(story.facts())
    change = found.change("declined")
    assert (change["actor"], change["who"], change["notice_hours"]) == (
        "them",
        "ann@acme.example",
        3,
    )
    assert found.change("accepted")["at"] == instant("2026-05-12 09:00")
    assert found.attendees["partstat"].tolist() == ["DECLINED"]


def test_declining_the_new_date_again_is_another_refusal() -> None:
    """Each date is answered for itself."""
    story, uid = invited(by="rep@ours.example")
    story.rsvp(uid, ANN, "DECLINED", at="2026-05-12 09:00")
    story.move(uid, start="2026-05-28 10:00", at="2026-05-13 09:00")
    story.rsvp(uid, ANN, "DECLINED", at="2026-05-27 09:00")
    declined = met(story.facts()).changes.query("kind == 'declined'")
    assert declined["old_start"].tolist() == [instant(START), instant("2026-05-28 10:00")]


def test_a_calendar_that_shows_an_answer_again_tells_nothing_new() -> None:
    """The mail told it already."""
    story, uid = invited(by="rep@ours.example")
    story.rsvp(uid, ANN, "DECLINED", at=LATE)
    story.event(
        story.me, to={ANN: "DECLINED"}, start=START, at="2026-05-21 07:01", uid=uid, **SHOWN
    )
    assert met(story.facts()).change()["notice_hours"] == 3


def test_a_refusal_first_seen_in_a_calendar_has_no_known_notice() -> None:
    """It may be as old as the invitation."""
    story, uid = invited(by="rep@ours.example")
    story.event(story.me, to={ANN: "DECLINED"}, start=START, at=LATE, uid=uid, **SHOWN)
    change = met(story.facts()).change()
    assert change["kind"] == "declined"
    assert pd.isna(change["notice_hours"])


def test_an_answer_speaks_for_its_sender_alone() -> None:
    """Some programs list all attendees in it, with answers they never gave."""
    story = Story()
    uid = story.invite(story.me, to=[ANN, BOB], start=START, at=INVITED)
    said = {ANN: "DECLINED", BOB: "DECLINED"}
    story.event(story.me, to=said, start=START, at=LATE, uid=uid, **ANSWER)
    assert met(story.facts()).told() == [("declined", "them", "ann@acme.example")]


def test_five_who_decline_one_date_are_one_cause() -> None:
    """One meeting that falls through is one episode."""
    story = Story()
    guests = [f"guest{number}@acme.example" for number in range(5)]
    uid = story.invite(story.me, to=guests, start=START, at=INVITED)
    for minute, guest in enumerate(guests):
        story.rsvp(uid, guest, "DECLINED", at=f"2026-05-21 07:{minute:02}")
    changes = met(story.facts()).changes
    assert len(changes) == 5
    assert changes["cause"].nunique() == 1


def test_an_answer_alone_shows_the_meeting() -> None:
    """Where our own invitation is not in the store."""
    story = Story()
    story.event(story.me, to={ANN: "ACCEPTED"}, start=START, at=LATE, uid="u", **ANSWER)
    meeting = met(story.facts()).meeting()
    assert (meeting["start"], meeting["ours"]) == (instant(START), True)
