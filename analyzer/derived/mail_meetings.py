"""Meetings of which only a mail tells: no calendar has them, their time is not known."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived.groups import Bools, codes

#: A mail on more people than this is for information, not a word to us about our meeting.
MAX_RECIPIENTS: Final = 5
_AHEAD: Final = pd.Timedelta(days=14)
_BEHIND: Final = pd.Timedelta(days=7)
_SAME: Final = pd.Timedelta(days=7)


def mail_meetings(
    mail: pd.DataFrame, addressed: pd.Series[bool], dated: pd.DataFrame, outside: pd.Series[bool]
) -> pd.DataFrame:
    """Their mails that move, cancel or miss a meeting which no calendar shows, one per meeting.

    ``addressed``: by row of ``mail``, to us and few others. ``dated``: person, start and old_start
    of what calendars know. ``outside``: by row, whether the sender may be looked at. Columns of
    ``mail`` with ``change``: moved | cancelled | missed. Mails of one thread within a week are one.
    """
    said = mail["reschedule"] | mail["cancel"] | mail["no_show"]
    about = said & ~mail["outgoing"] & (mail["kind"] == "person") & addressed & outside
    rows = mail[about.to_numpy()].sort_values(["at", "message"], kind="stable")
    rows = rows[~_in_calendar(rows, dated)]
    change = np.select([rows["cancel"], rows["reschedule"]], ["cancelled", "moved"], "missed")
    change = np.where(rows["reschedule"], "moved", change)
    return _once(rows.assign(change=change))


def _in_calendar(rows: pd.DataFrame, dated: pd.DataFrame) -> Bools:
    both = rows[["message", "sender", "at"]].merge(dated, left_on="sender", right_on="person")
    ahead = both["start"] - both["at"]
    near = (ahead >= -_BEHIND) & (ahead <= _AHEAD)
    return np.asarray(rows["message"].isin(both.loc[near.to_numpy(), "message"]).to_numpy())


def _once(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        return rows
    thread = rows["thread"].where(rows["thread"] >= 0, -2 - rows["message"])
    group = codes(rows["sender"], thread)
    rows = rows.assign(group=group).sort_values(["group", "at", "message"], kind="stable")
    gap = rows.groupby("group")["at"].diff()
    first = gap.isna() | (gap > _SAME)
    return rows[first.to_numpy()].drop(columns="group").sort_values(["at", "message"])
