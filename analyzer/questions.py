"""What only the rep can answer: who moved a meeting, who came, who is a sales contact."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.derived.meeting_frames import STOOD
from analyzer.frames import empty, shaped

#: Whether they came is asked for a week.
_ASKED_FOR: Final = pd.Timedelta(days=7)
CAME: Final = "did they come"
#: Nobody remembers what was longer ago.
REMEMBERED: Final = pd.Timedelta(days=28)


def questions(
    derived: Derived, about_meetings: pd.DataFrame, zone: str, as_of: datetime
) -> pd.DataFrame:
    """Questions about meetings of judged people in the last four weeks, then people in doubt.

    ``about_meetings``: a questions frame from the derived meetings. ``zone``: the rep's. Latest
    first, one per person, kind and time.
    """
    contacts = derived.contacts
    asked_of = contacts.loc[contacts["judged"] | contacts["in_doubt"], "person"]
    recent = pd.Timestamp(as_of) - about_meetings["at"] <= REMEMBERED
    meetings = about_meetings[recent & about_meetings["person"].isin(asked_of)]
    parts = [
        part for part in (meetings, _came(derived, zone, as_of), _doubts(derived)) if len(part)
    ]
    if not parts:
        return empty("questions")
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.sort_values(["at", "person", "kind"], ascending=[False, True, True], kind="stable")
    return shaped("questions", rows.drop_duplicates(["person", "kind", "at"]))


def _came(derived: Derived, zone: str, as_of: datetime) -> pd.DataFrame:
    """Whether they came to the last meeting that they may have missed, where nothing tells.

    Only of judged people, where the meeting itself is in doubt; or who stayed away, or moved or
    called off a meeting themselves, before, and from whom nothing has come since it began.
    """
    judged = derived.contacts.loc[derived.contacts["judged"], ["person", "last_in_at"]]
    met = derived.attendees.merge(derived.meetings, on="meeting").merge(judged, on="person")
    now = pd.Timestamp(as_of)
    over = met["end"].le(now) & met["start"].ge(now - _ASKED_FOR) & ~met["all_day"]
    stood = met["status"].isin(STOOD) & met["partstat"].ne("DECLINED")
    silent = ~met["last_in_at"].ge(met["start"])
    doubted = met["status"].eq("unclear") | (silent & met["person"].isin(_unreliable(derived)))
    rows = met[over & stood & doubted & met["presence"].eq("unknown")]
    rows = rows.sort_values(["start", "meeting"]).drop_duplicates("person", keep="last")
    if rows.empty:
        return empty("questions")
    return rows.assign(kind=CAME, at=rows["start"], evidence=_no_evidence(rows),
                       sentence="Did " + _names(derived, rows) + " come to the meeting of "
                       + _told(rows["start"], zone) + "? (brickwall mark, attended or no-show)",
                       )[["person", "kind", "at", "evidence", "sentence"]]  # fmt: skip


def _unreliable(derived: Derived) -> pd.Series[int]:
    """People who have missed, moved or called off a meeting."""
    missed = derived.attendees.loc[derived.attendees["presence"].eq("no"), "person"]
    changes = derived.changes
    theirs = changes["actor"].eq("them") & changes["kind"].isin(["moved", "cancelled"])
    found: pd.Series[int] = pd.concat([missed, changes.loc[theirs, "person"]])
    return found.drop_duplicates()


def _names(derived: Derived, rows: pd.DataFrame) -> pd.Series[str]:
    known = derived.people.set_index("person")
    name = known["name"].where(known["name"] != "", known["address"])
    return rows["person"].map(name).astype("str")


def _told(start: pd.Series[Any], zone: str) -> pd.Series[str]:
    local = start.dt.tz_convert(zone)
    day, month = local.dt.day.astype("str"), local.dt.month_name()
    hour = local.dt.strftime(", %H:%M")
    told: pd.Series[str] = local.dt.day_name() + " " + day + " " + month + hour
    return told


def _no_evidence(rows: pd.DataFrame) -> pd.Series[Any]:
    return pd.Series([()] * len(rows), index=rows.index, dtype="object")


def _doubts(derived: Derived) -> pd.DataFrame:
    doubt = derived.contacts[derived.contacts["in_doubt"]]
    return pd.DataFrame(
        {
            "person": doubt["person"],
            "kind": "in doubt",
            "at": doubt["last_in_at"].fillna(doubt["last_out_at"]),
            "evidence": _no_evidence(doubt),
            "sentence": "Is "
            + _names(derived, doubt)
            + " a sales contact? (brickwall mark, sales or not-sales)",
        }
    )
