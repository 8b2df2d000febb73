"""Good: they moved a meeting, and kept the new date."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import late_changes, rows
from analyzer.signals.meetings_kept import kept_meetings
from store.facts import Facts


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per meeting of which the last move of theirs led to a date that was kept.

    It shares no episode with the move: the offence stays, the repair is set against it. It is the
    same as having kept that meeting, and more.
    """
    moved = late_changes.theirs(derived, as_of)
    moved = moved[moved["new_start"].notna() & ((moved["kind"] == "moved") | moved["rebooked"])]
    last = moved.sort_values(["at", "change"], kind="stable").drop_duplicates(
        ["person", "new_start"], keep="last"
    )
    kept = kept_meetings(derived, as_of)[["meeting", "person", "start", "presence"]]
    both = last.drop(columns="meeting").merge(
        kept, left_on=["person", "new_start"], right_on=["person", "start"]
    )
    both = both.drop_duplicates(["person", "new_start"])
    late = rows.lateness(both["notice_hours"], settings.late_notice_hours)
    sure = (both["presence"] == "yes").astype("float64")
    found = both.assign(
        at=both["new_start"],
        episode=rows.numbered("meeting", both["meeting"]),
        strength=late * (0.6 + 0.4 * sure),
        sentence="Moved the meeting of "
        + rows.day(both["old_start"], settings.zone, as_of)
        + " and kept the new date, "
        + rows.day_and_time(both["new_start"], settings.zone, as_of)
        + ".",
    )
    return rows.shaped_signals(found, derived, signal="repaired", family="meetings", good=True)
