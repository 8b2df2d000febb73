"""Signals about answers, proposals and effort."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.builders import instant
from tests.derived_builder import Case


def test_reminders_that_nobody_answers_are_one_episode() -> None:
    """Three reminders of one question count once, with the wait in working days."""
    case = Case()
    ann = case.contact()
    case.ask(ann, "2026-05-04 06:00", last_asked_at="2026-05-18 06:00", asks=4)
    (row,) = case.signals("follow_ups_unanswered").to_dict("records")
    assert row["sentence"] == (
        "No answer to the question of 4 May, nor to 3 later mails, for 20 working days."
    )
    assert row["strength"] == pytest.approx(0.875)
    assert not row["act"]


def test_a_single_question_is_no_silence_and_a_second_one_reminds() -> None:
    """Most people do not answer most mail. All that is asked into one silence is one cause."""
    case = Case()
    ann = case.contact()
    case.ask(ann, "2026-05-25 06:00")
    assert case.signals("follow_ups_unanswered").empty
    case.ask(ann, "2026-05-04 06:00")
    (row,) = case.signals("follow_ups_unanswered").to_dict("records")
    assert row["strength"] == pytest.approx(0.5)
    assert row["sentence"] == (
        "No answer to the question of 4 May, nor to 1 later mail, for 20 working days."
    )


@pytest.mark.parametrize("explained", ["suspended", "away", "won", "sequence", "answered"])
def test_silence_that_something_explains_is_no_signal(explained: str) -> None:
    """A decision date ahead, absence, a won topic and sequence mails accuse nobody."""
    case = Case()
    ann = case.contact()
    explanations: dict[str, dict[str, Any]] = {
        "suspended": {"suspended_until": "2026-07-01"},
        "away": {},
        "won": {"topic": 0},
        "sequence": {"sequence": True},
        "answered": {"answered_at": "2026-05-30 06:00"},
    }
    fields = explanations[explained]
    if explained == "away":
        case.away(ann, "2026-05-20", "2026-06-20")
    if explained == "won":
        case.topic(ann, outcome="won")
    case.ask(ann, "2026-04-01 06:00", asks=4, **fields)
    case.ask(ann, "2026-04-01 06:00", asks=2, proposal=True, **fields)
    assert case.signals().query("not good and signal != 'order'").empty


def test_silence_after_a_proposal_grows_with_the_wait() -> None:
    """A proposal that lies longer weighs more; after a few days it is nothing yet."""
    case = Case()
    for name, at in (("Ann", "2026-05-28"), ("Bob", "2026-05-18"), ("Eve", "2026-04-18")):
        case.ask(case.contact(name), at, proposal=True, proposal_at=at)
    strength = case.signals("silent_after_proposal").set_index("person")["strength"]
    assert list(strength.index) == [3, 2]
    assert strength[3] > strength[2]


def test_a_second_requested_proposal_left_to_die_is_an_act() -> None:
    """The first may happen; who asks for a second and lets it lie has acted."""
    case = Case()
    ann = case.contact()
    for at, end in (("2026-03-02", {"answered_at": "2026-04-01", "asks": 3}), ("2026-04-06", {})):
        case.ask(ann, at, proposal=True, proposal_at=at, requested=True, **end)
    assert case.signals("silent_after_proposal")["act"].tolist() == [False, True]


def test_a_proposal_is_told_with_everything_asked_into_its_silence() -> None:
    """One silence, one sentence, of the proposal."""
    case = Case()
    ann = case.contact()
    case.ask(ann, "2026-03-02", proposal=True, proposal_at="2026-03-02")
    case.ask(ann, "2026-04-06", asks=2, last_asked_at="2026-05-18")
    assert case.signals("follow_ups_unanswered").empty
    (row,) = case.signals("silent_after_proposal").to_dict("records")
    assert "the proposal of 2 March for 13 weeks despite 2 further mails" in row["sentence"]
    assert row["at"] == instant("2026-05-18")


def test_who_answers_ever_more_slowly_is_told_apart_from_who_was_always_slow() -> None:
    """Slower compares with their own past."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob")
    for number in range(8):
        at = f"2026-04-{number + 1:02} 06:00"
        slow = f"2026-04-{number + 8:02} 06:00"
        quick = f"2026-04-{number + 1:02} 09:00"
        case.ask(ann, at, answered_at=slow if number >= 4 else quick)
        case.ask(bob, at, answered_at=slow)
    assert case.signals("ever_slower")["person"].tolist() == [ann]


def test_quick_answers_are_good_and_late_ones_still_answers() -> None:
    """At once is worth more than late; a delegate's answer a third."""
    case = Case()
    ann = case.contact()
    case.ask(ann, "2026-05-04 06:00", answered_at="2026-05-04 06:10")
    case.ask(ann, "2026-05-04 06:00", answered_at="2026-05-30 06:00")
    case.ask(ann, "2026-05-04 06:00", answered_at="2026-05-31 06:00", answer_via=ann)
    found = case.signals("quick_answers")
    assert found["good"].all()
    assert found["strength"].tolist() == [
        pytest.approx(1.0, abs=0.01),
        pytest.approx(0.2),
    ]


