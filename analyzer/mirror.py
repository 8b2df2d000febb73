"""The same judgement of the rep: how we treat the people whom we judge."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.frames import COLUMNS, empty, shaped
from analyzer.settings import Settings
from analyzer.signals import rows

#: A move of ours counts as late from this lateness on: within the late notice of the settings.
LATE: Final = 0.5

_KEY: Final = ["person", "month"]


def mirror(derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """Frame ``mirror``, by person and month."""
    parts = [
        _answers(derived, settings),
        _meetings(derived, settings, as_of),
        _moved(derived, settings, as_of),
        _promises(derived, settings, as_of),
    ]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.merge(part, how="outer", on=_KEY)
    counts = [name for name, dtype in COLUMNS["mirror"].items() if dtype == "int64"]
    judged = derived.contacts.loc[derived.contacts["judged"], "person"]
    whole = whole[whole["person"].isin(judged)].reindex(columns=list(COLUMNS["mirror"]))
    whole[counts] = whole[counts].fillna(0)
    return shaped("mirror", whole.sort_values(_KEY)) if len(whole) else empty("mirror")


def _answers(derived: Derived, settings: Settings) -> pd.DataFrame:
    """Questions of theirs by the month they asked in, and what became of them."""
    asked = derived.episodes[(derived.episodes["direction"] == "theirs")]
    asked = asked[~asked["sequence"]]
    late = asked["open"] & (asked["waited_eh"] >= rows.WEEK_EH)
    told = pd.DataFrame(
        {
            "person": asked["person"],
            "month": _month(asked["asked_at"], settings.zone),
            "unanswered": late,
            "answered": ~asked["open"],
            "hours": asked["waited_hours"].where(~asked["open"]),
        }
    )
    return told.groupby(_KEY, as_index=False).agg(
        asked=("unanswered", "size"),
        unanswered=("unanswered", "sum"),
        answered=("answered", "sum"),
        answer_hours=("hours", "median"),
    )


def _meetings(derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    over = derived.meetings[derived.meetings["start"] <= pd.Timestamp(as_of)]
    both = derived.attendees[["meeting", "person"]].merge(over[["meeting", "start"]], on="meeting")
    both["month"] = _month(both["start"], settings.zone)
    return both.groupby(_KEY, as_index=False).agg(meetings=("meeting", "nunique"))


def _moved(derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """Meetings that we moved or called off late; each cause once."""
    changes = derived.changes
    ours = changes[(changes["actor"] == "us") & changes["kind"].isin(["moved", "cancelled"])]
    ours = ours[ours["at"] <= pd.Timestamp(as_of)]
    late = rows.lateness(ours["notice_hours"], settings.late_notice_hours) >= LATE
    ours = ours[late].drop_duplicates(["person", "cause"])
    ours = ours.assign(month=_month(ours["at"], settings.zone))
    return ours.groupby(_KEY, as_index=False).agg(moved_late=("cause", "size"))


def _promises(derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """Promises of ours by the month they were due in, and those broken."""
    promises = derived.promises
    due = promises[(promises["by"] == "us") & (promises["due_at"] <= pd.Timestamp(as_of))]
    due = due.assign(
        month=_month(due["due_at"], settings.zone), late=(due["state"] == "broken").astype("int64")
    )
    return due.groupby(_KEY, as_index=False).agg(promised=("late", "size"), broken=("late", "sum"))


def _month(at: pd.Series[pd.Timestamp], zone: str) -> pd.Series[str]:
    return at.dt.tz_convert(zone).dt.strftime("%Y-%m").astype("str")
