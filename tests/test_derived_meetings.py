"""Meetings with people outside: what the revisions of one event come to."""

from __future__ import annotations

import random
from typing import Any

import pandas as pd
import pytest
from hypothesis import Phase, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.builders import Story, instant
from tests.meetings_builder import (
    ANN,
    ANSWER,
    BOB,
    INVITED,
    LATE,
    NOTICE,
    SHOWN,
    START,
    Met,
    invited,
    met,
)


def calendar(story: Story, uid: str, *, start: str, at: str, by: str = ANN, **fields: Any) -> int:
    """What our calendar shows of the event that ``by`` organises."""
    return story.event(
        by, **{"to": story.me if by == ANN else ANN, **SHOWN, **fields}, start=start, at=at, uid=uid
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


def test_an_answer_alone_shows_the_meeting() -> None:
    """Where our own invitation is not in the store."""
    story = Story()
    story.event(story.me, to={ANN: "ACCEPTED"}, start=START, at=LATE, uid="u", **ANSWER)
    meeting = met(story.facts()).meeting()
    assert (meeting["start"], meeting["ours"]) == (instant(START), True)


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


# ------------------------------------------------------------------ properties

STEP = st.tuples(
    st.sampled_from(["move", "bump", "cancel", "show", "ACCEPTED", "DECLINED"]), st.integers(1, 72)
)
#: What happens to several events at once, each with a person of its own.
HISTORIES = st.lists(st.lists(STEP, max_size=5), min_size=1, max_size=8)
few = hypothesis_settings(
    deadline=None, max_examples=8, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)


def happened(histories: list[list[tuple[str, int]]]) -> Story:
    """Events that are invited and then moved, cancelled, answered or shown by a calendar."""
    story = Story()
    for number, steps in enumerate(histories):
        guest = f"guest@company{number}.example"
        uid = story.invite(story.me, to=guest, start=START, at=INVITED, uid=f"event-{number}")
        at = instant(INVITED)
        for kind, hours in steps:
            at += pd.Timedelta(hours=hours)
            tell(story, uid, guest, kind, at)
    return story


def tell(story: Story, uid: str, guest: str, kind: str, at: pd.Timestamp) -> None:
    """One more revision of an event."""
    latest = story.latest(uid)
    start = str(latest["start"])
    if kind == "move":
        story.move(uid, start=str(instant(START) + (at - instant(INVITED))), at=str(at))
    elif kind == "bump":
        story.move(uid, start=start, at=str(at))
    elif kind == "cancel":
        story.cancel(uid, at=str(at))
    elif kind == "show":
        shown = {"by": story.me, "to": guest, "sequence": latest["sequence"]}
        calendar(story, uid, start=start, at=str(at), **shown)
    else:
        story.rsvp(uid, guest, kind, at=str(at))


def same(one: Met, other: Met) -> None:
    """Equal but for the numbers of evidence."""
    for name in ("meetings", "attendees"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    left, right = (found.changes.drop(columns=["evidence", "asked_by"]) for found in (one, other))
    pd.testing.assert_frame_equal(left, right)


@given(HISTORIES, st.randoms(use_true_random=False))
@few
def test_any_order_of_arrival_gives_the_same_meetings(
    histories: list[list[tuple[str, int]]], chance: random.Random
) -> None:
    """Mails are imported in any order."""
    story = happened(histories)
    told = met(story.facts())
    order = list(story.rows["events"])
    chance.shuffle(order)
    number = {row["event"]: new for new, row in enumerate(order, 1)}
    story.rows["events"] = [{**row, "event": number[row["event"]]} for row in order]
    for row in story.rows["attendances"]:
        row["event"] = number[row["event"]]
    same(told, met(story.facts()))


@given(HISTORIES)
@example([[("show", 45), ("show", 55), ("bump", 60), ("show", 34), ("cancel", 63)]])
@few
def test_a_revision_told_twice_changes_nothing(histories: list[list[tuple[str, int]]]) -> None:
    """The same from two accounts, or by two ways."""
    story = happened(histories)
    once = met(story.facts())
    people = list(story.rows["attendances"])
    for row in list(story.rows["events"]):
        number = len(story.rows["events"]) + 1
        story.rows["events"].append({**row, "event": number})
        again = [one for one in people if one["event"] == row["event"]]
        story.rows["attendances"].extend({**one, "event": number} for one in again)
    same(once, met(story.facts()))


@given(HISTORIES)
@few
def test_changes_keep_their_contract(histories: list[list[tuple[str, int]]]) -> None:
    """Notice is old start minus time; nothing lies in the future; moves move."""
    as_of = "2026-05-20 06:00"
    changes = met(happened(histories).facts(), as_of).changes
    moved = changes[changes["notice_hours"].notna() & (changes["asked_by"] == "")]
    hours = (moved["old_start"] - moved["at"]).dt.total_seconds() / 3600
    assert moved["notice_hours"].tolist() == pytest.approx(hours.tolist())
    assert (changes["at"] <= instant(as_of)).all()
    moves = changes[changes["kind"] == "moved"]
    assert (moves["old_start"] != moves["new_start"]).all()
    assert set(changes["actor"]) <= {"us", "them", "unknown"}


@given(HISTORIES)
@few
def test_a_higher_number_alone_changes_nothing(histories: list[list[tuple[str, int]]]) -> None:
    """Without the revisions that only count up, the meetings are the same."""
    bumped = [[("bump", 1), *steps] for steps in histories]
    plain = [[("ACCEPTED", 1), *steps] for steps in histories]
    kinds = ["moved", "cancelled", "restored"]
    one, other = (met(happened(told).facts()).changes for told in (bumped, plain))
    columns = ["who", "kind", "at", "notice_hours", "old_start", "new_start"]
    left, right = (each[each["kind"].isin(kinds)][columns] for each in (one, other))
    assert left.astype("str").values.tolist() == right.astype("str").values.tolist()


@given(HISTORIES)
@few
def test_people_who_have_nothing_to_do_with_it_change_nothing(
    histories: list[list[tuple[str, int]]],
) -> None:
    """What is known of one event is the same with all others as alone."""
    whole = met(happened(histories).facts()).changes
    alone = met(happened(histories[:1]).facts()).changes
    columns = ["kind", "at", "actor", "notice_hours", "old_start", "new_start", "rebooked"]
    kept = whole[whole["who"] == "guest@company0.example"]
    assert kept[columns].astype("str").values.tolist() == (
        alone[columns].astype("str").values.tolist()
    )
