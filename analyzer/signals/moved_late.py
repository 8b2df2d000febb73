"""They moved a meeting shortly before it began, or cancelled it and booked another time."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import late_changes, rows
from store.facts import Facts


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per decision to move; strength falls with the notice given."""
    changes = late_changes.theirs(derived, as_of)
    moved = (changes["kind"] == "moved") | ((changes["kind"] == "cancelled") & changes["rebooked"])
    found = late_changes.late(changes[moved], derived, settings, as_of, "Moved")
    return rows.shaped_signals(found, derived, signal="moved_late", family="meetings")
