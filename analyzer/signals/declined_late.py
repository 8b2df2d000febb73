"""They declined shortly before a meeting began. Optional attendees may stay away."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import late_changes, rows
from store.facts import Facts


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per decision to decline; not where the invitation itself came late."""
    changes = late_changes.theirs(derived, as_of)
    known = rows.looked_up(
        changes["meeting"], derived.meetings.set_index("meeting")["first_known_at"]
    )
    thought_about = changes["at"] - known > pd.Timedelta(days=1)
    declined = (changes["kind"] == "declined") & ~changes["rebooked"] & thought_about
    needed = ~changes["optional"].fillna(False).astype("bool")
    found = late_changes.late(changes[declined & needed], derived, settings, as_of, "Declined")
    return rows.shaped_signals(found, derived, signal="declined_late", family="meetings")