def test_only_the_assistant_answers() -> None:
    """Three answers in a row by the delegate, and nothing from the person asked."""
    case = Case()
    ann, bob, eva = case.contact("Ann"), case.contact("Bob"), case.contact("Eva", judged=False)
    for person in (ann, bob):
        for day in (4, 11, 18):
            case.ask(
                person,
                f"2026-05-{day:02} 06:00",
                answered_at=f"2026-05-{day + 1:02} 06:00",
                answer_via=eva,
                answered_by=f"message:{day}",
            )
    case.mail(bob, "2026-05-20 06:00")
    (row,) = case.signals("only_assistant").to_dict("records")
    assert row["person"] == ann
    assert row["via"] == eva
    assert row["sentence"].startswith("Eva gave the last 3 answers since 5 May")
    assert row["evidence"] == ("message:4", "message:11", "message:18")


def test_effort_is_one_sided_only_when_mails_were_written_by_hand() -> None:
    """Mails of sequence tools are no effort; mails to several count in shares."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob")
    for day in range(1, 10):
        case.mail(ann, f"2026-05-{day:02} 06:00", outgoing=True)
        case.mail(bob, f"2026-05-{day:02} 06:00", outgoing=True, sequence_tool=True)
    (row,) = case.signals("one_sided").to_dict("records")
    assert row["person"] == ann
    assert "9 mails of yours by hand against 0 of theirs" in row["sentence"]


def test_an_order_is_good_and_counts_once_per_topic() -> None:
    """A topic won counts fully, an acceptance in the conversation of a proposal half."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob")
    won = case.topic(ann, outcome="won", title="Pumps", deal=3, close_at="2026-05-01")
    case.mail(ann, "2026-04-20", "acceptance", topic=won)
    offered = case.topic(bob, proposed_at="2026-04-01", title="Valves")
    case.mail(bob, "2026-04-01", "proposal", outgoing=True, topic=offered, thread=70)
    case.mail(bob, "2026-04-20", "acceptance", words="Go ahead.", topic=offered, thread=70)
    strength = case.signals("order").set_index("person")["strength"]
    assert strength.to_dict() == {ann: 1.0, bob: 0.5}


def test_a_small_order_beside_a_big_proposal_weighs_little() -> None:
    """A friendly order of a fiftieth is no sign that the big one comes; a tenth counts in full."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob", "bolt.example")
    for person, value in ((ann, 1_000.0), (bob, 5_000.0)):
        case.topic(person, outcome="won", title="Valves", close_at="2026-05-20", value=value)
        case.topic(person, title="Plant", value=50_000.0)
    found = case.signals("order").set_index("person")
    assert found["strength"].to_dict() == {ann: pytest.approx(0.2), bob: 1.0}
    assert found.loc[ann, "sentence"] == (
        "Ordered: “Valves” was won, small beside what was proposed."
    )


def test_agreeing_to_a_time_is_no_order() -> None:
    """Another conversation, or one about a meeting's time, does not accept a proposal."""
    case = Case()
    ann = case.contact()
    offered = case.topic(ann, proposed_at="2026-04-01", title="Valves")
    case.mail(ann, "2026-04-01", "proposal", outgoing=True, topic=offered, thread=70)
    case.mail(ann, "2026-04-10", "acceptance", words="Works for me.", topic=offered, thread=71)
    case.mail(ann, "2026-04-12", "acceptance", "reschedule", topic=offered, thread=70)
    assert case.signals("order").empty


def test_an_answer_after_weeks_and_reminders_is_no_good_sign_but_a_bad_one() -> None:
    """It ends the waiting; what it showed is kept. Who is slow anyway is given the time."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob", "bolt.example")
    for day in (1, 8):
        case.ask(ann, f"2026-03-{day:02}", answered_at=f"2026-03-{day + 1:02}")
        case.ask(bob, f"2026-02-{day:02}", answered_at=f"2026-02-{day + 19:02}", asks=2)
    for person in (ann, bob):
        case.ask(person, "2026-04-06", answered_at="2026-04-27", asks=3)
    (row,) = case.signals("follow_ups_unanswered").to_dict("records")
    assert row["person"] == ann
    assert row["strength"] == pytest.approx(0.75)
    good = case.signals("quick_answers")
    assert instant("2026-04-27") not in set(good.loc[good["person"] == ann, "at"])
    assert instant("2026-04-27") in set(good.loc[good["person"] == bob, "at"])


def test_an_answer_that_only_promises_one_is_worth_a_third() -> None:
    """Neither a promise nor a "later" answers what was asked."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob", "bolt.example")
    for person, intent in ((ann, "commitment"), (bob, "expects_reply")):
        reply: dict[str, Any] = {"thread": 1000 + person, "parent_by": "header"}
        by = case.mail(person, "2026-05-04 06:10", intent, **reply)
        case.ask(
            person,
            "2026-05-04 06:00",
            answered_at="2026-05-04 06:10",
            answered_by=f"message:{by}",
            thread=1000 + person,
        )
    strength = case.signals("quick_answers").set_index("person")["strength"]
    assert strength[ann] == pytest.approx(strength[bob] / 3)


