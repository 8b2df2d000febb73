"""The meetings with one person, as far as a draft needs them: the next, and one that was not."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from analyzer.analysis import Analysis
from analyzer.derived.meeting_frames import STOOD
from analyzer.meeting_risk import CONFIRM
from reports.views_base import records

#: A meeting that did not take place longer ago than this is not spoken of any more.
RECENT: Final = pd.Timedelta(days=60)


def meetings_with(analysis: Analysis, person: int) -> pd.DataFrame:
    """Meetings with one person by their start; ``alone``: nobody else from outside is there."""
    theirs = analysis.attendees.loc[analysis.attendees["person"].eq(person)]
    number = analysis.attendees.groupby("meeting")["person"].nunique()
    rows = theirs.merge(analysis.meetings, on="meeting").sort_values(["start", "meeting"])
    return rows.assign(alone=rows["meeting"].map(number).eq(1))


def ahead(analysis: Analysis, met: pd.DataFrame, person: int) -> Any:
    """The next meeting, ``None`` for none; ``risky``: worth confirming, as the report says."""
    risks = analysis.meeting_risks.loc[analysis.meeting_risks["person"].eq(person)]
    rows = met.merge(risks[["meeting", "risk"]], on="meeting")
    return next(records(rows.assign(risky=rows["risk"].ge(CONFIRM))), None)


def missed(analysis: Analysis, met: pd.DataFrame, person: int) -> Any:
    """Start of the last meeting that did not take place, ``None`` where one was held since."""
    now = pd.Timestamp(analysis.as_of)
    over = met.loc[met["start"].le(now) & met["status"].isin(STOOD)]
    off = _called_off(analysis, met, person)
    stayed_away = over.loc[over["presence"].eq("no"), "start"]
    gone = pd.concat([stayed_away, off["old_start"]]).dropna()
    held = over.loc[over["presence"].ne("no") & ~over["meeting"].isin(off["meeting"]), "start"]
    gone = gone.loc[gone.ge(now - RECENT)]
    if not len(gone) or bool(held.gt(gone.max()).any()):
        return None
    return gone.max()


def _called_off(analysis: Analysis, met: pd.DataFrame, person: int) -> pd.DataFrame:
    """Changes by which a meeting with them fell away, and no new date was named."""
    changes = analysis.changes
    changes = changes.loc[changes["person"].eq(person) & ~changes["rebooked"]]
    changes = changes.loc[changes["at"].le(pd.Timestamp(analysis.as_of))]
    alone = met.loc[met["alone"] & met["presence"].ne("yes"), "meeting"]
    cancelled = met.loc[met["status"].eq("cancelled"), "meeting"]
    fell = changes["kind"].eq("declined") & changes["meeting"].isin(alone)
    fell |= changes["kind"].eq("cancelled") & changes["meeting"].isin(cancelled)
    return changes.loc[fell]


def far(analysis: Analysis, person: int, zone: ZoneInfo) -> bool:
    """Whether the clock of their mails is one that the rep's zone never shows."""
    told = analysis.people.loc[analysis.people["person"].eq(person), "zone"].iloc[0]
    year = analysis.as_of.year
    mine = {f"{datetime(year, month, 1, tzinfo=zone):UTC%z}" for month in (1, 7)}
    return str(told).startswith("UTC") and str(told).replace(":", "") not in mine
