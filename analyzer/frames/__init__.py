"""Shapes of the derived frames: every column, its dtype and its meaning, in one place.

Ids are int64 and -1 means "none"; times are UTC instants and ``NaT`` means "not (yet)";
durations carry their unit (``_hours`` wall time, ``_eh`` effective hours of the contact's week).
``evidence`` columns hold tuples of references: ``"message:12"``, ``"event:7"``, ``"mark:3"``,
``"deal:2"``, ``"call:4"`` (they were in it), ``"missed:4"`` (they were not), oldest first. People
ids are stable for the same store: addresses in sorted order.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from analyzer.frames import judged, mail, meetings
from analyzer.frames.words import FAMILIES, INTENTS, VERDICTS
from store.facts import blank, typed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "FAMILIES", "INTENTS", "VERDICTS", "empty", "shaped"]

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {**mail.COLUMNS, **meetings.COLUMNS, **judged.COLUMNS}
)


def empty(name: str) -> pd.DataFrame:
    """An empty frame with the columns and dtypes of derived frame ``name``."""
    return _empty(name).copy()


@cache
def _empty(name: str) -> pd.DataFrame:
    return blank(COLUMNS[name])


def shaped(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with exactly the columns and dtypes of derived frame ``name``, index reset.

    Raises ``KeyError`` for a missing column, so that a forgotten one cannot go unseen.
    """
    return typed(frame, COLUMNS[name])
