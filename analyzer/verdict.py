"""One verdict per judged person: the gate, and what comes before and after it.

From top to bottom the first that holds: they objected; they said no; they named a later date; the
gate; near the gate without a last try; acts of theirs; silence; too little data; go on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer import reasons, score, standing
from analyzer.derived.everything import Derived
from analyzer.frames import FAMILIES, VERDICTS, shaped
from analyzer.settings import Settings
from analyzer.signals import asked
from analyzer.signals.rows import WEEK_EH, day, looked_up, numbered
from store.facts import Facts

#: Log-odds that one family of acts must bring, good things set against them, for *change approach*.
ENOUGH: Final = 3.0
#: So many acts, faded ones counted in part, make a habit; one can happen to anybody.
HABIT: Final = 1.5
#: Log-odds of orders that outweigh acts.
BUYS: Final = -1.0
#: A silence is left alone, which is no offence, from so many times their patience on (with fewer
#: questions than TRIED in it: so many) ...
LASTS: Final = 2.0
UNTRIED_LASTS: Final = 3.0
#: ... where it is as strong as after one reminder, nearly all of their mail being here.
SILENCE: Final = 0.4
#: Share of the gate's probability from which a last try is due.
NEAR: Final = 0.8
#: With this many questions in a silence, a last try has been made.
TRIED: Final = 3
#: Fewer outcomes than this are too little to say anything.
LEAST: Final = 3
#: The trend compares with so long before.
TREND: Final = pd.Timedelta(days=28)

#: How much a verdict matters in the order of the report.
SEVERITY: Final = {
    "walk away": 5.0,
    "last try": 4.0,
    "change approach": 3.5,
    "do not contact": 3.0,
    "stop chasing": 3.0,
    "win back": 1.5,
    "park": 1.5,
    "keep going": 1.0,
    "unclear": 0.5,
}


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
    known = _known(facts, derived, signals, scores, settings, as_of)
    chosen = _chosen(known, settings)
    frame = scores[["person", "company"]].assign(
        verdict=pd.Categorical(chosen, categories=VERDICTS),
        reason=_reasons(known, chosen, signals, settings, as_of),
        next_step=_next_steps(known, chosen, settings, as_of),
        until=known["until"].where((chosen == "park") | (chosen == "win back")),
        milestone=known["milestone"].where(chosen == "park", ""),
        trend=_trend(derived, signals, scores, settings, as_of),
        sure=_sure(known, chosen),
    )
    frame["attention"] = _attention(frame, derived, signals, effort, as_of)
    return shaped("verdicts", frame)


def _known(
    facts: Facts,
    derived: Derived,
    signals: pd.DataFrame,
    scores: pd.DataFrame,
    settings: Settings,
    as_of: datetime,
) -> pd.DataFrame:
    """Everything a verdict looks at; rows as ``scores``."""
    people = scores["person"]
    no = standing.refused(facts, derived, as_of).set_index("person")
    stop = standing.objected(derived, as_of).set_index("person")
    later = standing.parked(facts, derived, settings, as_of).set_index("person")
    known = scores.assign(
        stop_at=looked_up(people, stop["at"]),
        stop_words=_words(people, stop["words"]),
        no_at=looked_up(people, no["at"]),
        no_words=_words(people, no["words"]),
        later_words=_words(people, later["words"]),
        parked=people.isin(later.index),
        park_until=looked_up(people, later["until"]),
        milestone=_words(people, later["milestone"]),
        put_aside=people.isin(later.index[later["by_us"].to_numpy("bool")]),
        acts=looked_up(people, _acts(signals, settings, as_of)).fillna(0),
        only_assistant=people.isin(signals.loc[signals["signal"] == "only_assistant", "person"]),
    )
    known["until"] = known["park_until"].where(
        known["no_at"].isna(), known["no_at"] + standing.WIN_BACK
    )
    return known.join(_silence(people, derived, signals, as_of))


def _acts(signals: pd.DataFrame, settings: Settings, as_of: datetime) -> pd.Series[float]:
    """How much is left of the acts of each person, one per cause."""
    did = signals[signals["act"] & ~signals["good"] & (signals["actor"] == "them")]
    left = did["strength"] * score.faded(did["at"], settings.half_life_days, as_of)
    one = did.assign(left=left).groupby(["person", "episode"])["left"].max()
    return one.groupby("person").sum()


def _words(people: pd.Series[int], known: pd.Series[str]) -> pd.Series[str]:
    return looked_up(people, known).fillna("").astype("str")


def _silence(
    people: pd.Series[int], derived: Derived, signals: pd.DataFrame, as_of: datetime
) -> pd.DataFrame:
    """Per person: questions asked in the silence that lasts, how long, since when, outcomes."""
    silences = asked.silences(derived, as_of)
    still = silences[silences["open"]].set_index("person")
    ours = asked.known(derived, as_of).groupby("person")["episode"].size()
    held = derived.meetings.loc[derived.meetings["start"] <= pd.Timestamp(as_of), "meeting"]
    met = derived.attendees[derived.attendees["meeting"].isin(held)]
    met_times = met.groupby("person")["meeting"].nunique()
    outcomes = looked_up(people, ours).fillna(0) + looked_up(people, met_times).fillna(0)
    return pd.DataFrame(
        {
            "asks": looked_up(people, still["asks"]).fillna(0),
            "quiet_eh": looked_up(people, still["since_eh"]).fillna(0.0),
            "waited_eh": looked_up(people, still["waited_eh"]).fillna(0.0),
            "patience": looked_up(people, still["patience"]).fillna(np.inf),
            "silence": looked_up(people, _strength(still, signals)).fillna(0.0),
            "silent_since": looked_up(people, still["asked_at"]),
            "outcomes": outcomes,
        }
    )


def _strength(still: pd.DataFrame, signals: pd.DataFrame) -> pd.Series[float]:
    """How strong the signals of each silence are, by person."""
    told = signals[signals["signal"].isin(["follow_ups_unanswered", "silent_after_proposal"])]
    told = told[told["episode"].isin(numbered("episode", still["cause"]))]
    return told.groupby("person")["strength"].max()


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
    lasts = known["patience"] * np.where(untried, UNTRIED_LASTS, LASTS)
    silence = waits & (known["waited_eh"] >= lasts)
    silence &= known["silence"] >= SILENCE
    habit = known["acts"] >= HABIT
    habit &= known[["term_meetings", "term_promises", "term_cycles"]].max(axis=1) >= ENOUGH
    buys = known["term_proposals"] <= BUYS
    gatekept = known["only_assistant"] & (known["term_answers"] > 0)
    rules = {
        "do not contact": known["stop_at"].notna(),
        "win back": known["no_at"].notna(),
        "park": known["parked"],
        "walk away": gate(known, settings),
        "last try": _near(known, settings) & untried & waits,
        "change approach": (habit | gatekept) & ~buys,
        "stop chasing": silence & ~buys & ~untried,
        "last try ": silence & ~buys & untried,
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
        "win back": said_no + reasons.quoted(known["no_words"]) + ".",
        "park": aside.where(known["put_aside"], later),
        "stop chasing": quiet + undone,
        "keep going": _balanced(good, bad),
        "unclear": pd.Series("Too little has happened to say anything.", index=known.index),
    }
    return _by_verdict(chosen, told, fallback).str.strip()


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


def _next_steps(
    known: pd.DataFrame, chosen: pd.Series[str], settings: Settings, as_of: datetime
) -> pd.Series[str]:
    step = reasons.next_steps(chosen)
    when = day(known["until"], settings.zone, as_of)
    dated = known["until"].notna()
    park = ("Leave it until " + when + ", then ask once.").where(dated, step)
    waits_for = "Wait for this: " + known["milestone"] + ". Then ask once."
    park = park.where(dated | (known["milestone"] == ""), waits_for)
    win = "Thank them, leave them in peace, and ask on " + when + " what has changed."
    gatekept = "Ask the assistant for ten minutes with them by phone, or find another way in."
    step = step.where(~((chosen == "change approach") & known["only_assistant"]), gatekept)
    return _by_verdict(chosen, {"park": park, "win back": win}, step)


def _trend(
    derived: Derived,
    signals: pd.DataFrame,
    scores: pd.DataFrame,
    settings: Settings,
    as_of: datetime,
) -> pd.Series[str]:
    """P(wall) now against four weeks before, from what was known then, in log odds."""
    then = (pd.Timestamp(as_of) - TREND).to_pydatetime()
    before = score.wall(scores[["person", "company"]], signals, settings, then)
    terms = [f"term_{family}" for family in FAMILIES]
    change = scores[terms].sum(axis=1).to_numpy() - before[terms].sum(axis=1).to_numpy()
    first = derived.contacts.set_index("person")["first_at"]
    fresh = (looked_up(scores["person"], first) > pd.Timestamp(then)).to_numpy("bool")
    trend = np.select([fresh, change > 0.5, change < -0.5], ["new", "worse", "better"], "steady")
    return pd.Series(trend, index=scores.index, dtype="str")


def _sure(known: pd.DataFrame, chosen: pd.Series[str]) -> pd.Series[str]:
    """How sure: their own words are sure; else by how narrow the interval is."""
    width = known["wall_high"] - known["wall_low"]
    seen = known["bad_episodes"] + known["good_episodes"]
    told = chosen.isin(["do not contact", "win back", "park"])
    sure = told | ((width <= 0.2) & (seen >= 5))
    fairly = (width <= 0.5) & (seen >= 3)
    return pd.Series(
        np.select([sure, fairly], ["sure", "fairly sure"], "not sure"), known.index, dtype="str"
    )


def _attention(
    frame: pd.DataFrame,
    derived: Derived,
    signals: pd.DataFrame,
    effort: pd.DataFrame,
    as_of: datetime,
) -> pd.Series[float]:
    """Severity × (1 + hours this week) × (1 + log10(1 + open value)), doubled by news."""
    people = frame["person"]
    severity = frame["verdict"].astype("str").map(SEVERITY).astype("float64")
    week = looked_up(people, effort.set_index("person")["week_hours"]).fillna(0.0)
    open_topics = derived.topics[derived.topics["outcome"] == ""]
    value = looked_up(people, open_topics.groupby("person")["value"].sum()).fillna(0.0)
    bad = signals[~signals["good"] & (signals["at"] > pd.Timestamp(as_of) - pd.Timedelta(days=7))]
    news = 1.0 + people.isin(bad["person"]).astype("float64")
    worth = pd.Series(np.log10(1.0 + value.clip(lower=0.0)), index=frame.index)
    return severity * (1.0 + week) * (1.0 + worth) * news
