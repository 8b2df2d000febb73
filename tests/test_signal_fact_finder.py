"""Who only asks, and who is eager: many questions alone tell nothing against anybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.derived_builder import Case

AS_OF = "2026-06-01 06:00"
MONDAYS = ("2026-03-02", "2026-03-16", "2026-03-30", "2026-04-13", "2026-04-27", "2026-05-11")


def asks(case: Case, person: int, *days: str, words: str = "Does it run on Linux?") -> None:
    """Questions of theirs, each answered the same day."""
    for day in days:
        asked = case.mail(person, f"{day} 09:00", "expects_reply", words=words)
        answered = {"answered_at": f"{day} 15:00", "direction": "theirs"}
        case.ask(person, f"{day} 09:00", asked_message=asked, **answered)


def test_six_answered_questions_over_weeks_without_a_step_are_told() -> None:
    """What is asked of them next is named, and nobody walks away for it."""
    case = Case(AS_OF)
    ann = case.contact()
    asks(case, ann, *MONDAYS)
    (row,) = case.signals("fact_finder").to_dict("records")
    assert (row["family"], row["strength"], row["act"]) == ("effort", 0.5, False)
    assert row["sentence"] == (
        "Asked 6 questions since 2 March, all answered by you, without one step forward: no "
        "meeting, no decision."
    )
    judged = case.judged().loc[ann]
    assert judged["verdict"] == "change approach"
    assert judged["next_step"].startswith("Answer the next question with one of yours")


def meets(case: Case, ann: int) -> None:
    """They came, or may have, months before."""
    case.meeting(ann, start="2025-10-02 10:00")


def is_to_meet(case: Case, ann: int) -> None:
    """A date stands."""
    case.meeting(ann, start="2026-06-10 10:00")


def wants_to_meet(case: Case, ann: int) -> None:
    """They asked for a date."""
    case.mail(ann, "2026-05-20", "meeting_request")


def declines(case: Case, ann: int) -> None:
    """They said no: that is a decision."""
    case.mail(ann, "2026-05-20", "refusal")


def agreed_long_ago(case: Case, ann: int) -> None:
    """A customer asks as customers do."""
    offer = case.mail(ann, "2025-06-10", "proposal", outgoing=True)
    case.mail(ann, "2025-06-20", "acceptance", thread=offer)


def ordered(case: Case, ann: int) -> None:
    """A deal was won."""
    case.topic(ann, outcome="won", title="Pumps", close_at="2025-06-20")


def answers_the_offer(case: Case, ann: int) -> None:
    """They wanted a proposal, and answered it."""
    case.ask(ann, "2026-04-20", proposal=True, requested=True, answered_at="2026-04-22")


@pytest.mark.parametrize(
    "step",
    [meets, is_to_meet, wants_to_meet, declines, agreed_long_ago, ordered, answers_the_offer],
)
def test_who_asks_as_much_and_takes_one_step_is_eager(step: Callable[[Case, int], None]) -> None:
    """Any step forward in the last year is enough; an order or a yes at any time."""
    case = Case(AS_OF)
    ann = case.contact()
    asks(case, ann, *MONDAYS)
    step(case, ann)
    assert case.signals("fact_finder").empty
    assert case.judged().loc[ann, "verdict"] != "change approach"


def test_thanks_for_an_answer_are_no_agreement() -> None:
    """Nothing is agreed to where no offer is talked about: perfect, that is all I needed."""
    case = Case(AS_OF)
    ann = case.contact()
    asks(case, ann, *MONDAYS)
    case.mail(ann, "2026-05-12", "acceptance")
    assert len(case.signals("fact_finder")) == 1


def test_who_wants_things_done_asks_no_questions() -> None:
    """A colleague, a customer at work: please send, please check."""
    case = Case(AS_OF)
    asks(case, case.contact(), *MONDAYS, words="Please let me know if anybody is missing.")
    assert case.signals("fact_finder").empty


def test_who_asks_much_in_a_few_weeks_is_in_a_hurry() -> None:
    """The beginning of every deal is full of questions."""
    case = Case(AS_OF)
    asks(case, case.contact(), *(f"2026-05-{day:02}" for day in range(1, 29, 3)))
    assert case.signals("fact_finder").empty


def test_what_we_never_answered_cost_us_nothing() -> None:
    """Five answered ones are not enough, however many wait."""
    case = Case(AS_OF)
    ann = case.contact()
    asks(case, ann, *MONDAYS[:5])
    for day in ("2026-05-18", "2026-05-20"):
        case.ask(ann, day, direction="theirs")
    assert case.signals("fact_finder").empty


def test_a_wanted_offer_that_they_let_lie_is_no_step() -> None:
    """To ask for a price is one more question until they answer it."""
    case = Case(AS_OF)
    ann = case.contact()
    asks(case, ann, *MONDAYS)
    case.ask(ann, "2026-05-20", proposal=True, requested=True)
    assert len(case.signals("fact_finder")) == 1
