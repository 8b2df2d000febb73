"""What moving, cancelling and declining late have in common."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analyzer.derived.everything import Derived, remembered
from analyzer.settings import Settings
from analyzer.signals import rows

#: With more outside people than this, one who stays away stops little.
_SMALL_MEETING = 3


@remembered
def theirs(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Changes the other side made, with nothing that explains them: one row per change.

    Adds ``others`` (outside people of the meeting) and ``optional``; leaves out changes made
    while the person was away, and those of whom nobody knows who made them.
    """
    changes = derived.changes
    changes = changes.loc[(changes["actor"] == "them") & (changes["at"] <= pd.Timestamp(as_of))]
    absent = rows.away(derived, changes["person"], changes["at"])
    return changes.loc[~absent].merge(_crowd(derived), on=["meeting", "person"], how="left")


def _crowd(derived: Derived) -> pd.DataFrame:
    attendees = derived.attendees[["meeting", "person", "optional"]]
    size = attendees.groupby("meeting")["person"].transform("size")
    return attendees.assign(others=size).drop_duplicates(["meeting", "person"])


def late(
    changes: pd.DataFrame, derived: Derived, settings: Settings, as_of: datetime, did: str
) -> pd.DataFrame:
    """Rows of a signal from ``changes``: lateness, one row per cause and person, a sentence.

    ``did``: what they did, as the sentence begins ("Moved", "Cancelled").
    """
    late = rows.lateness(changes["notice_hours"], settings.late_notice_hours)
    crowded = changes["others"].fillna(1) > _SMALL_MEETING
    changes = changes.assign(strength=late.where(~crowded, late / 2))
    together = changes.groupby(["cause", "person"])["meeting"].transform("nunique")
    first = rows.strongest(changes.assign(together=together), ["cause", "person"])
    return first.assign(
        episode=rows.numbered("change", first["cause"]),
        act=first["strength"] >= 0.5,
        sentence=_sentence(first, derived, settings, as_of, did),
    )


def _sentence(
    first: pd.DataFrame, derived: Derived, settings: Settings, as_of: datetime, did: str
) -> pd.Series[str]:
    when = rows.day_and_time(first["old_start"], settings.zone, as_of)
    notice = first["notice_hours"]
    before = rows.duration(notice.clip(lower=0)) + " before it began"
    before = before.where(notice > 0, "after it should have begun")
    more = rows.counted(first["together"] - 1, "further date")
    series = (" (and " + more + ")").where(first["together"] > 1, "")
    new = " to " + rows.day_and_time(first["new_start"], settings.zone, as_of)
    new = new.where(first["new_start"].notna() & (did == "Moved"), "")
    by = rows.through(derived, first["via"])
    return f"{did} the meeting of " + when + series + new + ", " + before + by + "."
