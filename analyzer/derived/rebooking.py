"""A meeting that was called off and planned anew under another UID was moved."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from analyzer.derived.groups import Bools, looked_up, mixed

#: A new meeting with the same people this close to a cancellation takes its place.
REBOOKED_WITHIN: Final = pd.Timedelta(hours=48)


def rebooked(
    changes: pd.DataFrame, table: pd.DataFrame, present: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``changes`` with rebooked and the new start; ``table`` with status.

    What was planned anew at the very same time was not changed: such rows are left out.
    """
    gone = changes[changes["kind"].isin(["cancelled", "declined"]).to_numpy()]
    into = replacements(gone, table, present)
    new = looked_up(pd.Series(changes.index, changes.index), into)
    replaced = new.notna()
    cancelled = (changes["kind"] == "cancelled").to_numpy()
    # what one revision called off, and part of which was planned anew, was moved
    anew = changes["event"].isin(changes.loc[replaced & cancelled, "event"]) & cancelled
    known = changes["rebooked"].eq(other=True) | (changes["kind"] == "moved")
    changed = changes.assign(
        rebooked=known | replaced | anew, new_start=changes["new_start"].where(~replaced, new)
    )
    away = table["moved_away"] | table["occ"].isin(changes.loc[replaced & cancelled, "occ"])
    off = table["cancelled"]
    status = np.select([off & away, off, table["doubted"]],
                       ["moved away", "cancelled", "unclear"], default="confirmed")  # fmt: skip
    same = replaced & (new == changes["old_start"])
    return changed[~same], table.assign(status=status)


def replacements(
    gone: pd.DataFrame, table: pd.DataFrame, present: pd.DataFrame
) -> pd.Series[pd.Timestamp]:
    """The start of the meeting that took the place of one in ``gone``, by its index.

    ``gone``: occ, at, old_start of what was cancelled or refused. The new one has another UID and
    the same people outside, was first known within 48 hours and was then still to come. Each takes
    the place of one.
    """
    crowd = _crowd(present)
    fresh = table.loc[~table["cancelled"], ["occ", "uid", "start", "first_known_at"]]
    fresh = fresh.assign(crowd=looked_up(fresh["occ"], crowd)).dropna(subset=["crowd"])
    rows = gone[["occ", "at", "old_start"]].assign(row=gone.index)
    rows = rows.merge(table[["occ", "uid"]], on="occ")
    rows = rows.assign(crowd=looked_up(rows["occ"], crowd)).dropna(subset=["crowd"])
    both = rows.merge(fresh, on="crowd", suffixes=("", "_new"))
    both = both[_fits(both)]
    both = both.assign(
        gap=(both["first_known_at"] - both["at"]).abs(),
        shift=(both["start"] - both["old_start"]).abs(),
        shifted=both["start"] != both["old_start"],
    )
    both = both.sort_values(["row", "shifted", "gap", "shift", "start", "occ_new"], kind="stable")
    both = both.drop_duplicates("row").drop_duplicates("occ_new")
    return both.set_index("row")["start"]


def _fits(both: pd.DataFrame) -> Bools:
    near = (both["first_known_at"] - both["at"]).abs() <= REBOOKED_WITHIN
    other = both["uid"] != both["uid_new"]
    return np.asarray((near & other & (both["start"] > both["at"])).to_numpy())


def _crowd(present: pd.DataFrame) -> pd.Series[Any]:
    """One number per occurrence for the people outside who take part."""
    person = present["person"].to_numpy("int64")
    return pd.Series(mixed(person, person), index=pd.Index(present["occ"])).groupby(level=0).sum()
