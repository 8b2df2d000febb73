"""Whether an answer still comes: the formula, what it learns from, and when it trusts itself."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analyzer import reply_fit, reply_history, reply_model
from analyzer.analysis import told
from analyzer.reply_model import FEATURES, HORIZON_EH
from analyzer.settings import Settings
from tests.builders import Story, instant

AS_OF = instant("2026-06-01 06:00").to_pydatetime()
SHIPPED = reply_model.shipped()


def asked(story: Story, to: str, at: str, answered_at: str | None = None) -> None:
    """We ask; they answer, or not."""
    question = story.mail(story.me, to=to, at=at, subject=f"On {at}", intents=["expects_reply"])
    if answered_at:
        story.mail(to, to=story.me, at=answered_at, subject=f"Re: On {at}", answers=question)


def learnt(story: Story, as_of: datetime = AS_OF) -> pd.DataFrame:
    """The history of a story, oldest question first."""
    known = told(story.facts(), Settings(), as_of)
    return reply_history.history(known.derived, known.clock, as_of)


def chances(told_by: pd.DataFrame, silent_eh: float = 0.0) -> list[float]:
    """What the shipped model says of each question after such a silence."""
    count = len(told_by)
    silent, ahead = np.full(count, silent_eh), np.full(count, HORIZON_EH)
    return list(SHIPPED.chance(reply_history.features(told_by, SHIPPED, silent, ahead)))


def test_what_ships_says_where_it_comes_from() -> None:
    """Numbers without an origin could not be judged."""
    assert "r-sig-geo" in SHIPPED.origin
    assert SHIPPED.outcomes > 1000
    assert len(SHIPPED.weights) == len(FEATURES)
    assert reply_model.from_plain(SHIPPED.plain()).plain() == SHIPPED.plain()


@given(
    st.floats(0.01, 0.99),
    st.floats(0, 500),
    st.floats(0, 500),
    st.floats(0.2, 5),
    st.floats(0.1, 9),
)
@hypothesis_settings(deadline=None, max_examples=50)
def test_soon_and_never_and_later_are_all_there_is(
    rate: float, silent: float, ahead: float, shape: float, median: float
) -> None:
    """P(soon) + P(later) + P(never) = 1 after any silence."""
    model = reply_model.Latency(median, shape)
    now, then, ever = model.share(np.array([silent, silent + ahead, 1e15]))
    answers = np.array([rate])
    soon = reply_model.soon(answers, np.array([now]), np.array([then]))
    eventually = reply_model.soon(answers, np.array([now]), np.array([1.0]))
    never = reply_model.never(answers, np.array([now]))
    assert 0.0 <= soon[0] <= eventually[0] + 1e-12
    assert eventually[0] + never[0] == pytest.approx(1.0)
    assert ever == pytest.approx(1.0, abs=1e-2)


def test_an_answer_gets_less_likely_the_longer_one_waits() -> None:
    """For one and the same question."""
    story = Story()
    asked(story, "ann@acme.example", "2026-05-04 09:00")
    history = learnt(story)
    after = [chances(history, silent)[0] for silent in (0.0, 2.0, 10.0, 50.0, 200.0)]
    assert after == sorted(after, reverse=True)
    assert after[0] > 0.5 > after[-1]


@given(st.floats(0, 500), st.floats(0, 500), st.floats(0, 300))
@hypothesis_settings(deadline=None, max_examples=50)
def test_who_wrote_more_is_likelier_to_write_unasked_and_the_longer_one_waits(
    silent: float, ahead: float, mails: float
) -> None:
    """A probability; nothing in the two weeks in which every mail is the answer."""
    unasked = reply_model.Initiative(0.5, 300.0, 0.2)
    few, more = unasked.chance(np.array([mails, mails + 1]), np.full(2, silent), ahead)
    longer = unasked.chance(np.array([mails]), np.array([silent]), ahead + 1.0)[0]
    assert 0.0 <= few <= more + 1e-12 < 1.0
    assert few <= longer + 1e-12
    assert few == 0.0 or silent + ahead > reply_model.ANSWERS_EH


def test_after_a_long_silence_those_who_used_to_write_are_still_heard_from() -> None:
    """Nobody's question is answered after a quarter; who wrote every week writes again."""
    story = Story()
    for monday in pd.date_range("2025-12-01", "2026-01-26", freq="7D"):
        story.mail("ann@acme.example", to=story.me, at=f"{monday.date()} 09:00", subject="News")
    asked(story, "ann@acme.example", "2026-02-02 09:00")
    asked(story, "new@other.example", "2026-02-02 09:00")
    ann, new = chances(learnt(story).sort_values("person"), 600.0)
    assert ann > 0.08 > new > 0.01


def test_who_answered_before_is_likelier_to_answer_again() -> None:
    """And a colleague there is likelier than a stranger: contact, company, everyone."""
    story = Story()
    for day in range(1, 9):
        asked(story, "ann@acme.example", f"2026-03-{day:02} 09:00", f"2026-03-{day:02} 11:00")
    for day in range(1, 9):
        asked(story, "gus@ghost.example", f"2026-03-{day:02} 09:30")
    for name in ("ann@acme.example", "mate@acme.example", "new@other.example", "gus@ghost.example"):
        asked(story, name, "2026-05-04 09:00")
    ann, mate, new, gus = chances(learnt(story).tail(4).sort_values("person"))[:4]
    by_name = dict(zip(("ann", "gus", "mate", "new"), (ann, mate, new, gus), strict=True))
    assert by_name["ann"] > by_name["new"] > by_name["gus"]


