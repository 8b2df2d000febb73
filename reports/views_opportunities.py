"""Opportunity by opportunity: of several open topics with one person, which still go somewhere."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from analyzer.analysis import Analysis
from analyzer.settings import Settings
from reports import escape
from reports.model_topics import Opportunity
from reports.views_base import local, number, records

#: A topic goes on while both sides have exchanged something about it within these days.
GOING_FOR: Final = timedelta(days=28)
#: In the order in which they are shown.
STATES: Final = ("going", "quiet", "drop")


class Opportunities:
    """The open topics of everybody who has two or more; see ``Opportunity``."""

    def __init__(self, analysis: Analysis, settings: Settings, people: pd.Series) -> None:
        self._zone, self._as_of = ZoneInfo(settings.zone), pd.Timestamp(analysis.as_of)
        rows = analysis.opportunities
        rows = rows.loc[rows["person"].isin(people)]
        told = analysis.topics[["topic", "currency", "last_two_way_at"]]
        self._made: dict[int, list[Opportunity]] = defaultdict(list)
        for row in records(rows.merge(told, how="left", on="topic")):
            self._made[int(row.person)].append(self._one(row))

    def of(self, person: int) -> tuple[Opportunity, ...]:
        """Those of ``person``, the ones that go on first, the latest exchange first."""
        return tuple(sorted(self._made.get(person, ()), key=_order))

    def _one(self, row: Any) -> Opportunity:
        return Opportunity(
            id=int(row.topic),
            title=escape.line(row.title, escape.SUBJECT) or "(without a title)",
            value=None if pd.isna(row.value) else number(row.value, 2),
            currency="" if pd.isna(row.currency) else escape.line(row.currency, 8),
            state=self._state(row),
            last_two_way_at=local(row.last_two_way_at, self._zone),
            reason=escape.line(row.reason),
            next_step=escape.line(row.next_step),
        )

    def _state(self, row: Any) -> str:
        if row.verdict == "drop":
            return "drop"
        lately = pd.notna(row.last_two_way_at) and self._as_of - row.last_two_way_at <= GOING_FOR
        return "going" if lately else "quiet"


def _order(one: Opportunity) -> tuple[int, float, int]:
    last = one.last_two_way_at
    return (STATES.index(one.state), -last.timestamp() if last else 0.0, one.id)
