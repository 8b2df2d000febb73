"""The risk that the next meeting with somebody is moved late or missed."""

from __future__ import annotations

import pandas as pd
import pytest

from analyzer import meeting_risk
from tests.derived_builder import Case


def risks(case: Case) -> pd.DataFrame:
    """Frame ``meeting_risks`` by person."""
    found = meeting_risk.meeting_risks(case.derived(), case.settings, case.as_of)
    return found.set_index("person")


def moved(case: Case, person: int, day: str, **fields: object) -> None:
    """They move a meeting three hours before it, and it is held the day after."""
    new = str(pd.Timestamp(f"{day} 10:00") + pd.Timedelta(days=1))
    case.change(
        person, "moved", at=f"{day} 07:00", old_start=f"{day} 10:00", new_start=new, **fields
    )


def test_three_no_shows_of_three_are_no_verdict() -> None:
    """Fresh ones give 0.45, with a wide interval around it."""
    case = Case()
    ann = case.contact()
    for day in ("29", "30", "31"):
        case.meeting(ann, start=f"2026-05-{day} 10:00", presence="no")
    case.meeting(ann, start="2026-06-04 10:00")
    row = risks(case).loc[ann]
    assert row["risk"] == pytest.approx(0.45, abs=0.01)
    assert row["risk_low"] < 0.35
    assert row["risk_high"] > 0.6
    assert row["why"] == "3 of 3 dates so far moved late or missed; confirm the day before."


def test_who_moves_late_is_riskier_than_who_comes() -> None:
    """And somebody never met lies in between."""
    case = Case()
    mover, keeper, new = (
        case.contact(name, f"{name}.example".lower()) for name in ("Mo", "Kay", "Ned")
    )
    for day in ("04-02", "04-23", "05-11"):
        moved(case, mover, f"2026-{day}")
        case.meeting(keeper, start=f"2026-{day} 10:00", presence="yes")
    for person in (mover, keeper, new):
        case.meeting(person, start="2026-06-04 10:00")
    found = risks(case)
    assert found["risk"][keeper] < found["risk"][new] < found["risk"][mover]
    assert found["why"][new] == "No meeting with them so far."


def test_old_moves_fade() -> None:
    """A move of last year weighs less than one of last week."""
    old, fresh = Case(), Case()
    for case, day in ((old, "2025-05-21"), (fresh, "2026-05-21")):
        ann = case.contact()
        moved(case, ann, day)
        case.meeting(ann, start="2026-06-04 10:00")
    assert risks(old)["risk"].iloc[0] < risks(fresh)["risk"].iloc[0]


def test_a_company_where_everybody_moves_makes_a_new_person_there_riskier() -> None:
    """Contact → company → everyone."""
    case = Case()
    mate = case.contact("Mate", "acme.example")
    for day in ("03", "10", "17", "24"):
        moved(case, mate, f"2026-05-{day}")
    ann, bob = case.contact("Ann", "acme.example"), case.contact("Bob", "bolt.example")
    for person in (ann, bob):
        case.meeting(person, start="2026-06-04 10:00")
    assert risks(case)["risk"][ann] > risks(case)["risk"][bob]


def test_what_we_moved_or_nobody_knows_counts_for_nothing() -> None:
    """Only what they did is a risk of theirs."""
    plain, ours = Case(), Case()
    for case in (plain, ours):
        ann = case.contact()
        case.meeting(ann, start="2026-06-04 10:00")
        if case is ours:
            for actor in ("us", "unknown"):
                case.change(
                    ann, "cancelled", at="2026-05-20 09:00", old_start="2026-05-20 10:00",
                    actor=actor,
                )  # fmt: skip
    assert risks(plain)["risk"].iloc[0] == risks(ours)["risk"].iloc[0]


def test_a_moved_series_is_one_cause() -> None:
    """Ten dates moved by one decision count once."""
    one, series = Case(), Case()
    for case, dates in ((one, 1), (series, 10)):
        ann = case.contact()
        for _ in range(dates):
            case.change(
                ann, "cancelled", at="2026-05-20 09:00", old_start="2026-05-20 10:00", cause=7
            )
        case.meeting(ann, start="2026-06-04 10:00")
    assert risks(one)["risk"].iloc[0] == risks(series)["risk"].iloc[0]


def test_only_the_next_meeting_that_stands_is_told() -> None:
    """Not one they refused, not the one after, not one months ahead."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob")
    first = case.meeting(ann, start="2026-06-04 10:00")
    case.meeting(ann, start="2026-06-05 10:00")
    case.meeting(bob, start="2026-06-04 10:00", partstat="DECLINED")
    case.meeting(bob, start="2026-12-04 10:00")
    found = risks(case)
    assert list(found.index) == [ann]
    assert found["meeting"][ann] == first
