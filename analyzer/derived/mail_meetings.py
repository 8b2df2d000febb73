"""Meetings of which only a mail tells: no calendar has them, their time is not known."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived.counterparts import spoken
from analyzer.derived.groups import Bools, codes, next_after, seconds
from analyzer.derived.mail import Mail
from analyzer.derived.presence import absent_by

#: A mail on more people than this is for information, not a word about our meeting.
MAX_RECIPIENTS: Final = 5
#: So does a longer one report on something: of real mails that meant our meeting nearly all were
#: shorter, of those that meant something else half were longer.
MAX_WORDS: Final = 150
_AHEAD_SECONDS: Final = 14 * 86_400
_BEHIND_SECONDS: Final = 7 * 86_400
_SAME: Final = pd.Timedelta(days=7)


def mail_meetings(told: Mail, on: pd.DataFrame, dated: pd.DataFrame) -> pd.DataFrame:
    """Mails that tell how somebody moved, cancelled or missed a meeting no calendar shows.

    ``on``: see ``counterparts``. ``dated``: person and start of what calendars know. Columns of
    ``told.mail`` with person and change: moved | cancelled | missed. Mails of one thread within a
    week are one meeting.
    """
    mail, outgoing = told.mail, told.mail["outgoing"]
    absent = absent_by(mail)
    few = (told.asked["to"] <= MAX_RECIPIENTS).to_numpy() & (mail["words"] <= MAX_WORDS)
    theirs = (mail["reschedule"] | mail["cancel"] | absent) & told.asked["here"].to_numpy()
    about = theirs.where(~outgoing, absent) & few & (mail["kind"] == "person")
    rows = spoken(mail, on, about)
    rows = rows[~_in_calendar(rows, dated) & ~_answers_ours(rows, mail)]
    change = np.select([rows["reschedule"], rows["cancel"]], ["moved", "cancelled"], "missed")
    return _once(rows.assign(change=np.where(rows["outgoing"], "missed", change)))


def _in_calendar(rows: pd.DataFrame, dated: pd.DataFrame) -> Bools:
    """Whether a meeting with the person is known that the mail may be about."""
    at, start = seconds(rows["at"]), seconds(dated["start"])
    person, known = rows["person"].to_numpy("int64"), dated["person"].to_numpy("int64")
    following = next_after(person, at - _BEHIND_SECONDS, known, start)
    return (following >= 0) & (np.append(start, 0)[following] <= at + _AHEAD_SECONDS)


def _answers_ours(rows: pd.DataFrame, mail: pd.DataFrame) -> Bools:
    """Who agrees to what we asked for did not ask for it."""
    asked = (mail["reschedule"] | mail["cancel"]) & mail["outgoing"]
    return np.asarray(rows["parent"].isin(mail.loc[asked.to_numpy(), "message"]).to_numpy())


def _once(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        return rows
    thread = rows["thread"].where(rows["thread"] >= 0, -2 - rows["message"])
    group = codes(rows["person"], thread)
    rows = rows.assign(group=group).sort_values(["group", "at", "message"], kind="stable")
    gap = rows.groupby("group")["at"].diff()
    first = gap.isna() | (gap > _SAME)
    order = ["at", "message", "person"]
    return rows[first.to_numpy()].drop(columns="group").sort_values(order, ignore_index=True)
