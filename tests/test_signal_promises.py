"""Signals about words: put off, promises broken, and the cycle of silence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import instant
from tests.derived_builder import Case


def test_a_promise_without_a_day_is_due_after_ten_working_days() -> None:
    """Promised on Wednesday 13 May: the end of 27 May."""
    case = Case()
    case.mail(case.contact(), "2026-05-13 09:00", "commitment", words="I will send it to you.")
    (row,) = case.derived().promises.to_dict("records")
    assert row["due_at"] == instant("2026-05-28")
    assert not row["dated"]


def test_a_promise_is_broken_when_nothing_at_all_came() -> None:
    """Silence until two days after it fell due, and the words are quoted."""
    case = Case()
    ann = case.contact()
    case.mail(ann, "2026-05-13 09:00", "commitment", words="I will send it to you by Friday.")
    (row,) = case.signals("promise_broken").to_dict("records")
    assert not row["act"]
    assert row["sentence"] == (
        "Promised on 13 May: “I will send it to you by Friday”; "
        "nothing came by 15 May or in the two days after."
    )


@pytest.mark.parametrize("words", ["I will send it to you by Friday.", "I will send it to you."])
def test_who_does_not_keep_a_promise_when_asked_for_it_has_acted(words: str) -> None:
    """Also without a day named: two working weeks, then our question, then nothing."""
    case = Case(as_of="2026-06-20 06:00")
    ann = case.contact()
    case.mail(ann, "2026-05-13 09:00", "commitment", words=words)
    case.ask(ann, "2026-05-28 09:00")
    (row,) = case.signals("promise_broken").to_dict("records")
    assert (row["act"], row["strength"]) == (True, 0.8)
    assert row["sentence"].endswith("or in the two days after, though you asked for it.")


@pytest.mark.parametrize(
    "words",
    [
        "I will send it to you.",  # no day, and nobody asked for it
        "I will talk to the board on Friday.",
        "If they agree, I will send it to you by Friday.",
        "I will let you know on Friday when I hear from them.",
        "I will keep you posted this week.",
        "I will try to send it to you by Friday.",
        "I will call you on Friday.",
        "I will contact you on Friday.",
        "You should receive my letter on Friday.",
        "With your permission I will bring it on Friday.",
        "I will send it to you on Friday by FedEx.",
        "…and I will send it to you on Friday",
    ],
)
def test_plans_hopes_conditions_and_what_comes_elsewhere_are_no_promises(words: str) -> None:
    """That no mail came proves nothing there."""
    case = Case()
    case.mail(case.contact(), "2026-05-13 09:00", "commitment", words=words)
    assert case.signals("promise_broken").empty


@pytest.mark.parametrize("fields", [{"addressees": 9}, {"to_us": False}])
def test_what_was_told_to_many_was_not_promised_to_us(fields: dict[str, Any]) -> None:
    """Circulars promise a lot."""
    case = Case()
    words = "We will send you the figures by Friday."
    case.mail(case.contact(), "2026-05-13 09:00", "commitment", words=words, **fields)
    assert case.signals("promise_broken").empty
    assert case.signals("put_off").empty


def test_silence_proves_nothing_where_their_mail_is_not_kept() -> None:
    """Half of what they wrote is missing: neither promises nor questions nor effort accuse."""
    case = Case()
    ann = case.contact(kept=0.4)
    case.mail(ann, "2026-04-13 09:00", "commitment", words="You will have it by Friday.")
    case.ask(ann, "2026-03-01", asks=4)
    case.ask(ann, "2026-03-01", asks=4, proposal=True, proposal_at="2026-03-01")
    for day in range(1, 10):
        case.mail(ann, f"2026-05-{day:02} 06:00", outgoing=True)
    assert case.signals().empty


@pytest.mark.parametrize(
    "sign", ["mail", "colleague", "unseen", "meeting", "absence", "not due", "won"]
)
def test_any_sign_keeps_a_promise(sign: str) -> None:
    """A mail, a meeting, an absence or a date ahead: no broken promise."""
    case = Case(as_of="2026-05-16 06:00" if sign == "not due" else "2026-06-01 06:00")
    ann = case.contact()
    topic = case.topic(ann, outcome="won") if sign == "won" else -1
    said_at = "2026-05-13 09:00"
    case.mail(ann, said_at, "commitment", words="You will have it by Friday.", topic=topic)
    if sign == "mail":
        case.mail(ann, "2026-05-15 09:00")
    if sign == "colleague":
        case.mail(case.contact("Bob", judged=False), "2026-05-15 09:00")
    if sign == "unseen":
        case.mail(ann, "2026-05-15 09:00", outgoing=True, parent_by="missing")
    if sign == "meeting":
        case.meeting(ann, start="2026-05-15 09:00")
    if sign == "absence":
        case.away(ann, "2026-05-14", "2026-05-20")
    assert case.signals("promise_broken").empty


def test_put_off_again_weighs_more_and_an_honest_no_is_none() -> None:
    """The second thread put off weighs more; a refusal is no evasion."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob")
    for thread, (person, at) in enumerate([(ann, "03"), (ann, "04"), (bob, "04")], start=500):
        case.mail(person, f"2026-{at}-20", outgoing=True, thread=thread)
    case.mail(ann, "2026-04-01", "brush_off", words="Not now.", thread=500)
    case.mail(ann, "2026-05-01", "brush_off", thread=501)
    case.mail(bob, "2026-05-01", "brush_off", "refusal", thread=502)
    found = case.signals("put_off")
    assert found["person"].tolist() == [ann, ann]
    assert found["strength"].tolist() == [0.3, 0.5]
    assert found["sentence"].tolist() == [
        "Put it off on 1 April: “Not now”.",
        "Put it off on 1 May.",
    ]


def cycle(*intents: str, silent_again: bool = True, first: int = 2) -> Case:
    """A silence (``first``: questions in it), a return that says ``intents``, and what follows."""
    case = Case()
    ann = case.contact()
    case.ask(ann, "2026-03-02", answered_at="2026-03-30", answered_by="message:0", asks=first)
    case.mail(ann, "2026-03-30", *intents)
    answered: dict[str, Any] = {} if silent_again else {"answered_at": "2026-04-03"}
    case.ask(ann, "2026-04-02", asks=2, **answered)
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


def test_put_off_is_only_who_was_asked() -> None:
    """A "not now" in a conversation in which we said nothing is no answer to us."""
    case = Case()
    case.mail(case.contact(), "2026-04-01", "brush_off", words="Nothing to report right now.")
    assert case.signals("put_off").empty


def test_a_question_that_nobody_repeated_is_no_silence_to_come_back_from() -> None:
    """Unless they say themselves that they are sorry for it."""
    assert cycle("meeting_request", first=1).signals("cycle").empty
    assert len(cycle("meeting_request", first=2).signals("cycle")) == 1
    assert len(cycle("meeting_request", "apology", first=1).signals("cycle")) == 1


@pytest.mark.parametrize("words", ["I will come back to you in the new year", "Not before Q3"])
def test_who_names_a_time_does_not_put_us_off(words: str) -> None:
    """That is a date to wait for, no evasion."""
    case = Case()
    ann = case.contact()
    case.mail(ann, "2026-04-01", outgoing=True, thread=500)
    case.mail(ann, "2026-04-02", "brush_off", words=words, thread=500)
    assert case.signals("put_off").empty
