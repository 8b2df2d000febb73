"""Recurring meetings: their dates, what changed them, and that one change is one offence."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from store.model import FOLLOWING
from tests.builders import Story, instant
from tests.meetings_builder import ANN, ANSWER, BOB, SHOWN, Met, met

AS_OF = "2026-06-01 06:00"
MADE = "2026-04-20 09:00"
WEEKLY = "FREQ=WEEKLY;COUNT=6"
#: The Mondays of that series.
MONDAYS = ["05-04", "05-11", "05-18", "05-25", "06-01", "06-08"]


def series(rule: str = WEEKLY, *, by: str = ANN, **fields: Any) -> tuple[Story, str]:
    """A weekly meeting, Mondays at ten, Ann's if not told otherwise, and its UID."""
    story = Story()
    to = story.me if by == ANN else ANN
    first = {"start": "2026-05-04 10:00", "at": MADE, **fields}
    return story, story.invite(by, to=to, rrule=rule, **first)


def exception(
    story: Story, uid: str, date: str, *, at: str, start: str = "", **fields: Any
) -> None:
    """What the organizer tells of one date alone."""
    own = {"recurrence_at": f"2026-{date} 10:00", "rrule": "", **fields}
    story.move(uid, start=start or f"2026-{date} 10:00", at=at, **own)


def days(found: Met, column: str = "start", status: str = "confirmed") -> list[str]:
    """Days of the meetings with that status."""
    rows = found.meetings[found.meetings["status"] == status]
    return [f"{at:%m-%d}" for at in rows[column]]


def test_every_date_is_a_meeting() -> None:
    """With its people, and no change."""
    found = met(series()[0].facts())
    assert days(found) == MONDAYS
    assert found.attendees["who"].tolist() == ["ann@acme.example"] * 6
    assert found.changes.empty


def test_an_endless_series_ends_ninety_days_ahead() -> None:
    """And begins two years back."""
    story, _ = series("FREQ=WEEKLY", start="2020-01-06 10:00", at="2020-01-01 09:00")
    starts = met(story.facts()).meetings["start"]
    assert starts.min() >= instant(AS_OF) - pd.Timedelta(days=730)
    assert starts.max() < instant(AS_OF) + pd.Timedelta(days=90)


def test_one_change_of_a_series_is_one_cause() -> None:
    """However many dates it moves; the dates before it stay as they were."""
    story, uid = series()
    story.move(uid, start="2026-05-19 14:00", at="2026-05-18 08:00", rrule="FREQ=WEEKLY;COUNT=4")
    found = met(story.facts())
    assert days(found) == ["05-04", "05-11", "05-19", "05-26", "06-02", "06-09"]
    assert days(found, "original_start") == MONDAYS
    assert found.changes["cause"].nunique() == 1
    assert found.changes["notice_hours"].tolist() == [2, 170, 338, 506]
    assert set(found.changes["actor"]) == {"them"}


def test_all_dates_of_a_rewritten_series_that_are_over_were_held_as_they_stood() -> None:
    """Calendars that change "all events" rewrite the past as well."""
    story, uid = series()
    story.move(uid, start="2026-05-05 14:00", at="2026-05-18 08:00")
    found = met(story.facts())
    assert days(found) == ["05-04", "05-11", "05-19", "05-26", "06-02", "06-09"]
    assert len(found.changes) == 4


def test_dates_keep_their_week_when_the_weekday_moves() -> None:
    """Monday becomes Friday of the same week, not of the one before."""
    story, uid = series()
    story.move(uid, start="2026-05-08 10:00", at="2026-05-06 08:00")
    moved = met(story.facts()).changes
    assert ((moved["new_start"] - moved["old_start"]) == pd.Timedelta(days=4)).all()


def test_moving_a_series_twice_is_told_of_the_same_dates() -> None:
    """Each date went from Monday over Tuesday to Wednesday."""
    story, uid = series()
    story.move(uid, start="2026-05-12 10:00", at="2026-05-05 08:00", rrule="FREQ=WEEKLY;COUNT=5")
    story.move(uid, start="2026-05-20 10:00", at="2026-05-15 08:00", rrule="FREQ=WEEKLY;COUNT=4")
    found = met(story.facts())
    last = found.changes[found.changes["meeting"] == found.meetings["meeting"].iloc[-1]]
    assert [f"{at:%a}" for at in [*last["old_start"], last["new_start"].iloc[-1]]] == [
        "Mon", "Tue", "Wed",
    ]  # fmt: skip
    assert found.changes["cause"].nunique() == 2
    assert days(found, "original_start")[-1] == "06-08"


