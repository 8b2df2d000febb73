"""Signals about meetings: late moves, cancellations, declines, no-shows, and kept dates."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.signals.rows import lateness
from tests.derived_builder import Case


def test_a_move_hours_before_is_late_and_says_so_in_local_time() -> None:
    """One move, with its notice in hours, told in the rep's own zone."""
    case = Case(zone="Europe/Berlin")
    ann = case.contact()
    case.change(ann, "moved", at="2026-05-21 07:00", old_start="2026-05-21 10:00")
    (row,) = case.signals("moved_late").to_dict("records")
    assert row["sentence"] == (
        "Moved the meeting of Thursday 21 May, 12:00, 3 hours before it began."
    )
    assert row["act"]
    assert row["evidence"] == ("event:0",)


@given(st.floats(0, 500), st.floats(0, 500))
@settings(deadline=None, max_examples=50)
def test_less_notice_never_weighs_less(one: float, other: float) -> None:
    """Lateness is continuous and falls with the notice."""
    import pandas as pd

    near, far = lateness(pd.Series([min(one, other), max(one, other)]), 24.0)
    assert 0 < far <= near <= 1


def test_notice_that_weighs_half_is_a_setting() -> None:
    """At ``late_notice_hours`` the strength is one half."""
    case = Case(late_notice_hours=48.0)
    ann = case.contact()
    case.change(ann, "moved", at="2026-05-19 10:00", old_start="2026-05-21 10:00")
    assert case.signals("moved_late")["strength"].tolist() == [pytest.approx(0.5)]


@pytest.mark.parametrize("actor", ["us", "unknown"])
def test_what_we_or_nobody_knows_who_moved_accuses_nobody(actor: str) -> None:
    """Only what they did counts against them."""
    case = Case()
    ann = case.contact()
    case.change(ann, "moved", at="2026-05-21 07:00", old_start="2026-05-21 10:00", actor=actor)
    case.change(ann, "cancelled", at="2026-05-21 07:00", old_start="2026-05-21 10:00", actor=actor)
    assert case.signals().query("not good").empty


def test_people_who_are_not_judged_have_no_signals() -> None:
    """Suppliers, friends and the like are left alone."""
    case = Case()
    bob = case.contact("Bob", judged=False)
    case.change(bob, "moved", at="2026-05-21 07:00", old_start="2026-05-21 10:00")
    assert case.signals().empty


def test_a_moved_series_is_one_episode() -> None:
    """One decision that moves four dates is one row and names the others."""
    case = Case()
    ann = case.contact()
    for week in range(4):
        start = f"2026-05-{4 + 7 * week:02} 10:00"
        case.change(ann, "moved", at="2026-05-04 07:00", old_start=start, cause=77)
    found = case.signals("moved_late")
    assert found["episode"].nunique() == len(found) == 1
    assert "and 3 further dates" in found["sentence"].iloc[0]


def test_absence_explains_a_late_move() -> None:
    """Who was out of office when they moved is not accused."""
    case = Case()
    ann = case.contact()
    case.change(ann, "moved", at="2026-05-21 07:00", old_start="2026-05-21 10:00")
    case.away(ann, "2026-05-20 06:00", "2026-05-25 00:00")
    assert case.signals("moved_late").empty


def test_a_cancellation_with_a_new_time_is_a_move() -> None:
    """Rebooked means moved, and never both."""
    case = Case()
    ann = case.contact()
    case.change(
        ann, "cancelled", at="2026-05-21 07:00", old_start="2026-05-21 10:00", rebooked=True
    )
    assert len(case.signals("moved_late")) == 1
    assert case.signals("cancelled_late").empty


def test_declining_counts_only_for_those_who_are_needed_and_knew_in_time() -> None:
    """Optional attendees may decline; so may who was invited the same day."""
    case = Case()
    ann, bob, eve = (case.contact(name) for name in ("Ann", "Bob", "Eve"))
    first = case.meeting(ann, start="2026-05-21 10:00", optional=True)
    late = {"at": "2026-05-21 09:00", "old_start": "2026-05-21 10:00"}
    case.change(ann, "declined", **late, meeting=first)
    second = case.meeting(bob, start="2026-05-21 10:00")
    case.rows["meetings"][second]["first_known_at"] = "2026-05-21 08:00"
    case.change(bob, "declined", **late, meeting=second)
    case.change(eve, "declined", **late)
    assert case.signals("declined_late")["person"].tolist() == [eve]


