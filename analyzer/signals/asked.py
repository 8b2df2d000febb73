"""Questions of ours that wait: what the signals about silence have in common."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.signals import rows


def ours(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Episodes in which we asked, by hand, before ``as_of``."""
    episodes = derived.episodes
    asked = (episodes["direction"] == "ours") & ~episodes["sequence"]
    return episodes[asked & (episodes["asked_at"] <= pd.Timestamp(as_of))]


def silent(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Open questions of ours that nothing explains away.

    Not after won or lost, not before a decision date they named, not while they are away.
    """
    open_ones = ours(derived, as_of)
    open_ones = open_ones[open_ones["open"]]
    over = rows.settled(derived)["topic"]
    waits = open_ones["suspended_until"].isna() | (
        open_ones["suspended_until"] <= pd.Timestamp(as_of)
    )
    open_ones = open_ones[waits & ~open_ones["topic"].isin(over)]
    now = pd.Series(pd.Timestamp(as_of), index=open_ones.index)
    return open_ones.loc[~rows.away(derived, open_ones["person"], now)]


def patience(derived: Derived, person: pd.Series[int], as_of: datetime) -> pd.Series[float]:
    """Effective hours after which the silence of each person is unusual.

    A working week, or twice what they usually take when they answer (from two answers on, up to
    six weeks): who is slow but answers is given the time they need.
    """
    answered = ours(derived, as_of)
    answered = answered[answered["answered_at"] <= pd.Timestamp(as_of)]
    waits = answered.groupby("person")["waited_eh"].agg(["median", "size"])
    usual = 2.0 * waits.loc[waits["size"] >= 2, "median"]
    known = rows.looked_up(person, usual).astype("float64").fillna(0.0)
    return known.clip(lower=rows.WEEK_EH, upper=6 * rows.WEEK_EH)


def weeks_waited(eh: pd.Series[float]) -> pd.Series[str]:
    """Effective hours as working time: ``8 working days``."""
    return rows.counted((eh / 10).round().fillna(0).astype("int64"), "working day")
