"""What happened to occurrences: moved, cancelled, restored, declined, countered, accepted.

A move is another start of the same occurrence, never a higher SEQUENCE alone, another title or
another place. Nothing here says yet who wanted it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived.groups import Bools, codes
from analyzer.derived.occurrences import Occurrences
from analyzer.derived.series import TOGETHER
from store.facts import TIME

#: A mail about the same change, told this long after the calendar showed it, knows better.
_TOLD_WITHIN: Final = pd.Timedelta(hours=48)
#: One time by the clocks of two zones that people work across.
_ZONES_APART: Final = pd.Timedelta(hours=14)
_TRUST: Final = {"booking": 0, "itip": 1, "hint": 2, "calendar": 3}
_STEPS: Final = ["cancelled", "restored", "moved"]
#: Ranks of what shows an answer: a calendar, and an invitation that repeats what was answered.
_SHOWN, _REPEATED = 2, 3
_ANSWERS: Final = {"DECLINED": "declined", "ACCEPTED": "accepted"}
#: Columns of all changes of occurrences. ``person``: who answered, else -1; ``by_person``: whom a
#: booking tool names; ``series``: the event that changed a whole series, else -1.
COLUMNS: Final = {
    "occ": "int64",
    "event": "int64",
    "kind": "str",
    "at": TIME,
    "person": "int64",
    "old_start": TIME,
    "new_start": TIME,
    "timed": "bool",
    "learned": "str",
    "organizer_person": "int64",
    "by_person": "int64",
    "via": "int64",
    "series": "int64",
}


def changes(found: Occurrences, known: pd.DataFrame) -> pd.DataFrame:
    """What happened to occurrences by themselves or with their series; columns as ``COLUMNS``."""
    alone, together = state_changes(found.states), date_changes(found, known)
    gone = alone.loc[(alone["kind"] == "cancelled").to_numpy(), "occ"]
    again = (together["kind"] == "cancelled") & together["occ"].isin(gone)
    return pd.concat([alone, together[~again.to_numpy()]], ignore_index=True)


def state_changes(states: pd.DataFrame) -> pd.DataFrame:
    """Moves, cancellations and restorations of single occurrences; columns as ``COLUMNS``.

    ``timed``: whether the time of the change is known well enough to tell its notice. A calendar
    shows when an entry was last touched, which is when it was changed only if the calendar also
    showed it before, and says nothing if it was touched after the meeting.
    """
    rows = _settled(_runs(states))
    before = rows.groupby("occ")[["start", "end", "all_day", "floating", "learned"]].shift()
    had = _before(rows, rows["cancelled"])
    known = before["start"].notna().to_numpy()
    now = rows["cancelled"].to_numpy()
    differs = known & (rows["start"] != before["start"]).to_numpy() & ~_same_time(rows, before)
    kind = np.select([now & ~had, had & ~now, differs & ~now], _STEPS, "")
    old_start = before["start"].where(known, rows["start"])
    watched = _before(rows, rows["watched"])
    shown = (rows["learned"] == "calendar").to_numpy()
    rows = rows.assign(
        kind=kind,
        old_start=old_start,
        new_start=rows["start"].where(~rows["cancelled"]),
        timed=~shown | (watched & (rows["at"] <= old_start).to_numpy()),
        person=-1,
        series=-1,
    )
    return _typed(rows[kind != ""])


def _before(rows: pd.DataFrame, flag: pd.Series[bool]) -> Bools:
    """``flag`` of the row before of the same occurrence."""
    shifted = flag.astype("int64").groupby(rows["occ"]).shift(fill_value=0)
    return np.asarray(shifted.to_numpy() == 1)


def _same_time(rows: pd.DataFrame, before: pd.DataFrame) -> Bools:
    """Whether two starts may mean the same time.

    A whole day and an hour of it; days, or a time with and one without a zone, that are no further
    apart than two zones are.
    """
    start, day, was_day = rows["start"], rows["all_day"], before["all_day"].eq(other=True)
    within = was_day & ~day & (start >= before["start"]) & (start < before["end"])
    holds = day & ~was_day & (before["start"] >= start) & (before["start"] < rows["end"])
    loose = (day & was_day) | (before["floating"].ne(rows["floating"]) & (day == was_day))
    near = (start - before["start"]).abs() <= _ZONES_APART
    return np.asarray((within | holds | (loose & near)).to_numpy())


def _runs(states: pd.DataFrame) -> pd.DataFrame:
    """Runs of equal states, each with time and author from who told it best.

    ``watched``: a calendar showed it, too.
    """
    start = states["start"].where(~states["cancelled"])
    run = codes(states["occ"], start, states["cancelled"])
    rows = states.assign(run=np.cumsum(np.diff(run, prepend=-1) != 0))
    began = rows.groupby("run")["at"].transform("min")
    shown = (rows["learned_from"] == "calendar") & (rows["event"] >= 0)
    watched = shown.groupby(rows["run"]).transform("any")
    soon = (rows["at"] <= began + _TOLD_WITHIN) | rows["at"].isna()
    trust = rows["learned_from"].astype("str").map(_TRUST).where(soon, len(_TRUST))
    best = rows.assign(trust=trust, watched=watched)
    best = best.sort_values(["run", "trust", "at", "event"], kind="stable")
    best = best.drop_duplicates("run").reset_index(drop=True)
    return best.rename(columns={"learned_from": "learned"})


def _settled(rows: pd.DataFrame) -> pd.DataFrame:
    """Runs without slips that were put right within minutes, and without a pause between dates.

    A meeting that is cancelled and within 48 h stands again under the same UID was moved when it
    was cancelled, or never changed.
    """
    after = rows.groupby("occ")[["at", "start"]].shift(-1)
    gap = after["at"] - rows["at"]
    stands = after["start"].notna() & ~_next(rows, rows["cancelled"])
    first = ~rows["occ"].duplicated()
    slip = (gap >= pd.Timedelta(0)) & (gap <= TOGETHER) & (stands | ~first)
    slip &= rows["learned"] != "booking"  # which tells what was just before it, too
    paused = rows["cancelled"] & stands & ~first & (gap >= pd.Timedelta(0)) & (gap <= _TOLD_WITHIN)
    paused_before = _before(rows, paused)
    at = rows["at"].mask(paused_before, rows["at"].shift())
    return rows.assign(at=at)[~(slip | paused).to_numpy()]


def _next(rows: pd.DataFrame, flag: pd.Series[bool]) -> Bools:
    shifted = flag.astype("int64").groupby(rows["occ"]).shift(-1, fill_value=0)
    return np.asarray(shifted.to_numpy() == 1)


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[list(COLUMNS)].astype(COLUMNS)


def date_changes(found: Occurrences, known: pd.DataFrame) -> pd.DataFrame:
    """Changes of whole series, one row per date; ``series``: the event that brought them."""
    dates = found.dates
    told = known.set_index("event")[["learned_from", "organizer_person", "by_person", "via"]]
    rows = dates.join(told, on="event").rename(columns={"learned_from": "learned"})
    return _typed(
        rows.assign(
            kind=np.where(rows["new"].notna(), "moved", "cancelled"),
            old_start=rows["old"],
            new_start=rows["new"],
            person=-1,
            series=rows["event"],
        )
    )


def answers(found: Occurrences, known: pd.DataFrame, who: pd.DataFrame) -> pd.DataFrame:
    """Who declined, accepted or proposed another time, one row per person and start.

    Told by a REPLY or COUNTER, or by a calendar that shows another PARTSTAT than before. A
    calendar that shows DECLINED when first seen counts, its time is not known.
    """
    said = _placed(_said(found, known, who), found)
    said = said.sort_values(["occ", "person", "at", "rank", "event"], kind="stable")
    shown = (said["rank"] == _SHOWN).astype("int64")
    watched = shown.groupby([said["occ"], said["person"]]).cumsum() > shown
    said = said.assign(timed=watched | (said["rank"] < _SHOWN))
    said = said[said["kind"].notna().to_numpy()]
    direct, shown_first = said["rank"] < _SHOWN, said["timed"] | (said["kind"] == "declined")
    again = said.groupby(["occ", "person"])["kind"].shift() == said["kind"]
    rows = said[(direct | (shown_first & ~again & (said["rank"] == _SHOWN))).to_numpy()]
    rows = rows.sort_values(["occ", "person", "rank", "at", "event"], kind="stable")
    return _typed(rows.drop_duplicates(["occ", "person", "kind", "old_start"]))


def _said(found: Occurrences, known: pd.DataFrame, who: pd.DataFrame) -> pd.DataFrame:
    """One row per occurrence, person and PARTSTAT told. ``rank``: a person's own word first."""
    real = (found.states["event"] >= 0).to_numpy()
    told = pd.concat([found.answers, found.states[real]])[["occ", "event", "at", "start"]]
    columns = ["event", "method", "organizer_person", "learned_from"]
    told = told.drop_duplicates(["occ", "event"]).merge(known[columns], on="event")
    said = told.merge(who[["event", "person", "partstat", "via"]], on="event")
    said = said[(said["person"] != said["organizer_person"]).to_numpy()]
    method, shown = said["method"].astype("str"), said["learned_from"] == "calendar"
    counter = (method == "COUNTER").to_numpy()
    return said.assign(
        kind=said["partstat"].map(_ANSWERS).mask(counter, "countered"),
        learned=said["learned_from"].astype("str"),
        rank=np.select([method == "REPLY", counter, shown], [0, 1, _SHOWN], default=_REPEATED),
        new_start=said["start"].where(counter),
        by_person=said["person"],
        series=-1,
    )


def _placed(said: pd.DataFrame, found: Occurrences) -> pd.DataFrame:
    """``old_start``: the start of the occurrence when it was answered."""
    states = found.states
    starts = states.loc[
        (states["start"].notna() & ~states["cancelled"] & states["at"].notna()).to_numpy(),
        ["occ", "at", "start"],
    ].rename(columns={"start": "old_start"})
    left = said.sort_values("at", kind="stable")
    joined = pd.merge_asof(left, starts.sort_values("at", kind="stable"), on="at", by="occ")
    fixed = found.table.set_index("occ")["start"].reindex(joined["occ"]).array
    own = joined["start"].where(joined["rank"] == 0)
    old = joined["old_start"].fillna(own).fillna(pd.Series(fixed, index=joined.index))
    return joined.assign(old_start=old)
