"""Good: a meeting took place as planned."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analyzer.derived.everything import Derived, remembered
from analyzer.derived.meeting_frames import STOOD
from analyzer.settings import Settings
from analyzer.signals import rows
from store.facts import Facts


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per past meeting and person who is not known to have stayed away.

    Strength: 1 when presence is known, a half when they had accepted, a quarter otherwise: a
    calendar alone proves no attendance.
    """
    kept = kept_meetings(derived, as_of)
    sure = kept["presence"] == "yes"
    accepted = kept["partstat"] == "ACCEPTED"
    strength = 0.25 + 0.25 * accepted.astype("float64")
    by = kept["presence_by"]
    found = kept.assign(
        at=kept["start"],
        episode=rows.numbered("meeting", kept["meeting"]),
        strength=strength.where(~sure, 1.0),
        evidence=by.map(lambda reference: (reference,) if reference else ()).astype("object"),
        sentence=_sentence(rows.day_and_time(kept["start"], settings.zone, as_of), sure),
    )
    return rows.shaped_signals(found, derived, signal="meetings_kept", family="meetings", good=True)


@remembered
def kept_meetings(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Past meetings per attendee who neither declined nor is known to be absent.

    Where it is unclear whether the meeting took place, only who is known to have come.
    """
    past = derived.meetings[
        derived.meetings["status"].isin(STOOD)
        & (derived.meetings["end"].fillna(derived.meetings["start"]) <= pd.Timestamp(as_of))
    ]
    came = derived.attendees[
        (derived.attendees["presence"] != "no") & (derived.attendees["partstat"] != "DECLINED")
    ]
    columns = ["meeting", "start", "topic", "status"]
    both = came.merge(past[columns], on="meeting").sort_values(["start", "meeting"])
    return both[(both["status"] == "confirmed") | (both["presence"] == "yes")]


def _sentence(day: pd.Series[str], sure: pd.Series[bool]) -> pd.Series[str]:
    kept = "Kept the meeting of " + day + "."
    return kept.where(sure, "The meeting of " + day + " stood, as far as is known.")
