"""Meetings with people outside: what the revisions of one event come to."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.builders import Story, instant
from tests.meetings_builder import (
    ANN,
    BOB,
    INVITED,
    LATE,
    START,
    calendar,
    invited,
    met,
)


def test_an_invitation_is_a_meeting_and_no_change() -> None:
    """With who takes part from outside, and whose meeting it is."""
    found = met(invited()[0].facts())
    meeting = found.meeting()
    assert meeting["start"] == meeting["original_start"] == instant(START)
    assert meeting["first_known_at"] == instant(INVITED)
    assert (meeting["status"], meeting["ours"], meeting["source"]) == (
        "confirmed",
        False,
        "calendar",
    )
    assert found.attendees["who"].tolist() == ["ann@acme.example"]
    assert found.changes.empty


def test_another_start_is_a_move_with_its_notice() -> None:
    """The notice is the time from the change to the old start."""
    story, uid = invited()
    story.move(uid, start="2026-05-22 14:00", at=LATE)
    found = met(story.facts())
    change = found.change()
    assert (change["kind"], change["actor"], change["who"]) == ("moved", "them", "ann@acme.example")
    assert change["notice_hours"] == 3
    assert (change["old_start"], change["new_start"]) == (
        instant(START),
        instant("2026-05-22 14:00"),
    )
    assert change["rebooked"]
    assert change["evidence"] == ("event:2",)
    assert found.meeting()["start"] == instant("2026-05-22 14:00")
    assert found.meeting()["original_start"] == instant(START)


@pytest.mark.parametrize(
    "told",
    [{"sequence": 7}, {"summary": "Another title"}, {"minutes": 15}, {"status": "TENTATIVE"}],
)
def test_another_number_title_or_length_moves_nothing(told: dict[str, Any]) -> None:
    """Only the start makes a move."""
    story, uid = invited()
    story.move(uid, at=LATE, **{"start": START, **told})
    assert met(story.facts()).changes.empty


def test_a_cancellation_counts_whatever_its_number() -> None:
    """Some clients cancel with the SEQUENCE of the first invitation."""
    story, uid = invited(sequence=3)
    story.cancel(uid, at=LATE, sequence=0)
    found = met(story.facts())
    assert found.change()["kind"] == "cancelled"
    assert found.change()["notice_hours"] == 3
    assert found.meeting()["status"] == "cancelled"


def test_an_old_invitation_that_is_forwarded_changes_nothing() -> None:
    """Its SEQUENCE is lower than what is known, however late it comes."""
    story, uid = invited()
    story.move(uid, start="2026-05-22 14:00", at="2026-05-12 09:00")
    story.event(ANN, to=story.me, start=START, at="2026-05-20 09:00", uid=uid, sequence=0)
    found = met(story.facts())
    assert found.meeting()["start"] == instant("2026-05-22 14:00")
    assert found.change()["at"] == instant("2026-05-12 09:00")


def test_what_calendar_and_mail_tell_about_one_change_is_one_change() -> None:
    """The mail knows better when it was: a calendar tells when it was last touched."""
    story, uid = invited()
    calendar(story, uid, start=START, at=INVITED)
    story.move(uid, start="2026-05-22 14:00", at=LATE)
    calendar(story, uid, start="2026-05-22 14:00", at="2026-05-21 09:00", sequence=1)
    change = met(story.facts()).change()
    assert (change["learned"], change["notice_hours"]) == ("itip", 3)


def test_a_calendar_that_does_not_count_is_ordered_by_time() -> None:
    """Its entries all have SEQUENCE 0."""
    story, uid = invited()
    story.move(uid, start="2026-05-22 14:00", at="2026-05-12 09:00")
    story.move(uid, start="2026-05-25 14:00", at="2026-05-18 09:00")
    calendar(story, uid, start="2026-05-25 14:00", at="2026-05-18 10:00")
    assert len(met(story.facts()).changes) == 2


def test_a_calendar_first_seen_after_a_move_does_not_tell_its_notice() -> None:
    """It tells when the entry was last touched, which may have been for anything."""
    story, uid = invited()
    calendar(story, uid, start="2026-05-22 14:00", at=LATE)
    change = met(story.facts()).change()
    assert pd.isna(change["notice_hours"])


def test_a_calendar_that_was_watched_tells_the_notice() -> None:
    """Its state before the move was seen, too."""
    story, uid = invited()
    calendar(story, uid, start=START, at=INVITED)
    calendar(story, uid, start="2026-05-22 14:00", at=LATE)
    assert met(story.facts()).change()["notice_hours"] == 3


def test_a_calendar_touched_after_the_meeting_does_not_tell_the_notice() -> None:
    """People tidy up."""
    story, uid = invited()
    calendar(story, uid, start=START, at=INVITED)
    calendar(story, uid, start="2026-05-22 14:00", at="2026-05-23 09:00")
    assert pd.isna(met(story.facts()).change()["notice_hours"])


def test_a_slip_that_is_put_right_within_minutes_is_no_move() -> None:
    """The wrong time was never meant."""
    story, uid = invited()
    story.move(uid, start="2026-05-23 14:00", at="2026-05-21 07:00")
    story.move(uid, start="2026-05-22 14:00", at="2026-05-21 07:04")
    change = met(story.facts()).change()
    assert (change["old_start"], change["new_start"]) == (
        instant(START),
        instant("2026-05-22 14:00"),
    )


def test_cancelled_and_planned_again_under_the_same_uid_is_one_move() -> None:
    """Within two days; told when it was cancelled."""
    story, uid = invited()
    story.cancel(uid, at=LATE)
    story.move(uid, start="2026-05-22 14:00", at="2026-05-21 12:00", sequence=2)
    change = met(story.facts()).change()
    assert (change["kind"], change["notice_hours"]) == ("moved", 3)


def test_cancelled_by_mistake_is_no_change() -> None:
    """It stands again at its old time."""
    story, uid = invited()
    story.cancel(uid, at=LATE)
    story.move(uid, start=START, at="2026-05-21 08:00", sequence=2)
    found = met(story.facts())
    assert found.changes.empty
    assert found.meeting()["status"] == "confirmed"


def test_a_cancellation_and_a_new_event_with_the_same_people_is_one_move() -> None:
    """Outlook users cancel and invite anew: rebooked, and the old date is moved away."""
    story, uid = invited()
    story.cancel(uid, at=LATE)
    story.invite(ANN, to=story.me, start="2026-05-22 14:00", at="2026-05-22 08:00", uid="new")
    found = met(story.facts())
    change = found.change()
    assert (change["kind"], change["rebooked"]) == ("cancelled", True)
    assert change["new_start"] == instant("2026-05-22 14:00")
    assert found.meetings["status"].tolist() == ["moved away", "confirmed"]


@pytest.mark.parametrize(
    ("at", "to", "start"),
    [
        ("2026-05-24 08:00", [], "2026-05-27 14:00"),
        ("2026-05-21 08:00", [BOB], "2026-05-27 14:00"),
        ("2026-05-20 08:00", [], "2026-05-20 14:00"),
    ],
)
def test_another_event_days_later_with_others_or_already_over_takes_no_place(
    at: str, to: list[str], start: str
) -> None:
    """Then the cancellation stays one."""
    story, uid = invited()
    story.cancel(uid, at=LATE)
    story.invite(ANN, to=[story.me, *to], start=start, at=at, uid="new")
    found = met(story.facts())
    assert not found.change()["rebooked"]
    assert "cancelled" in set(found.meetings["status"])


def test_a_new_event_at_the_very_same_time_changes_nothing() -> None:
    """Somebody made the entry anew, with a link or another room."""
    story, uid = invited()
    story.cancel(uid, at=LATE)
    story.invite(ANN, to=story.me, start=START, at="2026-05-21 07:05", uid="new")
    found = met(story.facts())
    assert found.changes.empty
    assert sorted(found.meetings["status"]) == ["confirmed", "moved away"]


def test_one_new_event_takes_the_place_of_one_cancellation() -> None:
    """Two are called off, one is planned anew: one was cancelled."""
    story, first = invited()
    second = story.invite(ANN, to=story.me, start="2026-05-22 10:00", at=INVITED)
    story.cancel(first, at=LATE)
    story.cancel(second, at=LATE)
    story.invite(ANN, to=story.me, start="2026-05-26 10:00", at=LATE, uid="new")
    assert sorted(met(story.facts()).changes["rebooked"]) == [False, True]


def test_nothing_later_is_known() -> None:
    """As of an hour before the move there is none."""
    story, uid = invited()
    story.move(uid, start="2026-05-22 14:00", at=LATE)
    assert met(story.facts(), "2026-05-21 06:00").changes.empty


def test_colleagues_are_outside_only_where_their_mail_is_kept() -> None:
    """A meeting among colleagues is nobody's business otherwise."""
    story = Story()
    story.invite("Cleo <cleo@ours.example>", to=story.me, start=START, at=INVITED)
    assert met(story.facts()).meetings.empty
    assert met(story.facts(), internal="keep").attendees["who"].tolist() == ["cleo@ours.example"]


def test_rooms_and_machines_take_no_part() -> None:
    """They neither decline nor stay away."""
    story = Story()
    story.invite(story.me, to=[ANN, "room7@acme.example"], start=START, at=INVITED)
    story.rows["attendances"][1]["role"] = "RESOURCE"
    assert met(story.facts()).attendees["who"].tolist() == ["ann@acme.example"]
