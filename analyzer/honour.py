"""Calibrates P(next not honoured) on what can be observed: no answer within 20 working days.

Each question of the past is predicted from what was known of the contact when it was asked. A
regression on the log-odds of that, drawn to "as it is", says by how much such rates exaggerate.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer import reply_fit, reply_history, reply_model
from analyzer.derived.everything import Derived
from analyzer.derived.groups import Floats, seconds
from analyzer.reply_fit import ENOUGH, MOST
from analyzer.signals import asked

#: Twenty working days in wall time.
IN_TIME: Final = pd.Timedelta(days=28)
#: How firmly the correction is held to none, and the least it leaves of the differences.
_HELD: Final = 20.0
_FLATTEST: Final = 0.2


@dataclass(frozen=True, slots=True)
class Correction:
    """Log-odds become ``shift`` + ``slope`` · log-odds; ``outcomes``: fitted on so many."""

    shift: float = 0.0
    slope: float = 1.0
    outcomes: int = 0

    def of(self, log_odds: Floats) -> Floats:
        """The corrected log-odds."""
        return np.asarray(self.shift + self.slope * log_odds)


def correction(derived: Derived, as_of: datetime) -> Correction:
    """Fitted on the questions whose time is over, none where these are fewer than ``ENOUGH``."""
    ours = asked.known(derived, as_of).reset_index(drop=True)
    second = seconds(ours["asked_at"])
    known = reply_history.record_before(ours, ours["person"].to_numpy(), second)
    over = (ours["asked_at"] <= pd.Timestamp(as_of) - IN_TIME).to_numpy().copy()
    over &= np.arange(len(ours)) >= len(ours) - MOST
    if over.sum() < ENOUGH:
        return Correction()
    rate = reply_history.rates(pd.DataFrame(known), reply_model.shipped())[over]
    odds = reply_model.log_odds(1.0 - rate)
    missed = ~(ours["answered_at"] <= ours["asked_at"] + IN_TIME).to_numpy()[over]
    x = np.column_stack([np.ones(len(odds)), odds])
    shift, slope = reply_fit.logistic(x, missed, np.array([0.0, 1.0]), _HELD)
    return Correction(float(shift), float(max(slope, _FLATTEST)), int(over.sum()))
