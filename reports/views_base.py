"""From cells of frames to plain values: instants, numbers, people. Shared by all views."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from analyzer.analysis import Analysis
from reports import escape
from reports.model import Effort, Estimate, Person

_NOBODY = Person(-1, "somebody unknown", "", "")


def records(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of ``frame``, columns as attributes."""
    return frame.itertuples(index=False)


def local(value: Any, zone: ZoneInfo) -> datetime | None:
    """The instant of a cell in the rep's zone, to the second; ``NaT`` is ``None``."""
    if value is None or pd.isna(value):
        return None
    return pd.Timestamp(value).to_pydatetime(warn=False).astimezone(zone).replace(microsecond=0)


def number(value: Any, digits: int = 1) -> float:
    """The number of a cell, rounded; not a number is 0 and there is no minus zero."""
    return 0.0 if pd.isna(value) else round(float(value), digits) + 0.0


def probability(value: Any) -> float:
    """The probability of a cell; rounding never makes it certain."""
    if pd.isna(value):
        return math.nan
    return min(max(round(float(value), 3), 0.001), 0.999)


def estimate(row: Any, name: str) -> Estimate:
    """The estimate in the columns ``name``, ``name_low`` and ``name_high`` of ``row``."""
    columns = (name, f"{name}_low", f"{name}_high")
    return Estimate(*(probability(getattr(row, column)) for column in columns))


def effort(frame: pd.DataFrame) -> Effort:
    """The sum of rows of the effort frame."""
    total = frame.sum(numeric_only=True)
    return Effort(
        hours=number(total["hours"], 2),
        mail_hours=number(total["mail_hours"], 2),
        meeting_hours=number(total["meeting_hours"], 2),
        lost_hours=number(total["lost_hours"], 2),
        week_hours=number(total["week_hours"], 2),
        cost=number(total["cost"], 0),
    )


def exploded(frame: pd.DataFrame, keep: list[str]) -> pd.DataFrame:
    """One row per evidence reference (column ``reference``), with the columns ``keep``."""
    told = frame.loc[frame["evidence"].map(len).gt(0), [*keep, "evidence"]].explode("evidence")
    return told.rename(columns={"evidence": "reference"})


class Directory:
    """Who the people of an analysis are, by id; each looked up and made harmless once."""

    def __init__(self, analysis: Analysis) -> None:
        people = analysis.people
        self._rows = pd.Series(range(len(people)), index=people["person"])
        self._people = people
        self._known: dict[int, Person] = {}

    def __getitem__(self, person: int) -> Person:
        if person not in self._known:
            self._known[person] = self._person(person)
        return self._known[person]

    def _person(self, person: int) -> Person:
        if person not in self._rows.index:
            return _NOBODY
        row = self._people.iloc[self._rows[person]]
        address = escape.line(row["address"], escape.SUBJECT)
        shown = escape.line(row["name"], escape.NAME) or escape.line(address, escape.NAME)
        company = escape.line(row["company"], escape.NAME)
        return Person(
            int(person), shown or _NOBODY.name, address, "" if "@" in company else company
        )