def test_this_and_all_following_dates_move_together() -> None:
    """The dates before stay; it is one change."""
    story, uid = series()
    exception(story, uid, "05-25", start="2026-05-26 14:00", at="2026-05-18 08:00", rrule=FOLLOWING)
    found = met(story.facts())
    assert days(found) == ["05-04", "05-11", "05-18", "05-26", "06-02", "06-09"]
    assert days(found, "original_start") == MONDAYS
    assert found.changes["cause"].nunique() == 1
    assert {f"{at:%H:%M}" for at in found.changes["new_start"]} == {"14:00"}


def test_following_dates_move_by_the_clock() -> None:
    """An hour later is an hour later after the clock change, too."""
    story, uid = series(start="2026-03-16 09:00", zone="Europe/Berlin", at="2026-03-01 09:00")
    own = {"recurrence_at": "2026-03-23 09:00", "rrule": FOLLOWING}
    story.move(uid, start="2026-03-23 10:00", at="2026-03-17 09:00", **own)
    hours = [f"{at:%H}" for at in met(story.facts()).meetings["start"]]
    assert hours == ["09", "10", "09", "09", "09", "09"]


def test_this_and_all_following_dates_are_called_off_together() -> None:
    """Once; what was before was held."""
    story, uid = series()
    own = {"recurrence_at": "2026-05-25 10:00", "rrule": FOLLOWING}
    story.cancel(uid, at="2026-05-18 07:00", **own)
    found = met(story.facts())
    assert days(found) == ["05-04", "05-11", "05-18"]
    assert days(found, status="cancelled") == ["05-25", "06-01", "06-08"]
    assert found.changes["cause"].nunique() == 1


def test_a_clock_change_or_other_words_for_the_rule_move_nothing() -> None:
    """The same dates told by BYDAY and UNTIL, over the last Sunday of March."""
    story, uid = series(start="2026-03-16 09:00", zone="Europe/Berlin", at="2026-03-01 09:00")
    other = "FREQ=WEEKLY;BYDAY=MO;UNTIL=20260420T080000Z"
    story.move(uid, start="2026-03-16 09:00", at="2026-03-20 09:00", rrule=other)
    found = met(story.facts())
    assert found.changes.empty
    assert {f"{at:%H:%M}" for at in found.meetings["start"]} == {"09:00", "08:00"}


def test_ending_a_series_cancels_what_was_to_come() -> None:
    """Once, with the notice of the next date."""
    story, uid = series()
    story.cancel(uid, at="2026-05-18 07:00")
    found = met(story.facts())
    assert days(found) == ["05-04", "05-11"]
    assert days(found, status="cancelled") == ["05-18", "05-25", "06-01", "06-08"]
    assert set(found.changes["kind"]) == {"cancelled"}
    assert found.changes["cause"].nunique() == 1
    assert found.changes["notice_hours"].min() == 3


def test_a_cancellation_without_times_cancels_the_series_all_the_same() -> None:
    """RFC 5546 asks for no DTSTART in it."""
    story, uid = series()
    story.cancel(uid, at="2026-05-18 07:00")
    story.rows["events"][-1].update(start=pd.NaT, end=pd.NaT, rrule="")
    assert len(met(story.facts()).changes) == 4


def test_a_series_known_by_its_cancellation_alone_was_cancelled() -> None:
    """The invitation lies in another mailbox."""
    story, uid = series()
    story.cancel(uid, at="2026-05-18 07:00")
    del story.rows["events"][0]
    assert len(met(story.facts()).changes) == 4


def test_a_series_called_off_and_planned_anew_was_moved() -> None:
    """Date by date, as one decision."""
    story, uid = series()
    story.cancel(uid, at="2026-05-18 07:00")
    again = {"start": "2026-05-20 10:00", "at": "2026-05-18 09:00", "uid": "new"}
    story.invite(ANN, to=story.me, rrule="FREQ=WEEKLY;COUNT=4", **again)
    found = met(story.facts())
    assert found.changes["rebooked"].all()
    assert [f"{at:%m-%d}" for at in found.changes["new_start"]] == [
        "05-20", "05-27", "06-03", "06-10",
    ]  # fmt: skip
    assert days(found, status="moved away") == ["05-18", "05-25", "06-01", "06-08"]


def test_a_series_planned_anew_with_fewer_dates_was_moved_as_a_whole() -> None:
    """One decision is not half a move and half a cancellation."""
    story, uid = series()
    story.cancel(uid, at="2026-05-18 07:00")
    again = {"start": "2026-05-20 10:00", "at": "2026-05-18 09:00", "uid": "new"}
    story.invite(ANN, to=story.me, rrule="FREQ=WEEKLY;INTERVAL=2;COUNT=2", **again)
    assert met(story.facts()).changes["rebooked"].tolist() == [True] * 4


