"""What they wrote: mails of persons, their words, and the dates in them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer.days.columns import resumes
from analyzer.derived.everything import Derived, remembered
from analyzer.signals.rows import away, looked_up

#: What was written to more people than this was not said to us.
FEW: Final = 5


@remembered
def theirs(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Mails of persons that came from outside until ``as_of``, oldest first.

    Nothing that was written while the person was away is held against them.
    """
    mail = derived.mail
    known = (mail["kind"] == "person") & ~mail["outgoing"] & ~mail["auto"]
    mail = mail.loc[known & (mail["at"] <= pd.Timestamp(as_of))]
    mail = mail.loc[~away(derived, mail["sender"], mail["at"])]
    return mail.sort_values(["at", "message"], kind="stable")


@remembered
def to_us(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """As ``theirs``, but only what was written to the rep and few others."""
    mail = theirs(derived, as_of)
    return mail[mail["to_us"] & (mail["addressees"] <= FEW)]


def in_answer(mails: pd.DataFrame, derived: Derived) -> pd.Series[bool]:
    """Whether we had written in the thread before: one can only refuse what was asked."""
    first = looked_up(mails["thread"], _begun_by_us(derived)) < mails["at"]
    return first | mails["message"].isin(_answers_to_us(derived))


@remembered
def _begun_by_us(derived: Derived) -> pd.Series[pd.Timestamp]:
    """When we first wrote in each thread."""
    return derived.mail.loc[derived.mail["outgoing"]].groupby("thread")["at"].min()


@remembered
def _answers_to_us(derived: Derived) -> pd.Series[float]:
    """The messages that ended a question of ours."""
    ours = (derived.episodes["direction"] == "ours").to_numpy()
    return message_of(derived.episodes.loc[ours, "answered_by"])


def message_of(reference: pd.Series[str]) -> pd.Series[float]:
    """The message each reference stands for, absent where it is none to a message."""
    return pd.to_numeric(reference.str.removeprefix("message:"), errors="coerce").astype("float64")


def words(derived: Derived, message: pd.Series[int], intent: str) -> pd.Series[str]:
    """Their words, quoted after a colon, or ``""``."""
    told = quoted(derived, message, intent)
    return (": \u201c" + told + "\u201d").where(told != "", "")


def quoted(derived: Derived, message: pd.Series[int], intent: str) -> pd.Series[str]:
    """The words that show ``intent`` in each message, ``""`` where none are kept."""
    return looked_up(message, _shown(derived, intent)).fillna("").str.rstrip(" .")


@remembered
def _shown(derived: Derived, intent: str) -> pd.Series[str]:
    """The words that show ``intent``, by message."""
    known = derived.words.loc[derived.words["intent"] == intent, ["message", "words"]]
    return known.drop_duplicates("message").set_index("message")["words"]


def working_days_later(
    at: pd.Series[pd.Timestamp], count: int, zone: str
) -> pd.Series[pd.Timestamp]:
    """The end of the local day so many working days (Monday to Friday) later."""
    local = at.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
    return instants(_working_days_later(local, count) + pd.Timedelta(days=1), zone)


def names_time(text: pd.Series[str], mails: pd.DataFrame, zone: str) -> pd.Series[bool]:
    """Whether the words of these mails name a time ahead: a day, a month, a season."""
    return resumes(text, mails["at"], mails["offset_minutes"], zone).notna()


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
