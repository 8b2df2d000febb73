"""The next 24 hours after so many hours of silence, as the clock of the one asked counts them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from analyzer.clock import Clock
from analyzer.derived.everything import Derived
from analyzer.derived.groups import Bools, seconds

#: Hours of silence after which the next day is looked at.
SILENT_HOURS: Final = (0, 2, 6, 12, 24, 48, 96)
_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR


def with_days(history: pd.DataFrame, derived: Derived, clock: Clock) -> pd.DataFrame:
    """``history`` with came_second, and for each silence h: silent_eh_h and ahead_eh_h."""
    answered_at = derived.episodes.set_index("episode")["answered_at"]
    came = history["episode"].map(answered_at)
    person = history["person"].to_numpy()

    def reading(second: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pd.Series[float]:
        return pd.Series(clock.reading_eh(person, second * 1_000_000), index=history.index)

    asked = history["second"].to_numpy()
    never = np.iinfo(np.int64).max
    made: dict[str, Any] = {
        "came_second": np.where(came.notna(), seconds(came.fillna(came.max())), never)
    }
    for hours in SILENT_HOURS:
        silent = reading(asked + hours * _HOUR)
        made[f"silent_eh_{hours}"] = silent - reading(asked)
        made[f"ahead_eh_{hours}"] = reading(asked + hours * _HOUR + _DAY) - silent
    return history.assign(**made)


def after(history: pd.DataFrame, hours: int, end_second: int) -> tuple[pd.DataFrame, Bools]:
    """The questions that were silent so long and had the whole day since; and which came."""
    since = history["second"].to_numpy() + hours * _HOUR
    came = history["came_second"].to_numpy()
    ripe = (came > since) & (since + _DAY <= end_second)
    return history[ripe], came[ripe] <= since[ripe] + _DAY
