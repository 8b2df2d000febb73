"""One verdict per judged person: the gate, and what comes before and after it.

From top to bottom the first that holds: they objected; they said no; they named a later date; the
gate; near the gate without a last try; acts of theirs; silence; too little data; go on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer import noes, ranking, reasons
from analyzer.derived.everything import Derived
from analyzer.frames import VERDICTS, shaped
from analyzer.known import known as everything_known
from analyzer.next_steps import next_steps
from analyzer.settings import Settings
from analyzer.signals.rows import WEEK_EH, day
from store.facts import Facts

#: Log-odds that one family of acts must bring, good things set against them, for *change approach*.
ENOUGH: Final = 3.3
#: So many acts, faded and repaired ones counted in part, make a habit; one can happen to anybody.
HABIT: Final = 1.6
#: ... if they are of so many occasions: one bad fortnight is none.
OCCASIONS: Final = 2
#: So many more promises broken than kept are a habit, too; seldom enough, so not faded.
BREAKS: Final = 2
#: Log-odds of orders that outweigh acts, and those that outweigh a silence.
BUYS: Final = -1.0
BOUGHT: Final = -0.5
#: A silence is left alone, which is no offence, from so many times their patience on (with fewer
#: questions than TRIED in it: so many) ...
LASTS: Final = 2.5
UNTRIED_LASTS: Final = 4.0
#: ... twice as long where two answers do not yet tell how long they usually take ...
UNPACED: Final = 2.0
#: ... and not where what is good about them outweighs it: P(wall) must have doubled by it.
DOUBLED: Final = 2.0
#: ... where it is as strong as after one reminder, nearly all of their mail being here.
SILENCE: Final = 0.4
#: Share of the gate's probability from which a last try is due.
NEAR: Final = 0.95
#: With this many questions in a silence, a last try has been made.
TRIED: Final = 3
#: Fewer outcomes than this are too little to say anything.
LEAST: Final = 3


def verdicts(
    facts: Facts,
    derived: Derived,
    signals: pd.DataFrame,
    scores: pd.DataFrame,
    effort: pd.DataFrame,
    settings: Settings,
    as_of: datetime,
) -> pd.DataFrame:
    """One row per row of ``scores``, in its order."""
    known = everything_known(facts, derived, signals, scores, settings, as_of)
    chosen = _chosen(known, settings)
    frame = scores[["person", "company"]].assign(
        verdict=pd.Categorical(chosen, categories=VERDICTS),
        reason=_reasons(known, chosen, signals, settings, as_of),
        next_step=next_steps(known, chosen, settings, as_of),
        until=known["until"].where((chosen == "park") | (chosen == "win back")),
        milestone=known["milestone"].where(chosen == "park", ""),
        trend=ranking.trend(derived, signals, scores, settings, as_of),
        sure=ranking.sure(known, chosen),
    )
    frame["attention"] = ranking.attention(frame, derived, signals, effort, as_of)
    return shaped("verdicts", frame)


def gate(scores: pd.DataFrame, settings: Settings) -> pd.Series[bool]:
    """Who passes the gate: P(wall), independent episodes, families, and an act among them."""
    return (
        (scores["wall"] >= settings.gate_probability)
        & (scores["bad_episodes"] >= settings.gate_episodes)
        & (scores["bad_families"] >= settings.gate_families)
        & scores["has_act"]
    )


def _near(scores: pd.DataFrame, settings: Settings) -> pd.Series[bool]:
    return (
        (scores["wall"] >= NEAR * settings.gate_probability)
        & (scores["bad_episodes"] >= settings.gate_episodes - 1)
        & (scores["bad_families"] >= settings.gate_families)
    )


def _chosen(known: pd.DataFrame, settings: Settings) -> pd.Series[str]:
    tireless = (known["asks"] > TRIED) & (known["waited_eh"] >= 2 * LASTS * known["patience"])
    waits = ((known["quiet_eh"] >= WEEK_EH) & (known["asks"] > 0)) | tireless
    untried = known["asks"] < TRIED
    slowly = np.where(known["paced"], 1.0, UNPACED)
    lasts = known["patience"] * np.where(untried, UNTRIED_LASTS * slowly, LASTS)
    silence = waits & (known["waited_eh"] >= lasts)
    silence &= (known["silence"] >= SILENCE) & (known["wall"] >= DOUBLED * settings.prior_wall)
    remove = silence & known["woke_at"].notna()
    habit = (known["acts"] >= HABIT) & (known["act_times"] >= OCCASIONS)
    habit &= known[["term_meetings", "term_promises", "term_cycles"]].max(axis=1) >= ENOUGH
    breaks = (known["breaks"] >= BREAKS) & (known["term_promises"] >= ENOUGH)
    buys = known["term_proposals"] <= BUYS
    bought = known["term_proposals"] <= BOUGHT
    gatekept = known["only_assistant"] & (known["term_answers"] > 0)
    rules = {
        "do not contact": known["stop_at"].notna(),
        "win back": known["no_at"].notna(),
        "park": known["parked"],
        "walk away": gate(known, settings),
        "last try": _near(known, settings) & untried & waits,
        "change approach": ((habit | gatekept | known["curious"]) & ~buys) | breaks,
        "stop chasing": silence & ~bought & (~untried | remove),
        "last try ": silence & ~bought & untried,
        "unclear": (known["outcomes"] < LEAST) & (known["bad_episodes"] == 0),
    }
    picked = np.select(
        [rule.to_numpy("bool") for rule in rules.values()], list(rules), "keep going"
    )
    return pd.Series(picked, index=known.index, dtype="str").str.strip()


def _reasons(
    known: pd.DataFrame,
    chosen: pd.Series[str],
    signals: pd.DataFrame,
    settings: Settings,
    as_of: datetime,
) -> pd.Series[str]:
    """Why: their own words where they decided it, else what they did."""
    bad = reasons.did(known["person"], signals, settings, as_of, good=False)
    good = reasons.did(known["person"], signals, settings, as_of, good=True)
    said_no = "They said no on " + day(known["no_at"], settings.zone, as_of)
    stopped = "They asked on " + day(known["stop_at"], settings.zone, as_of)
    later = reasons.asked_to_wait(known["later_words"], known["park_until"], settings, as_of)
    aside = reasons.put_aside(known["milestone"], known["park_until"], settings, as_of)
    quiet = "Silent since " + day(known["silent_since"], settings.zone, as_of)
    undone = bad.str.replace(r"^[^:]*", "", regex=True).where(bad != "", ".")
    fallback = bad.where(bad != "", good)
    told = {
        "do not contact": stopped
        + " not to be contacted"
        + reasons.quoted(known["stop_words"])
        + ".",
        "win back": said_no
        + reasons.quoted(known["no_words"])
        + "."
        + (" " + known["why_no"].map(noes.TOLD)).fillna(""),
        "park": aside.where(known["put_aside"], later),
        "stop chasing": (quiet + undone).where(
            known["woke_at"].isna(), _woken(known, settings, as_of)
        ),
        "keep going": _balanced(good, bad),
        "unclear": pd.Series("Too little has happened to say anything.", index=known.index),
    }
    return _by_verdict(chosen, told, fallback).str.strip()


def _woken(known: pd.DataFrame, settings: Settings, as_of: datetime) -> pd.Series[str]:
    """That the time to wait is over, they were asked, and nothing came."""
    waited = "The time to wait ended on " + day(known["woke_at"], settings.zone, as_of)
    return (
        waited + "; asked since " + day(known["silent_since"], settings.zone, as_of) + " in vain."
    )


def _balanced(good: pd.Series[str], bad: pd.Series[str]) -> pd.Series[str]:
    """Both sides, so that nothing is hidden when the good outweighs."""
    but = (" But s" + bad.str.removeprefix("S")).where(bad != "", "")
    return good.where(good != "", "Nothing grave speaks against it.") + but


def _by_verdict(
    chosen: pd.Series[str], told: dict[str, pd.Series[str]], fallback: pd.Series[str]
) -> pd.Series[str]:
    result = fallback.astype("str")
    for verdict, sentence in told.items():
        result = result.where(chosen != verdict, sentence.astype("str"))
    return result
