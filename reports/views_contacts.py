"""Every judged person with verdict, trend, evidence, effort and odds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from analyzer.analysis import Analysis
from analyzer.frames import FAMILIES, VERDICTS
from analyzer.settings import Settings
from reports import escape
from reports.model import Action, Contact, Effort, Odds, Term
from reports.views_base import Directory, effort, estimate, local, number, records
from reports.views_charts import Strips, Trends
from reports.views_evidence import Signs
from reports.views_opportunities import Opportunities
from reports.webmail import Links, nowhere
from reports.week import Week

SIGNS_SHOWN: Final = 12
ACTIONS_SHOWN: Final = 7
_NO_EFFORT: Final = Effort(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def contacts(
    analysis: Analysis,
    settings: Settings,
    week: Week,
    *,
    directory: Directory,
    said: pd.DataFrame | None = None,
    people: list[int] | None = None,
    signs_shown: int | None = SIGNS_SHOWN,
    links: Links = nowhere,
) -> tuple[Contact, ...]:
    """The judged people (of ``people`` only, if given), those who matter most this week first.

    ``said``: the intents frame of the facts, for the few words that show a sign.
    ``signs_shown``: signs per person, ``None`` for all. ``links``: where evidence is on the web.
    """
    rows = _ordered(analysis, people)
    judged = rows["person"]
    zone = ZoneInfo(settings.zone)
    signs = Signs(
        analysis, settings, week, people=judged, said=said, shown=signs_shown, links=links
    )
    trends = Trends(analysis, settings, week, judged)
    strips = Strips(analysis, settings, week, judged)
    opportunities = Opportunities(analysis, settings, judged)
    efforts = _efforts(analysis.effort, judged)
    odds = _all_odds(analysis.scores, judged)
    return tuple(
        Contact(
            person=directory[row.person],
            verdict=str(row.verdict),
            reason=escape.line(row.reason),
            next_step=escape.line(row.next_step),
            until=local(row.until, zone),
            milestone=escape.line(row.milestone),
            trend=escape.line(row.trend, escape.NAME),
            sure=escape.line(row.sure, escape.NAME),
            attention=number(row.attention, 3),
            effort=efforts.get(row.person, _NO_EFFORT),
            last_in_at=local(row.last_in_at, zone),
            last_out_at=local(row.last_out_at, zone),
            signs=signs.of(row.person),
            signs_left_out=signs.left_out(row.person),
            odds=odds.get(row.person),
            weeks=trends.of(row.person),
            meetings=strips.of(row.person),
            opportunities=opportunities.of(row.person),
        )
        for row in records(rows)
    )


def _ordered(analysis: Analysis, people: list[int] | None) -> pd.DataFrame:
    """Verdict rows with the times of the last mails, most attention first; ties by verdict, id."""
    verdicts = analysis.verdicts
    if people is not None:
        verdicts = verdicts.loc[verdicts["person"].isin(people)]
    last = analysis.contacts[["person", "last_in_at", "last_out_at"]]
    rank = verdicts["verdict"].astype("str").map({v: n for n, v in enumerate(VERDICTS)})
    rows = verdicts.assign(attention=verdicts["attention"].fillna(0.0), rank=rank)
    rows = rows.merge(last, how="left", on="person")
    return rows.sort_values(["attention", "rank", "person"], ascending=[False, True, True])


def _efforts(frame: pd.DataFrame, people: pd.Series) -> dict[int, Effort]:
    rows = frame.loc[frame["person"].isin(people)]
    return {
        int(row.person): Effort(
            hours=number(row.hours, 2),
            mail_hours=number(row.mail_hours, 2),
            meeting_hours=number(row.meeting_hours, 2),
            lost_hours=number(row.lost_hours, 2),
            week_hours=number(row.week_hours, 2),
            cost=number(row.cost, 0),
        )
        for row in records(rows)
    }


def total_effort(analysis: Analysis) -> Effort:
    """What was spent on all judged people together."""
    return effort(analysis.effort.loc[analysis.effort["person"].isin(analysis.verdicts["person"])])


def _all_odds(scores: pd.DataFrame, people: pd.Series) -> dict[int, Odds]:
    rows = scores.loc[scores["person"].isin(people) & scores["wall"].notna()]
    return {int(row.person): _odds(row) for row in records(rows)}


def _odds(row: Any) -> Odds:
    return Odds(
        wall=estimate(row, "wall"),
        not_honoured=estimate(row, "not_honoured"),
        bad_causes=int(row.bad_episodes),
        good_causes=int(row.good_episodes),
        families=int(row.bad_families),
        terms=tuple(Term(family, number(getattr(row, f"term_{family}"), 2)) for family in FAMILIES),
    )


def actions(people: tuple[Contact, ...], as_of: datetime) -> tuple[tuple[Action, ...], int]:
    """What to do this week, most important first, and how many more there are."""
    due = [
        Action(contact.person, contact.verdict, contact.next_step, contact.reason)
        for contact in people
        if contact.next_step and _due(contact, as_of)
    ]
    return tuple(due[:ACTIONS_SHOWN]), max(0, len(due) - ACTIONS_SHOWN)


def _due(contact: Contact, as_of: datetime) -> bool:
    """Whether there is something to do now: going on as before and waiting are not."""
    if contact.verdict == "do not contact":
        return contact.effort.week_hours > 0
    if contact.verdict in ("park", "win back"):
        return contact.until is not None and contact.until <= as_of + timedelta(days=7)
    return contact.verdict not in ("keep going", "unclear")
