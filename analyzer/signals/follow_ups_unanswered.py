"""We asked, reminded, and nothing came, or only much later."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import asked, rows
from store.facts import Facts

#: A new reminder does not make a silence young that is so many times their patience old.
LONG: Final = 4.0


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per silence that we asked into more than once; every mail after the first reminds.

    Strength: half for one reminder, three quarters for two, times the wait since the last one (or a
    quarter of the whole) as a share of their patience (a working week, more for slow people; up
    to one). A single question
    without a reminder is none: most mail is not answered. What was answered after all counts when
    it took, despite reminders, more than twice their patience. A silence after a proposal is told
    as such.
    """
    silent = asked.silences(derived, as_of)
    silent = silent[~silent["lies"]]
    lately = silent[["since_eh"]].assign(all=silent["waited_eh"] / LONG).max(axis=1)
    since = lately.where(silent["open"], silent["waited_eh"])
    reminders = silent["asks"] - 1
    found = silent.assign(
        at=silent["last_asked_at"],
        episode=rows.numbered("episode", silent["cause"]),
        strength=(1.0 - 0.5**reminders)
        * (since / silent["patience"]).clip(upper=1.0)
        * rows.proven(derived, silent["person"]),
        sentence="No answer to the question of "
        + rows.day(silent["asked_at"], settings.zone, as_of)
        + ", nor to "
        + rows.counted(reminders, "later mail")
        + ", for "
        + asked.weeks_waited(silent["waited_eh"])
        + asked.ending(silent),
    )
    found = found[(since >= 0.5 * silent["patience"]) & (reminders > 0)]
    return rows.shaped_signals(found, derived, signal="follow_ups_unanswered", family="answers")