@pytest.mark.parametrize(
    ("waited_days", "fields", "sentence"),
    [
        (
            3,
            {"thread": 1000, "parent_by": "header"},
            "Answered the question of 4 May after 3 days.",
        ),
        (3, {}, "Wrote 3 days after the question of 4 May."),
        (3, {"thread": 1000}, "Wrote 3 days after the question of 4 May."),
        (
            40,
            {"thread": 1000, "subject": "Re: pumps"},
            "Answered the question of 4 May after 40 days.",
        ),
        (
            40,
            {"subject_key": "pumps", "subject": "Re: pumps"},
            "Answered the question of 4 May after 40 days.",
        ),
        (40, {"subject_key": "pumps", "subject": "pumps"}, None),
        (40, {"subject_key": "hello", "subject": "Re: hello"}, None),
        (40, {}, None),
        (9, {}, None),
        (
            3,
            {"answered_kind": "colleague", "to_us": False, "thread": 1000, "subject": "Re: x"},
            None,
        ),
        (3, {"addressees": 40}, None),
        (3, {"to_us": False}, None),
    ],
)
def test_a_mail_about_something_else_is_an_answer_only_if_it_came_soon_and_to_us(
    waited_days: int, fields: dict[str, Any], sentence: str | None
) -> None:
    """What is called an answer stands in the conversation; a circular answers nobody."""
    case = Case(as_of="2026-07-01 06:00")
    ann = case.contact()
    at = str(pd.Timestamp("2026-05-04 06:00") + pd.Timedelta(days=waited_days))
    fields = dict(fields)
    kind = fields.pop("answered_kind", "mail")
    subject = fields.get("subject_key", "")
    ours = case.mail(ann, "2026-05-04 06:00", outgoing=True, thread=1000, subject_key=subject)
    by = case.mail(ann, at, **fields)
    case.ask(
        ann,
        "2026-05-04 06:00",
        asked_message=ours,
        answered_at=at,
        answered_by=f"message:{by}",
        answered_kind=kind,
    )
    told = case.signals("quick_answers")
    assert told["sentence"].tolist() == ([sentence] if sentence else [])
    assert all(shown == (f"message:{ours}", f"message:{by}") for shown in told["evidence"])


@pytest.mark.parametrize(
    ("paused_hours", "sentence"),
    [
        (0.2, "Answered the question of 4 May after 13 days."),
        (168.0, "Answered the question of 4 May after 13 days, away for 7 days of that."),
        (312.0, "Answered the question of 4 May after 13 days, away for 13 days of that."),
    ],
)
def test_an_answer_names_the_time_that_the_dates_beside_it_show(
    paused_hours: float, sentence: str
) -> None:
    """That they were away counts for them and is said, not taken off in silence."""
    case = Case()
    case.ask(
        case.contact(),
        "2026-05-04 06:00",
        answered_at="2026-05-17 06:00",
        waited_hours=312.0 - paused_hours,
        paused_hours=paused_hours,
    )
    assert case.signals("quick_answers")["sentence"].tolist() == [sentence]


def test_an_answer_that_is_not_here_ends_the_wait_and_is_not_shown() -> None:
    """Nobody can open it."""
    case = Case()
    ann = case.contact()
    case.ask(ann, "2026-05-04", answered_at="2026-05-05", answered_kind="unseen")
    assert case.signals("quick_answers").empty
    assert case.signals("follow_ups_unanswered").empty


def test_answers_of_ours_to_mail_that_is_not_here_and_empty_forwards_are_no_one_sided_effort() -> (
    None
):
    """They wrote, too; a forward without a word costs nothing."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob")
    for day in range(1, 10):
        case.mail(ann, f"2026-05-{day:02} 06:00", outgoing=True, parent_by="missing")
        case.mail(bob, f"2026-05-{day:02} 06:00", outgoing=True, length=0)
    assert case.signals("one_sided").empty


def test_mails_about_something_else_do_not_make_somebody_slower() -> None:
    """Only answers are compared with answers."""
    case = Case()
    ann = case.contact()
    for number in range(8):
        at, late = f"2026-04-{number + 1:02} 06:00", f"2026-04-{number + 18:02} 06:00"
        by = case.mail(ann, late)
        quick = {"answered_at": f"2026-04-{number + 1:02} 09:00"}
        slow = {"answered_at": late, "answered_by": f"message:{by}", "answered_kind": "mail"}
        case.ask(ann, at, **(slow if number >= 4 else quick))
    assert case.signals("ever_slower").empty
