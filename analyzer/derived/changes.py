"""What happened to occurrences: moved, cancelled, restored, declined, countered, accepted.

A move is another start of the same occurrence, never a higher SEQUENCE alone, another title or
another place. Nothing here says yet who wanted it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived.groups import codes
from analyzer.derived.occurrences import Occurrences
from store.facts import TIME

#: A mail about the same change, told this long after the calendar showed it, knows better.
_TOLD_WITHIN: Final = pd.Timedelta(hours=48)
_TRUST: Final = {"booking": 0, "itip": 1, "hint": 2, "calendar": 3}
_STEPS: Final = ["cancelled", "restored", "moved"]
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


def state_changes(states: pd.DataFrame) -> pd.DataFrame:
    """Moves, cancellations and restorations of single occurrences; columns as ``COLUMNS``.

    ``timed``: whether the time of the change is known well enough to tell its notice. A calendar
    shows when an entry was last touched, which says nothing if it was never seen before, nor if
    it was tidied up after the meeting.
    """
    rows = _runs(states)
    before = rows.groupby("occ")[["start", "cancelled", "event"]].shift()
    had = before["cancelled"].fillna(value=False).astype("bool").to_numpy()
    known = before["start"].notna().to_numpy()
    now = rows["cancelled"].to_numpy()
    differs = known & (rows["start"] != before["start"]).to_numpy()
    kind = np.select([now & ~had, had & ~now, differs & ~now], _STEPS, "")
    rows = rows.assign(
        kind=kind,
        old_start=before["start"].where(known, rows["start"]),
        new_start=rows["start"].where(~rows["cancelled"]),
        first_seen=(before["event"].fillna(-1) < 0).to_numpy(),
    )
    return _shaped(rows[kind != ""])


def _runs(states: pd.DataFrame) -> pd.DataFrame:
    """Runs of equal states, each with time and author from who told it best."""
    start = states["start"].where(~states["cancelled"])
    run = codes(states["occ"], start, states["cancelled"])
    rows = states.assign(run=np.cumsum(np.diff(run, prepend=-1) != 0))
    began = rows.groupby("run")["at"].transform("min")
    soon = (rows["at"] <= began + _TOLD_WITHIN) | rows["at"].isna()
    trust = rows["learned_from"].astype("str").map(_TRUST).where(soon, len(_TRUST))
    best = rows.assign(trust=trust).sort_values(["run", "trust", "at", "event"], kind="stable")
    best = best.drop_duplicates("run").reset_index(drop=True)
    return best.rename(columns={"learned_from": "learned"})


def _shaped(rows: pd.DataFrame) -> pd.DataFrame:
    calendar = (rows["learned"] == "calendar").to_numpy()
    late = (rows["at"] > rows["old_start"]).to_numpy()
    timed = ~(calendar & (rows["first_seen"].to_numpy() | late))
    return _typed(rows.assign(timed=timed, person=-1, series=-1))


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
            timed=True,
            person=-1,
            series=rows["event"],
        )
    )


def answers(found: Occurrences, known: pd.DataFrame, who: pd.DataFrame) -> pd.DataFrame:
    """Who declined, accepted or proposed another time, one row per person and start.

    Told by a REPLY or COUNTER, or by a calendar that shows another PARTSTAT than before. A
    calendar that shows DECLINED when first seen counts, its time is not known.
    """
    said = _said(found, known, who)
    said = said.assign(kind=said["partstat"].map(_ANSWERS))
    said.loc[(said["method"] == "COUNTER").to_numpy(), "kind"] = "countered"
    said = _placed(said[said["kind"].notna().to_numpy()], found)
    said = said.sort_values(["occ", "person", "at", "rank", "event"], kind="stable")
    by_person = said.groupby(["occ", "person"])
    before, seen = by_person["kind"].shift(), by_person.cumcount() > 0
    direct = (said["method"].isin(["REPLY", "COUNTER"])).to_numpy()
    shown = (said["learned"] == "calendar").to_numpy()
    changed = (before != said["kind"]).to_numpy() & (
        direct | (shown & (seen.to_numpy() | (said["kind"] == "declined").to_numpy()))
    )
    rows = said.assign(timed=direct | seen.to_numpy())[changed]
    rows = rows.sort_values(["occ", "person", "at", "rank"], kind="stable")
    return _typed(rows.drop_duplicates(["occ", "person", "kind", "old_start"]))


def _said(found: Occurrences, known: pd.DataFrame, who: pd.DataFrame) -> pd.DataFrame:
    """One row per occurrence, person and PARTSTAT told."""
    columns = ["event", "method", "organizer_person", "learned_from", "via"]
    told = pd.concat([found.answers[["occ", "event", "at", "start"]],
                      found.states.loc[(found.states["event"] >= 0).to_numpy(),
                                       ["occ", "event", "at", "start"]]])  # fmt: skip
    told = told.drop_duplicates(["occ", "event"]).merge(known[columns], on="event")
    said = told.merge(who[["event", "person", "partstat"]], on="event")
    said = said[(said["person"] != said["organizer_person"]).to_numpy()]
    method = said["method"].astype("str")
    counter = (method == "COUNTER").to_numpy()
    return said.assign(
        method=method,
        learned=said["learned_from"].astype("str"),
        rank=np.where(method == "REPLY", 0, 1),
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
    own = joined["start"].where(joined["method"] == "REPLY")
    old = joined["old_start"].fillna(own).fillna(pd.Series(fixed, index=joined.index))
    return joined.assign(old_start=old)
