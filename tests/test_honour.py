"""P(next not honoured) is calibrated on what was observed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analyzer import honour
from analyzer.reply_fit import ENOUGH
from tests.derived_builder import Case

AS_OF = "2026-06-01 06:00"


def asked(questions: int, answers: float, seed: int = 1) -> Case:
    """So many questions to twenty contacts in the year before; a share is answered in a day."""
    case, rng = Case(AS_OF), np.random.default_rng(seed)
    people = [case.contact(f"P{n}", f"c{n}.example") for n in range(20)]
    for number in range(questions):
        at = pd.Timestamp("2025-04-01 09:00") + pd.Timedelta(hours=23 * number)
        told = {"answered_at": str(at + pd.Timedelta(days=1))} if rng.random() < answers else {}
        case.ask(people[number % 20], str(at), **told)
    return case


def test_few_outcomes_correct_nothing() -> None:
    """What is known stays as it is."""
    case = asked(ENOUGH - 60, 0.2)
    assert honour.correction(case.derived(), case.as_of) == honour.Correction()


def test_what_is_said_comes_closer_to_what_came() -> None:
    """Where differences between contacts are chance alone, they are flattened."""
    case = asked(ENOUGH + 80, 0.3)
    fitted = honour.correction(case.derived(), case.as_of)
    assert fitted.outcomes >= ENOUGH
    assert fitted.slope < 1.0
    said = case.judged()["not_honoured"]
    assert said.mean() == pytest.approx(0.7, abs=0.08)
    assert said.max() - said.min() < 0.25


def test_the_order_of_people_stays() -> None:
    """A correction never turns anybody round."""
    fitted = honour.Correction(0.4, 0.5)
    odds = np.array([-2.0, 0.0, 3.0])
    assert list(fitted.of(odds)) == [-0.6, 0.4, 1.9]


def test_a_question_whose_time_is_not_over_is_no_outcome() -> None:
    """Only twenty working days later is it known."""
    case = asked(ENOUGH + 80, 0.5)
    before = honour.correction(case.derived(), case.as_of)
    person = int(case.rows["contacts"][0]["person"])
    for day in range(10, 28):
        case.ask(person, f"2026-05-{day} 09:00")
    assert honour.correction(case.derived(), case.as_of) == before
