"""Two numbers per judged person, each with its 80 % interval.

*not_honoured*: the probability that the next thing asked of them will not be honoured.
*wall*: the gate's only probability, prior odds plus one capped term per family.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from analyzer import reply_model
from analyzer.derived.everything import Derived
from analyzer.frames import FAMILIES, shaped
from analyzer.settings import Settings
from analyzer.signals import asked
from analyzer.signals.rows import looked_up
from analyzer.weights import faded, independent, weighed

Floats: TypeAlias = npt.NDArray[np.float64]

#: Half the width of an 80 % interval in standard deviations.
_WIDTH_80: Final = 1.2816
# Standard deviation of the prior log-odds.
_PRIOR_SPREAD: Final = 0.5
# Shrinkage in episodes: contact towards company, company towards everyone, everyone towards m.
_CONTACT: Final = 12.0
_COMPANY: Final = 40.0
_EVERYONE: Final = 20.0
_USUAL: Final = 0.25


def scores(
    derived: Derived, signals: pd.DataFrame, settings: Settings, as_of: datetime
) -> pd.DataFrame:
    """One row per judged person, ordered by person; raises ``ValueError`` out of range."""
    judged = derived.contacts.loc[derived.contacts["judged"], ["person"]]
    people = judged.merge(derived.people[["person", "company"]], on="person")
    people = people.sort_values("person", ignore_index=True)
    walls = wall(people, signals, settings, as_of)
    rates = not_honoured(people, derived, signals, settings, as_of)
    return checked(shaped("scores", pd.concat([people, rates, walls], axis=1)))


def checked(frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` itself; raises ``ValueError`` where a probability or interval is impossible."""
    for name in ("not_honoured", "wall"):
        low, middle, high = (frame[f"{name}{end}"] for end in ("_low", "", "_high"))
        if not ((low >= 0) & (low <= middle) & (middle <= high) & (high <= 1)).all():
            raise ValueError(f"{name} must lie in its interval, and that between 0 and 1")
    return frame


def wall(
    people: pd.DataFrame, signals: pd.DataFrame, settings: Settings, as_of: datetime
) -> pd.DataFrame:
    """P(wall) as of one instant from what was known then; one row per row of ``people``.

    Columns: wall, wall_low, wall_high, term_*, bad_episodes, bad_families, good_episodes,
    has_act.
    """
    episodes = weighed(signals, people, settings, as_of)
    terms = _terms(episodes, people, settings.term_cap)
    log_odds = log_odds_of(settings.prior_wall) + terms.sum(axis=1).to_numpy()
    spread = np.sqrt(_PRIOR_SPREAD**2 + _sums(episodes, people, "spread").to_numpy())
    counted = episodes[episodes["counted"]]
    bad = counted[~counted["good"]]
    return pd.DataFrame(
        {
            "wall": probability(log_odds),
            "wall_low": probability(log_odds - _WIDTH_80 * spread),
            "wall_high": probability(log_odds + _WIDTH_80 * spread),
            "bad_episodes": _counts(independent(bad), people, "episode"),
            "bad_families": _counts(bad.drop_duplicates(["person", "own"]), people, "own"),
            "good_episodes": _counts(counted[counted["good"]], people, "episode"),
            "has_act": _counts(bad[bad["act"]], people, "act") > 0,
            **{f"term_{family}": terms[family] for family in FAMILIES},
        }
    )


def log_odds_of(chance: float) -> float:
    """ln(p / (1 − p))."""
    return float(np.log(chance / (1.0 - chance)))


