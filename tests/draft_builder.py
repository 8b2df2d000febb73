"""Facts for drafts, made by hand: everything known, or as little as is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from reports.draft_known import Known
from reports.draft_mails import Thread
from reports.model import Person

ZONE: Final = ZoneInfo("Europe/Amsterdam")
ANN: Final = Person(1, "Ann Lee", "ann@acme.example", "acme.example")
THREAD: Final = Thread("<b@acme.example>", ("<a@ours.example>",), "Fleet contract", 1)


def at(text: str) -> datetime:
    """A time in the rep's zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


NOTHING: Final = Known(
    person=ANN,
    me="Nora Vermeer",
    verdict="keep going",
    reason="Nothing grave speaks against it.",
    next_step="Go on as before.",
    as_of=at("2026-11-28 09:00"),
)
EVERYTHING: Final = replace(
    NOTHING,
    topic="Fleet contract",
    missed=at("2026-11-17 10:00"),
    meeting=at("2026-12-01 14:30"),
    meeting_title="Walk through the yard",
    asked=at("2026-11-03 09:00"),
    heard=at("2026-10-21 09:00"),
    written=at("2026-11-03 09:00"),
    until=at("2027-01-11 00:00"),
)


def nothing_but(**facts: Any) -> Known:
    """Only these facts."""
    return replace(NOTHING, **facts)


def all_but(**facts: Any) -> Known:
    """Everything, but for these."""
    return replace(EVERYTHING, **facts)
