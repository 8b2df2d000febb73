"""What only the rep can answer: did they come?"""

from __future__ import annotations

from typing import Any

import pytest

from analyzer.frames import empty
from analyzer.questions import CAME, questions
from tests.derived_builder import Case

START = "2026-05-28 09:30"


def asked(case: Case) -> list[str]:
    """The questions about who came, in words."""
    found = questions(case.derived(), empty("questions"), "Europe/Berlin", case.as_of)
    return list(found.loc[found["kind"].eq(CAME), "sentence"])


def unreliable(**contact: Any) -> tuple[Case, int]:
    """A contact who did not come to a meeting in March."""
    case = Case(as_of="2026-06-01 06:00")
    ann = case.contact("Ann Lee", **contact)
    case.meeting(ann, start="2026-03-05 09:00", presence="no")
    return case, ann


def test_after_a_meeting_that_may_have_been_missed_the_rep_is_asked() -> None:
    """By day and hour of the rep, at the time of the meeting."""
    case, ann = unreliable()
    case.meeting(ann, start=START)
    (sentence,) = asked(case)
    assert sentence.startswith("Did Ann Lee come to the meeting of Thursday 28 May, 11:30?")
    assert sentence.endswith(" (brickwall mark, attended or no-show)")


def test_only_the_last_meeting_is_asked_about() -> None:
    """One question for each person."""
    case, ann = unreliable()
    case.meeting(ann, start="2026-05-27 09:30")
    case.meeting(ann, start=START)
    assert len(asked(case)) == 1


@pytest.mark.parametrize(
    "meeting",
    [
        {"start": START, "presence": "yes"},
        {"start": START, "presence": "no"},
        {"start": START, "status": "cancelled"},
        {"start": START, "partstat": "DECLINED"},
        {"start": "2026-05-20 09:30"},
        {"start": "2026-06-02 09:30"},
    ],
    ids=["they came", "known", "called off", "declined", "longer than a week ago", "ahead"],
)
def test_nothing_is_asked_where_there_is_nothing_to_ask(meeting: dict[str, Any]) -> None:
    """What is known, did not take place or is far away."""
    case, ann = unreliable()
    case.meeting(ann, **meeting)
    assert asked(case) == []


def test_nobody_reliable_is_asked_about() -> None:
    """Who never stayed away or moved a meeting came."""
    case = Case(as_of="2026-06-01 06:00")
    case.meeting(case.contact(), start=START)
    assert asked(case) == []


def test_who_wrote_since_the_meeting_is_not_asked_about() -> None:
    """An absence would have been spoken of."""
    case, ann = unreliable(last_in_at="2026-05-28 15:00")
    case.meeting(ann, start=START)
    assert asked(case) == []


def test_whether_a_meeting_took_place_that_was_moved_soon_after_it_is_asked_about_anybody() -> None:
    """Whoever moved it, and although they wrote."""
    case = Case(as_of="2026-06-01 06:00")
    ann = case.contact("Ann Lee", last_in_at="2026-05-28 15:00")
    case.meeting(ann, start=START, status="unclear")
    assert asked(case)[0].startswith("Did Ann Lee come to the meeting of Thursday 28 May, 11:30?")


def test_people_who_are_not_judged_are_not_asked_about() -> None:
    """It would change nothing."""
    case, ann = unreliable(judged=False)
    case.meeting(ann, start=START)
    assert asked(case) == []
