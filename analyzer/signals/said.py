"""What they wrote: mails of persons, their words, and the dates in them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived.dates import named_day
from analyzer.derived.everything import Derived
from analyzer.signals.rows import away, looked_up

#: What was written to more people than this was not said to us.
FEW: Final = 5

#: Without a date of their own, promises are due after so many working days.
DEFAULT_DAYS: Final = 10

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAYS_DE: Final = (
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
)

#: "I will ask him tomorrow and send it by Friday" is due on Friday.
_BY_WEEKDAY: Final = (
    r"\b(?:by|until|before|bis) (?:" + "|".join((*_WEEKDAYS, *_WEEKDAYS_DE)) + r")\b"
)
_NAMES_DAY: Final = (
    r"\b(?:" + "|".join((*_WEEKDAYS, *_WEEKDAYS_DE)) + r"|today|tonight|tomorrow|heute|morgen"
    r"|(?:this|next) (?:week|month)|end of (?:the )?week|end of (?:the|this) month"
    r"|nächste[rn]? woche|monatsende)\b"
)

_NAMES_TIME: Final = (
    r"\b(?:jan|febr)uary\b|\b(?:in|by|until|till|after|before|from) (?:march|april|may|june|july"
    r"|august)\b|\b(?:septem|octo|novem|decem)ber\b|\bq[1-4]\b|\b(?:next|new) (?:quarter|year)\b"
    r"|\b(?:in|this|next|after the) (?:spring|summer|autumn|fall|winter|holidays)\b|\bchristmas\b"
    r"|\b(?:januar|februar|märz|mai|juni|juli|oktober|dezember)\b"
    r"|\b(?:nächstes|neuen) (?:jahr|quartal)"
    r"|\bim (?:april|august|frühjahr|sommer|herbst|winter)\b|\bweihnachten\b"
)


def theirs(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Mails of persons that came from outside until ``as_of``, oldest first.

    Nothing that was written while the person was away is held against them.
    """
    mail = derived.mail
    known = (mail["kind"] == "person") & ~mail["outgoing"] & ~mail["auto"]
    mail = mail.loc[known & (mail["at"] <= pd.Timestamp(as_of))]
    mail = mail.loc[~away(derived, mail["sender"], mail["at"])]
    return mail.sort_values(["at", "message"], kind="stable")


def to_us(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """As ``theirs``, but only what was written to the rep and few others."""
    mail = theirs(derived, as_of)
    return mail[mail["to_us"] & (mail["addressees"] <= FEW)]


def in_answer(mails: pd.DataFrame, derived: Derived) -> pd.Series[bool]:
    """Whether we had written in the thread before: one can only refuse what was asked."""
    ours = derived.mail[derived.mail["outgoing"]].groupby("thread")["at"].min()
    first = looked_up(mails["thread"], ours) < mails["at"]
    return first | ("message:" + mails["message"].astype("str")).isin(
        derived.episodes.loc[derived.episodes["direction"] == "ours", "answered_by"]
    )


def words(derived: Derived, message: pd.Series[int], intent: str) -> pd.Series[str]:
    """Their words, quoted after a colon, or ``""``."""
    return (": \u201c" + quoted(derived, message, intent) + "\u201d").where(
        quoted(derived, message, intent) != "", ""
    )


def quoted(derived: Derived, message: pd.Series[int], intent: str) -> pd.Series[str]:
    """The words that show ``intent`` in each message, ``""`` where none are kept."""
    known = derived.words[derived.words["intent"] == intent]
    by_message = known.drop_duplicates("message").set_index("message")["words"]
    return looked_up(message, by_message).fillna("").astype("str").str.rstrip(" .")


def due(at: pd.Series[pd.Timestamp], text: pd.Series[str], zone: str) -> pd.Series[pd.Timestamp]:
    """When a promise falls due: the end of the local day its words name.

    Known: dates, today, tomorrow, names of weekdays (the next one), "this week", "next week" (its
    Friday), "end of (the) month", "next month" (its end); else ten working days.
    """
    text = text.str.lower()
    local = at.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
    weekday = local.dt.day_of_week.astype("float64")
    days = pd.Series(np.nan, index=at.index, dtype="float64")
    for names in (_WEEKDAYS, _WEEKDAYS_DE):
        for number, name in enumerate(names):
            ahead = (number - weekday) % 7
            ahead = ahead.where(ahead > 0, 7)
            days = days.where(~text.str.contains(rf"\b{name}", regex=True), ahead)
    friday = (4 - weekday) % 7
    days = days.where(~text.str.contains(r"\bthis week|\bend of (?:the )?week"), friday)
    days = days.where(~text.str.contains(r"\bnext week|nächste[rn]? woche"), friday + 7)
    by = text.str.contains(_BY_WEEKDAY, regex=True)
    days = days.where(by | ~text.str.contains(r"\btomorrow\b|\bmorgen\b"), 1.0)
    days = days.where(by | ~text.str.contains(r"\btoday\b|\btonight\b|\bheute\b"), 0.0)
    month = local + pd.offsets.MonthEnd(0)
    ends = text.str.contains(r"\bend of (?:the|this) month|\bthis month|monatsende")
    days = days.where(~ends, (month - local).dt.days.astype("float64"))
    following = local + pd.offsets.MonthEnd(0) + pd.offsets.MonthEnd(1)
    days = days.where(
        ~text.str.contains(r"\bnext month"), (following - local).dt.days.astype("float64")
    )
    later = _working_days_later(local, DEFAULT_DAYS)
    last = (local + pd.to_timedelta(days, unit="D")).where(days.notna(), later)
    named = named_day(text, at).dt.tz_localize(None)
    last = last.where(~(named >= local), named)
    end = last + pd.Timedelta(days=1)
    return instants(end, zone)


def names_day(at: pd.Series[pd.Timestamp], text: pd.Series[str]) -> pd.Series[bool]:
    """Whether the words name a day, for which ``due`` needs no default."""
    return text.str.lower().str.contains(_NAMES_DAY, regex=True) | named_day(text, at).notna()


def names_time(at: pd.Series[pd.Timestamp], text: pd.Series[str]) -> pd.Series[bool]:
    """Whether the words name a day, or at least a month, quarter, season or year."""
    return names_day(at, text) | text.str.lower().str.contains(_NAMES_TIME, regex=True)


def instants(local: pd.Series[pd.Timestamp], zone: str) -> pd.Series[pd.Timestamp]:
    """Local times as instants; a time the clocks skip is the next there is."""
    known = local.dt.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
    return pd.Series(known.dt.tz_convert("UTC"))


def _working_days_later(local: pd.Series[pd.Timestamp], count: int) -> pd.Series[pd.Timestamp]:
    """The day so many working days (Monday to Friday) later."""
    known = local.notna()
    days = local[known].to_numpy().astype("datetime64[D]")
    later = np.busday_offset(days, count, roll="backward")
    result = pd.Series(pd.NaT, index=local.index, dtype="datetime64[us]")
    result[known] = later.astype("datetime64[us]")
    return result
