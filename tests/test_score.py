"""Scores: what the chosen numbers give, and what must never happen to them."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer import reply_model, score, verdict
from analyzer.frames import FAMILIES, shaped
from analyzer.settings import Settings
from analyzer.signals import SIGNALS
from analyzer.weights import WEIGHTS
from tests.builders import instant
from tests.derived_builder import Case

AS_OF: datetime = instant("2026-06-01 06:00").to_pydatetime()
PEOPLE = pd.DataFrame({"person": [1, 2, 3], "company": ["acme", "acme", "other"]})
FAMILY = {
    "moved_late": "meetings",
    "no_show": "meetings",
    "follow_ups_unanswered": "answers",
    "silent_after_proposal": "proposals",
    "promise_broken": "promises",
    "cycle": "cycles",
    "one_sided": "effort",
    "quick_answers": "answers",
    "meetings_kept": "meetings",
    "order": "proposals",
}
GOOD = ("quick_answers", "meetings_kept", "order")


def signals(*rows: tuple[int, str, float, int]) -> pd.DataFrame:
    """A signals frame of (person, signal, strength, age in days); every row its own episode."""
    made = [
        {
            "person": person,
            "company": PEOPLE.set_index("person")["company"][person],
            "topic": -1,
            "signal": name,
            "family": FAMILY[name],
            "episode": number,
            "at": instant("2026-06-01") - pd.Timedelta(days=age),
            "actor": "them",
            "via": -1,
            "good": name in GOOD,
            "act": name not in GOOD,
            "strength": strength,
            "evidence": (),
            "sentence": "",
        }
        for number, (person, name, strength, age) in enumerate(rows)
    ]
    frame = pd.DataFrame(made)
    frame["at"] = pd.to_datetime(frame["at"], utc=True)
    return shaped("signals", frame)


def wall(*rows: tuple[int, str, float, int], **fields: float) -> pd.DataFrame:
    """P(wall) and terms of persons 1, 2 and 3."""
    return score.wall(PEOPLE, signals(*rows), Settings(**fields), AS_OF)  # type: ignore[arg-type]


def full(*names: str) -> list[tuple[int, str, float, int]]:
    """So much fresh evidence of person 1 that the family of each signal is at its cap."""
    return [(1, name, 1.0, 0) for name in names for _ in range(6)]


def test_what_one_two_and_three_families_give() -> None:
    """With a prior of 5 % and k = 4: one family 0.74, two 0.994, three 0.9999."""
    one = wall(*full("moved_late"))
    two = wall(*full("moved_late", "cycle"))
    three = wall(*full("moved_late", "cycle", "promise_broken"))
    found = [frame["wall"].iloc[0] for frame in (one, two, three)]
    assert found == [pytest.approx(p, abs=0.0006) for p in (0.742, 0.994, 0.9999)]


def test_three_clear_fresh_offences_of_two_families_reach_the_gate() -> None:
    """Number of episodes and probability agree; half a year later, one more is needed."""
    clear = [(1, "moved_late", 0.95, 3), (1, "moved_late", 0.95, 9), (1, "promise_broken", 0.8, 6)]
    assert wall(*clear)["wall"].iloc[0] >= 0.95
    faded = [(person, name, strength, age + 180) for person, name, strength, age in clear]
    assert wall(*faded)["wall"].iloc[0] < 0.95
    assert wall(*faded, (1, "follow_ups_unanswered", 0.75, 3))["wall"].iloc[0] >= 0.95


def test_every_signal_has_its_weight() -> None:
    """A signal without a weight would be shown and never counted."""
    assert set(WEIGHTS) == set(SIGNALS)


def test_no_evidence_leaves_the_prior() -> None:
    """Who did nothing stands at the prior."""
    assert wall((1, "no_show", 1.0, 0))["wall"].iloc[2] == pytest.approx(0.05)


def test_rows_of_one_cause_count_once() -> None:
    """The strongest row of an episode stands for it."""
    rows = signals((1, "no_show", 1.0, 0), (1, "moved_late", 0.9, 0))
    together = rows.assign(episode=5)
    alone = signals((1, "no_show", 1.0, 0))
    found = [score.wall(PEOPLE, r, Settings(), AS_OF)["wall"].iloc[0] for r in (together, alone)]
    assert found[0] == found[1]


def test_one_cause_speaks_in_one_family() -> None:
    """A silence that is a cycle is not counted as a silence once more."""
    rows = signals((1, "cycle", 1.0, 0), (1, "follow_ups_unanswered", 1.0, 0))
    found = score.wall(PEOPLE, rows.assign(episode=5), Settings(), AS_OF).iloc[0]
    assert found["term_answers"] == 0.0
    assert (found["bad_episodes"], found["bad_families"]) == (1, 1)


def test_a_cause_speaks_where_there_is_room_for_it() -> None:
    """Of two cycles that fill their family, the weaker is told as the silence that it also was.

    To the gate both are cycles: walking away never rests on cycles alone.
    """
    rows = signals(
        (1, "cycle", 1.0, 0), (1, "follow_ups_unanswered", 0.75, 0),
        (1, "cycle", 0.9, 0), (1, "follow_ups_unanswered", 0.75, 0),
    )  # fmt: skip
    found = score.wall(PEOPLE, rows.assign(episode=[5, 5, 6, 6]), Settings(), AS_OF).iloc[0]
    assert found["term_cycles"] == pytest.approx(WEIGHTS["cycle"], abs=0.01)
    assert found["term_answers"] == pytest.approx(0.75 * WEIGHTS["follow_ups_unanswered"], abs=0.01)
    assert (found["bad_episodes"], found["bad_families"]) == (2, 1)


def test_evidence_fades_by_half_in_its_half_life() -> None:
    """After 270 days an offence weighs half."""
    fresh, old = wall((1, "no_show", 1.0, 0)), wall((1, "no_show", 1.0, 270))
    ratio = old["term_meetings"].iloc[0] / fresh["term_meetings"].iloc[0]
    assert ratio == pytest.approx(0.5, abs=0.01)


def test_where_everybody_at_a_company_behaves_alike_one_is_accused_less() -> None:
    """What others there do makes it usual there; at other companies it changes nothing."""
    habits = [(person, "moved_late", 1.0, 5) for person in (2,) for _ in range(20)]
    alone = wall((1, "moved_late", 1.0, 5))
    among = wall((1, "moved_late", 1.0, 5), *habits)
    elsewhere = wall((3, "moved_late", 1.0, 5), *habits)
    assert among["wall"].iloc[0] < alone["wall"].iloc[0]
    assert elsewhere["wall"].iloc[2] == pytest.approx(alone["wall"].iloc[0])


EVIDENCE = st.lists(
    st.tuples(
        st.just(1),
        st.sampled_from([name for name in FAMILY if name not in GOOD]),
        st.floats(0.1, 1.0),
        st.integers(0, 300),
    ),
    min_size=1,
    max_size=12,
)


@given(EVIDENCE, st.sampled_from(GOOD), st.floats(0.1, 1.0))
@settings(deadline=None, max_examples=40)
def test_good_evidence_never_raises_the_wall(
    evidence: list[tuple[int, str, float, int]], good: str, strength: float
) -> None:
    """Whatever is known, one more good sign does not accuse."""
    before = wall(*evidence)["wall"].iloc[0]
    after = wall(*evidence, (1, good, strength, 1))["wall"].iloc[0]
    assert after <= before + 1e-12


@given(EVIDENCE)
@settings(deadline=None, max_examples=40)
def test_one_family_alone_never_reaches_the_gate(
    evidence: list[tuple[int, str, float, int]],
) -> None:
    """However much of it: one family ends at 0.75 at most."""
    one = [row for row in evidence if FAMILY[row[1]] == FAMILY[evidence[0][1]]]
    assert wall(*one * 5)["wall"].iloc[0] < 0.75


@given(EVIDENCE)
@settings(deadline=None, max_examples=40)
def test_intervals_hold_their_point_and_terms_their_cap(
    evidence: list[tuple[int, str, float, int]],
) -> None:
    """Low ≤ point ≤ high within [0, 1]; no family beyond ±k."""
    found = wall(*evidence)
    assert ((found["wall_low"] <= found["wall"]) & (found["wall"] <= found["wall_high"])).all()
    assert found[[f"term_{family}" for family in FAMILIES]].abs().max().max() <= 4.0


def test_a_score_out_of_range_is_refused() -> None:
    """A probability above one is an error of ours and must not be shown."""
    frame = pd.DataFrame(
        {
            f"{name}{end}": [value]
            for name in ("not_honoured", "wall")
            for end, value in (("_low", 0.2), ("", 1.2), ("_high", 1.3))
        }
    )
    with pytest.raises(ValueError, match="must lie in its interval"):
        score.checked(frame)


def test_an_open_question_counts_only_as_far_as_its_silence_tells() -> None:
    """A question of today says nothing; one of three weeks ago a lot."""
    rates = []
    for asked_at in ("2026-06-01 05:50", "2026-05-28", "2026-05-11"):
        case = Case()
        case.ask(case.contact(), asked_at)
        rates.append(case.judged()["not_honoured"].iloc[0])
    assert rates == sorted(rates)
    assert rates[0] == pytest.approx(0.25, abs=0.01)


def test_the_rate_is_shrunk_towards_the_company() -> None:
    """Of two silent people one works where others answer; there the next may be honoured."""
    case = Case()
    ann, bob = case.contact("Ann", "acme.example"), case.contact("Bob", "bolt.example")
    mates = [case.contact(f"Mate{n}", "acme.example") for n in range(3)]
    for mate in mates:
        for day in range(1, 11):
            case.ask(mate, f"2026-05-{day:02}", answered_at=f"2026-05-{day:02} 12:00")
    for person in (ann, bob):
        case.ask(person, "2026-05-01")
    rate = case.judged()["not_honoured"]
    assert rate[mates[0]] < rate[ann] < rate[bob]


def test_an_unrelated_person_changes_nobody_beyond_shrinkage() -> None:
    """P(wall) of others stays the same, their rate moves a little at most."""
    first, second = Case(), Case()
    for case in (first, second):
        ann = case.contact()
        case.ask(ann, "2026-05-01", asks=3)
        case.change(ann, "moved", at="2026-05-21 07:00", old_start="2026-05-21 10:00")
    stranger = second.contact("Zoe", "zoo.example")
    second.ask(stranger, "2026-05-01", answered_at="2026-05-02")
    before, after = first.judged().loc[ann], second.judged().loc[ann]
    assert before["wall"] == after["wall"]
    assert before["not_honoured"] == pytest.approx(after["not_honoured"], abs=0.02)


@given(st.lists(st.floats(0.01, 2000), max_size=30), st.floats(0, 1), st.floats(0, 3000))
@settings(deadline=None, max_examples=50)
def test_never_is_a_probability_that_rises_with_the_silence(
    answered: list[float], rate: float, waited: float
) -> None:
    """P(never | s) grows with s and begins at 1 − π."""
    model = reply_model.latency(np.array(answered, dtype="float64"))
    come = model.share(np.array([0.0, waited, waited + 1.0]))
    start, now, later = reply_model.never(np.full(3, rate), come)
    assert start == pytest.approx(1.0 - rate)
    assert 0.0 <= start <= now <= later <= 1.0


def test_two_moves_in_one_fortnight_are_not_independent() -> None:
    """The gate counts them once, however much they weigh; three weeks apart they are two."""
    near = wall((1, "moved_late", 1.0, 3), (1, "no_show", 1.0, 9), (1, "promise_broken", 0.8, 30))
    apart = wall((1, "moved_late", 1.0, 3), (1, "no_show", 1.0, 24), (1, "promise_broken", 0.8, 30))
    assert (near["bad_episodes"].iloc[0], apart["bad_episodes"].iloc[0]) == (2, 3)
    assert near["wall"].iloc[0] >= apart["wall"].iloc[0]
    later = wall(*((1, "moved_late", 1.0, days_ago) for days_ago in (30, 10, 1)))
    assert later["bad_episodes"].iloc[0] == 2


@given(EVIDENCE, st.lists(st.integers(0, 5), min_size=12, max_size=12))
@settings(deadline=None, max_examples=40)
def test_nobody_passes_the_gate_without_two_families_of_different_causes(
    evidence: list[tuple[int, str, float, int]], causes: list[int]
) -> None:
    """Whatever the evidence: one cause is one episode and belongs to one family."""
    rows = signals(*evidence).assign(episode=causes[: len(evidence)])
    found = score.wall(PEOPLE, rows, Settings(), AS_OF)
    if verdict.gate(found, Settings())[0]:
        assert rows["episode"].nunique() >= 3
        pairs = rows[["family", "episode"]].drop_duplicates()
        both = pairs.merge(pairs, how="cross")
        other = (both["family_x"] != both["family_y"]) & (both["episode_x"] != both["episode_y"])
        assert other.any()
    assert found["bad_families"][0] <= found["bad_episodes"][0] <= rows["episode"].nunique()
