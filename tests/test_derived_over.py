"""Meetings that are changed while they run or when they are over, and those of whole days."""

from __future__ import annotations

from tests.builders import instant
from tests.meetings_builder import (
    LATE,
    START,
    calendar,
    invited,
    met,
)


def test_a_meeting_moved_after_it_was_over_was_held() -> None:
    """People use an entry again for the next date: that is another meeting."""
    story, uid = invited()
    story.move(uid, start="2026-05-28 10:00", at="2026-05-23 09:00")
    found = met(story.facts())
    assert found.changes.empty
    assert found.meetings["start"].tolist() == [instant(START), instant("2026-05-28 10:00")]
    assert found.meetings["status"].tolist() == ["confirmed", "confirmed"]


def test_cancelling_what_is_over_only_tidies_up() -> None:
    """It took place."""
    story, uid = invited()
    story.cancel(uid, at="2026-05-23 09:00")
    found = met(story.facts())
    assert found.changes.empty
    assert found.meeting()["status"] == "confirmed"


def test_a_meeting_moved_soon_after_its_end_may_not_have_taken_place() -> None:
    """No offence, since it may have been held, and nothing kept, since it may not."""
    story, uid = invited()
    story.move(uid, start="2026-05-28 10:00", at="2026-05-21 18:00")
    found = met(story.facts())
    assert found.changes.empty
    assert found.meetings["status"].tolist() == ["unclear", "confirmed"]


def test_a_meeting_called_off_soon_after_its_end_may_not_have_taken_place() -> None:
    """Neither did nor did not."""
    story, uid = invited()
    story.cancel(uid, at="2026-05-21 18:00")
    found = met(story.facts())
    assert found.changes.empty
    assert found.meeting()["status"] == "unclear"


def test_moving_while_it_should_run_has_negative_notice() -> None:
    """It should have begun a quarter of an hour ago."""
    story, uid = invited()
    story.move(uid, start="2026-05-22 10:00", at="2026-05-21 10:15")
    assert met(story.facts()).change()["notice_hours"] == -0.25


def test_a_whole_day_that_gets_an_hour_is_no_move() -> None:
    """A day was kept free, and then the hour was agreed."""
    story, uid = invited(start="2026-05-21 00:00", minutes=1440, all_day=True)
    story.move(uid, start=START, at=LATE, minutes=60, all_day=False)
    assert met(story.facts()).changes.empty


def test_a_whole_day_that_becomes_another_is_a_move() -> None:
    """The notice runs to the beginning of the old day."""
    story, uid = invited(start="2026-05-21 00:00", minutes=1440, all_day=True, floating=True)
    story.move(uid, start="2026-05-22 00:00", at="2026-05-20 12:00", floating=True)
    assert met(story.facts()).change()["notice_hours"] == 12


def test_a_time_without_zone_read_in_another_zone_is_no_move() -> None:
    """The calendar of the owner read 10:00 in a zone of its own."""
    story, uid = invited(floating=True, start="2026-05-21 08:00")
    calendar(story, uid, start=START, at=LATE)
    assert met(story.facts()).changes.empty
