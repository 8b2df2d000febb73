"""What the rep tells brickwall: which mark that makes, what it replaces, and which are in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import pandas as pd

from store.errors import UsageError
from store.marks import marks
from store.model import Mark, Told

if TYPE_CHECKING:
    from analyzer.analysis import Analysis
    from store.database import Database

#: What can be told, and what it changes.
KINDS: Final = {
    "sales": "judge this person: they are a sales contact",
    "not-sales": "never judge this person",
    "not-a-wall": "what looked like a wall was not; only later evidence counts",
    "spoke": "you spoke (phone, corridor): open questions are answered",
    "they-moved": "they asked for the last change of a meeting",
    "we-moved": "you changed that meeting yourself",
    "attended": "they were at the last meeting",
    "no-show": "they did not come to the last meeting",
    "won": "they bought",
    "lost": "they said no",
}

#: Kinds about who was at a meeting, and about who changed one.
PRESENCE: Final = ("attended", "no show")
MOVERS: Final = ("they moved", "we moved")

#: Of each group the last that was told about the same holds.
_GROUPS: Final = (
    ("sales", "not sales"),
    ("won", "lost"),
    PRESENCE,
    MOVERS,
    ("park", "unpark"),
)
#: Groups in which a mark speaks of one meeting alone, not of the person for good.
_OF_A_MEETING: Final = (PRESENCE, MOVERS)
#: Marks about a meeting count for so long after it.
REMEMBERED: Final = pd.Timedelta(days=30)


def note(database: Database, mark: Mark, observed_at: datetime) -> bool:
    """Keep a mark in the place of those it contradicts; whether anything changed."""
    said = marks(database)
    if any(told.mark == mark for told in in_force(said)):
        return False
    same = [told.number for told in said if _about(told.mark) == _about(mark)]
    if mark.kind in (*PRESENCE, *MOVERS):
        database.take_back_marks(same)
    return database.add_mark(mark, observed_at)


def in_force(said: Iterable[Told]) -> list[Told]:
    """Those that still hold, the oldest first: of contradicting ones only the last told."""
    last: dict[object, Told] = {}
    for told in said:
        about = _about(told.mark)
        last.pop(about, None)
        last[about] = told
    return sorted(last.values(), key=lambda told: told.number)


def _about(mark: Mark) -> tuple[str, ...]:
    """What a mark speaks of: marks of equal keys replace each other."""
    at = mark.occurred_at.astimezone(UTC).isoformat()
    for group in _GROUPS:
        if mark.kind in group:
            own = (at,) if group in _OF_A_MEETING else ()
            return (group[0], mark.target, *own)
    return (mark.kind, mark.target, mark.value, at)


def about_meeting(
    analysis: Analysis, person: int, kind: str, meeting: str | None, zone: str
) -> tuple[datetime, str]:
    """The instant a mark about a meeting must bear to be understood so, and that meeting's UID.

    ``kind``: one of ``PRESENCE`` or ``MOVERS``. ``meeting``: its day or start in ``zone``, as it
    was planned or as it is now; without it the last one is meant.
    Raises ``UsageError`` where there is none or more than one.
    """
    found = _held(analysis, person) if kind in PRESENCE else _changed(analysis, person)
    if meeting is not None:
        found = found[_on(found, meeting, zone)]
    elif len(found):
        found = found[found["at"] >= pd.Timestamp(analysis.as_of) - REMEMBERED].tail(1)
    if found.empty:
        what = "meeting" if kind in PRESENCE else "change of a meeting"
        when = f"on {meeting}" if meeting else "in the last 30 days"
        raise UsageError(
            f"There was no {what} with them {when}.",
            "`brickwall contact NAME` shows their meetings; name one with --meeting.",
        )
    if found["at"].nunique() > 1:
        starts = ", ".join(_written(start, zone) for start in found["start"])
        raise UsageError(
            f"There is more than one on {meeting}: {starts}.", "Give the time as well."
        )
    row = found.iloc[-1]
    return row["at"].to_pydatetime(warn=False), str(row["uid"])


def _held(analysis: Analysis, person: int) -> pd.DataFrame:
    """Meetings with a person that should have begun: at, start, was, uid; oldest first."""
    rows = _meetings_of(analysis, person)
    begun = (rows["status"] == "confirmed") & (rows["start"] <= pd.Timestamp(analysis.as_of))
    rows = rows[begun].assign(at=rows["start"], was=rows["original_start"])
    return rows.sort_values(["at", "meeting"])[["at", "start", "was", "uid"]]


def _changed(analysis: Analysis, person: int) -> pd.DataFrame:
    """Changes of meetings with a person, likewise; ``at`` is when the change was made."""
    changes = analysis.changes
    changes = changes[changes["kind"].isin(["moved", "cancelled"])]
    rows = changes[["meeting", "at", "old_start", "new_start"]].merge(
        _meetings_of(analysis, person)[["meeting", "uid"]], on="meeting"
    )
    rows = rows.assign(start=rows["new_start"].fillna(rows["old_start"]), was=rows["old_start"])
    return rows.sort_values(["at", "meeting"])[["at", "start", "was", "uid"]]


def _meetings_of(analysis: Analysis, person: int) -> pd.DataFrame:
    with_them = analysis.attendees.loc[analysis.attendees["person"] == person, "meeting"]
    return analysis.meetings[analysis.meetings["meeting"].isin(with_them)]


def _on(found: pd.DataFrame, meeting: str, zone: str) -> pd.Series[bool]:
    """Which of the meetings begin, or were to begin, at a time or on a day."""
    wanted = _day_or_time(meeting)
    hit = pd.Series(data=False, index=found.index)
    for column in ("start", "was"):
        local = found[column].dt.tz_convert(zone).dt.tz_localize(None)
        exact = isinstance(wanted, datetime)
        hit |= local == pd.Timestamp(wanted) if exact else local.dt.date == wanted
    return hit


def _day_or_time(text: str) -> date | datetime:
    """``2026-11-23`` or ``2026-11-23T09:30``. Raises ``UsageError`` for anything else."""
    try:
        return date.fromisoformat(text) if len(text) <= len("2026-11-23") else _time(text)
    except ValueError:
        raise UsageError(
            f'"{text}" is not the time of a meeting.',
            "Write its day or its start, like 2026-11-23 or 2026-11-23T09:30.",
        ) from None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def _written(at: pd.Timestamp, zone: str) -> str:
    return f"{at.tz_convert(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"
