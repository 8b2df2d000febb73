"""The same judgement of the rep."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analyzer.mirror import mirror
from tests.derived_builder import Case
from tests.frame_rows import frame, row


def seen(case: Case) -> dict[tuple[int, str], dict[Any, Any]]:
    """The rows of frame ``mirror`` by person and month."""
    rows = mirror(case.derived(), case.settings, case.as_of).to_dict("records")
    return {(row["person"], row["month"]): row for row in rows}


def test_questions_of_theirs_are_counted_by_the_month_they_asked() -> None:
    """What waits a week is unanswered; how long answers took is told."""
    case = Case()
    ann = case.contact()
    case.ask(ann, "2026-04-06 09:00", direction="theirs", answered_at="2026-04-06 12:00")
    case.ask(ann, "2026-04-07 09:00", direction="theirs", answered_at="2026-04-07 14:00")
    case.ask(ann, "2026-05-04 09:00", direction="theirs")
    case.ask(ann, "2026-05-31 09:00", direction="theirs")
    found = seen(case)
    april, may = found[ann, "2026-04"], found[ann, "2026-05"]
    assert (april["asked"], april["unanswered"], april["answered"]) == (2, 0, 2)
    assert april["answer_hours"] == pytest.approx(4.0)
    assert (may["asked"], may["unanswered"], may["answered"]) == (2, 1, 0)


def test_our_late_moves_are_counted_and_theirs_are_not() -> None:
    """Within a day's notice; a whole series once."""
    case = Case()
    ann = case.contact()
    for cause, actor, at in (
        (1, "us", "2026-05-20 08:00"),
        (1, "us", "2026-05-20 08:00"),
        (2, "us", "2026-05-10 08:00"),
        (3, "them", "2026-05-20 08:00"),
        (4, "unknown", "2026-05-20 08:00"),
    ):
        case.change(ann, "cancelled", at=at, old_start="2026-05-20 10:00", actor=actor, cause=cause)
    assert seen(case)[ann, "2026-05"]["moved_late"] == 1


def test_promises_of_ours_are_counted_when_they_were_due() -> None:
    """Broken and kept ones; theirs, and one that is not due yet, are not ours to answer for."""
    case = Case()
    ann = case.contact()
    rows = [
        {"by": "us", "due_at": "2026-05-08 17:00", "state": "broken"},
        {"by": "us", "due_at": "2026-05-15 17:00", "state": "kept"},
        {"by": "us", "due_at": "2026-06-15 17:00", "state": "open"},
        {"by": "them", "due_at": "2026-05-08 17:00", "state": "broken"},
    ]
    told = frame("promises", [row("promises", {"person": ann, **given}) for given in rows])
    derived = replace(case.derived(), promises=told)
    month = mirror(derived, case.settings, case.as_of).iloc[0]
    assert (month["month"], month["promised"], month["broken"]) == ("2026-05", 2, 1)


def test_only_people_whom_we_judge_are_in_it() -> None:
    """A colleague's questions are nobody's business here."""
    case = Case()
    mate = case.contact(judged=False)
    case.ask(mate, "2026-05-04 09:00", direction="theirs")
    assert not seen(case)