def probability(log_odds: Floats) -> Floats:
    """1 / (1 + e^−L)."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -30.0, 30.0))))


def _terms(episodes: pd.DataFrame, people: pd.DataFrame, cap: float) -> pd.DataFrame:
    """Per person and family the sum of weights, clipped to ±cap."""
    sums = episodes.groupby(["person", "family"])["weight"].sum().unstack()
    sums = sums.reindex(index=people["person"], columns=list(FAMILIES))
    return sums.astype("float64").fillna(0.0).clip(-cap, cap).reset_index(drop=True)


def _sums(rows: pd.DataFrame, people: pd.DataFrame, column: str) -> pd.Series[float]:
    sums = rows.groupby("person")[column].sum().astype("float64")
    return looked_up(people["person"], sums).fillna(0.0)


def _counts(rows: pd.DataFrame, people: pd.DataFrame, column: str) -> pd.Series[int]:
    return looked_up(people["person"], rows.groupby("person")[column].size()).fillna(0).astype(int)


def not_honoured(
    people: pd.DataFrame,
    derived: Derived,
    signals: pd.DataFrame,
    settings: Settings,
    as_of: datetime,
) -> pd.DataFrame:
    """P(next not honoured) and its interval; one row per row of ``people``.

    A beta-binomial rate over questions, meetings and promises, faded by age and shrunk contact →
    company → everyone. A question that is still open counts with P(never | silence so far), and
    only as far as the silence tells anything.
    """
    asks = _asks(derived, as_of)
    meetings = _kept_or_not(signals, as_of)
    outcomes = pd.concat([asks, meetings], ignore_index=True)
    outcomes = outcomes[outcomes["person"].isin(people["person"])]
    fade = faded(outcomes["at"], settings.half_life_days, as_of)
    outcomes = outcomes.assign(
        number=outcomes["weight"] * fade, bad=outcomes["missed"] * outcomes["weight"] * fade
    )
    mean, bad, number = _shrunk(people, outcomes)
    a = _CONTACT * mean + bad
    b = _CONTACT * (1.0 - mean) + number - bad
    middle = (a / (a + b)).to_numpy()
    spread = np.sqrt((1.0 / a + 1.0 / b).to_numpy())
    odds = np.log(middle / (1.0 - middle))
    return pd.DataFrame(
        {
            "not_honoured": middle,
            "not_honoured_low": probability(odds - _WIDTH_80 * spread),
            "not_honoured_high": probability(odds + _WIDTH_80 * spread),
        }
    )


def _shrunk(
    people: pd.DataFrame, outcomes: pd.DataFrame
) -> tuple[pd.Series[float], pd.Series[float], pd.Series[float]]:
    """The mean each person is shrunk to (their company's, itself shrunk), bad and number."""
    bad, number = _sums(outcomes, people, "bad"), _sums(outcomes, people, "number")
    everyone = (bad.sum() + _EVERYONE * _USUAL) / (number.sum() + _EVERYONE)
    company = people["company"]
    company_bad = bad.groupby(company).transform("sum")
    company_number = number.groupby(company).transform("sum")
    mean = (company_bad + _COMPANY * everyone) / (company_number + _COMPANY)
    return mean, bad, number


def _asks(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Outcome of every question of ours: person, at, missed (0..1), weight (0..1)."""
    ours = asked.ours(derived, as_of)
    waits = ours["episode"].isin(asked.silent(derived, as_of)["episode"])
    ours = ours[~ours["open"] | waits]
    waited = ours["waited_eh"].to_numpy("float64", na_value=0.0)
    is_open = ours["open"].to_numpy("bool")
    model = reply_model.latency(waited[~is_open])
    come = model.share(waited)
    rate = np.full(len(ours), _answer_rate(is_open, come))
    unanswered = reply_model.never(rate, come)
    return pd.DataFrame(
        {
            "person": ours["person"].to_numpy(),
            "at": ours["last_asked_at"].array,
            "missed": np.where(is_open, unanswered, 0.0),
            "weight": np.where(is_open, come, 1.0),
        }
    )


def _answer_rate(is_open: npt.NDArray[np.bool_], come: Floats) -> float:
    """π of everyone: open questions count as unanswered as far as their silence tells."""
    answered = float((~is_open).sum())
    unanswered = float(come[is_open].sum())
    return (answered + _EVERYONE * (1.0 - _USUAL)) / (answered + unanswered + _EVERYONE)


def _kept_or_not(signals: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Outcome of meetings and promises, one row per episode: as ``_asks``."""
    known = signals[(signals["at"] <= pd.Timestamp(as_of)) & (signals["actor"] == "them")]
    known = known[known["family"].isin(["meetings", "promises"]) & (known["signal"] != "repaired")]
    known = known.sort_values("strength", ascending=False, kind="stable")
    one = known.drop_duplicates(["person", "family", "episode"])
    good = one["good"].to_numpy("bool")
    strength = one["strength"].to_numpy("float64")
    return pd.DataFrame(
        {
            "person": one["person"].to_numpy(),
            "at": one["at"].array,
            "missed": np.where(good, 0.0, strength),
            "weight": np.where(good, strength, 1.0),
        }
    )
