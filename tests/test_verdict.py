"""Verdicts: the gate, one family alone, honest people, and what the rep reads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from analyzer.reasons import did
from analyzer.settings import Settings
from tests.builders import instant
from tests.derived_builder import Case


def move(case: Case, person: int, *days: int) -> None:
    """Late moves in May."""
    for day in days:
        case.change(
            person, "moved", at=f"2026-05-{day:02} 08:00", old_start=f"2026-05-{day:02} 10:00"
        )


def test_a_mover_ends_in_change_approach() -> None:
    """However often: meetings alone are one family."""
    case = Case()
    ann = case.contact()
    move(case, ann, 1, 5, 8, 12, 15, 19, 22, 26)
    row = case.judged().loc[ann]
    assert row["verdict"] == "change approach"
    assert row["reason"] == "Since 1 May: moved 8 meetings late."
    assert row["wall"] < 0.75


def test_a_ghost_ends_in_stop_chasing_after_a_last_try() -> None:
    """Silence alone is no offence; first one last try, then no more reminders."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob", "bolt.example")
    for day in (2, 3):
        case.ask(ann, f"2026-03-{day:02}", answered_at=f"2026-03-{day:02} 12:00")
    for person, asks in ((ann, 1), (bob, 3)):
        sent = {"asks": asks, "last_asked_at": "2026-05-04" if asks > 1 else "2026-04-20"}
        case.ask(person, "2026-04-20", **sent)
        case.ask(person, "2026-04-20", proposal=True, proposal_at="2026-04-20", **sent)
    verdicts = case.judged()["verdict"]
    assert verdicts[ann] == "last try"
    assert verdicts[bob] == "stop chasing"


def wall(case: Case) -> int:
    """Somebody who does it all: moves late, cycles, breaks promises."""
    ann = case.contact()
    move(case, ann, 5, 12, 19, 26)
    for month in (2, 3, 4):
        case.ask(
            ann, f"2026-{month:02}-02", answered_at=f"2026-{month:02}-24",
            answered_by="message:0", asks=2,
        )  # fmt: skip
        case.mail(ann, f"2026-{month:02}-24", "apology", "meeting_request")
    case.ask(ann, "2026-04-26", asks=4, last_asked_at="2026-05-12")
    case.mail(ann, "2026-04-28", "commitment", words="I will send it to you tomorrow.")
    return ann


def test_only_who_passes_the_gate_is_a_wall() -> None:
    """Three episodes, two families, an act and P(wall) ≥ 0.95."""
    case = Case()
    ann = wall(case)
    row = case.judged().loc[ann]
    assert row["verdict"] == "walk away"
    assert row["wall"] >= 0.95
    assert row["bad_episodes"] >= 3
    assert row["bad_families"] >= 2
    assert "moved 4 meetings late" in row["reason"]
    assert row["trend"] == "worse"


@pytest.mark.parametrize(
    "missing", [{"gate_probability": 0.9999}, {"gate_episodes": 99}, {"gate_families": 6}]
)
def test_every_condition_of_the_gate_is_needed(missing: dict[str, Any]) -> None:
    """One condition unmet, and nobody is told to walk away."""
    case = Case(**missing)
    ann = wall(case)
    assert case.judged().loc[ann, "verdict"] != "walk away"


def test_the_honest_no_is_win_back_with_their_words_and_a_date() -> None:
    """A refusal ends in win back half a year later, whatever else there is."""
    case = Case()
    ann = wall(case)
    case.mail(ann, "2026-05-20 09:00", outgoing=True, thread=500)
    case.mail(ann, "2026-05-21 09:00", "refusal", words="We chose another vendor.", thread=500)
    row = case.judged().loc[ann]
    assert row["verdict"] == "win back"
    assert row["reason"] == (
        "They said no on 21 May: “We chose another vendor”. They chose somebody else."
    )
    assert row["until"] == instant("2026-11-21 09:00")
    assert "21 November" in row["next_step"]


def test_a_no_taken_back_stands_no_more() -> None:
    """Who asks for a meeting after a no is in the conversation again."""
    case = Case()
    ann = case.contact()
    case.mail(ann, "2026-05-10 09:00", outgoing=True, thread=500)
    case.mail(ann, "2026-05-11 09:00", "refusal", thread=500)
    case.mail(ann, "2026-05-15 09:00", "meeting_request", "expects_reply", thread=500)
    assert case.judged().loc[ann, "verdict"] != "win back"


def test_an_objection_always_wins() -> None:
    """Who told us to stop is not contacted: no win-back, no park, no last try."""
    case = Case()
    ann = wall(case)
    case.mail(ann, "2026-05-20 09:00", outgoing=True, thread=500)
    case.mail(ann, "2026-05-21 09:00", "objection", "refusal", words="Stop writing.", thread=500)
    case.mail(ann, "2026-05-22 09:00", "brush_off", words="Maybe next quarter")
    row = case.judged().loc[ann]
    assert row["verdict"] == "do not contact"
    assert row["until"] is pd.NaT
    assert row["sure"] == "sure"


