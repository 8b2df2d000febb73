"""Signals about words: put off, promises broken, and the cycle of silence."""

from __future__ import annotations

import pandas as pd
import pytest

from analyzer.signals import said
from tests.derived_builder import Case


@pytest.mark.parametrize(
    ("words", "last_day"),
    [
        ("I will send it today", "2026-05-13"),
        ("I will call tomorrow", "2026-05-14"),
        ("you will have it by Friday", "2026-05-15"),
        ("I will get back to you on Monday", "2026-05-18"),
        ("I will send it next week", "2026-05-22"),
        ("I will send it by the end of the month", "2026-05-31"),
        ("I will send it next month", "2026-06-30"),
        ("I will send it by 20 May", "2026-05-20"),
        ("ich schicke es bis Freitag", "2026-05-15"),
        ("I will look into it", "2026-05-27"),
    ],
)
def test_promises_fall_due_at_the_end_of_the_day_they_name(words: str, last_day: str) -> None:
    """Written on Wednesday 13 May 2026; without a day ten working days are given."""
    at = pd.Series(pd.to_datetime(["2026-05-13 09:00"], utc=True))
    due = said.due(at, pd.Series([words]), "UTC").iloc[0]
    assert str((due - pd.Timedelta(minutes=1)).date()) == last_day


def test_a_promise_is_broken_when_nothing_at_all_came() -> None:
    """Silence until two days after it fell due, and the words are quoted."""
    case = Case()
    ann = case.contact()
    case.mail(ann, "2026-05-13 09:00", "commitment", words="I will send it by Friday.")
    (row,) = case.signals("promise_broken").to_dict("records")
    assert row["act"]
    assert row["sentence"] == (
        "Promised something on 13 May (“I will send it by Friday”); "
        "nothing came by 15 May or in the two days after."
    )


@pytest.mark.parametrize("sign", ["mail", "meeting", "absence", "not due", "won"])
def test_any_sign_keeps_a_promise(sign: str) -> None:
    """A mail, a meeting, an absence or a date ahead: no broken promise."""
    case = Case(as_of="2026-05-16 06:00" if sign == "not due" else "2026-06-01 06:00")
    ann = case.contact()
    topic = case.topic(ann, outcome="won") if sign == "won" else -1
    said_at = "2026-05-13 09:00"
    case.mail(ann, said_at, "commitment", words="I will send it by Friday.", topic=topic)
    if sign == "mail":
        case.mail(ann, "2026-05-15 09:00")
    if sign == "meeting":
        case.meeting(ann, start="2026-05-15 09:00")
    if sign == "absence":
        case.away(ann, "2026-05-14", "2026-05-20")
    assert case.signals("promise_broken").empty


def test_put_off_again_weighs_more_and_an_honest_no_is_none() -> None:
    """The second thread put off weighs more; a refusal is no evasion."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob")
    case.mail(ann, "2026-04-01", "brush_off", words="Not now.")
    case.mail(ann, "2026-05-01", "brush_off")
    case.mail(bob, "2026-05-01", "brush_off", "refusal")
    found = case.signals("put_off")
    assert found["person"].tolist() == [ann, ann]
    assert found["strength"].tolist() == [0.3, 0.5]
    assert found["sentence"].tolist() == [
        "Put it off on 1 April: “Not now”.",
        "Put it off on 1 May.",
    ]


def cycle(*intents: str, silent_again: bool = True) -> Case:
    """A silence, a return that says ``intents``, and silence again or an answer."""
    case = Case()
    ann = case.contact()
    case.ask(ann, "2026-03-02", answered_at="2026-03-30", answered_by="message:0")
    case.mail(ann, "2026-03-30", *intents)
    answered = {} if silent_again else {"answered_at": "2026-04-03"}
    case.ask(ann, "2026-04-02", **answered)
    return case


def test_silence_apology_request_and_silence_is_a_cycle() -> None:
    """The whole cycle is an act with both messages as evidence."""
    (row,) = cycle("apology", "meeting_request").signals("cycle").to_dict("records")
    assert row["act"]
    assert row["strength"] == 1.0
    assert row["evidence"] == ("message:0", "message:1001")
    assert "came back on 30 March with a new request and an apology" in row["sentence"]


def test_an_apology_that_leads_to_an_answer_is_no_cycle() -> None:
    """Customs differ: an apology is never a penalty."""
    assert cycle("apology", silent_again=False).signals("cycle").empty
    assert cycle("apology").signals("cycle")["act"].tolist() == [False]


def test_a_return_without_apology_or_request_is_no_cycle() -> None:
    """Just answering late is slow, not a cycle."""
    assert cycle().signals("cycle").empty
