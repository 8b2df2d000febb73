"""They called a meeting off shortly before it began, without a new time."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import late_changes, rows
from store.facts import Facts


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per decision to cancel; strength falls with the notice given."""
    changes = late_changes.theirs(derived, as_of)
    gone = (changes["kind"] == "cancelled") & ~changes["rebooked"]
    found = late_changes.late(changes[gone], derived, settings, as_of, "Cancelled")
    return rows.shaped_signals(found, derived, signal="cancelled_late", family="meetings")