@pytest.mark.parametrize(
    ("words", "until", "milestone"),
    [
        ("Maybe next quarter", "2026-07-01", ""),
        ("Let us talk in September", "2026-09-01", ""),
        ("Ask me again after Q3", "2026-10-01", ""),
        ("Perhaps next year", "2027-01-01", ""),
        ("Not this year any more", "2027-01-01", ""),
        ("Nobody has time for it before September", "2026-09-01", ""),
        ("Melden Sie sich bitte im Oktober wieder", "2026-10-01", ""),
        ("Vielleicht nach Juli", "2026-08-01", ""),
        ("Not now, once the merger is through", None, "once the merger is through"),
    ],
)
def test_a_later_with_a_date_or_milestone_is_parked(
    words: str, until: str | None, milestone: str
) -> None:
    """They are left in peace until then, and the rep reads when."""
    case = Case()
    ann = case.contact()
    case.mail(ann, "2026-05-19 09:00", outgoing=True, thread=500)
    case.mail(ann, "2026-05-20 09:00", "brush_off", words=words, thread=500)
    row = case.judged().loc[ann]
    assert row["verdict"] == "park"
    assert row["milestone"] == milestone
    assert row["until"] is pd.NaT if until is None else row["until"] == instant(until)


def test_a_later_whose_date_has_passed_parks_nobody() -> None:
    """Then it is time to ask."""
    case = Case()
    ann = case.contact()
    case.mail(ann, "2026-01-20 09:00", "brush_off", words="Maybe next month")
    assert case.judged().loc[ann, "verdict"] != "park"


def test_one_act_is_no_habit() -> None:
    """One bad fortnight changes no approach; twice, weeks apart, with nothing kept, does."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob", "bolt.example")
    for person, days in ((ann, (25, 26)), (bob, ("05", 26))):
        for day in days:
            case.change(
                person, "cancelled", at=f"2026-05-{day} 09:00", old_start=f"2026-05-{day} 10:00"
            )
            case.ask(person, f"2026-05-{day} 11:00", answered_at=f"2026-05-{day} 12:00")
    verdicts = case.judged()["verdict"]
    assert verdicts[ann] != "change approach"
    assert verdicts[bob] == "change approach"


def test_who_was_always_quick_is_given_more_time_than_who_was_not() -> None:
    """A silence is held against what is good: after twelve quick answers it weighs too little."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob", "bolt.example")
    for day in range(1, 13):
        case.ask(ann, f"2026-03-{day:02}", answered_at=f"2026-03-{day:02} 02:00")
    for person in (ann, bob):
        case.ask(person, "2026-04-20", asks=3, last_asked_at="2026-05-12")
    verdicts = case.judged()["verdict"]
    assert (verdicts[ann], verdicts[bob]) == ("keep going", "stop chasing")


def test_who_was_asked_but_once_is_to_be_reminded_before_anything_is_said_of_them() -> None:
    """Weeks of silence after one mail may be a mail that went under."""
    case = Case()
    ann = case.contact()
    case.ask(ann, "2026-04-27", proposal=True, proposal_at="2026-04-27", requested=True)
    judged = case.judged().loc[ann]
    assert judged["verdict"] == "keep going"
    assert judged["next_step"].startswith("Remind them once")


def test_a_gatekeeper_ends_in_change_approach() -> None:
    """Only the assistant answers: another way in is needed, nobody is blamed."""
    case = Case()
    ann, eva = case.contact("Ann"), case.contact("Eva", judged=False)
    for day in (4, 8, 11, 15, 18):
        case.ask(ann, f"2026-05-{day:02}", answered_at=f"2026-05-{day + 2:02}", answer_via=eva)
    row = case.judged().loc[ann]
    assert row["verdict"] == "change approach"
    assert row["next_step"].startswith("Ask the assistant")


def test_a_slow_but_good_customer_is_never_accused() -> None:
    """Late answers, sometimes after reminders, a moved meeting; they buy and keep meetings."""
    case = Case()
    ann = case.contact()
    for month in (1, 2, 3, 4):
        case.ask(ann, f"2026-{month:02}-02", answered_at=f"2026-{month:02}-20", asks=3)
        case.meeting(ann, start=f"2026-{month:02}-25 10:00", partstat="ACCEPTED")
    move(case, ann, 12)
    case.ask(ann, "2026-05-14", asks=2, last_asked_at="2026-05-20")
    case.ask(ann, "2026-05-14", proposal=True, proposal_at="2026-05-14")
    case.topic(ann, outcome="won", title="Pumps", close_at="2026-04-20")
    assert case.judged().loc[ann, "verdict"] == "keep going"


def test_too_little_data_is_said() -> None:
    """One question of yesterday is nothing to judge by."""
    case = Case()
    ann = case.contact()
    case.ask(ann, "2026-05-31")
    row = case.judged().loc[ann]
    assert row["verdict"] == "unclear"
    assert row["reason"] == "Too little has happened to say anything."
    assert row["sure"] == "not sure"


