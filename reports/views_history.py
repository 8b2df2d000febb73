"""Analyses of several weeks to one view: how each person was judged from week to week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from analyzer.analysis import Analysis
from analyzer.settings import Settings
from reports import escape, words
from reports import views_sections as sections
from reports.model import MeetingMark, Sign
from reports.model_history import History, JudgedWeek, PersonWeeks, Stretch
from reports.views_base import Directory, records
from reports.views_charts import Strips
from reports.views_contacts import SIGNS_SHOWN
from reports.views_evidence import Signs
from reports.webmail import Links, nowhere
from reports.week import Week

#: Where a verdict begins, so many signs stand behind it, also older ones.
BEHIND: Final = 3


@dataclass(frozen=True, slots=True)
class _Judged:
    """One person at the end of one week. ``attention`` orders them; ``signs``: those of the week
    first.
    """

    week: Week
    address: str
    verdict: str
    reason: str
    next_step: str
    attention: float
    signs: tuple[Sign, ...]
    meetings: tuple[MeetingMark, ...]


def history(
    analyses: Iterable[Analysis],
    settings: Settings,
    weeks: Sequence[Week],
    said: pd.DataFrame | None = None,
    links: Links = nowhere,
) -> History:
    """The history of ``weeks``, oldest first; ``analyses``: one for each, as of its end.

    Shown are the people who are judged in the last one, under whichever address they had before.
    ``said``, ``links``: as in ``views.report``. Raises ``ValueError`` without a week.
    """
    found: list[_Judged] = []
    last: Analysis | None = None
    for week, analysis in zip(weeks, analyses, strict=True):
        found += _judged(analysis, settings, week, said, links)
        last = analysis
    if last is None:
        raise ValueError("no week")
    people = _people(found, last, tuple(weeks))
    return History(
        as_of=last.as_of.astimezone(ZoneInfo(settings.zone)).replace(microsecond=0),
        zone=settings.zone,
        headline=_headline(people, len(weeks)),
        weeks=tuple(weeks),
        people=people,
        coverage=sections.coverage(last, settings, weeks[-1].end(settings.zone)),
    )


def _judged(
    analysis: Analysis,
    settings: Settings,
    week: Week,
    said: pd.DataFrame | None,
    links: Links,
) -> list[_Judged]:
    """Everybody who is judged, with their signs and the meetings of the week."""
    begin, end = week.start(settings.zone), week.end(settings.zone)
    people = analysis.verdicts["person"]
    signs = Signs(
        analysis, settings, week, people=people, said=said, shown=SIGNS_SHOWN, links=links
    )
    strips = Strips(analysis, settings, week, people)
    addresses = dict(zip(analysis.people["person"], analysis.people["address"], strict=True))
    return [
        _Judged(
            week=week,
            address=addresses[row.person],
            verdict=str(row.verdict),
            reason=escape.line(row.reason),
            next_step=escape.line(row.next_step),
            attention=0.0 if pd.isna(row.attention) else float(row.attention),
            signs=signs.of(row.person),
            meetings=tuple(m for m in strips.of(row.person) if begin <= m.at < end),
        )
        for row in records(analysis.verdicts)
    ]


def _people(
    found: list[_Judged], last: Analysis, weeks: tuple[Week, ...]
) -> tuple[PersonWeeks, ...]:
    """One entry per person of the last analysis, the most attention of the last week first."""
    theirs = last.people[["person", "addresses"]].explode("addresses")
    who = dict(zip(theirs["addresses"], theirs["person"], strict=True))
    by_person: dict[Any, dict[Week, list[_Judged]]] = {}
    for each in found:
        by_week = by_person.setdefault(who.get(each.address, -1), {})
        by_week.setdefault(each.week, []).append(each)
    directory = Directory(last)
    shown = [
        (_one(by_week, weeks), directory[person])
        for person, by_week in by_person.items()
        if person >= 0 and weeks[-1] in by_week
    ]
    shown.sort(key=lambda each: (-each[0][-1].attention, each[1].name.casefold(), each[1].id))
    return tuple(
        PersonWeeks(
            person=person,
            verdict=judged[-1].verdict,
            changes=sum(_changed(*both) for both in pairwise(judged)),
            weeks=tuple(_in_strip(each) for each in judged),
            stretches=_stretches(judged),
        )
        for judged, person in shown
    )


def _one(by_week: dict[Week, list[_Judged]], weeks: tuple[Week, ...]) -> list[_Judged]:
    """Each week once: whom we now know to be one person may have been two then."""
    blank = _Judged(weeks[0], "", "", "", "", 0.0, (), ())
    made = []
    for week in weeks:
        same = by_week.get(week, [replace(blank, week=week)])
        first = max(same, key=lambda each: (each.attention, each.address))
        signs = tuple(sign for each in same for sign in each.signs)
        made.append(replace(first, signs=signs))
    return made


def _changed(before: _Judged, after: _Judged) -> bool:
    return bool(before.verdict) and before.verdict != after.verdict


def _in_strip(judged: _Judged) -> JudgedWeek:
    signs = _of_week(judged)
    good = sum(sign.good for sign in signs)
    return JudgedWeek(str(judged.week), judged.verdict, good, len(signs) - good)


def _of_week(judged: _Judged) -> tuple[Sign, ...]:
    return tuple(sign for sign in judged.signs if sign.this_week)


def _stretches(judged: list[_Judged]) -> tuple[Stretch, ...]:
    """Weeks with something to tell on their own, those without in one, newest first."""
    begins = [
        bool(judged[0].verdict),
        *(before.verdict != after.verdict for before, after in pairwise(judged)),
    ]
    weeks = range(len(judged))
    alone = [begins[n] or bool(_of_week(judged[n]) or judged[n].meetings) for n in weeks]
    made = []
    for _, group in groupby(weeks, key=lambda n: n if alone[n] else -1):
        first, *others = group
        last = others[-1] if others else first
        changed = first > 0 and _changed(judged[first - 1], judged[first])
        made.append(_stretch(judged[first], judged[last], begins=begins[first], changed=changed))
    return tuple(reversed(made))


def _stretch(first: _Judged, last: _Judged, *, begins: bool, changed: bool) -> Stretch:
    signs = _of_week(first)
    return Stretch(
        first=first.week,
        last=last.week,
        verdict=first.verdict,
        changed=changed,
        reason=first.reason if begins else "",
        next_step=first.next_step if begins else "",
        signs=first.signs[: max(BEHIND, len(signs))] if begins else signs,
        meetings=first.meetings,
    )


def _headline(people: tuple[PersonWeeks, ...], weeks: int) -> str:
    changed = sum(1 for each in people if each.changes)
    told = sum(1 for each in people if any(week.good or week.bad for week in each.weeks))
    judged = words.count(len(people), "person is", "people are")
    if not people:
        return "Nobody is judged yet: there is no history to show."
    return (
        f"{judged} judged. In {words.count(weeks, 'week')} the verdict on {_so_many(changed)} "
        f"changed, and {_so_many(told)} gave a sign, good or bad. Each week is judged from what "
        "could be known at its end."
    )


def _so_many(people: int) -> str:
    return f"{people:,}" if people else "nobody"
