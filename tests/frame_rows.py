"""Rows of derived frames from what a test gives of them; all else is blank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from analyzer.frames import COLUMNS, FAMILIES, VERDICTS, empty, shaped
from store.model import KINDS
from tests.builders import instant

_CHANGES: Final = ("moved", "cancelled", "declined", "countered", "accepted", "restored")
_WORDS: Final = {
    "verdict": VERDICTS,
    "family": FAMILIES,
    "direction": ("ours", "theirs"),
    "actor": ("us", "them", "unknown"),
    "role": ("to", "cc"),
}
_BLANK: Final = {"int64": -1, "str": "", "bool": False, "float64": float("nan"), "Int32": 0}


def row(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """A row of derived frame ``name`` with a blank for every column that is not given."""
    unknown = set(given) - set(COLUMNS[name])
    assert not unknown, f"{name} has no columns {unknown}"
    made = {c: given.get(c, _BLANK.get(dtype)) for c, dtype in COLUMNS[name].items()}
    for column, dtype in COLUMNS[name].items():
        if dtype.startswith("datetime64"):
            made[column] = instant(made[column])
        if dtype == "object":
            made[column] = tuple(made[column] or ())
    return made


def frame(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Derived frame ``name`` of such rows."""
    if not rows:
        return empty(name)
    made = pd.DataFrame(rows)
    for column, dtype in COLUMNS[name].items():
        if dtype == "category":
            kinds = KINDS if name == "mail" else _CHANGES
            made[column] = pd.Categorical(made[column], categories=_WORDS.get(column, kinds))
        elif dtype.startswith("datetime64"):
            made[column] = pd.to_datetime(made[column], utc=True)
    return shaped(name, made)
