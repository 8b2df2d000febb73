"""Judged month by month from what could be known then."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analyzer import backtest, calibration
from analyzer.settings import Settings
from reports import hindsight, page
from store.facts import Facts
from tests.builders import Story, instant
from tests.home_builder import ANN, ME, RepHome, home, mail

__all__ = ["home"]

AS_OF = instant("2026-07-01 06:00").to_pydatetime()
ORIGIN = instant("2026-04-01").to_pydatetime()


def asked(story: Story, to: str, at: str, answered_at: str | None = None) -> None:
    """We make an offer that asks; they answer, or not."""
    intents = ["expects_reply", "proposal"]
    question = story.mail(story.me, to=to, at=at, subject=f"Offer {at}", intents=intents)
    if answered_at:
        story.mail(to, to=story.me, at=answered_at, subject=f"Re: Offer {at}", answers=question)


def half_a_year() -> Story:
    """Ann answers every week; Gus never does; one question to Bob is answered in April."""
    story = Story(observed="2026-06-30")
    for name in ("ann@acme.example", "gus@ghost.example", "bob@bolt.example"):
        first = story.mail(
            name, to=story.me, at="2025-12-01 09:00", subject="Prices", intents=["expects_reply"]
        )
        story.mail(story.me, to=name, at="2025-12-01 12:00", subject="Re: Prices", answers=first)
    for monday in pd.date_range("2026-01-05", "2026-06-15", freq="7D"):
        day = str(monday.date())
        asked(story, "ann@acme.example", f"{day} 09:00", f"{day} 15:00")
        asked(story, "gus@ghost.example", f"{day} 10:00")
    asked(story, "bob@bolt.example", "2026-03-30 09:00", "2026-04-10 09:00")
    return story


def run(facts: Facts) -> backtest.Backtest:
    """The backtest of these facts."""
    return backtest.backtest(facts, Settings(), AS_OF)


def test_only_what_could_be_known_is_looked_at() -> None:
    """Later mail, marks made later and outcomes of deals that were open are hidden."""
    story = half_a_year()
    told = story.facts()
    marks = pd.DataFrame(
        {"mark": [1, 2], "kind": "won", "target": "ann@acme.example", "value": ""}
    ).assign(
        occurred_at=[instant("2026-03-01")] * 2,
        observed_at=[instant("2026-03-02"), instant("2026-05-01")],
    )
    deals = pd.DataFrame({"deal": [1], "contact": "ann@acme.example", "topic": "T"}).assign(
        stage="Closed", value=1.0, currency="EUR", owner="", outcome="won",
        close_at=instant("2026-05-01"), observed_at=instant("2026-06-30"),
    )  # fmt: skip
    told = replace(told, marks=marks, deals=deals)
    then = backtest.knowable(told, ORIGIN)
    assert then.messages["sent_at"].max() <= pd.Timestamp(ORIGIN)
    assert set(then.participants["message"]) <= set(then.messages["message"])
    assert set(then.intents["message"]) <= set(then.messages["message"])
    assert list(then.marks["mark"]) == [1]
    assert list(then.deals["outcome"]) == [""]
    assert list(backtest.knowable(told, AS_OF).deals["outcome"]) == ["won"]


def test_what_came_later_changes_nothing_that_was_said() -> None:
    """The same origin says the same with and without the months after it."""
    whole = half_a_year().facts()
    cut = replace(
        whole, messages=whole.messages[(whole.messages["sent_at"] <= "2026-05-15").to_numpy()]
    )
    kept = set(cut.messages["message"])
    cut = replace(
        cut,
        participants=cut.participants[cut.participants["message"].isin(kept)],
        intents=cut.intents[cut.intents["message"].isin(kept)],
    )
    at = pd.Timestamp(ORIGIN)
    first, second = run(whole).said, run(cut).said
    columns = ["kind", "chance", "baseline"]
    early = [
        said.loc[said["origin"] == at, columns].reset_index(drop=True) for said in (first, second)
    ]
    answers = [told[told["kind"] == "answer"].reset_index(drop=True) for told in early]
    assert len(answers[0])
    pd.testing.assert_frame_equal(answers[0], answers[1])


def test_outcomes_are_what_followed() -> None:
    """Bob's open question of April the first was answered in time, Gus's were not."""
    found = run(half_a_year().facts())
    people = found.last.people.set_index("address")["person"]
    april = found.said[
        (found.said["kind"] == "answer") & (found.said["origin"] == pd.Timestamp(ORIGIN))
    ].set_index("person")
    assert bool(april["came"][people["bob@bolt.example"]])
    assert not april.loc[[people["gus@ghost.example"]], "came"].any()
    honoured = found.said[found.said["kind"] == "not honoured"].groupby("person")["came"].mean()
    assert honoured[people["ann@acme.example"]] == 0.0
    assert honoured[people["gus@ghost.example"]] == 1.0


def test_who_came_back_is_told_by_name() -> None:
    """Gus is silent from January on, is given up on, and writes in March."""
    story = half_a_year()
    story.mail("gus@ghost.example", to=story.me, at="2026-03-10 09:00", subject="Sorry")
    view = hindsight.hindsight(run(story.facts()), "UTC", "EUR")
    gus = [one for one in view.given_up if one.person.address == "gus@ghost.example"]
    assert gus
    assert {one.verdict for one in gus} <= set(backtest.GIVEN_UP)
    told = hindsight.render(view, 200)
    assert f"{gus[0].person.name}: stop chasing" in told
    assert "came back on 10 Mar 2026" in told
    assert "Judged 4 times" in told
    assert "Had you stopped at a P(wall) of" in told
    assert "<svg" in page.backtest(view)


def test_too_little_history_is_said() -> None:
    """Nothing is made up where there is nothing to look back on."""
    story = Story()
    asked(story, "ann@acme.example", "2026-06-20 09:00")
    view = hindsight.hindsight(run(story.facts()), "UTC", "EUR")
    assert hindsight.render(view).startswith("Too little history")
    assert "Too little history" in page.backtest(view)


@pytest.mark.parametrize("form", [[], ["--json"], ["--html", "--no-open"]])
def test_brickwall_backtest_from_the_command_line(home: RepHome, form: list[str]) -> None:
    """In words, for programs, and as a page in a file."""
    for month in ("01", "02", "03", "04", "05"):
        home.write(
            mail(
                ME, ANN, f"2026-{month}-05 09:00", "Here is our proposal. Could you tell me more?"
            ),
            mail(ANN, ME, f"2026-{month}-06 09:00", "Thank you, this looks good to us."),
        )
    assert home.run("backtest", *form) == 0, home.said
    if form == ["--json"]:
        assert json.loads(home.said)["kind"] == "backtest"
    elif form:
        assert (home.folder / "reports" / "backtest.html").exists() or "Written to" in home.said
    else:
        assert "too few to say how good they were" in home.said


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=60))
@hypothesis_settings(deadline=None, max_examples=50)
def test_auc_is_the_share_of_pairs_in_the_right_order(told: list[tuple[float, bool]]) -> None:
    """Ties count one half."""
    chance = np.array([p for p, _ in told])
    came = np.array([c for _, c in told])
    found = calibration.auc(chance, came)
    pairs = [(p > q) + 0.5 * (p == q) for p in chance[came] for q in chance[~came]]
    assert np.isnan(found) if not pairs else found == pytest.approx(np.mean(pairs))


def test_perfect_calibration_has_no_error_and_skill_over_the_rate() -> None:
    """Twenty times a quarter, five of them true; against saying a half."""
    chance, came = np.full(20, 0.25), np.arange(20) < 5
    assert calibration.expected_error(chance, came) == pytest.approx(0.0)
    assert calibration.skill(chance, np.full(20, 0.5), came) == pytest.approx(0.25)


@pytest.mark.parametrize(("k", "n", "bound"), [(0, 80, 0.0368), (4, 80, 0.1108), (3, 3, 1.0)])
def test_upper_bounds_are_clopper_pearson(k: int, n: int, bound: float) -> None:
    """One-sided 95 %."""
    assert calibration.upper_bound(k, n) == pytest.approx(bound, abs=5e-4)