def test_attention_puts_the_gravest_first() -> None:
    """A wall needs more attention than somebody with whom all is well."""
    case = Case()
    ann = wall(case)
    bob = case.contact("Bob", "bolt.example")
    for day in (4, 5, 6):
        case.ask(bob, f"2026-05-{day:02}", answered_at=f"2026-05-{day:02} 12:00")
    attention = case.judged()["attention"]
    assert attention[ann] > attention[bob]


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("I will not be able to attend the dinner", "unclear"),
        ("He has decided to decline this speaking opportunity", "unclear"),
        ("We have decided to go with another vendor", "win back"),
    ],
)
def test_a_no_to_a_date_is_no_no_to_the_business(words: str, verdict: str) -> None:
    """Who cannot come may still buy."""
    case = Case()
    ann = case.contact()
    case.mail(ann, "2026-05-20 09:00", outgoing=True, thread=500)
    case.mail(ann, "2026-05-21 09:00", "refusal", words=words, thread=500)
    assert case.judged().loc[ann, "verdict"] == verdict


def test_who_is_known_only_from_mail_that_is_not_here_is_unclear() -> None:
    """Our questions alone tell nothing where their mail is not kept."""
    case = Case()
    ann, bob = case.contact("Ann", kept=0.3), case.contact("Bob", "bolt.example", kept=1.0)
    for person in (ann, bob):
        for day in (1, 2, 3):
            case.ask(person, f"2026-05-2{day}", topic=-1)
    assert case.judged()["verdict"].to_dict() == {ann: "unclear", bob: "keep going"}


@pytest.mark.parametrize(
    ("words", "step", "until"),
    [
        ("We decided for another supplier", "Thank them, and ask on 21 November", "2026-11-21"),
        ("We have no budget for it", "Leave them in peace, and ask on 21 August", "2026-08-21"),
        ("We were just looking", "No more proposals. Ask on 21 May 2027", "2027-05-21"),
        ("It does not fit", "Thank them, leave them in peace, and ask on 21 Nov", "2026-11-21"),
        ("Wir haben dafür keine Zeit", "Leave them in peace, and ask on 21 August", "2026-08-21"),
    ],
)
def test_a_no_is_answered_by_its_kind(words: str, step: str, until: str) -> None:
    """Chosen another, too busy, only curious, or none of these: another time, another word."""
    case = Case()
    ann = case.contact()
    case.mail(ann, "2026-05-20 09:00", outgoing=True, thread=500)
    case.mail(ann, "2026-05-21 09:00", "refusal", words=words, thread=500)
    row = case.judged().loc[ann]
    assert row["next_step"].startswith(step)
    assert row["until"] == instant(f"{until} 09:00")


def test_one_cause_is_one_thing_in_the_reason() -> None:
    """Who cancels and declines one meeting cancelled it, and is told once."""
    case = Case()
    ann = case.contact("Ann")
    for day in (12, 19, 26):
        when = {"at": f"2026-05-{day} 09:00", "old_start": f"2026-05-{day} 10:00"}
        case.change(ann, "cancelled", cause=day, **when)
        case.change(ann, "declined", cause=day, **when)
    assert case.judged()["reason"][ann] == "Since 12 May: cancelled 3 meetings late."


def test_a_silence_that_is_a_cycle_and_lets_a_proposal_die_is_told_as_both() -> None:
    """They are offences of two families, on which *walk away* rests."""
    people = pd.Series([1])
    rows = [
        {"person": 1, "signal": "cycle", "family": "cycles"},
        {"person": 1, "signal": "silent_after_proposal", "family": "proposals"},
    ]
    signals = pd.DataFrame(rows).assign(
        episode="one", actor="them", good=False, at=pd.Timestamp("2026-05-01 09:00", tz="UTC")
    )
    (told,) = did(people, signals, Settings(), datetime(2026, 6, 1, tzinfo=UTC), good=False)
    assert told == (
        "Since 1 May: came back after silence and fell silent again, left a proposal unanswered."
    )


def test_movers_are_told_apart_by_what_they_did() -> None:
    """Who moves needs a confirmation, who cancels a question whether it is wanted at all."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob", "bolt.example")
    move(case, ann, 12, 19, 26)
    for day in (12, 19, 26):
        when = {"at": f"2026-05-{day} 09:00", "old_start": f"2026-05-{day} 10:00"}
        case.change(bob, "cancelled", **when)
    steps = case.judged()["next_step"]
    assert steps[ann].startswith("Confirm the day before")
    assert steps[bob].startswith("Ask by phone whether the meeting is wanted")


def test_who_was_parked_and_stays_silent_after_it_is_removed() -> None:
    """They named a day, were asked when it came, and nothing came: no last try after that."""
    case = Case(as_of="2026-08-01 06:00")
    ann = case.contact()
    case.mail(ann, "2026-03-01 09:00", outgoing=True, thread=500)
    case.mail(ann, "2026-03-02 09:00", "brush_off", words="Ask me again in May", thread=500)
    case.ask(ann, "2026-05-04", asks=2, last_asked_at="2026-05-20")
    row = case.judged().loc[ann]
    assert row["verdict"] == "stop chasing"
    assert row["reason"] == "The time to wait ended on 1 May; asked since 4 May in vain."
    assert row["next_step"].startswith("Remove them")
