"""Questions of ours that wait: what is said of them, and which are not listed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analyzer import open_questions, reply_model
from analyzer.analysis import Analysis, analyze
from analyzer.settings import Settings
from tests.builders import Story, instant

AS_OF = instant("2026-06-01 06:00").to_pydatetime()


def asked(story: Story, to: str, at: str, answered_at: str | None = None) -> None:
    """We ask for something under an offer of ours; they answer, or not."""
    intents = ["expects_reply", "proposal"]
    question = story.mail(story.me, to=to, at=at, subject=f"Offer {at}", intents=intents)
    if answered_at:
        story.mail(to, to=story.me, at=answered_at, subject=f"Re: Offer {at}", answers=question)


def prompt_customer() -> Story:
    """Ann answered nine questions within two days and one within a week; one waits 11 days."""
    story = Story()
    for day in range(2, 11):
        asked(story, "ann@acme.example", f"2026-03-{day:02} 09:00", f"2026-03-{day + 1:02} 20:00")
    asked(story, "ann@acme.example", "2026-04-07 09:00", "2026-04-14 09:00")
    asked(story, "ann@acme.example", "2026-05-21 06:00")
    return story


def told(story: Story) -> pd.DataFrame:
    """The open questions of a story."""
    return analyze(story.facts(), Settings(), AS_OF).open_questions


def test_the_sentence_compares_this_wait_with_their_usual_one() -> None:
    """How long they usually take, how long this has been, and what still comes."""
    row = told(prompt_customer()).iloc[0]
    percent = round(100 * row["chance"])
    assert row["sentence"] == (
        f"Usually answers within 2 days (9 of 10); this has been 11 days; after that {percent} % "
        "still answer or write within four weeks."
    )
    assert 0.0 < row["chance"] < 0.6
    assert row["basis"] == reply_model.shipped().origin


def test_who_answered_too_seldom_is_compared_with_everybody() -> None:
    """One answer tells nothing about what is usual for them."""
    story = prompt_customer()
    asked(story, "bob@bolt.example", "2026-02-02 09:00", "2026-02-02 12:00")
    asked(story, "bob@bolt.example", "2026-05-28 06:00")
    bob = told(story).set_index("asked_message").sort_index().iloc[-1]
    assert bob["sentence"].startswith(
        "Nine of ten answers to you come within 2 days; this has been"
    )
    assert np.isnan(bob["usual_hours"])


def test_what_is_explained_is_not_listed() -> None:
    """Nothing waits for somebody who is away."""
    story = prompt_customer()
    assert len(told(story)) == 1
    story.mail(
        "ann@acme.example", to=story.me, at="2026-05-21 06:01", subject="Away until 20 June 2026",
        kind="auto_reply", intents=["auto"], intent_words="until 20 June 2026",
    )  # fmt: skip
    assert told(story).empty


def test_the_freshest_question_is_the_likeliest_to_be_answered() -> None:
    """Ordered by what still may come."""
    story = prompt_customer()
    asked(story, "ann@acme.example", "2026-05-30 06:00")
    found = told(story)
    assert list(found["asked_at"]) == sorted(found["asked_at"], reverse=True)
    assert list(found["chance"]) == sorted(found["chance"], reverse=True)


def test_a_store_without_questions_has_none() -> None:
    """Nothing to say breaks nothing."""
    made: Analysis = analyze(Story().facts(), Settings(), AS_OF)
    assert made.open_questions.empty
    assert made.meeting_risks.empty
    assert made.mirror.empty


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0.2, "1 hour"),
        (5.4, "5 hours"),
        (36, "2 days"),
        (264, "11 days"),
        (24 * 40, "6 weeks"),
        (24 * 200, "7 months"),
    ],
)
def test_waits_are_told_as_people_say_them(hours: float, words: str) -> None:
    """Wall time in one unit."""
    assert open_questions.duration(pd.Series([hours]))[0] == words


def test_no_chance_is_called_none_or_certain() -> None:
    """Rounding never says that something cannot happen."""
    assert list(open_questions.share(np.array([0.0, 0.004, 0.043, 0.9999]))) == [
        "less than 1 %", "less than 1 %", "4 %", "99 %",
    ]  # fmt: skip
