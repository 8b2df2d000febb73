"""What only the rep can answer: who moved a meeting, who came, who is a sales contact."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.frames import empty, shaped

#: Nobody remembers what was longer ago.
REMEMBERED: Final = pd.Timedelta(days=28)


def questions(derived: Derived, about_meetings: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Questions about meetings of judged people in the last four weeks, then people in doubt.

    ``about_meetings``: a questions frame from the derived meetings. Latest first, one per person,
    kind and time.
    """
    contacts = derived.contacts
    asked_of = contacts.loc[contacts["judged"] | contacts["in_doubt"], "person"]
    recent = pd.Timestamp(as_of) - about_meetings["at"] <= REMEMBERED
    meetings = about_meetings[recent & about_meetings["person"].isin(asked_of)]
    parts = [part for part in (meetings, _doubts(derived)) if len(part)]
    if not parts:
        return empty("questions")
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.sort_values(["at", "person", "kind"], ascending=[False, True, True], kind="stable")
    return shaped("questions", rows.drop_duplicates(["person", "kind", "at"]))


def _doubts(derived: Derived) -> pd.DataFrame:
    doubt = derived.contacts[derived.contacts["in_doubt"]].merge(
        derived.people[["person", "name", "address"]], on="person"
    )
    name = doubt["name"].where(doubt["name"] != "", doubt["address"])
    return pd.DataFrame(
        {
            "person": doubt["person"],
            "kind": "in doubt",
            "at": doubt["last_in_at"].fillna(doubt["last_out_at"]),
            "evidence": pd.Series([()] * len(doubt), index=doubt.index, dtype="object"),
            "sentence": "Is " + name + " a sales contact? (brickwall mark, sales or not-sales)",
        }
    )
