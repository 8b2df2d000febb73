"""Hours and money that each person took.

Reading a mail takes 1 minute and 1 more per 200 words; writing one takes 2 minutes and 1 more per
30 words, shared by all it went to; mails of sequence tools take nothing. A meeting takes its
length and 15 minutes around it, shared by the people from outside. Lost is the same for meetings
they stayed away from or called off late, and 15 minutes for one they moved late.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from analyzer.derived.groups import Floats, positions
from analyzer.derived.mail import Mail
from analyzer.frames import shaped
from analyzer.settings import Settings

_READING_MINUTES: Final = 1.0
_READ_WORDS_PER_MINUTE: Final = 200.0
_WRITING_MINUTES: Final = 2.0
_WRITTEN_WORDS_PER_MINUTE: Final = 30.0
_AROUND_HOURS: Final = 0.25
_LONGEST_HOURS: Final = 10.0
_WEEK: Final = pd.Timedelta(days=7)


def effort(
    mail: Mail,
    meetings: pd.DataFrame,
    attendees: pd.DataFrame,
    changes: pd.DataFrame,
    settings: Settings,
    as_of: datetime,
) -> pd.DataFrame:
    """Frame ``effort``: one row per person who took any time until ``as_of``.

    ``week_hours``: what fell into the seven days before it. All-day entries take nothing.
    """
    spent = pd.concat(
        [
            _read(mail).assign(what="mail_hours"),
            _written(mail).assign(what="mail_hours"),
            _met(meetings, attendees, as_of),
            _called_off(meetings, changes, settings),
        ],
        ignore_index=True,
    )
    spent = spent[((spent["person"] >= 0) & (spent["at"] <= as_of)).to_numpy()]
    kinds = ["mail_hours", "meeting_hours", "lost_hours"]
    by_kind = spent.pivot_table("hours", "person", "what", aggfunc="sum", fill_value=0.0)
    frame = by_kind.reindex(columns=kinds, fill_value=0.0)
    recent = spent[(spent["at"] > pd.Timestamp(as_of) - _WEEK).to_numpy()]
    frame["hours"] = frame.sum(axis=1)
    frame["week_hours"] = recent.groupby("person")["hours"].sum().reindex(frame.index).fillna(0.0)
    frame["cost"] = frame["hours"] * settings.hourly_rate
    return shaped("effort", frame.reset_index())


def _read(mail: Mail) -> pd.DataFrame:
    frame = mail.mail
    read = frame["kind"].isin(["person", "calendar"]).to_numpy() & ~frame["outgoing"].to_numpy()
    words = frame["words"].to_numpy()[read]
    hours = (_READING_MINUTES + words / _READ_WORDS_PER_MINUTE) / 60
    return pd.DataFrame(
        {"person": frame["sender"].array[read], "at": frame["at"].array[read], "hours": hours}
    )


def _written(mail: Mail) -> pd.DataFrame:
    frame, to = mail.mail, mail.recipients
    row = positions(to["message"].to_numpy(), frame["message"].to_numpy())
    by_hand = frame["outgoing"] & (frame["kind"] == "person") & ~frame["sequence_tool"]
    counts = by_hand.to_numpy()[row] & (row >= 0)
    row, shares = row[counts], np.bincount(row[row >= 0], minlength=len(frame))
    words = frame["words"].to_numpy()[row]
    hours = (_WRITING_MINUTES + words / _WRITTEN_WORDS_PER_MINUTE) / 60 / shares[row]
    person = to["person"].array[counts]
    return pd.DataFrame({"person": person, "at": frame["at"].array[row], "hours": hours})


def _length_hours(meetings: pd.DataFrame) -> pd.Series[Any]:
    hours = (meetings["end"] - meetings["start"]).dt.total_seconds().fillna(3600.0) / 3600
    return (hours.clip(0.0, _LONGEST_HOURS) + _AROUND_HOURS).where(~meetings["all_day"], 0.0)


def _met(meetings: pd.DataFrame, attendees: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    over = (meetings["status"] == "confirmed") & (meetings["start"] <= as_of)
    held = meetings[over.to_numpy()]
    held = held.assign(hours=_length_hours(held))[["meeting", "start", "hours"]]
    who = attendees[["meeting", "person", "presence"]].merge(held, on="meeting")
    who["hours"] = who["hours"] / who.groupby("meeting")["person"].transform("size")
    missed = (who["presence"] == "no").to_numpy()
    what = np.where(missed, "lost_hours", "meeting_hours")
    return who.rename(columns={"start": "at"}).assign(what=what)[["person", "at", "hours", "what"]]


def _called_off(meetings: pd.DataFrame, changes: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    theirs = changes[((changes["actor"] == "them") & (changes["person"] >= 0)).to_numpy()]
    late = theirs[(theirs["notice_hours"] < settings.late_notice_hours).to_numpy()]
    late = late.merge(meetings.assign(length=_length_hours(meetings))[["meeting", "length"]])
    off = late["kind"].isin(["cancelled", "declined"]).to_numpy()
    hours: Floats = np.where(off, late["length"].to_numpy(), _AROUND_HOURS)
    moved = (late["kind"] == "moved").to_numpy()
    late = late.assign(hours=hours)[off | moved]
    once = late.sort_values(["at", "change"]).drop_duplicates(["cause", "person"])
    return once.assign(what="lost_hours")[["person", "at", "hours", "what"]]
