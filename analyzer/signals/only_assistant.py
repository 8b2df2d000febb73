"""Only the assistant answers, and nothing follows."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import asked, rows, said
from store.facts import Facts

#: So many answers in a row by the delegate.
ANSWERS: Final = 3


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """At most one row per person: their last answers all came through a delegate.

    Nothing follows: since the first of these they neither wrote themselves nor met us.
    """
    answered = asked.ours(derived, as_of)
    answered = answered[answered["answered_at"].notna()].sort_values(
        ["answered_at", "episode"], kind="stable"
    )
    own = (answered["answer_via"] < 0).astype("int64")
    since_own = own.iloc[::-1].groupby(answered["person"].iloc[::-1]).cumsum().iloc[::-1]
    run = (
        answered[since_own == 0]
        .groupby("person", as_index=False)
        .agg(
            first=("answered_at", "first"),
            at=("answered_at", "last"),
            via=("answer_via", "last"),
            topic=("topic", "last"),
            number=("episode", "size"),
            evidence=("answered_by", lambda by: tuple(b for b in by if b)),
        )
    )
    run = run[(run["number"] >= ANSWERS) & ~_met_or_wrote(run, derived, as_of)]
    found = run.assign(
        episode=rows.numbered("person", run["person"]),
        strength=(run["number"] / (run["number"] + 2.0)) * rows.proven(derived, run["person"]),
        sentence=rows.names(derived, run["via"])
        + " gave the last "
        + run["number"].astype("str")
        + " answers since "
        + rows.day(run["first"], settings.zone, as_of)
        + "; nothing came from the person asked, and no meeting took place.",
    )
    return rows.shaped_signals(found, derived, signal="only_assistant", family="answers")


def _met_or_wrote(run: pd.DataFrame, derived: Derived, as_of: datetime) -> pd.Series[bool]:
    """Whether the person wrote in person, or a meeting with them took place, since ``first``."""
    mails = said.theirs(derived, as_of)
    wrote_at = mails[mails["via"] < 0].groupby("sender")["at"].max()
    held = derived.meetings[
        (derived.meetings["status"] == "confirmed")
        & (derived.meetings["start"] <= pd.Timestamp(as_of))
    ]
    met = derived.attendees[derived.attendees["presence"] != "no"]
    met_at = met.merge(held[["meeting", "start"]], on="meeting").groupby("person")["start"].max()
    last_wrote = rows.looked_up(run["person"], wrote_at)
    last_met = rows.looked_up(run["person"], met_at)
    return (last_wrote > run["first"]) | (last_met > run["first"])
