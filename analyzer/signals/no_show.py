"""They did not come. Only where text, meeting records or the rep's mark say so."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.derived.meeting_frames import STOOD
from analyzer.settings import Settings
from analyzer.signals import rows
from store.facts import Facts


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per meeting and person known to be absent; five absentees are one episode."""
    missed = derived.attendees[derived.attendees["presence"] == "no"]
    missed = missed[~missed["optional"]].merge(
        derived.meetings[["meeting", "start", "topic", "status"]], on="meeting"
    )
    held = missed["status"].isin(STOOD) & (missed["start"] <= pd.Timestamp(as_of))
    missed = missed[held]
    missed = missed[~rows.away(derived, missed["person"], missed["start"])]
    when = rows.day_and_time(missed["start"], settings.zone, as_of)
    found = missed.assign(
        at=missed["start"],
        episode=rows.numbered("meeting", missed["meeting"]),
        act=True,
        strength=1.0,
        evidence=missed["presence_by"].map(lambda by: (by,) if by else ()).astype("object"),
        sentence="Did not come to the meeting of " + when + ".",
    )
    return rows.shaped_signals(found, derived, signal="no_show", family="meetings")
