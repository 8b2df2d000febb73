"""What the rep told brickwall, listed: each mark, and whether it still holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from reports import escape, json_report, words
from store.model import Told

NOTHING = "You have not told anything yet. `brickwall mark --help` says what you can tell."


@dataclass(frozen=True, slots=True)
class Correction:
    """One mark. ``in_force``: nothing told later contradicts it; ``value``: see docs/actions.md."""

    number: int
    address: str
    kind: str
    value: str
    at: datetime
    told_at: datetime
    in_force: bool


@dataclass(frozen=True, slots=True)
class Corrections:
    """All marks, the oldest first."""

    marks: tuple[Correction, ...]


def corrections(
    said: Iterable[Told], holding: Iterable[Told], zone: str, about: str = ""
) -> Corrections:
    """The view of marks whose target holds the text ``about``; times in ``zone``."""
    local, holds = ZoneInfo(zone), {told.number for told in holding}
    return Corrections(
        tuple(
            Correction(
                number=told.number,
                address=escape.line(told.mark.target, escape.SUBJECT),
                kind=escape.line(told.mark.kind, escape.NAME),
                value=escape.line(told.mark.value),
                at=told.mark.occurred_at.astimezone(local).replace(microsecond=0),
                told_at=told.observed_at.astimezone(local).replace(microsecond=0),
                in_force=told.number in holds,
            )
            for told in said
            if about.casefold() in told.mark.target.casefold()
        )
    )


def text(view: Corrections) -> str:
    """One line per mark, those that no longer hold with what that means."""
    if not view.marks:
        return NOTHING
    lines = [_line(mark) for mark in view.marks]
    return "\n".join([*lines, "", "Take one back with `brickwall mark --undo NUMBER`."])


def _line(mark: Correction) -> str:
    until = f" {mark.value}" if mark.kind == "park" else ""
    kind = mark.kind.replace(" ", "-")
    over = "" if mark.in_force else "  (replaced by what you told later)"
    at = words.moment(mark.at)
    return f"{mark.number:>4}  {mark.address}: {kind}{until} · {at}{over}"


def as_json(view: Corrections) -> str:
    """The view for programs."""
    return json_report.document("marks", view)
