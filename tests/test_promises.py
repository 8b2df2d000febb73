"""Promises of both sides: due, kept, broken, open."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import instant
from tests.derived_builder import Case

MADE = "2026-05-13 09:00"
WORDS = "I will send it to you by Friday."


def only(case: Case) -> dict[str, Any]:
    """The only promise."""
    (row,) = case.derived().promises.to_dict("records")
    return {str(key): value for key, value in row.items()}


def promised(words: str = WORDS, **fields: Any) -> tuple[Case, int]:
    """Somebody who promised something on Wednesday 13 May 2026."""
    case = Case()
    ann = case.contact()
    case.mail(ann, MADE, "commitment", words=words, **fields)
    return case, ann


def test_a_promise_of_theirs_tells_who_what_and_by_when() -> None:
    """Due is the end of the day it names."""
    case, ann = promised()
    row = only(case)
    assert (row["person"], row["by"], row["words"]) == (ann, "them", WORDS.rstrip("."))
    assert row["due_at"] == instant("2026-05-16")
    assert row["state"] == "broken"


def test_due_is_the_day_that_the_promiser_named_wherever_the_rep_is() -> None:
    """By Friday, said in California, ends when it is Saturday morning in Berlin."""
    case, _ = promised(offset_minutes=-420)
    row = only(case)
    assert (row["due_on"], row["due_at"]) == ("2026-05-15", instant("2026-05-16 07:00"))


def test_what_is_not_due_yet_is_open() -> None:
    """Nobody is held to it before two days after."""
    case = Case(as_of="2026-05-17 06:00")
    case.mail(case.contact(), MADE, "commitment", words=WORDS)
    assert only(case)["state"] == "open"


def test_a_mail_of_theirs_keeps_it() -> None:
    """In time, or two days after."""
    case, ann = promised()
    case.mail(ann, "2026-05-17 09:00")
    row = only(case)
    assert row["state"] == "kept"
    assert row["sign_at"] == instant("2026-05-17 09:00")


def test_a_new_promise_takes_the_place_of_the_last() -> None:
    """What was put off before it was due is not held against anybody twice."""
    case, ann = promised()
    case.mail(ann, "2026-05-14 09:00", "commitment", words="You will have it by 20 May.")
    row = only(case)
    assert row["due_at"] == instant("2026-05-21")
    assert row["state"] == "broken"


@pytest.mark.parametrize(("chased", "state"), [("follow_up", "broken"), ("proposal", "open")])
def test_a_call_that_did_not_come_is_known_only_from_our_reminder(chased: str, state: str) -> None:
    """Calls leave no trace here: another mail of ours proves nothing, a reminder does."""
    case, ann = promised("I will call you on Friday")
    case.mail(ann, "2026-05-18 09:00", chased, outgoing=True)
    case.ask(ann, "2026-05-18 09:00")
    row = only(case)
    assert (row["call"], row["state"]) == (True, state)


def test_a_call_back_that_passes_is_an_act() -> None:
    """And says that no call is known, since it may have gone elsewhere."""
    case, ann = promised("I will call you on Friday")
    case.mail(ann, "2026-05-18 09:00", "follow_up", outgoing=True)
    case.ask(ann, "2026-05-18 09:00")
    (row,) = case.signals("promise_broken").to_dict("records")
    assert row["act"]
    assert "no call is known by 15 May" in row["sentence"]


def test_ours_are_kept_by_a_mail_of_ours() -> None:
    """The same rule for both sides; what we broke accuses nobody."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob", "bolt.example")
    for person in (ann, bob):
        case.mail(person, MADE, "commitment", words=WORDS, outgoing=True)
    case.mail(ann, "2026-05-15 09:00", outgoing=True)
    frame = case.derived().promises
    assert frame["by"].tolist() == ["us", "us"]
    assert frame.set_index("person")["state"].to_dict() == {ann: "kept", bob: "broken"}
    assert case.signals("promise_broken").empty


def test_a_promise_is_of_no_matter_once_its_topic_is_decided() -> None:
    """What was promised after that counts."""
    for closed, number in (("2026-05-20", 0), ("2026-05-10", 1)):
        case = Case()
        ann = case.contact()
        topic = case.topic(ann, outcome="won", close_at=closed)
        case.mail(ann, MADE, "commitment", words=WORDS, topic=topic)
        assert len(case.derived().promises) == number


def test_who_breaks_more_promises_than_they_keep_is_asked_for_them_another_way() -> None:
    """Two broken and none kept; one kept in between is no habit."""
    case = Case(as_of="2026-08-01 06:00")
    ann, bob = case.contact("Ann"), case.contact("Bob", "bolt.example")
    for person in (ann, bob):
        for day in ("2026-04-15", "2026-06-10"):
            case.mail(person, f"{day} 09:00", "commitment", words=WORDS)
            asked = instant(day) + (instant("2026-04-21") - instant("2026-04-15"))
            back = str(asked + (instant("2026-04-25") - instant("2026-04-15")))
            case.ask(person, str(asked), answered_at=back)
            case.mail(person, back)
    case.mail(bob, "2026-05-13 09:00", "commitment", words=WORDS)
    case.mail(bob, "2026-05-14 09:00")
    judged = case.judged()
    assert judged.loc[ann, "verdict"] == "change approach"
    assert str(judged.loc[ann, "next_step"]).startswith("Wait for nothing")
    assert judged.loc[bob, "verdict"] == "keep going"


def test_a_kept_promise_speaks_for_them() -> None:
    """The counterpart of a broken one: a day that was named and kept weighs more than none."""
    case, ann = promised()
    case.mail(ann, "2026-05-15 09:00")
    bob = case.contact("Bob", "bolt.example")
    case.mail(bob, MADE, "commitment", words="I will send it to you.")
    case.mail(bob, "2026-05-20 09:00")
    kept = case.signals("promise_kept").set_index("person")
    assert (kept["strength"][ann], kept["strength"][bob]) == (0.5, 0.25)
    assert kept["good"].all()
    assert kept["sentence"][ann] == (
        "Promised on 13 May: \u201cI will send it to you by Friday\u201d; was heard of in time, "
        "on 15 May."
    )
    judged = case.judged()
    terms, chances = (judged[name].to_dict() for name in ("term_promises", "not_honoured"))
    assert terms[ann] < terms[bob] < 0.0
    assert chances[ann] < chances[bob]


@pytest.mark.parametrize(
    "words",
    [
        "Thank you, I will pass that on.",
        "Thank you, I will pass that on to my colleague.",
        "I will forward your offer to the board.",
        "Thanks to you, I'll hand it over to our engineers on Monday.",
        "Call me tomorrow and I will send you the list",
        "Let me know what you need, and we will send it to you by Friday",
        "I'll let you make the choice by Friday",
        "I will hold it for you until you are ready",
    ],
)
def test_what_goes_to_others_or_is_offered_in_return_is_no_promise_to_us(words: str) -> None:
    """It never falls due and is never broken: it is not seen here, or they wait for us."""
    case, _ = promised(words)
    assert case.derived().promises.empty


def test_a_promise_without_a_day_is_never_broken_by_time_alone() -> None:
    """However long ago: only a question of ours that stays unanswered breaks it."""
    case = Case("2026-11-01 06:00")
    ann = case.contact()
    case.mail(ann, MADE, "commitment", words="I will send it to you.")
    assert only(case)["state"] == "open"
    case.ask(ann, "2026-06-10 09:00")
    assert only(case)["state"] == "broken"
