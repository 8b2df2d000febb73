"""What the trend line and the meeting strip of each person show: half a year up to the week."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from analyzer.analysis import Analysis
from analyzer.settings import Settings
from reports import escape
from reports.model import MeetingMark, WeekOfSigns
from reports.views_base import local, number, records
from reports.week import Week

WEEKS: Final = 26
WEEKS_AHEAD: Final = 2
MARKS_SHOWN: Final = 40
_BY: Final = {"them": "them", "us": "you", "unknown": "not known"}
_CHANGED: Final = ("moved", "cancelled", "declined")


class Trends:
    """Good and bad signs of each person week by week, one cause counted once."""

    def __init__(
        self, analysis: Analysis, settings: Settings, week: Week, people: pd.Series
    ) -> None:
        self._weeks = [_back(week, n) for n in range(WEEKS - 1, -1, -1)]
        self._fading = 0.5 ** (7 / settings.half_life_days)
        signals = analysis.signals
        rows = signals.loc[
            signals["person"].isin(people) & signals["at"].lt(week.end(settings.zone))
        ]
        rows = rows.sort_values("strength", ascending=False, kind="stable")
        rows = rows.drop_duplicates(["person", "family", "episode"])
        age = (pd.Timestamp(week.end(settings.zone)) - rows["at"]).dt.days // 7
        parts = [rows["person"], age.rename("weeks_ago"), rows["good"]]
        summed = rows["strength"].groupby(parts).sum()
        self._strength: dict[int, dict[tuple[int, bool], float]] = defaultdict(dict)
        for row in records(summed.reset_index(name="total")):
            self._strength[int(row.person)][int(row.weeks_ago), bool(row.good)] = float(row.total)

    def of(self, person: int) -> tuple[WeekOfSigns, ...]:
        """The trend of ``person``; empty when there was no sign in its weeks."""
        strength = self._strength.get(person, {})
        if not any(weeks_ago < WEEKS for weeks_ago, _ in strength):
            return ()
        balance = sum(
            (s if good else -s) * self._fading ** (weeks_ago - WEEKS + 1)
            for (weeks_ago, good), s in strength.items()
            if weeks_ago >= WEEKS
        )
        told = []
        for weeks_ago, week in zip(range(WEEKS - 1, -1, -1), self._weeks, strict=True):
            good, bad = (strength.get((weeks_ago, kind), 0.0) for kind in (True, False))
            balance = balance * self._fading + good - bad
            told.append(WeekOfSigns(str(week), *(number(n, 2) for n in (good, bad, balance))))
        return tuple(told)


class Strips:
    """The meetings of each person and what became of them."""

    def __init__(
        self, analysis: Analysis, settings: Settings, week: Week, people: pd.Series
    ) -> None:
        self._zone = ZoneInfo(settings.zone)
        begin = _back(week, WEEKS - 1).start(settings.zone)
        end = week.end(settings.zone) + timedelta(weeks=WEEKS_AHEAD)
        meetings = _with_people(analysis, people)
        rows = pd.concat([_changed(analysis, people), _kept(meetings, analysis.as_of)])
        rows = rows.loc[rows["shown_at"].ge(begin) & rows["shown_at"].lt(end)]
        # of one meeting at one time the change tells more than what stands in the calendar
        rows = rows.drop_duplicates(["person", "meeting", "shown_at"])
        rows = rows.sort_values(["person", "shown_at", "meeting", "state"])
        self._marks: dict[int, list[MeetingMark]] = defaultdict(list)
        for row in records(rows.groupby("person").tail(MARKS_SHOWN)):
            self._marks[int(row.person)].append(self._mark(row))

    def of(self, person: int) -> tuple[MeetingMark, ...]:
        """The meetings of ``person``, oldest first."""
        return tuple(self._marks.get(person, ()))

    def _mark(self, row: Any) -> MeetingMark:
        at = local(row.shown_at, self._zone)
        assert at is not None
        return MeetingMark(at, row.state, row.by, escape.line(row.summary, escape.SUBJECT))


def _with_people(analysis: Analysis, people: pd.Series) -> pd.DataFrame:
    attendees = analysis.attendees.loc[analysis.attendees["person"].isin(people)]
    return attendees.merge(analysis.meetings, on="meeting")


def _changed(analysis: Analysis, people: pd.Series) -> pd.DataFrame:
    """Meetings that were moved, cancelled or declined, at the time they were to begin."""
    changes = analysis.changes
    rows = changes.loc[changes["person"].isin(people) & changes["kind"].isin(_CHANGED)]
    rows = rows.loc[rows["old_start"].notna()].sort_values("at", ascending=False, kind="stable")
    rows = rows.merge(analysis.meetings[["meeting", "summary"]], on="meeting")
    return pd.DataFrame(
        {
            "person": rows["person"],
            "meeting": rows["meeting"],
            "shown_at": rows["old_start"],
            "state": rows["kind"].astype("str"),
            "by": rows["actor"].astype("str").map(_BY).fillna("not known"),
            "summary": rows["summary"],
        }
    )


def _kept(meetings: pd.DataFrame, as_of: Any) -> pd.DataFrame:
    """Meetings as they stand in the calendar, at the time they begin."""
    rows = meetings.loc[meetings["status"].ne("moved away") & meetings["start"].notna()]
    state = rows["presence"].map({"yes": "held", "no": "missed"}).fillna("not known").astype("str")
    state = state.mask(rows["start"].gt(pd.Timestamp(as_of)), "ahead")
    state = state.mask(rows["partstat"].eq("DECLINED"), "declined")
    state = state.mask(rows["status"].eq("cancelled"), "cancelled")
    by = pd.Series("", index=rows.index, dtype="str")
    by = by.mask(state.isin(["missed", "declined"]), "them").mask(
        state.eq("cancelled"), "not known"
    )
    return pd.DataFrame(
        {
            "person": rows["person"],
            "meeting": rows["meeting"],
            "shown_at": rows["start"],
            "state": state,
            "by": by,
            "summary": rows["summary"],
        }
    )


def _back(week: Week, weeks: int) -> Week:
    return Week.of(week.first_day - timedelta(weeks=weeks))
