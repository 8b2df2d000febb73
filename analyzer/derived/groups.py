"""Connected components and sorted look-ups over whole arrays: the tools of the derived facts."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from store.facts import TIME

Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Floats: TypeAlias = npt.NDArray[np.float64]

NONE: Final = -1
_SECOND_BITS: Final = 34


def components(count: int, left: Ints, right: Ints) -> Ints:
    """The smallest node of each node's connected component; edges join ``left`` and ``right``.

    Every round hooks roots onto smaller roots and halves the paths: O(log n) rounds.
    """
    root = np.arange(count, dtype=np.int64)
    while True:
        a, b = root[left], root[right]
        differ = a != b
        if not differ.any():
            return root
        left, right, a, b = left[differ], right[differ], a[differ], b[differ]
        np.minimum.at(root, np.maximum(a, b), np.minimum(a, b))
        root = rooted(root)


def rooted(parent: Ints) -> Ints:
    """The root of every node of a forest, by pointer jumping; roots point at themselves."""
    while True:
        above = parent[parent]
        if np.array_equal(above, parent):
            return parent
        parent = above


def chained(codes: Ints) -> tuple[Ints, Ints]:
    """Edges that join each row to the row before it with the same code; codes < 0 join nothing."""
    order = np.argsort(codes, kind="stable")
    order = order[codes[order] >= 0]
    same = codes[order[1:]] == codes[order[:-1]]
    return order[1:][same], order[:-1][same]


def never(rows: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """A column of times for ``rows`` in which none is known."""
    return pd.Series(pd.NaT, index=rows.index, dtype=TIME)


def codes(*columns: Any) -> Ints:
    """One dense code per distinct combination of values; equal rows get equal codes."""
    result = pd.factorize(columns[0], use_na_sentinel=False)[0].astype(np.int64)
    for column in columns[1:]:
        more = pd.factorize(column, use_na_sentinel=False)[0].astype(np.int64)
        size = int(more.max(initial=0)) + 1
        result = pd.factorize(result * size + more)[0].astype(np.int64)
    return np.asarray(result)


def positions(of: Ints, among: Ints) -> Ints:
    """Where each value of ``of`` stands in ``among`` (distinct ids >= 0), -1 for nowhere."""
    if among.min(initial=0) >= 0 and among.max(initial=0) < 4 * len(among) + 1024:
        table = np.full(int(among.max(initial=0)) + 2, NONE, dtype=np.int64)
        table[among] = np.arange(len(among))
        inside = (of >= 0) & (of < len(table))
        return table[np.where(inside, of, len(table) - 1)]
    return np.asarray(pd.Index(among).get_indexer(pd.Index(of)), dtype=np.int64)


def looked_up(keys: pd.Series[Any], by: pd.Series[Any]) -> pd.Series[Any]:
    """``by`` at each key, in ``by``'s own dtype; missing where it has no such key."""
    return pd.Series(by.reindex(keys).array, index=keys.index)


def hashes(text: pd.Series[str]) -> Ints:
    """A 64 bit number per text, the same for the same text within one process; ``""`` is 0.

    Only ever compared for equality, so that no result depends on the process.
    """
    return np.fromiter(map(hash, text.to_numpy(object)), dtype=np.int64, count=len(text))


def mixed(*columns: Ints) -> Ints:
    """One 64 bit number per combination of values (equal ones by chance: about never)."""
    result = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        result = (result ^ column.view(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        result ^= result >> np.uint64(29)
    return result.view(np.int64)


def seconds(times: pd.Series[Any]) -> Ints:
    """Whole seconds since 1970; missing times are 0."""
    return np.maximum(micros(times), 0) // 1_000_000


def micros(times: pd.Series[Any]) -> Ints:
    """Microseconds since 1970; missing times are the smallest integer."""
    naive = times.dt.tz_convert("UTC").dt.tz_localize(None)
    return np.asarray(naive.to_numpy("datetime64[us]").view(np.int64))


def keyed(group: Ints, second: Ints) -> Ints:
    """One sortable integer from a group (>= 0) and a second: groups first, then time."""
    return (group << _SECOND_BITS) | second


def next_after(group: Ints, second: Ints, known_group: Ints, known_second: Ints) -> Ints:
    """Row of the first known (group, second) strictly after each one asked for, or -1."""
    known = keyed(known_group, known_second)
    order = np.argsort(known, kind="stable")
    found = np.searchsorted(known[order], keyed(group, second), side="right")
    return _within(order, found, group, known_group)


def last_before(group: Ints, second: Ints, known_group: Ints, known_second: Ints) -> Ints:
    """Row of the last known (group, second) at or before each one asked for, or -1."""
    known = keyed(known_group, known_second)
    order = np.argsort(known, kind="stable")
    found = np.searchsorted(known[order], keyed(group, second), side="right") - 1
    return _within(order, found, group, known_group)


def _within(order: Ints, found: Ints, group: Ints, known_group: Ints) -> Ints:
    result = np.full(len(found), NONE, dtype=np.int64)
    inside = (found >= 0) & (found < len(order)) & (group >= 0)
    rows = order[found[inside]]
    result[inside] = np.where(known_group[rows] == group[inside], rows, NONE)
    return result
