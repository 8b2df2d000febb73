"""What is known of one person that a draft may speak of. Nothing that counts, blames or is private.

All of it is a fact that the contact knows too: see ``draft_mails`` and ``draft_meetings``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from analyzer.analysis import Analysis
from reports import draft_mails, draft_meetings, escape
from reports.draft_mails import Thread
from reports.model import Person
from reports.views_base import Directory, local

#: What they wrote longer ago is neither thanked for nor come back to.
HEARD: Final = pd.Timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Known:
    """Facts for drafts; times in the rep's zone, ``None`` and ``""`` where there is none.

    ``me``: the rep's name. ``missed``: start of a meeting that did not take place and has no new
    date. ``meeting``: start of the next one; ``timed``: it has a time of day; ``far``: the contact
    keeps other hours; ``risky``: it is worth confirming. ``asked``: when the rep last wrote what
    waits for an answer. ``heard``: when they last wrote; ``written``: when the rep last did.
    ``owed``: when they asked the rep what still waits. ``until``: when to come back, ahead;
    ``due``: the day until which the rep had parked them is here. ``texts``: ids of mails that show
    their language, the newest first, theirs before the rep's.
    """

    person: Person
    me: str
    verdict: str
    reason: str
    next_step: str
    as_of: datetime
    topic: str = ""
    missed: datetime | None = None
    meeting: datetime | None = None
    meeting_title: str = ""
    timed: bool = True
    far: bool = False
    risky: bool = False
    asked: datetime | None = None
    heard: datetime | None = None
    written: datetime | None = None
    owed: datetime | None = None
    until: datetime | None = None
    due: bool = False
    thread: Thread | None = None
    texts: tuple[int, ...] = ()


def known(analysis: Analysis, messages: pd.DataFrame | None, person: int, zone: ZoneInfo) -> Known:
    """Everything a draft to a judged person may speak of.

    ``messages``: the frame of the facts; without it the thread is not known.
    """
    verdict = analysis.verdicts.loc[analysis.verdicts["person"].eq(person)].iloc[0]
    met = draft_meetings.meetings_with(analysis, person)
    park = analysis.parks.loc[analysis.parks["person"].eq(person)]
    return Known(
        person=Directory(analysis)[person],
        me=_me(analysis),
        verdict=str(verdict["verdict"]),
        reason=escape.line(verdict["reason"]),
        next_step=escape.line(verdict["next_step"]),
        as_of=analysis.as_of.astimezone(zone),
        owed=local(_owed(analysis, person), zone),
        until=local(_until(verdict["until"], park, analysis.as_of), zone),
        due=bool(park["state"].eq("due").any()),
        **_met(analysis, met, person, zone),
        **_written(analysis, messages, met, person, zone),
    )


def _me(analysis: Analysis) -> str:
    own = analysis.people.loc[analysis.people["own"], "name"]
    name = escape.line(own.iloc[0], escape.NAME) if len(own) else ""
    return "" if "@" in name else name


def _owed(analysis: Analysis, person: int) -> Any:
    """When they first asked what the rep has not answered yet."""
    episodes = analysis.episodes
    waits = episodes["direction"].eq("theirs") & episodes["open"] & episodes["person"].eq(person)
    return episodes.loc[waits, "asked_at"].min() if waits.any() else None


def _until(told: Any, park: pd.DataFrame, as_of: datetime) -> Any:
    """The day to come back on, told by the verdict or by the rep, where it lies ahead."""
    parked = park.loc[park["state"].eq("parked"), "until"]
    days = [told, *parked]
    return next((day for day in days if not pd.isna(day) and day > pd.Timestamp(as_of)), None)


def _met(analysis: Analysis, met: pd.DataFrame, person: int, zone: ZoneInfo) -> dict[str, Any]:
    """The next meeting, or one that did not take place: one of the two at most."""
    ahead = draft_meetings.ahead(analysis, met, person)
    if ahead is None:
        return {"missed": local(draft_meetings.missed(analysis, met, person), zone)}
    return {
        "meeting": local(ahead.start, zone),
        "meeting_title": draft_mails.shown(str(ahead.summary)),
        "timed": not ahead.all_day,
        "far": draft_meetings.far(analysis, person, zone),
        "risky": bool(ahead.risky),
    }


def _written(
    analysis: Analysis,
    messages: pd.DataFrame | None,
    met: pd.DataFrame,
    person: int,
    zone: ZoneInfo,
) -> dict[str, Any]:
    """What both sides wrote, when, and about what."""
    mails = draft_mails.mails_with(analysis, person)
    theirs, ours = mails.loc[~mails["outgoing"]], mails.loc[mails["outgoing"]]
    recent = theirs.loc[theirs["at"].ge(pd.Timestamp(analysis.as_of) - HEARD)]
    asked_at, asked_in = draft_mails.asked(analysis, mails, person)
    return {
        "topic": draft_mails.topic(analysis, mails, met["summary"], person),
        "asked": local(asked_at, zone),
        "heard": local(draft_mails.last(recent), zone),
        "written": local(draft_mails.last(ours), zone),
        "thread": None if messages is None else draft_mails.thread(mails, messages, asked_in),
        "texts": (*draft_mails.newest(theirs), *draft_mails.newest(ours)),
    }
