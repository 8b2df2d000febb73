"""Around a verdict: where it goes, how sure it is, and how much it matters this week."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer import score
from analyzer.derived.everything import Derived
from analyzer.frames import FAMILIES
from analyzer.settings import Settings
from analyzer.signals.rows import looked_up

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


def trend(
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
    shown = np.select([fresh, change > 0.5, change < -0.5], ["new", "worse", "better"], "steady")
    return pd.Series(shown, index=scores.index, dtype="str")


def sure(known: pd.DataFrame, chosen: pd.Series[str]) -> pd.Series[str]:
    """How sure: their own words are sure; else by how narrow the interval is."""
    width = known["wall_high"] - known["wall_low"]
    seen = known["bad_episodes"] + known["good_episodes"]
    told = chosen.isin(["do not contact", "win back", "park"])
    certain = told | ((width <= 0.2) & (seen >= 5))
    fairly = (width <= 0.5) & (seen >= 3)
    return pd.Series(
        np.select([certain, fairly], ["sure", "fairly sure"], "not sure"), known.index, dtype="str"
    )


def attention(
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