def test_one_of_many_who_declines_weighs_half() -> None:
    """With many outside people a meeting goes on without one of them."""
    case = Case()
    people = [case.contact(f"Guest{number}") for number in range(5)]
    meeting = case.meeting(*people, start="2026-05-21 10:00")
    case.change(
        people[0],
        "declined",
        at="2026-05-21 10:00",
        old_start="2026-05-21 10:00",
        meeting=meeting,
    )
    assert case.signals("declined_late")["strength"].tolist() == [0.5]


def test_staying_away_needs_proof_and_five_absentees_are_one_episode() -> None:
    """Presence "unknown" accuses nobody; one meeting missed by five is one cause."""
    case = Case()
    people = [case.contact(f"Guest{number}") for number in range(5)]
    case.meeting(*people, start="2026-05-12 10:00", presence="no", presence_by="mark:1")
    case.meeting(*people, start="2026-05-19 10:00", presence="unknown")
    found = case.signals("no_show")
    assert len(found) == 5
    assert found["episode"].nunique() == 1
    assert found["evidence"].iloc[0] == ("mark:1",)


def test_moving_one_meeting_three_times_is_an_act_however_early() -> None:
    """Again and again counts by number; it shares its episode with the late move."""
    case = Case()
    ann = case.contact()
    meeting = case.meeting(ann, start="2026-06-20 10:00")
    for day in (1, 8, 15):
        case.change(
            ann,
            "moved",
            at=f"2026-05-{day:02} 10:00",
            old_start=f"2026-05-{day + 10:02} 10:00",
            meeting=meeting,
        )
    found = case.signals("moved_again")
    assert found["strength"].tolist() == [0.5, 0.75]
    assert found["act"].tolist() == [False, True]
    assert "for the third time" in found["sentence"].iloc[1]


def test_a_move_whose_new_date_was_kept_is_repaired() -> None:
    """The repair is a good sign of its own; a date moved again is none."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob")
    for person, status in ((ann, "confirmed"), (bob, "cancelled")):
        meeting = case.meeting(person, start="2026-05-25 10:00", status=status)
        case.change(
            person,
            "moved",
            at="2026-05-21 07:00",
            old_start="2026-05-21 10:00",
            new_start="2026-05-25 10:00",
            meeting=meeting,
        )
    assert case.signals("repaired")["person"].tolist() == [ann]
    kept = case.signals("meetings_kept").query("person == @ann")
    assert set(case.signals("repaired")["episode"]) <= set(kept["episode"])  # one kept meeting


def test_kept_meetings_count_by_how_sure_it_is_that_they_came() -> None:
    """Known presence 1, accepted a half, a bare calendar entry a quarter; declined nothing."""
    case = Case()
    ann = case.contact()
    case.meeting(ann, start="2026-05-04 10:00", presence="yes")
    case.meeting(ann, start="2026-05-05 10:00", partstat="ACCEPTED")
    case.meeting(ann, start="2026-05-06 10:00")
    case.meeting(ann, start="2026-05-07 10:00", partstat="DECLINED")
    case.meeting(ann, start="2026-06-07 10:00", partstat="ACCEPTED")
    assert case.signals("meetings_kept")["strength"].tolist() == [1.0, 0.5, 0.25]


def test_a_meeting_in_doubt_is_kept_or_missed_only_where_it_is_known() -> None:
    """It was moved or called off soon after its end."""
    case = Case()
    ann = case.contact()
    for start, presence in (("04", "unknown"), ("05", "yes"), ("06", "no")):
        case.meeting(ann, start=f"2026-05-{start} 10:00", status="unclear", presence=presence)
    assert len(case.signals("meetings_kept")) == 1
    assert len(case.signals("no_show")) == 1