def test_only_what_was_known_when_we_asked_counts() -> None:
    """Later answers of theirs change nothing about an earlier question."""
    story = Story()
    asked(story, "ann@acme.example", "2026-03-02 09:00")
    before = learnt(story).iloc[0]
    for day in range(10, 20):
        asked(story, "ann@acme.example", f"2026-04-{day} 09:00", f"2026-04-{day} 11:00")
    after = learnt(story).iloc[0]
    known = ["did", "of", "answers", "log_eh", "mails_in", "mails_out", "recency", "unanswered"]
    assert list(before[known]) == list(after[known])


def test_a_question_that_may_still_be_answered_in_time_is_no_outcome() -> None:
    """Answered or not: the whole horizon has to be over."""
    story = Story()
    asked(story, "ann@acme.example", "2026-02-02 09:00", "2026-02-02 12:00")
    asked(story, "bob@bolt.example", "2026-02-02 09:00")
    asked(story, "cy@cyan.example", "2026-05-25 09:00", "2026-05-25 12:00")
    ripe, came = reply_history.at_landmark(learnt(story), 0.0, HORIZON_EH)
    assert len(ripe) == 2
    assert sorted(came) == [False, True]
    still_silent, _ = reply_history.at_landmark(learnt(story), 10.0, HORIZON_EH)
    assert len(still_silent) == 1


def _made(rng: np.random.Generator, questions: int, rate: float) -> pd.DataFrame:
    """A history in which each of 40 contacts answers with a rate of their own."""
    own = rng.beta(6 * rate, 6 * (1 - rate), 40)
    person = rng.integers(0, 40, questions)
    answered = rng.random(questions) < own[person]
    made: dict[str, Any] = dict.fromkeys(reply_history.COLUMNS, np.zeros(questions))
    made |= {"person": person, "answered": answered, "elapsed_eh": np.full(questions, 1e6)}
    made |= {"waited_eh": np.exp(rng.normal(1.0, 1.5, questions)), "did": 8 * own[person]}
    made |= {"of": np.full(questions, 8.0), "length": rng.normal(4, 1, questions)}
    return pd.DataFrame(made)


def test_little_history_leaves_the_shipped_model_as_it_is() -> None:
    """Fewer than 300 known outcomes are not fitted to."""
    few = _made(np.random.default_rng(1), reply_fit.ENOUGH - 1, 0.5)
    assert reply_fit.refitted(few, SHIPPED) is SHIPPED


def test_enough_history_is_fitted_and_says_so() -> None:
    """The share of answers it expects becomes that of the history."""
    history = _made(np.random.default_rng(2), 600, 0.3)
    model = reply_fit.refitted(history, SHIPPED)
    assert model.origin == reply_fit.OWN
    assert model.outcomes == 600
    silent, ahead = np.zeros(600), np.full(600, HORIZON_EH)
    said = model.chance(reply_history.features(history, model, silent, ahead))
    raw = SHIPPED.chance(reply_history.features(history, SHIPPED, silent, ahead))
    truth = history["answered"].mean()
    assert abs(said.mean() - truth) < 0.05 < abs(raw.mean() - truth)


def test_a_logistic_regression_finds_what_made_the_outcomes() -> None:
    """With little holding it, the weights are those that were planted."""
    rng = np.random.default_rng(3)
    x = np.column_stack([np.ones(20_000), rng.normal(size=(20_000, 2))])
    y = rng.random(20_000) < 1 / (1 + np.exp(-(x @ np.array([-0.5, 1.0, -2.0]))))
    found = reply_fit.logistic(x, y, np.zeros(3), 1e-3)
    assert found == pytest.approx([-0.5, 1.0, -2.0], abs=0.1)


def test_weights_are_held_to_what_was_known() -> None:
    """With no outcomes at all they stay."""
    known = np.array([0.3, -1.0])
    assert reply_fit.logistic(np.zeros((0, 2)), np.zeros(0, bool), known, 5.0) == pytest.approx(
        known
    )


@pytest.mark.parametrize(("planted", "low", "high"), [(4.0, 2.0, 9.0), (60.0, 25.0, 200.0)])
def test_kappa_is_found_from_how_much_groups_differ(
    planted: float, low: float, high: float
) -> None:
    """Contacts that differ much are drawn to the mean little."""
    rng = np.random.default_rng(4)
    rate = rng.beta(planted * 0.4, planted * 0.6, 300)
    group = np.repeat(np.arange(300), 20)
    assert low <= reply_fit.kappa(group, rng.random(6000) < rate[group], 12.0) <= high


def test_kappa_keeps_what_is_known_where_nobody_was_asked_twice() -> None:
    """One question each tells nothing about how much people differ."""
    assert reply_fit.kappa(np.arange(5), np.array([True] * 5), 12.0) == 12.0


@given(st.floats(0.01, 500))
@hypothesis_settings(max_examples=50)
def test_log_gamma_is_that_of_the_library(x: float) -> None:
    """To eight digits."""
    assert reply_fit.log_gamma(np.array([x]))[0] == pytest.approx(
        math.lgamma(x), rel=1e-8, abs=1e-8
    )
