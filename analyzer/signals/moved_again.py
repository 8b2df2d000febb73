"""They moved the same meeting again and again, however early each time."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import late_changes, rows
from store.facts import Facts


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per move from the second on; it shares the cause, and so the episode, of the move."""
    changes = late_changes.theirs(derived, as_of)
    moved = changes[(changes["kind"] == "moved") | changes["rebooked"]]
    moved = moved.sort_values(["at", "change"], kind="stable")
    moved = moved.drop_duplicates(["meeting", "person", "cause"])
    times = moved.groupby(["meeting", "person"]).cumcount() + 1
    moved = moved.assign(times=times)[times >= 2]
    when = rows.day_and_time(moved["old_start"], settings.zone, as_of)
    found = moved.assign(
        episode=rows.numbered("change", moved["cause"]),
        strength=1.0 - 0.5 ** (moved["times"] - 1),
        act=moved["times"] >= 3,
        sentence="Moved the same meeting for the "
        + _ordinal(moved["times"])
        + " time (it was set for "
        + when
        + ")"
        + rows.through(derived, moved["via"])
        + ".",
    )
    return rows.shaped_signals(found, derived, signal="moved_again", family="meetings")


def _ordinal(number: pd.Series[int]) -> pd.Series[str]:
    words = {2: "second", 3: "third", 4: "fourth", 5: "fifth"}
    return number.map(words).fillna(number.astype("str") + "th").astype("str")
