"""Questions of ours that wait: whether an answer still comes, in words a rep understands."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer import reply_fit, reply_history, reply_model
from analyzer.clock import Clock
from analyzer.derived.everything import Derived
from analyzer.derived.groups import Floats
from analyzer.frames import shaped
from analyzer.reply_model import HORIZON_EH, Model
from analyzer.signals import asked, rows

#: From so many answers on, a contact's own times are told, else everybody's.
OWN_ANSWERS: Final = 3
#: "Usually" means: so many of the answers.
USUALLY: Final = 0.9


def open_questions(derived: Derived, clock: Clock, as_of: datetime) -> pd.DataFrame:
    """Frame ``open_questions``: judged people, the likeliest answer first.

    The chance is that of a question silent since we last asked: a reminder begins anew.
    Silence that is explained (away, a date they named, met since, mail that is not here) is not
    listed.
    """
    told = reply_history.history(derived, clock, as_of)
    model = model_for(told)
    judged = derived.contacts.loc[derived.contacts["judged"], "person"]
    waits = asked.silent(derived, as_of)
    waits = waits[waits["person"].isin(judged)].reset_index(drop=True)
    known = told.set_index("episode").loc[waits["episode"]].reset_index()
    silent = waits["waited_since_last_eh"].to_numpy("float64")
    ahead = np.full(len(waits), HORIZON_EH)
    chance = model.chance(reply_history.features(known, model, silent, ahead))
    made = waits.assign(chance=chance, basis=model.origin, outcomes=model.outcomes)
    usual = _usual(derived, as_of)
    for column in ("usual_hours", "within", "answers"):
        made[column] = rows.looked_up(made["person"], usual[column])
    made["sentence"] = _sentences(made, _everyone(derived, as_of))
    made = made.assign(within=made["within"].fillna(0), answers=made["answers"].fillna(0))
    order = ["chance", "asked_at", "episode"]
    return shaped("open_questions", made.sort_values(order, ascending=[False, True, True]))


def model_for(told: pd.DataFrame) -> Model:
    """The model fitted on this history where it is long enough, else the one that ships."""
    return reply_fit.refitted(told, reply_model.shipped())


def _answers(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Questions that were answered by something that is here."""
    answered = asked.known(derived, as_of)
    return answered[~answered["open"]]


def _usual(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Per person with enough answers: hours within which most came, how many did, of how many."""
    answered = _answers(derived, as_of)
    grouped = answered.groupby("person")["waited_hours"]
    most = _rounded_up(grouped.quantile(USUALLY, interpolation="lower"))
    inside = answered["waited_hours"] <= rows.looked_up(answered["person"], most)
    within = inside.groupby(answered["person"]).sum()
    usual = pd.DataFrame({"usual_hours": most, "within": within, "answers": grouped.size()})
    return usual[usual["answers"] >= OWN_ANSWERS]


def _everyone(derived: Derived, as_of: datetime) -> float:
    """Hours within which most answers of everybody came; not a number for none."""
    hours = _answers(derived, as_of)["waited_hours"]
    if len(hours) < OWN_ANSWERS:
        return float("nan")
    return float(_rounded_up(pd.Series([hours.quantile(USUALLY, interpolation="lower")])).iloc[0])


def _rounded_up(hours: pd.Series[float]) -> pd.Series[float]:
    """Whole hours below a day, whole days above."""
    raw = hours.to_numpy("float64")
    short = np.ceil(np.maximum(raw, 1.0))
    return pd.Series(np.where(short < 24, short, np.ceil(raw / 24) * 24), index=hours.index)


def _sentences(made: pd.DataFrame, everyone: float) -> pd.Series[str]:
    own = made["answers"].notna()
    count = made[["within", "answers"]].fillna(0).astype("int64").astype("str")
    usually = (
        "Usually answers within "
        + duration(made["usual_hours"].fillna(0.0))
        + " ("
        + count["within"]
        + " of "
        + count["answers"]
        + "); "
    )
    every = pd.Series(everyone, index=made.index)
    others = "Nine of ten answers to you come within " + duration(every.fillna(0.0)) + "; "
    others = others.where(every.notna(), "")
    waited = "this has been " + duration(made["waited_hours"]) + "; after that "
    text = usually.where(own, others) + waited + share(made["chance"].to_numpy())
    return text.str[:1].str.upper() + text.str[1:] + " still answer or write within four weeks."


def duration(hours: pd.Series[float]) -> pd.Series[str]:
    """Hours as people say them: ``3 hours``, ``11 days``, ``5 weeks``, ``4 months``."""
    return rows.length(
        hours.clip(lower=1),
        ("hour", 1, 36),
        ("day", 24, 35 * 24),
        ("week", 168, 26 * 168),
        ("month", 730.5, np.inf),
    )


def share(chance: Floats) -> pd.Series[str]:
    """A probability in whole per cent; never none and never all."""
    percent = np.clip(np.round(chance * 100), 1, 99).astype(np.int64)
    text = pd.Series(percent).astype("str") + " %"
    return text.where(chance >= 0.005, "less than 1 %")
