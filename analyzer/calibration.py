"""How good probabilities were: ranking, skill, calibration. Plain numpy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from analyzer.derived.groups import Bools, Floats

BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions of similar size: how many, what was said on average, what came true."""

    count: int
    said: float
    came: float


def auc(chance: Floats, came: Bools) -> float:
    """How often one that came true was given more than one that did not; NaN for one kind only."""
    true = int(came.sum())
    false = len(came) - true
    if not true or not false:
        return math.nan
    _, place, count = np.unique(chance, return_inverse=True, return_counts=True)
    rank = count.cumsum() - (count - 1) / 2.0
    return float((rank[place][came].sum() - true * (true + 1) / 2.0) / (true * false))


def brier(chance: Floats, came: Bools) -> float:
    """Mean squared error; NaN for none."""
    return float(((chance - came) ** 2).mean()) if len(came) else math.nan


def skill(chance: Floats, baseline: Floats, came: Bools) -> float:
    """Brier skill: the share of the baseline's error that is saved."""
    error = brier(baseline, came)
    return 1.0 - brier(chance, came) / error if error else math.nan


def bins(chance: Floats, came: Bools, count: int = BINS) -> tuple[Bin, ...]:
    """Calibration by equally wide bins; empty ones left out."""
    place = np.minimum((chance * count).astype(np.int64), count - 1)
    made = []
    for number in range(count):
        here = place == number
        if here.any():
            made.append(Bin(int(here.sum()), float(chance[here].mean()), float(came[here].mean())))
    return tuple(made)


def expected_error(chance: Floats, came: Bools, count: int = BINS) -> float:
    """ECE: how far what was said lay from what came, weighed by how often it was said."""
    told = bins(chance, came, count)
    total = sum(each.count for each in told)
    if not total:
        return math.nan
    return sum(each.count * abs(each.said - each.came) for each in told) / total


def upper_bound(k: int, n: int) -> float:
    """The rate at which k or fewer of n have a chance of 5 % (Clopper-Pearson); 1 for none."""
    if k >= n:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(k, n, middle) > 0.05 else (low, middle)
    return high


def _at_most(k: int, n: int, rate: float) -> float:
    if rate <= 0.0 or rate >= 1.0:
        return float(rate <= 0.0)
    logs = [
        math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1)
        + i * math.log(rate) + (n - i) * math.log1p(-rate)
        for i in range(k + 1)
    ]  # fmt: skip
    return math.fsum(math.exp(each) for each in logs)
