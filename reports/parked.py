"""Parked contacts as a list: until when, what for, and who wakes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from analyzer.analysis import Analysis
from reports import escape, json_report, words
from reports.model import Person
from reports.views_base import Directory, local, records

NOTHING: Final = "Nobody is parked. `brickwall park NAME --until 2027-01-15` parks somebody."
_STATES: Final = {
    "parked": "",
    "due": "the day has come: ask once",
    "woken": "they came back themselves",
    "over": "over: you wrote since",
}


@dataclass(frozen=True, slots=True)
class Park:
    """One parked person. ``state``: parked | due | woken | over; ``why``: until when, in words."""

    person: Person
    at: datetime
    until: datetime | None
    milestone: str
    state: str
    why: str
    mark: int


@dataclass(frozen=True, slots=True)
class Parks:
    """All parked people, the next to wake first; those without a day last."""

    parks: tuple[Park, ...]


def parked(analysis: Analysis, zone: str) -> Parks:
    """Whom the rep put aside, as of the analysis; times in ``zone``."""
    directory, here = Directory(analysis), ZoneInfo(zone)
    made = []
    for row in records(analysis.parks):
        at, until = local(row.at, here), local(row.until, here)
        assert at is not None
        milestone = escape.line(row.milestone, escape.SUBJECT)
        day = f"Parked until {words.day(until)}" if until else "Parked"
        told = f"{day}, or until this: {milestone}" if until else f"{day} until this: {milestone}"
        why = told if milestone else day if until else "Parked until they write"
        state = escape.line(row.state, escape.NAME)
        made.append(Park(directory[row.person], at, until, milestone, state, why, int(row.mark)))
    return Parks(tuple(made))


def text(view: Parks) -> str:
    """One line per person."""
    if not view.parks:
        return NOTHING
    return "\n".join(_line(park) for park in view.parks)


def _line(park: Park) -> str:
    state = _STATES.get(park.state, park.state)
    name = f"{park.person.name} <{park.person.address}>"
    return f"{name}: {park.why[0].lower()}{park.why[1:]}" + (f" ({state})" if state else "")


def as_json(view: Parks) -> str:
    """The view for programs."""
    return json_report.document("parks", view)
