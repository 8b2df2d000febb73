"""Occurrences of events: single ones and those of series, each with its states and its people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived import series
from analyzer.derived.groups import Bools, Ints, codes
from analyzer.derived.revisions import ordered
from store.facts import TIME

_TABLE: Final = {
    "occ": "int64",
    "uid": "str",
    "recurrence_at": TIME,
    "event": "int64",
    "start": TIME,
    "end": TIME,
    "all_day": "bool",
    "summary": "str",
    "cancelled": "bool",
    "organizer_person": "int64",
    "first_known_at": TIME,
}
_STATE: Final = {
    "occ": "int64",
    "event": "int64",
    "at": TIME,
    "start": TIME,
    "end": TIME,
    "cancelled": "bool",
    "learned_from": "str",
    "organizer_person": "int64",
    "by_person": "int64",
    "via": "int64",
}
_DATES: Final = {"occ": "int64", "event": "int64", "at": TIME, "old": TIME, "new": TIME}


@dataclass(frozen=True)
class Occurrences:
    """What is known of every occurrence that somebody outside takes part in.

    ``table``: one row per occurrence: occ, uid, recurrence_at, event (its latest state), start,
    end, all_day, summary, cancelled, organizer_person, first_known_at.
    ``states``: states in order, columns as ``_STATE``; event -1 for the date that a series gave.
    ``answers``: revisions that answer (REPLY, COUNTER), with column occ.
    ``dates``: changes of whole series: occ, event, at, old, new.
    """

    table: pd.DataFrame
    states: pd.DataFrame
    answers: pd.DataFrame
    dates: pd.DataFrame


def occurrences(known: pd.DataFrame, within: series.Window) -> Occurrences:
    """Occurrences of the revisions in ``known`` (see ``revisions``)."""
    recurring = _recurring(known)
    master = recurring & known["recurrence_at"].isna().to_numpy()
    masters = known[master & known["state"].to_numpy() & _told(known)]
    masters = ordered(masters.assign(occ=codes(masters["uid"])))
    single = known[~master]
    found, changed = series.unfold(masters, _exceptions(single), within)
    dates = _dates(found, masters)
    replies = _replies(known[master & ~known["state"].to_numpy()], dates)
    changes = _changes(changed)
    every = [single, dates, replies, changes]
    occ = _numbered(every)
    single, dates, replies, changes = (f.assign(occ=o) for f, o in zip(every, occ, strict=True))
    states = _with_origin(ordered(_states(single)), masters)
    table = pd.concat([_last(states, single), dates], ignore_index=True)
    answers = pd.concat([single[~single["state"].to_numpy()], replies], ignore_index=True)
    return Occurrences(
        _typed(table.drop_duplicates("occ"), _TABLE),
        _typed(states, _STATE),
        answers.astype({"occ": "int64", "event": "int64"}),
        _typed(changes, _DATES),
    )


def _typed(frame: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    return frame[list(columns)].astype(dict(columns))


def _recurring(known: pd.DataFrame) -> Bools:
    """Rows whose UID is that of a series."""
    ruled = ((known["rrule"] != "") | (known["rdate"] != "")) & known["recurrence_at"].isna()
    return np.asarray(known["uid"].isin(known.loc[ruled.to_numpy(), "uid"]).to_numpy())


def _told(known: pd.DataFrame) -> Bools:
    return np.asarray((known["start"].notna() | known["cancelled"]).to_numpy())


def _states(single: pd.DataFrame) -> pd.DataFrame:
    """States; for an occurrence of which only answers are known, the answers stand for them."""
    state = single["state"].to_numpy()
    alone = ~np.isin(single["occ"].to_numpy(), single["occ"].to_numpy()[state])
    replied = alone & (single["method"] == "REPLY").to_numpy() & single["start"].notna().to_numpy()
    last = single[replied].sort_values(["at", "event"], kind="stable")
    return pd.concat([single[state], last.drop_duplicates("occ", keep="last")])


def _exceptions(single: pd.DataFrame) -> dict[str, set[datetime]]:
    own = single[single["recurrence_at"].notna().to_numpy() & single["state"].to_numpy()]
    grouped = own.groupby("uid")["recurrence_at"]
    return {str(uid): {at.to_pydatetime() for at in times} for uid, times in grouped}


def _times(values: list[object]) -> pd.Series[pd.Timestamp]:
    return pd.Series(pd.to_datetime(pd.Series(values, dtype=object), utc=True)).astype(TIME)


def _dates(found: list[series.Occurrence], masters: pd.DataFrame) -> pd.DataFrame:
    """Expanded dates as rows of the occurrence table."""
    frame = pd.DataFrame(
        {
            "uid": pd.Series([one.uid for one in found], dtype="str"),
            "recurrence_at": _times([one.recurrence_at for one in found]),
            "end": _times([one.end for one in found]),
            "event": pd.Series([one.event for one in found], dtype="int64"),
        }
    )
    columns = ["event", "all_day", "summary", "organizer_person"]
    told = masters[columns].drop_duplicates("event")
    first = masters.groupby("uid")["at"].min().rename("first_known_at")
    frame = frame.merge(told, on="event", how="left").join(first, on="uid")
    return frame.assign(start=frame["recurrence_at"], cancelled=False)


def _changes(changed: list[series.Change]) -> pd.DataFrame:
    """Changes of series. A date that moved is afterwards known by its new instant."""
    return pd.DataFrame(
        {
            "uid": pd.Series([one.uid for one in changed], dtype="str"),
            "recurrence_at": _times([one.new or one.old for one in changed]),
            "event": pd.Series([one.event for one in changed], dtype="int64"),
            "at": _times([one.at for one in changed]),
            "old": _times([one.old for one in changed]),
            "new": _times([one.new for one in changed]),
        }
    )


def _replies(answers: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """An answer to a whole series is taken as one to its next date."""
    if answers.empty or dates.empty:
        return answers.iloc[:0]
    left = answers.drop(columns="recurrence_at").sort_values("at", kind="stable")
    right = dates[["uid", "recurrence_at"]].sort_values("recurrence_at", kind="stable")
    right = right.assign(due=right["recurrence_at"])
    joined = pd.merge_asof(left, right, left_on="at", right_on="due", by="uid", direction="forward")
    return joined[joined["recurrence_at"].notna().to_numpy()].drop(columns="due")


def _numbered(frames: list[pd.DataFrame]) -> list[Ints]:
    uid = pd.concat([frame["uid"] for frame in frames], ignore_index=True)
    at = pd.concat([frame["recurrence_at"] for frame in frames], ignore_index=True)
    occ = codes(uid, at) if len(uid) else np.zeros(0, dtype=np.int64)
    ends = np.cumsum([len(frame) for frame in frames])
    return [np.asarray(part) for part in np.split(occ, ends[:-1])]


def _with_origin(states: pd.DataFrame, masters: pd.DataFrame) -> pd.DataFrame:
    """Before the first state of an exception stands the date that the series gave it."""
    first = states[states["recurrence_at"].notna().to_numpy()].drop_duplicates("occ")
    known = masters.groupby("uid")["at"].min()
    origin = first.assign(
        event=-1,
        at=pd.Series(known.reindex(first["uid"]).array, index=first.index),
        start=first["recurrence_at"],
        end=first["recurrence_at"] + (first["end"] - first["start"]),
        cancelled=False,
        learned_from="calendar",
        by_person=-1,
        via=-1,
    )
    both = pd.concat([origin, states], ignore_index=True)
    both["start"] = both.groupby("occ")["start"].ffill()
    both["end"] = both.groupby("occ")["end"].ffill()
    return both.sort_values("occ", kind="stable").reset_index(drop=True)


def _last(states: pd.DataFrame, single: pd.DataFrame) -> pd.DataFrame:
    """The occurrence as it stands at the end; a CANCEL seldom repeats what it cancels."""
    real = states[(states["event"] >= 0).to_numpy()]
    last = real.drop_duplicates("occ", keep="last").set_index("occ")
    full = real[~real["cancelled"].to_numpy()].drop_duplicates("occ", keep="last").set_index("occ")
    chosen = full.reindex(last.index)
    missing = chosen["event"].isna()
    for column in ("event", "summary", "organizer_person", "all_day"):
        chosen[column] = chosen[column].where(~missing, last[column])
    for column in ("start", "end", "cancelled", "uid", "recurrence_at"):
        chosen[column] = last[column]
    chosen["first_known_at"] = single.groupby("occ")["at"].min().reindex(chosen.index)
    return _typed(chosen.reset_index(), _TABLE)
