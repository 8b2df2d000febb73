"""Meetings by day, by who is invited, and by title: what a brief may be about. Ids, in order."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from analyzer.analysis import Analysis

_FRIDAY = 4


def standing(analysis: Analysis) -> pd.DataFrame:
    """Rows of frame ``meetings`` that stand in the calendar, in order, with ``day`` (local)."""
    rows = analysis.meetings
    rows = rows.loc[rows["status"].eq("confirmed") & rows["start"].notna()]
    return rows.sort_values(["start", "meeting"])


def ahead(analysis: Analysis) -> pd.DataFrame:
    """As ``standing``, those that are not over."""
    rows = standing(analysis)
    return rows.loc[rows["end"].fillna(rows["start"]).gt(pd.Timestamp(analysis.as_of))]


def of_day(analysis: Analysis, zone: ZoneInfo, day: date) -> list[int]:
    """The meetings that begin on a day in the rep's zone; of today those that are not over."""
    today = analysis.as_of.astimezone(zone).date()
    rows = ahead(analysis) if day == today else standing(analysis)
    return rows.loc[_days(rows, zone).eq(day), "meeting"].to_list()


def first_start(analysis: Analysis, zone: ZoneInfo, day: date) -> datetime | None:
    """When the first meeting of a day begins that has an hour; ``None`` where none has."""
    rows = standing(analysis)
    starts = rows.loc[_days(rows, zone).eq(day) & ~rows["all_day"], "start"]
    return None if starts.empty else starts.iloc[0].to_pydatetime(warn=False)


def next_day(analysis: Analysis, zone: ZoneInfo) -> date:
    """The rep's next working day: Monday to Friday, or any day before that has a meeting."""
    day = analysis.as_of.astimezone(zone).date() + timedelta(days=1)
    while day.weekday() > _FRIDAY and not of_day(analysis, zone, day):
        day += timedelta(days=1)
    return day


def with_person(analysis: Analysis, person: int) -> list[int]:
    """The meetings that somebody was invited to and has not declined, in order."""
    who = analysis.attendees
    mine = who.loc[who["person"].eq(person) & who["partstat"].ne("DECLINED"), "meeting"]
    rows = standing(analysis)
    return rows.loc[rows["meeting"].isin(mine), "meeting"].to_list()


def called(analysis: Analysis, text: str) -> list[int]:
    """Meetings that are not over and whose title holds ``text``, in order."""
    wanted, rows = text.strip().casefold(), ahead(analysis)
    found = rows["summary"].str.casefold().str.contains(wanted, regex=False)
    return rows.loc[found, "meeting"].to_list() if wanted else []


def titles(analysis: Analysis, meetings: list[int]) -> list[str]:
    """The different titles of ``meetings``, in their order."""
    rows = analysis.meetings.set_index("meeting")["summary"]
    return list(dict.fromkeys(rows.loc[meetings]))


def after(analysis: Analysis, zone: ZoneInfo, day: date) -> list[int]:
    """The next meeting that is not over and not before ``day``, if there is one."""
    rows = ahead(analysis)
    return rows.loc[_days(rows, zone).ge(day), "meeting"].head(1).to_list()


def _days(rows: pd.DataFrame, zone: ZoneInfo) -> pd.Series:
    """The local day of each start. An entry of a whole day begins at midnight where it was made."""
    days: pd.Series = rows["start"].dt.tz_convert(zone).dt.date
    return days
