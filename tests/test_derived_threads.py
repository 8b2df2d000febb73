"""Which message answers which: headers, hints, then subjects."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analyzer.derived.mail import Mail, mail
from analyzer.derived.people import people
from analyzer.derived.threads import thread
from analyzer.settings import Settings
from store.facts import Facts
from tests.builders import Story

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
ANN, BO = "ann@acme.com", "bo@acme.com"


def threaded(facts: Facts) -> Mail:
    """Threaded mail of these facts."""
    return thread(mail(facts, people(facts, Settings()), Settings(), AS_OF), facts)


def links(story: Story) -> dict[int, tuple[int, str]]:
    """Message → (parent, parent_by), of answers only."""
    frame = threaded(story.facts()).mail
    told = zip(frame["message"], frame["parent"], frame["parent_by"], strict=True)
    return {message: (parent, by) for message, parent, by in told if parent >= 0}


def test_an_answer_points_at_the_nearest_reference_that_is_there() -> None:
    """In-Reply-To first; where that message is missing, the youngest known reference."""
    story = Story()
    first = story.mail(story.me, to=ANN, at="2026-03-02")
    story.mail(ANN, to=story.me, at="2026-03-03", answers=first)
    lost: dict[str, Any] = {
        "in_reply_to": "lost@x",
        "references": "m1@story.example m2@story.example lost@x",
    }
    story.mail(story.me, to=ANN, at="2026-03-04", **lost)
    assert links(story) == {2: (1, "header"), 3: (2, "missing")}
    assert set(threaded(story.facts()).mail["thread"]) == {1}


def test_answers_to_one_unseen_message_are_one_thread() -> None:
    """Both name a message that is not there: no parent, but together."""
    story = Story()
    for day in (2, 3):
        story.mail(ANN, to=story.me, at=f"2026-03-0{day}", in_reply_to="lost@x")
    result = threaded(story.facts()).mail
    assert result["thread"].tolist() == [1, 1]
    assert result["parent"].tolist() == [-1, -1]


def test_circular_references_end_somewhere() -> None:
    """Two messages that answer each other: the later answers the earlier."""
    story = Story()
    story.mail(ANN, to=story.me, at="2026-03-02", in_reply_to="m2@story.example")
    story.mail(story.me, to=ANN, at="2026-03-03", in_reply_to="m1@story.example")
    story.mail(ANN, to=story.me, at="2026-03-04", in_reply_to="m3@story.example")
    assert links(story) == {2: (1, "header")}


def test_the_provider_hint_joins_what_headers_do_not() -> None:
    """Same hint in the same account; the message before, of the other side if there is one."""
    story = Story()
    other = story.account("rep@other.example")
    story.mail(story.me, to=ANN, at="2026-03-02", thread_hint="t1")
    story.mail(ANN, to=story.me, at="2026-03-03", thread_hint="t1")
    story.mail(ANN, to=story.me, at="2026-03-04", thread_hint="t1")
    story.mail(ANN, to=story.me, at="2026-03-05", thread_hint="t1", account=other)
    assert links(story) == {2: (1, "hint"), 3: (1, "hint")}


def test_a_subject_joins_an_answer_where_headers_give_nothing() -> None:
    """Old Exchange mail has no In-Reply-To: subject, people and time do."""
    story = Story()
    bare: dict[str, Any] = {"in_reply_to": "", "references": ""}
    story.mail(story.me, to=[ANN, BO], at="2026-03-02", subject="Pump offer")
    story.mail(BO, to=ANN, at="2026-03-03", subject="RE: Pump offer", **bare)
    story.mail(ANN, to=story.me, at="2026-03-04", subject="AW: Pump offer", **bare)
    story.mail(story.me, to=ANN, at="2026-03-05", subject="Pump offer", **bare)
    assert links(story) == {2: (1, "subject"), 3: (1, "subject"), 4: (3, "subject")}


@pytest.mark.parametrize(
    ("subject", "sender", "at"),
    [
        ("RE: Other thing", ANN, "2026-03-04"),
        ("Re: Pump offer", "zoe@else.com", "2026-03-04"),
        ("Re: Pump offer", ANN, "2026-04-04"),
        ("Pump offer", "rep@ours.example", "2026-03-04"),
    ],
)
def test_strangers_old_subjects_and_repetitions_answer_nothing(
    subject: str, sender: str, at: str
) -> None:
    """Another subject, other people, after 30 days, or the same author once more."""
    story = Story()
    story.mail(story.me, to=ANN, at="2026-03-02", subject="Pump offer")
    story.mail(sender, to="new@else.com", at=at, subject=subject)
    assert links(story) == {}


def test_on_a_list_the_message_before_is_answered() -> None:
    """Everybody writes to the list only; the youngest message with that subject is meant."""
    story = Story()
    for day, sender in enumerate([ANN, BO, ANN], start=2):
        story.mail(sender, to="pumps@lists.org", at=f"2026-03-0{day}", subject="[Pumps] Seals")
    assert links(story) == {2: (1, "subject"), 3: (2, "subject")}


@pytest.mark.parametrize(("subject", "joined"), [("Meeting", False), ("Re: Meeting", True)])
def test_a_subject_used_by_chance_needs_an_answer_prefix(subject: str, joined: bool) -> None:
    """Twice "Meeting" is two meetings, "Re: Meeting" is an answer."""
    story = Story()
    story.mail(story.me, to=ANN, at="2026-03-02", subject="Meeting")
    story.mail(ANN, to=story.me, at="2026-03-03", subject=subject)
    assert bool(links(story)) is joined


_STEPS = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from(["Pump", "Re: Pump", "hi", ""]), st.booleans()),
    max_size=12,
)


@given(_STEPS, st.randoms(use_true_random=False))
@hypothesis_settings(deadline=None, max_examples=25)
def test_threads_do_not_depend_on_the_order_of_rows(
    steps: list[tuple[int, str, bool]], random: Any
) -> None:
    """Stored rows in any order give the same frame; parents come before and share the thread."""
    story = Story()
    for number, (answered, subject, ours) in enumerate(steps):
        sender, to = (story.me, ANN) if ours else (ANN, story.me)
        at = f"2026-03-{number + 1:02d} 09:00"
        known = answered if 0 < answered <= number else None
        story.mail(sender, to=to, at=at, subject=subject, answers=known)
    facts = story.facts()
    order = random.sample(range(len(facts.messages)), len(facts.messages))
    shuffled = Facts(**{**vars(facts), "messages": facts.messages.iloc[order]})
    one, two = threaded(facts).mail, threaded(shuffled).mail
    pd.testing.assert_frame_equal(one, two)
    answers = one[one["parent"] >= 0]
    asked = one.set_index("message").loc[answers["parent"]]
    assert (asked["at"].to_numpy() <= answers["at"].to_numpy()).all()
    assert (asked["thread"].to_numpy() == answers["thread"].to_numpy()).all()


@pytest.mark.parametrize(
    ("subject", "fields", "by"),
    [
        ("Re: Pumps", {}, "missing"),
        ("Pumps", {"in_reply_to": "lost@x"}, "missing"),
        ("Pumps", {}, ""),
    ],
)
def test_what_is_answered_may_be_missing(subject: str, fields: dict[str, Any], by: str) -> None:
    """A reference to nothing that is here, or a prefix with nothing before it."""
    story = Story()
    extra: dict[str, Any] = {} if fields else {"message_id": ""}
    story.mail(story.me, to=ANN, at="2026-03-04", subject=subject, **fields, **extra)
    assert threaded(story.facts()).mail["parent_by"].tolist() == [by]
