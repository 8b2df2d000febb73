"""Questions of ours that wait: what the signals about silence have in common."""

from __future__ import annotations

from datetime import datetime
from itertools import chain
from typing import Final

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.signals import rows

_MONTH_EH: Final = rows.WEEK_EH * 365.25 / 12 / 7


def ours(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Episodes in which we asked, by hand, before ``as_of``."""
    episodes = derived.episodes
    asked = (episodes["direction"] == "ours") & ~episodes["sequence"]
    return episodes[asked & (episodes["asked_at"] <= pd.Timestamp(as_of))]


def telling(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Questions of ours of which something is known: an answer that is here, or proven silence."""
    questions = ours(derived, as_of)
    proven = rows.proven(derived, questions["person"]) > 0.0
    answered = ~questions["open"] & (questions["answered_kind"] != "unseen")
    return questions[answered | (questions["open"] & proven)]


def silent(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Open questions of ours that nothing explains away.

    Not after won or lost, not before a decision date they named, not while they are away, and
    not where half of what they write is not here.
    """
    open_ones = ours(derived, as_of)
    open_ones = open_ones[open_ones["open"]]
    over = rows.settled(derived)["topic"]
    waits = open_ones["suspended_until"].isna() | (
        open_ones["suspended_until"] <= pd.Timestamp(as_of)
    )
    proven = rows.proven(derived, open_ones["person"]) > 0.0
    open_ones = open_ones[waits & proven & ~open_ones["topic"].isin(over)]
    now = pd.Series(pd.Timestamp(as_of), index=open_ones.index)
    return open_ones.loc[~rows.away(derived, open_ones["person"], now)]


def ended(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Questions of ours that were answered long after they should have been, reminders in between.

    Longer than twice their patience: the answer ends the waiting, not what is known of it.
    """
    answered = ours(derived, as_of)
    answered = answered[(answered["answered_at"] <= pd.Timestamp(as_of)) & (answered["asks"] > 1)]
    unusual = 2.0 * patience(derived, answered["person"], as_of)
    named = answered["suspended_until"].notna()
    return answered[(answered["waited_eh"] >= unusual) & ~named]


def silences(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """One row per silence that waits or ended so late: all that we asked into it.

    Columns as of episodes, and cause, patience (eh), since_eh (since we last asked), lies (a
    proposal waits longer than their patience) and offered_eh (how long it does).
    """
    parts = [part for part in (silent(derived, as_of), ended(derived, as_of)) if len(part)]
    each = pd.concat(parts) if parts else silent(derived, as_of)
    each = each.assign(cause=cause(each), patience=patience(derived, each["person"], as_of))
    each["lies"] = each["proposal"] & (each["waited_eh"] >= each["patience"])
    each = each.assign(
        proposal_at=each["proposal_at"].where(each["lies"]),
        offered_eh=each["waited_eh"].where(each["lies"]),
        wanted=each["requested"] & each["lies"],
    )
    each = each.sort_values(["last_asked_at", "episode"], kind="stable")
    grouped = each.groupby("cause", as_index=False)
    return grouped.agg(
        person=("person", "first"),
        topic=("topic", "last"),
        open=("open", "last"),
        asks=("asks", "sum"),
        asked_at=("asked_at", "min"),
        last_asked_at=("last_asked_at", "max"),
        waited_eh=("waited_eh", "max"),
        since_eh=("waited_since_last_eh", "last"),
        patience=("patience", "first"),
        lies=("lies", "any"),
        proposal_at=("proposal_at", "min"),
        offered_eh=("offered_eh", "max"),
        requested=("wanted", "any"),
        evidence=("evidence", lambda shown: tuple(chain.from_iterable(shown))),
    )


def cause(episodes: pd.DataFrame) -> pd.Series[int]:
    """One number per silence: all questions of a person that wait, or that one answer ended."""
    return episodes.groupby(["person", "answered_at"], dropna=False)["episode"].transform("min")


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


def ending(silences: pd.DataFrame) -> pd.Series[str]:
    """How a sentence about each of ``silences`` ends."""
    return silences["open"].map({True: ".", False: "; then one came."}).astype("str")


def weeks_waited(eh: pd.Series[float]) -> pd.Series[str]:
    """Effective hours as working time: ``8 working days``, ``9 weeks``, ``7 months``."""
    days = rows.counted((eh / 10).round().fillna(0).astype("int64"), "working day")
    weeks = rows.counted((eh / rows.WEEK_EH).round().fillna(0).astype("int64"), "week")
    months = rows.counted((eh / _MONTH_EH).round().fillna(0).astype("int64"), "month")
    long = weeks.where(eh < 6 * _MONTH_EH, months)
    return days.where(eh < 6 * rows.WEEK_EH, long)
