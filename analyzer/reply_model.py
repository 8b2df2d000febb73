"""How likely a silent question is still to be answered: shrunk rates and a pooled latency.

P(never | silent for s) = (1 − π) / (1 − π F(s)), with π the share of questions that are answered
at all and F the share of those answers that have come after s effective hours (log-logistic).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]

# What is known before anything was seen: the middle answer takes three effective hours, and
# one in twenty takes longer than two weeks. It weighs as much as so many answers.
_PRIOR_LOG_MEDIAN: Final = float(np.log(3.0))
_PRIOR_SPREAD: Final = 1.9
_PRIOR_WEIGHT: Final = 20.0
_LEAST_EH: Final = 0.05


@dataclass(frozen=True, slots=True)
class Latency:
    """A log-logistic distribution of the effective hours until an answer."""

    median_eh: float
    shape: float

    def share(self, waited_eh: Floats) -> Floats:
        """F(s): the share of answers that have come after so many effective hours."""
        waited = np.maximum(np.nan_to_num(waited_eh), 0.0)
        return np.asarray(1.0 - 1.0 / (1.0 + (waited / self.median_eh) ** self.shape))


def latency(answered_eh: Floats) -> Latency:
    """The pooled latency of all answers, shrunk to what is usual."""
    logs = np.log(np.maximum(answered_eh[np.isfinite(answered_eh)], _LEAST_EH))
    weight = len(logs) + _PRIOR_WEIGHT
    middle = (logs.sum() + _PRIOR_WEIGHT * _PRIOR_LOG_MEDIAN) / weight
    around = ((logs - middle) ** 2).sum() + _PRIOR_WEIGHT * _PRIOR_SPREAD**2
    spread = np.sqrt(around / weight)
    return Latency(float(np.exp(middle)), float(np.pi / (np.sqrt(3.0) * max(spread, 0.1))))


def never(answer_rate: Floats, come: Floats) -> Floats:
    """P(never | s): ``answer_rate`` is π, ``come`` is F(s); both in [0, 1]."""
    return np.asarray((1.0 - answer_rate) / np.maximum(1.0 - answer_rate * come, 1e-12))
