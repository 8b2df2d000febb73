"""They ask and ask, are answered, and take no step forward."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.derived.meeting_frames import STOOD
from analyzer.settings import Settings
from analyzer.signals import order, rows, said
from store.facts import Facts

#: Questions are counted for so long ...
WINDOW: Final = pd.Timedelta(days=180)
#: ... from so many on that we answered ...
LEAST: Final = 6
#: ... the first and the last of them so far apart: who asks a lot in a short time is in a hurry.
SPREAD: Final = pd.Timedelta(days=42)
#: One step in so long is enough: between two, the eager ask for months as well.
STEPS: Final = pd.Timedelta(days=365)
#: What moves a matter forward when they write it.
_FORWARD: Final = ["meeting_request", "refusal"]


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """At most one row per person who asked at least six questions that we answered.

    Only what they wanted to know is counted, not what they wanted done. Not where anything went
    forward in the last year: a meeting that stood or stands, one they asked for, something they
    declined, a proposal they had asked for and answered; nor for anybody who ever ordered or
    agreed. Who is eager does one of these. Strength: n / (n + 6).
    """
    now = pd.Timestamp(as_of)
    asked = _answered(derived, now)
    each = asked.groupby("person", as_index=False).agg(
        number=("episode", "size"),
        first=("asked_at", "min"),
        at=("asked_at", "max"),
        topic=("topic", "last"),
        evidence=("asked_message", lambda ids: tuple(f"message:{i}" for i in ids[-3:])),
    )
    many = (each["number"] >= LEAST) & (each["at"] - each["first"] >= SPREAD)
    moved = rows.looked_up(each["person"], _forward(derived, as_of)) >= now - STEPS
    found = each[many & ~moved & ~each["person"].isin(_ordered(derived, as_of))]
    found = found.assign(
        episode=rows.numbered("person", found["person"]),
        strength=found["number"] / (found["number"] + float(LEAST)),
        sentence="Asked "
        + rows.counted(found["number"], "question")
        + " since "
        + rows.day(found["first"], settings.zone, as_of)
        + ", all answered by you, without one step forward: no meeting, no decision.",
    )
    return rows.shaped_signals(found, derived, signal="fact_finder", family="effort")


def _answered(derived: Derived, now: pd.Timestamp) -> pd.DataFrame:
    """Questions of theirs in the window that we answered, oldest first."""
    asked = derived.episodes[derived.episodes["direction"] == "theirs"]
    asked = asked[~asked["open"] & ~asked["sequence"]]
    recent = (asked["asked_at"] > now - WINDOW) & (asked["asked_at"] <= now)
    asked = asked[recent].sort_values(["asked_at", "episode"], kind="stable")
    return asked[said.quoted(derived, asked["asked_message"], "expects_reply").str.endswith("?")]


def _forward(derived: Derived, as_of: datetime) -> pd.Series[pd.Timestamp]:
    """When something last went forward with each person; a meeting ahead counts as well."""
    wrote = said.theirs(derived, as_of)
    wrote = wrote[wrote[_FORWARD].any(axis=1)]
    stood = derived.meetings.loc[derived.meetings["status"].isin(STOOD), ["meeting", "start"]]
    came = derived.attendees[derived.attendees["presence"] != "no"].merge(stood, on="meeting")
    episodes = derived.episodes
    wanted = episodes[episodes["requested"] & episodes["answered_at"].notna()]
    parts = [
        pd.DataFrame({"person": frame[who].to_numpy(), "at": frame[at].array})
        for frame, who, at in (
            (wrote, "sender", "at"),
            (came, "person", "start"),
            (wanted, "person", "answered_at"),
        )
    ]
    return pd.concat(parts, ignore_index=True).groupby("person")["at"].max()


def _ordered(derived: Derived, as_of: datetime) -> pd.Series[int]:
    """Who ever ordered: their questions are a customer's."""
    won = derived.topics.loc[derived.topics["outcome"] == "won", "person"]
    agreed = order.agreements(derived, as_of)["sender"]
    found: pd.Series[int] = pd.concat([won, agreed], ignore_index=True)
    return found