def test_one_date_alone_is_moved() -> None:
    """By a revision with its RECURRENCE-ID."""
    story, uid = series()
    exception(story, uid, "05-18", start="2026-05-20 10:00", at="2026-05-18 07:00")
    found = met(story.facts())
    change = found.change()
    assert (change["kind"], change["notice_hours"]) == ("moved", 3)
    assert days(found) == ["05-04", "05-11", "05-20", "05-25", "06-01", "06-08"]
    assert days(found, "original_start") == MONDAYS


def test_one_date_alone_is_cancelled_even_if_the_mail_names_nobody() -> None:
    """Its people are those of the series."""
    story, uid = series(by="rep@ours.example")
    gone = {"method": "CANCEL", "status": "CANCELLED"}
    exception(story, uid, "05-18", at="2026-05-18 07:00", **gone)
    event = story.rows["events"][-1]["event"]
    story.rows["attendances"] = [a for a in story.rows["attendances"] if a["event"] != event]
    found = met(story.facts())
    assert found.change()["who"] == "ann@acme.example"
    assert days(found, status="cancelled") == ["05-18"]


def test_a_date_left_out_in_the_calendar_and_cancelled_by_mail_is_one_change() -> None:
    """EXDATE and CANCEL tell the same."""
    story, uid = series()
    gone = {"method": "CANCEL", "status": "CANCELLED"}
    left_out = {**SHOWN, "exdate": "20260518T100000Z", "rrule": WEEKLY}
    first = "2026-05-04 10:00"
    story.event(ANN, to=story.me, start=first, at="2026-05-18 07:01", uid=uid, **left_out)
    exception(story, uid, "05-18", at="2026-05-18 07:00", **gone)
    change = met(story.facts()).change()
    assert (change["kind"], change["notice_hours"]) == ("cancelled", 3)


def test_dates_moved_one_by_one_within_minutes_are_one_decision() -> None:
    """Some programs send an update for every date."""
    story, uid = series()
    for minute, date in enumerate(MONDAYS[2:]):
        exception(story, uid, date, start=f"2026-{date} 15:00", at=f"2026-05-18 07:{minute:02}")
    changes = met(story.facts()).changes
    assert len(changes) == 4
    assert changes["cause"].nunique() == 1


def test_a_single_date_that_had_been_moved_goes_with_its_series() -> None:
    """It is called off from where it stood then."""
    story, uid = series()
    exception(story, uid, "05-18", start="2026-05-20 10:00", at="2026-05-12 07:00")
    story.cancel(uid, at="2026-05-19 10:00", recurrence_at=None, rrule=WEEKLY)
    found = met(story.facts())
    assert days(found, status="cancelled") == ["05-20", "05-25", "06-01", "06-08"]
    gone = found.changes.query("kind == 'cancelled'")
    assert gone["old_start"].min() == instant("2026-05-20 10:00")
    assert gone["notice_hours"].min() == 24


def test_a_date_that_was_moved_after_its_series_is_no_cancellation() -> None:
    """Monday became Tuesday with all others, and Wednesday by itself."""
    story, uid = series()
    story.move(uid, start="2026-05-12 10:00", at="2026-05-05 08:00", rrule="FREQ=WEEKLY;COUNT=5")
    own = {"recurrence_at": "2026-05-19 10:00", "rrule": ""}
    story.move(uid, start="2026-05-20 10:00", at="2026-05-13 08:00", **own)
    found = met(story.facts())
    assert set(found.changes["kind"]) == {"moved"}
    assert "05-20" in days(found)
    assert "05-19" not in days(found)


def test_a_split_series_moves_only_what_follows() -> None:
    """The old part ends, a new one begins under the same UID: "this and all following"."""
    story, uid = series("FREQ=WEEKLY;BYDAY=MO;UNTIL=20260608T100000Z")
    told: dict[str, Any] = {"at": "2026-05-18 07:00", "to": story.me, "uid": uid, "sequence": 1}
    ended = "FREQ=WEEKLY;BYDAY=MO;UNTIL=20260517T215959Z"
    new = {**told, "sequence": 0, "start": "2026-05-19 10:00", "rrule": "FREQ=WEEKLY;COUNT=4"}
    story.event(ANN, **new)
    story.event(ANN, start="2026-05-04 10:00", rrule=ended, **told)
    found = met(story.facts())
    assert days(found) == ["05-04", "05-11", "05-19", "05-26", "06-02", "06-09"]
    assert set(found.changes["kind"]) == {"moved"}
    assert found.changes["cause"].nunique() == 1


