"""The mirror: the rep judged as the others are, for the rep's eyes alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from analyzer.analysis import Analysis
from reports import words
from reports.model import Person
from reports.views_base import Directory, number

#: People and months shown at a terminal; JSON has all.
PEOPLE_SHOWN: Final = 15
MONTHS_SHOWN: Final = 12

_SUMS: Final = (
    "asked", "unanswered", "answered", "meetings", "moved_late", "promised", "broken",
)  # fmt: skip
_PRIVATE: Final = "For you alone: no report or case shows this, and your digest one line of it."


@dataclass(frozen=True, slots=True)
class Conduct:
    """What the rep did: questions of theirs (``asked``, those ``unanswered`` for a working week or
    longer, those answered and the usual ``answer_hours``), meetings and those the rep moved or
    called off late, promises of the rep that are due and those broken.
    """

    asked: int
    unanswered: int
    answered: int
    answer_hours: float
    meetings: int
    moved_late: int
    promised: int
    broken: int


@dataclass(frozen=True, slots=True)
class Towards:
    """The rep's conduct towards one person."""

    person: Person
    conduct: Conduct


@dataclass(frozen=True, slots=True)
class Month:
    """The rep's conduct in one month, like ``2026-05``."""

    month: str
    conduct: Conduct


@dataclass(frozen=True, slots=True)
class Mirror:
    """All of it: in sum, by month (oldest first), by person (most owed first)."""

    as_of: datetime
    zone: str
    whole: Conduct
    months: tuple[Month, ...]
    people: tuple[Towards, ...]


def mirror(analysis: Analysis, zone: str) -> Mirror:
    """The mirror of an analysis."""
    rows, directory = analysis.mirror, Directory(analysis)
    people = [
        Towards(directory[int(str(person))], _conduct(group))
        for person, group in rows.groupby("person")
    ]
    people.sort(key=lambda each: (*_owed(each.conduct), each.person.name))
    return Mirror(
        as_of=analysis.as_of.astimezone(ZoneInfo(zone)).replace(microsecond=0),
        zone=zone,
        whole=_conduct(rows),
        months=tuple(Month(str(m), _conduct(group)) for m, group in rows.groupby("month")),
        people=tuple(people),
    )


def _owed(conduct: Conduct) -> tuple[int, int]:
    return -(conduct.unanswered + conduct.moved_late + conduct.broken), -conduct.asked


def _conduct(rows: pd.DataFrame) -> Conduct:
    """Sums; the usual time is the middle of the months', each weighing as many answers."""
    sums: dict[str, Any] = {name: int(rows[name].sum()) for name in _SUMS}
    told = rows[rows["answered"] > 0].sort_values("answer_hours")
    half = told["answered"].cumsum() * 2 >= told["answered"].sum()
    middle = told.loc[half, "answer_hours"]
    hours = number(middle.iloc[0]) if len(middle) else math.nan
    return Conduct(answer_hours=hours, **sums)


def render(view: Mirror, width: int = 80, *, colour: bool = False) -> str:
    """The mirror for a terminal."""
    from rich.console import Console

    target = StringIO()
    console = Console(
        file=target, width=width, force_terminal=colour, no_color=not colour, markup=False
    )
    console.print(sentence(view.whole))
    if view.months:
        console.print()
        console.print(_table("Month", [(m.month, m.conduct) for m in view.months[-MONTHS_SHOWN:]]))
        console.print()
        shown = view.people[:PEOPLE_SHOWN]
        console.print(_table("Person", [(each.person.name, each.conduct) for each in shown]))
        if len(view.people) > len(shown):
            console.print(f"{len(view.people) - len(shown):,} more: --json has all.")
    console.print(f"\n{_PRIVATE}")
    return target.getvalue()


def sentence(whole: Conduct) -> str:
    """All of it in a few words."""
    if not whole.asked and not whole.meetings and not whole.promised:
        return "Nothing to see yet: nobody whom brickwall judges has asked you or met you."
    asked = words.count(whole.asked, "question")
    late = words.count(whole.moved_late, "meeting")
    due = words.count(whole.promised, "promise that was", "promises that were")
    usual = f" Your usual answer took {_time(whole.answer_hours)}." if whole.answered else ""
    return (
        f"They asked you {asked}; {whole.unanswered:,} of them waited a working week or longer."
        f"{usual} You moved or called off {late} late, of {whole.meetings:,}, and broke "
        f"{whole.broken:,} of {due} due."
    )


def _table(name: str, told: list[tuple[str, Conduct]]) -> Any:
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(name, overflow="fold")
    for heading in ("Asked", "Left open", "Answer in", "Meetings", "Moved late", "Broken"):
        table.add_column(heading, justify="right", min_width=max(map(len, heading.split())))
    for label, conduct in told:
        table.add_row(
            label,
            f"{conduct.asked:,}",
            f"{conduct.unanswered:,}",
            _time(conduct.answer_hours),
            f"{conduct.meetings:,}",
            f"{conduct.moved_late:,}",
            f"{conduct.broken:,}",
        )
    return table


def _time(hours: float) -> str:
    if math.isnan(hours):
        return "–"
    return words.hours(hours) if hours < 48 else f"{hours / 24:.0f} days"
