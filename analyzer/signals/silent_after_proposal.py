"""They let a proposal lie."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import asked, rows
from store.facts import Facts


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per silence in which a proposal waits longer than their patience.

    Strength rises with the wait: one third after one patience, a half after two, more when they
    had asked for it. What was answered after all counts when it took, despite reminders, more than
    twice their patience. The second proposal they asked for and let lie so long is an act.
    """
    silent = asked.silences(derived, as_of)
    silent = silent[silent["lies"]].sort_values(["proposal_at", "cause"], kind="stable")
    wanted = silent.groupby("person")["requested"].cumsum()
    waited, patience = silent["offered_eh"], silent["patience"]
    reminders = silent["asks"] - 1
    found = silent.assign(
        at=silent["last_asked_at"],
        episode=rows.numbered("episode", silent["cause"]),
        strength=(waited / (waited + 2 * patience) * (1.0 + 0.25 * silent["requested"])).clip(
            upper=1.0
        )
        * rows.proven(derived, silent["person"]),
        act=silent["requested"] & (wanted >= 2) & (waited >= 2 * patience),
        sentence="No answer to the proposal of "
        + rows.day(silent["proposal_at"].fillna(silent["asked_at"]), settings.zone, as_of)
        + pd.Series(", which they had asked for,", index=silent.index).where(
            silent["requested"], ""
        )
        + " for "
        + asked.weeks_waited(waited)
        + (" despite " + rows.counted(reminders, "further mail")).where(reminders > 0, "")
        + asked.ending(silent),
    )
    return rows.shaped_signals(found, derived, signal="silent_after_proposal", family="proposals")
