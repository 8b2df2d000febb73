"""We asked, reminded, and nothing came."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import asked, rows
from store.facts import Facts


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per open question; three reminders of it are one cause.

    Strength: half for one reminder, three quarters for two, times the working weeks that passed
    since the last one (up to one). Without a reminder: a third, after two working weeks.
    """
    silent = asked.silent(derived, as_of)
    silent = silent[~silent["proposal"]]
    reminders = silent["asks"] - 1
    since = silent["waited_since_last_eh"]
    chased = (1.0 - 0.5**reminders) * (since / rows.WEEK_EH).clip(upper=1.0)
    once = (silent["waited_eh"] >= 2 * rows.WEEK_EH) / 3.0
    first = rows.day(silent["asked_at"], settings.zone, as_of)
    chase = " and " + rows.counted(reminders, "reminder")
    found = silent.assign(
        at=silent["last_asked_at"],
        episode=rows.numbered("episode", silent["episode"]),
        strength=chased.where(reminders > 0, once),
        sentence="No answer to the question of "
        + first
        + chase.where(reminders > 0, "")
        + " for "
        + asked.weeks_waited(silent["waited_eh"])
        + ".",
    )
    long = since >= 0.5 * rows.WEEK_EH
    return rows.shaped_signals(
        found[long], derived, signal="follow_ups_unanswered", family="answers"
    )
