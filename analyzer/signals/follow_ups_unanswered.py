"""We asked, reminded, and nothing came, or only much later."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import asked, rows
from store.facts import Facts


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per question that waits or waited; all questions of one silence are one cause.

    Strength: half for one reminder, three quarters for two, times the wait since the last one as
    a share of their patience (a working week, more for slow people; up to one). A second question
    in the same silence: a third, after twice that. A single question without a reminder is none:
    most mail is not answered. What was answered after all counts when it took, despite
    reminders, more than twice their patience.
    """
    silent = asked.lasting(derived, as_of)
    silent = silent[~silent["proposal"]]
    reminders = silent["asks"] - 1
    since = silent["waited_since_last_eh"].where(silent["open"], silent["waited_eh"])
    patience = asked.patience(derived, silent["person"], as_of)
    chased = (1.0 - 0.5**reminders) * (since / patience).clip(upper=1.0)
    once = (silent["waited_eh"] >= 2 * patience) / 3.0
    first = rows.day(silent["asked_at"], settings.zone, as_of)
    chase = " and " + rows.counted(reminders, "reminder")
    found = silent.assign(
        at=silent["last_asked_at"],
        episode=rows.numbered("episode", silent["cause"]),
        strength=chased.where(reminders > 0, once) * rows.proven(derived, silent["person"]),
        sentence="No answer to the question of "
        + first
        + chase.where(reminders > 0, "")
        + " for "
        + asked.weeks_waited(silent["waited_eh"])
        + ".",
    )
    again = silent.groupby("cause")["asks"].transform("sum") > 1
    found = found[(since >= 0.5 * patience) & again]
    return rows.shaped_signals(found, derived, signal="follow_ups_unanswered", family="answers")
