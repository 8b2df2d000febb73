"""The history of several weeks in words, as text for a terminal and as CSV."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from rich.cells import set_cell_size

from reports import words
from reports.model_history import History, JudgedWeek, PersonWeeks
from reports.tables import csv_of
from reports.week import Week

#: Each verdict as one letter, so that nothing hangs on colour; ``""``: not judged.
LETTERS: Final = {
    "walk away": "W",
    "change approach": "C",
    "last try": "L",
    "stop chasing": "S",
    "park": "P",
    "win back": "B",
    "do not contact": "D",
    "keep going": "K",
    "unclear": "U",
    "": "·",
}
#: Which way the signs of a week lean, as one character.
MARKS: Final = {"good": "+", "bad": "−", "both": "±", "none": ""}

CSV_COLUMNS: Final = (
    "week",
    "name",
    "address",
    "company",
    "verdict",
    "changed",
    "reason",
    "signs_for",
    "signs_against",
)
_NAME_WIDTH: Final = 28
_NARROWEST: Final = 40


def leaning(week: JudgedWeek) -> str:
    """Which way the signs of a week lean: good | bad | both | none."""
    if week.good and week.bad:
        return "both"
    return "good" if week.good else "bad" if week.bad else "none"


def span(first: Week, last: Week) -> str:
    """The weeks ``first`` to ``last``, like ``W41, 5–11 October 2026`` or ``W41–W43 2026``."""
    if first == last:
        return f"W{first.number:02d}, {words.days_of(first)}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"W{first.number:02d}{year}–W{last.number:02d} {last.year}"


def told_week(week: JudgedWeek) -> str:
    """One week of the strip in words."""
    signs = [f"{number} {way}" for number, way in _ways(week) if number]
    of_signs = f"; signs: {words.listed(signs)}" if signs else ""
    return f"{week.week}: {week.verdict or 'not judged'}{of_signs}"


def _ways(week: JudgedWeek) -> tuple[tuple[int, str], ...]:
    return (week.bad, "against them"), (week.good, "for them")


def told(weeks: tuple[JudgedWeek, ...]) -> str:
    """A strip in a sentence: the verdicts in their order, and how many weeks had signs."""
    runs = [list(run) for _, run in groupby(weeks, key=lambda week: week.verdict)]
    verdicts = [
        f"{run[0].verdict or 'not judged'} {_weeks(run[0].week, run[-1].week)}" for run in runs
    ]
    bad = sum(1 for week in weeks if week.bad)
    good = sum(1 for week in weeks if week.good)
    return (
        f"{'; '.join(verdicts)}. Signs against them in {words.count(bad, 'week')}, "
        f"for them in {words.count(good, 'week')}."
    )


def _weeks(first: str, last: str) -> str:
    return f"in {first}" if first == last else f"from {first} to {last}"


def render(view: History, width: int = 80) -> str:
    """One line per person, with the strip and the verdict, and under it what changed it last."""
    lines = [
        f"Week by week, {span(view.weeks[0], view.weeks[-1])}",
        *textwrap.wrap(view.headline, max(width, _NARROWEST)),
        "",
    ]
    for person in view.people:
        lines += _lines(person, width)
    letters = [f"{letter} {verdict or 'not judged'}" for verdict, letter in LETTERS.items()]
    if view.people:
        lines += ["", *textwrap.wrap(", ".join(letters), max(width, _NARROWEST))]
    return "\n".join(lines).rstrip("\n") + "\n"


def _lines(person: PersonWeeks, width: int) -> list[str]:
    strip = "".join(LETTERS[week.verdict] for week in person.weeks)
    lines = [f"{set_cell_size(person.person.name, _NAME_WIDTH)} {strip}  {person.verdict}"]
    last = next((each for each in person.stretches if each.changed), None)
    if last is not None:
        indent = " " * (_NAME_WIDTH + 1)
        lines += textwrap.wrap(
            f"{last.first}: {last.reason or last.verdict}",
            max(width, _NAME_WIDTH + _NARROWEST),
            initial_indent=indent,
            subsequent_indent=indent,
        )
    return lines


def csv(view: History) -> str:
    """One row per person and week (RFC 4180); what a spreadsheet would run is shown as text."""
    return csv_of(CSV_COLUMNS, (row for person in view.people for row in _rows(person)))


def _rows(person: PersonWeeks) -> Iterator[dict[str, str | float]]:
    begun = {str(each.first): each for each in person.stretches}
    for week in person.weeks:
        stretch = begun.get(week.week)
        yield {
            "week": week.week,
            "name": person.person.name,
            "address": person.person.address,
            "company": person.person.company,
            "verdict": week.verdict,
            "changed": "yes" if stretch is not None and stretch.changed else "",
            "reason": stretch.reason if stretch is not None else "",
            "signs_for": week.good,
            "signs_against": week.bad,
        }
