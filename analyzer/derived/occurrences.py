"""Occurrences of events: single ones and those of series, each with its states and its people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived import series, series_frames
from analyzer.derived.groups import Bools, Ints, codes
from analyzer.derived.recurrence import Window
from analyzer.derived.revisions import ordered
from store.facts import TIME
from store.model import FOLLOWING

#: Who moves or calls off a meeting so soon after its end may do so because it did not take place.
_DOUBTED_WITHIN: Final = pd.Timedelta(hours=24)
_TABLE: Final = {
    "occ": "int64",
    "uid": "str",
    "recurrence_at": TIME,
    "original_start": TIME,
    "event": "int64",
    "start": TIME,
    "end": TIME,
    "all_day": "bool",
    "summary": "str",
    "cancelled": "bool",
    "moved_away": "bool",
    "doubted": "bool",
    "organizer_person": "int64",
    "first_known_at": TIME,
}
_STATE: Final = {
    "occ": "int64",
    "event": "int64",
    "at": TIME,
    "start": TIME,
    "end": TIME,
    "all_day": "bool",
    "floating": "bool",
    "cancelled": "bool",
    "learned_from": "str",
    "organizer_person": "int64",
    "by_person": "int64",
    "via": "int64",
}
_DATES: Final = {
    "occ": "int64",
    "event": "int64",
    "at": TIME,
    "old": TIME,
    "new": TIME,
    "timed": "bool",
}


@dataclass(frozen=True)
class Occurrences:
    """What is known of every occurrence that somebody outside takes part in.

    ``table``: one row per occurrence: occ, uid, recurrence_at, original_start, event (that tells
    who takes part), start, end, all_day, summary, cancelled, moved_away, doubted (moved or called
    off soon after it was over: it may not have taken place), organizer_person, first_known_at.
    ``states``: states in order, columns as ``_STATE``; event -1 for the date that a series gave.
    ``answers``: revisions that answer (REPLY, COUNTER), with column occ; ``to_series``: those to a
    whole series, once for every date that was still to come.
    ``dates``: changes of whole series: occ, event, at, old, new, timed.
    """

    table: pd.DataFrame
    states: pd.DataFrame
    answers: pd.DataFrame
    to_series: pd.DataFrame
    dates: pd.DataFrame


def occurrences(known: pd.DataFrame, within: Window) -> Occurrences:
    """Occurrences of the revisions in ``known`` (see ``revisions``)."""
    whole = known["recurrence_at"].isna() | (known["rrule"] == FOLLOWING)
    master = _recurring(known) & whole.to_numpy()
    masters = known[master & known["state"].to_numpy() & _told(known)]
    single = known[~master]
    single = single[~_tidied_alone(single)]
    found, changed = series.unfold(masters, series_frames.exceptions(single), within)
    dates = series_frames.dates(found, masters)
    to_series = series_frames.to_series(known[master & ~known["state"].to_numpy()], dates)
    every = [single, dates, to_series, series_frames.changes(changed)]
    numbered = zip(every, _numbered(every), strict=True)
    single, dates, to_series, changes = (f.assign(occ=o) for f, o in numbered)
    states, doubted = _parted(_with_origin(ordered(_states(single)), masters))
    answers = _answers(single[~single["state"].to_numpy()], states)
    next_date = to_series.sort_values(["event", "recurrence_at"], kind="stable")
    answers = pd.concat([answers, next_date.drop_duplicates("event")], ignore_index=True)
    return Occurrences(
        _typed(_table(states, dates, answers, doubted), _TABLE),
        _typed(states, _STATE),
        answers.astype({"occ": "int64", "event": "int64"}),
        to_series.astype({"occ": "int64", "event": "int64"}),
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


def _tidied_alone(single: pd.DataFrame) -> Bools:
    """Cancellations of dates of a series that were long over, of which nothing else was told."""
    late = single["at"] > single["recurrence_at"] + pd.Timedelta(days=1)
    tidied = (late & single["cancelled"] & (single["learned_from"] != "calendar")).to_numpy()
    occ = codes(single["uid"], single["recurrence_at"]) if len(single) else np.zeros(0, np.int64)
    others = single["state"].to_numpy() & ~tidied
    return np.asarray(tidied & ~np.isin(occ, occ[others]))


def _parted(states: pd.DataFrame) -> tuple[pd.DataFrame, Ints]:
    """A meeting that stood and is over stays where it was, whatever a mail says of it later.

    What it is moved to then is another meeting (people use an entry again), with an ``occ`` of its
    own; cancelling it then only tidies up. A calendar does not say when it was really changed.
    Also returns the ``occ`` of those of which a mail said so within a day of their end.
    """
    over = states["end"].fillna(states["start"]).where(~states["cancelled"])
    # a tidying up that is told twice is none the more a cancellation
    stood = over.groupby(states["occ"]).ffill().groupby(states["occ"]).shift()
    over = over.groupby(states["occ"]).shift()
    told = (states["learned_from"] != "calendar").to_numpy()
    late = told & (states["at"] > over).to_numpy()
    tidied = told & ((states["at"] > stood) & states["cancelled"]).to_numpy()
    again = late & ~tidied & (states["start"] > over).to_numpy()
    part = pd.Series(again, index=states.index).groupby(states["occ"]).cumsum()
    count = int(states["occ"].max()) + 1 if len(states) else 0
    parted = states.assign(
        part=part,
        whole=states["occ"],
        occ=states["occ"] + count * part,
        recurrence_at=states["recurrence_at"].where(part == 0),
    )
    soon = (states["at"] - stood <= _DOUBTED_WITHIN).to_numpy() & (again | tidied)
    doubted = (parted["occ"] - count * again)[soon].to_numpy("int64")
    return parted[~tidied], doubted


def _answers(answers: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """Answers under the ``occ`` of the part that stood when they were given."""
    parts = states.loc[(states["part"] > 0).to_numpy(), ["whole", "occ", "at"]]
    if parts.empty or answers.empty:
        return answers
    begun = parts.drop_duplicates("occ").sort_values("at", kind="stable")
    left = answers.rename(columns={"occ": "whole"}).sort_values("at", kind="stable")
    both = pd.merge_asof(left, begun, on="at", by="whole")
    return both.assign(occ=both["occ"].fillna(both["whole"])).drop(columns="whole")


def _numbered(frames: list[pd.DataFrame]) -> list[Ints]:
    uid = pd.concat([frame["uid"] for frame in frames], ignore_index=True)
    at = pd.concat([frame["recurrence_at"] for frame in frames], ignore_index=True)
    occ = codes(uid, at) if len(uid) else np.zeros(0, dtype=np.int64)
    ends = np.cumsum([len(frame) for frame in frames])
    return [np.asarray(part) for part in np.split(occ, ends[:-1])]


def _with_origin(states: pd.DataFrame, masters: pd.DataFrame) -> pd.DataFrame:
    """Before the first state of an exception stands the date that the series gave it.

    ``series_event``: the series' own event, for those who take part.
    """
    first = states[states["recurrence_at"].notna().to_numpy()].drop_duplicates("occ")
    known = masters.sort_values(["at", "event"], kind="stable").drop_duplicates("uid")
    known = known.set_index("uid")[["at", "event"]].reindex(first["uid"])
    origin = first.assign(
        event=-1,
        at=known["at"].array,
        start=first["recurrence_at"],
        end=first["recurrence_at"] + (first["end"] - first["start"]),
        cancelled=False,
        learned_from="calendar",
        by_person=-1,
        via=-1,
        series_event=known["event"].fillna(-1).astype("int64").array,
    )
    both = pd.concat([origin, states], ignore_index=True)
    told = ["start", "end", "series_event"]
    both = both.sort_values("occ", kind="stable").reset_index(drop=True)
    return both.assign(**both.groupby("occ")[told].ffill())


def _table(
    states: pd.DataFrame, dates: pd.DataFrame, answers: pd.DataFrame, doubted: Ints
) -> pd.DataFrame:
    """Dates of series and what stands of all others; a date goes away with its series."""
    every = pd.concat([_last(states, answers), dates], ignore_index=True)
    gone = dates[dates["cancelled"].to_numpy()].drop_duplicates("occ").set_index("occ")
    table = every.drop_duplicates("occ")
    gone_at = gone["gone_at"].reindex(table["occ"]).array
    told_at = states.groupby("occ")["at"].max().reindex(table["occ"]).array
    went = pd.Series(gone_at, index=table.index).notna() & ~(told_at > gone_at)
    away = table["occ"].isin(gone.index[gone["moved_away"].to_numpy()])
    return table.assign(
        cancelled=table["cancelled"] | went,
        moved_away=went & away,
        doubted=table["occ"].isin(doubted),
    )


def _last(states: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """The occurrence as it stands at the end; a CANCEL seldom repeats what it cancels."""
    real = states[(states["event"] >= 0).to_numpy()]
    last = real.drop_duplicates("occ", keep="last").set_index("occ")
    full = real[~real["cancelled"].to_numpy()].drop_duplicates("occ", keep="last").set_index("occ")
    chosen = full.reindex(last.index)
    missing = chosen["event"].isna()
    last["event"] = last["event"].where(~(last["series_event"] >= 0), last["series_event"])
    for column in ("event", "summary", "organizer_person", "all_day"):
        chosen[column] = chosen[column].where(~missing, last[column])
    for column in ("start", "end", "cancelled", "uid", "recurrence_at"):
        chosen[column] = last[column]
    first = states.dropna(subset=["start"]).drop_duplicates("occ").set_index("occ")["start"]
    seen = pd.concat([states[["occ", "at"]], answers[["occ", "at"]]]).groupby("occ")["at"].min()
    chosen["original_start"] = chosen["recurrence_at"].fillna(first.reindex(chosen.index))
    chosen["moved_away"] = chosen["doubted"] = False
    chosen["first_known_at"] = seen.reindex(chosen.index)
    return _typed(chosen.reset_index(), _TABLE)