def test_a_split_series_that_keeps_its_time_changes_nothing() -> None:
    """Another title for what follows, told in two parts by a calendar, at other times."""
    story = Story()
    shown = {**SHOWN, "to": story.me, "uid": "s"}
    ended = "FREQ=WEEKLY;UNTIL=20260517T215959Z"
    story.event(ANN, start="2026-05-04 10:00", rrule=ended, at="2026-05-18 07:00", **shown)
    rest: dict[str, Any] = {"rrule": "FREQ=WEEKLY;COUNT=4", "at": "2026-05-27 07:00"}
    story.event(ANN, start="2026-05-18 10:00", **rest, **shown)
    found = met(story.facts())
    assert days(found) == MONDAYS
    assert found.changes.empty


def test_an_old_invitation_of_a_series_that_is_forwarded_changes_nothing() -> None:
    """Its SEQUENCE is lower."""
    story, uid = series()
    story.move(uid, start="2026-05-12 10:00", at="2026-05-05 08:00", rrule="FREQ=WEEKLY;COUNT=5")
    old: dict[str, Any] = {"start": "2026-05-04 10:00", "uid": uid, "rrule": WEEKLY, "sequence": 0}
    story.event(ANN, to=story.me, at="2026-05-15 08:00", **old)
    assert met(story.facts()).changes["cause"].nunique() == 1


def test_accepting_a_series_accepts_all_its_dates_to_come() -> None:
    """And is one answer."""
    story, uid = series(by="rep@ours.example")
    story.rsvp(uid, ANN, "ACCEPTED", at="2026-05-12 09:00", actor="ann@acme.example")
    found = met(story.facts())
    assert found.attendees["partstat"].tolist() == ["NEEDS-ACTION"] * 2 + ["ACCEPTED"] * 4
    assert found.change()["kind"] == "accepted"


def test_declining_one_date_of_a_series_leaves_the_others() -> None:
    """With the notice of that date."""
    story, uid = series(by="rep@ours.example")
    date = {"recurrence_at": "2026-05-18 10:00", "start": "2026-05-18 10:00", "rrule": ""}
    story.rsvp(uid, ANN, "DECLINED", at="2026-05-18 07:00", **date, **ANSWER)
    found = met(story.facts())
    assert found.change()["notice_hours"] == 3
    assert found.attendees["partstat"].tolist().count("DECLINED") == 1


def test_people_who_join_later_were_not_at_the_first_dates() -> None:
    """Each date has the people of the state that stood for it."""
    story, uid = series()
    joined: dict[str, Any] = {"sequence": 1, "rrule": WEEKLY, "uid": uid, "at": "2026-05-12 09:00"}
    story.event(ANN, to=[story.me, BOB], start="2026-05-04 10:00", **joined)
    found = met(story.facts())
    assert found.attendees["who"].tolist().count("bob@acme.example") == 4


# ------------------------------------------------------------------ properties

MOVES = st.lists(
    st.tuples(st.integers(0, 35), st.integers(-2, 4), st.integers(8, 18)), min_size=1, max_size=4
)


@given(MOVES)
@hypothesis_settings(deadline=None, max_examples=12)
def test_moves_of_a_series_keep_their_contract(moves: list[tuple[int, int, int]]) -> None:
    """What is over stays; each move is one cause; no date is lost and none comes twice."""
    story, uid = series()
    told = sorted({day: (shift, hour) for day, shift, hour in moves}.items())
    for day, (shift, hour) in told:
        at = instant("2026-05-04 12:00") + pd.Timedelta(days=day)
        start = instant("2026-05-04") + pd.Timedelta(days=shift, hours=hour)
        story.move(uid, start=str(start), at=str(at))
    found = met(story.facts(), "2026-06-30 06:00")
    changes = found.changes
    assert set(found.meetings["original_start"].dt.strftime("%m-%d")) >= set(MONDAYS[:1])
    assert found.meetings["start"].is_unique
    assert (changes["old_start"] > changes["at"]).all()
    assert changes["cause"].nunique() <= len(told)
    assert (changes.groupby("cause")["at"].nunique() == 1).all()
    confirmed = found.meetings[found.meetings["status"] == "confirmed"]["meeting"]
    moved = changes[changes["kind"] == "moved"]
    last = moved.drop_duplicates("meeting", keep="last").set_index("meeting")["new_start"]
    starts = found.meetings.set_index("meeting")["start"]
    stands = last[last.index.isin(confirmed)]
    assert (starts.reindex(stands.index) == stands).all()


@pytest.mark.parametrize("as_of", ["2026-05-05 06:00", "2026-05-18 06:00"])
def test_nothing_later_is_known_of_a_series(as_of: str) -> None:
    """The state as of then."""
    story, uid = series()
    story.move(uid, start="2026-05-19 14:00", at="2026-05-18 08:00", rrule="FREQ=WEEKLY;COUNT=4")
    assert days(met(story.facts(), as_of)) == MONDAYS
