"""What each episode weighs in P(wall): its signal, its strength, its age, and where it speaks."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer.settings import Settings

#: 1.5 · ln[P(evidence | wall) / P(evidence | normal)] of one full-strength episode: three clear,
#: fresh offences of two families, with nothing good against them, just reach the gate.
WEIGHTS: Final[dict[str, float]] = {
    "moved_late": 2.7,
    "cancelled_late": 2.7,
    "declined_late": 2.4,
    "no_show": 3.3,
    "moved_again": 2.7,
    "follow_ups_unanswered": 3.3,
    "silent_after_proposal": 3.3,
    "ever_slower": 0.9,
    "put_off": 1.8,
    "promise_broken": 3.6,
    "cycle": 3.9,
    "only_assistant": 1.8,
    "one_sided": 1.8,
    "fact_finder": 1.8,
    "quick_answers": -0.2,
    "meetings_kept": -1.2,
    "repaired": -0.9,
    "promise_kept": -1.2,
    "order": -2.2,
}
#: An episode weaker than this, faded strength included, is too faint to be counted.
COUNTED: Final = 0.15
#: Offences about meetings in so long are not independent of each other.
FORTNIGHT: Final = pd.Timedelta(days=14)
# Standard deviation of one episode's weight, as a share of it.
_WEIGHT_SPREAD: Final = 0.5
# In one family, so many of a hundred episodes of usual people are bad ones; known as well as from
# so many episodes of the company.
_USUALLY_BAD: Final = 0.1
_COMPANY: Final = 40.0


def weighed(
    signals: pd.DataFrame, people: pd.DataFrame, settings: Settings, as_of: datetime
) -> pd.DataFrame:
    """One row per (person, episode, good): what its strongest signal weighs.

    Columns of signals, and left (faded strength), counted, own (below), weight (log odds, below 0
    for what is good) and spread (the variance of the weight).

    One cause speaks in one family: a silence that is a cycle is not a silence once more. It
    speaks where it says most, unless that family is full and it can speak in another. To the gate
    it belongs to the first of these whatever it speaks in: ``own``.

    A company where everybody behaves like that tells little about one person there: what is
    usual rises with the share of bad episodes of the *others* there, and the weight falls.
    """
    known = signals[(signals["at"] <= pd.Timestamp(as_of)) & (signals["actor"] == "them")]
    known = known[known["person"].isin(people["person"])]
    left = known["strength"] * faded(known["at"], settings.wall_half_life_days, as_of)
    weight = known["signal"].map(WEIGHTS).astype("float64")
    known = known.assign(left=left, size=left * weight.abs(), family=known["family"].astype("str"))
    key = ["person", "episode", "good"]
    acts = known.groupby(key)["act"].transform("any").astype("bool")
    known = known.assign(act=acts, counted=left >= COUNTED)
    one = _one_family_each(known, key, settings.term_cap)
    usual = _unusual_share(one)
    size = (one["size"] - one["left"] * usual).clip(lower=0.0).where(~one["good"], one["size"])
    return one.assign(weight=size.where(~one["good"], -size), spread=(_WEIGHT_SPREAD * size) ** 2)


def _one_family_each(known: pd.DataFrame, key: list[str], cap: float) -> pd.DataFrame:
    """One row per episode: its largest, or its second where that family has less room for it.

    ``own`` stays the family of the largest.

    Episodes that can speak in one family alone take their room in it first, then the largest.
    """
    in_family = [*key, "family"]
    ordered = known.sort_values([*key, "size"], ascending=[True] * 3 + [False], kind="stable")
    ways = ordered.drop_duplicates(in_family).reset_index(drop=True)
    ways = ways.assign(own=ways.groupby(key)["family"].transform("first"))
    number = ways.groupby(key).cumcount()
    first = ways[number == 0]
    second = ways[number == 1].set_index(key)
    elsewhere = second["size"].reindex(pd.MultiIndex.from_frame(first[key])).fillna(0.0)
    first = first.assign(elsewhere=elsewhere.to_numpy(), movable=elsewhere.to_numpy() > 0.0)
    family = ["person", "family", "good"]
    order = [True] * 4 + [False]
    first = first.sort_values([*family, "movable", "size"], ascending=order, kind="stable")
    room = cap - first.groupby(family)["size"].cumsum() + first["size"]
    full = first["movable"] & (first["elsewhere"] > room.clip(upper=first["size"]))
    moved = second.loc[pd.MultiIndex.from_frame(first.loc[full, key])].reset_index()
    kept = first.loc[~full, moved.columns]
    return pd.concat([kept, moved]).sort_values(key, ignore_index=True)


def _unusual_share(one: pd.DataFrame) -> pd.Series[float]:
    """How far, in log odds, the others of the company make this kind of episode usual."""
    bad = one["left"].where(~one["good"], 0.0)
    at_company = [one["company"], one["family"]]
    at_person = [one["person"], one["family"]]
    others_bad = bad.groupby(at_company).transform("sum") - bad.groupby(at_person).transform("sum")
    every = one["left"].groupby(at_company).transform("sum")
    others = every - one["left"].groupby(at_person).transform("sum")
    rate = (others_bad + _COMPANY * _USUALLY_BAD) / (others + _COMPANY)
    return pd.Series(np.log(rate / _USUALLY_BAD), index=one.index).clip(lower=0.0)


def independent(bad: pd.DataFrame) -> pd.DataFrame:
    """``bad`` without what lies within two weeks after an offence about meetings that is counted.

    A meeting that is moved twice, or two in one bad fortnight, tell of one trouble.
    """
    meetings = bad["family"] == "meetings"
    counted, rest = [bad[~meetings]], bad[meetings]
    while len(rest):  # once for each that is counted of the person with most of them
        first = rest.groupby("person")["at"].transform("min")
        counted.append(rest[rest["at"] == first].drop_duplicates("person"))
        rest = rest[rest["at"] - first >= FORTNIGHT]
    return pd.concat(counted)


def faded(at: pd.Series[pd.Timestamp], half_life_days: float, as_of: datetime) -> pd.Series[float]:
    """2^(−age / half-life): what is left of the weight of something that happened at ``at``."""
    age_days = (pd.Timestamp(as_of) - at).dt.total_seconds() / 86_400
    return 2.0 ** (-age_days.clip(lower=0.0) / half_life_days)
