"""Fitting the reply model on a history of questions: numpy alone, so that it runs anywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from analyzer import reply_model
from analyzer.derived.groups import Bools, Floats, Ints, codes
from analyzer.reply_history import at_landmark, features
from analyzer.reply_model import FEATURES, HORIZON_EH, LANDMARKS, Model

#: So many questions with a known outcome are enough to fit the weights on one's own history.
ENOUGH: Final = 300
#: The latest questions that are looked at: enough, and quick.
MOST: Final = 5_000
#: How firmly the weights of one's own history are held to those that come with brickwall.
HELD: Final = 100.0
OWN: Final = "your own history"

_KAPPAS: Final = (2.0, 4.0, 6.0, 9.0, 12.0, 18.0, 25.0, 40.0, 60.0, 100.0, 200.0)
_ROUNDS: Final = 25
_EXACT_FROM: Final = 8


def refitted(told: pd.DataFrame, start: Model) -> Model:
    """``start`` fitted further on a history, or ``start`` itself where there is too little."""
    ripe = told[(told["elapsed_eh"] >= HORIZON_EH).to_numpy()].tail(MOST)
    if len(ripe) < ENOUGH or ripe["answered"].nunique() < 2:
        return start
    return fitted(ripe, start, held=HELD, origin=OWN)


def fitted(told: pd.DataFrame, start: Model, *, held: float, origin: str) -> Model:
    """All parameters from ``told``; weights are drawn to those of ``start`` by ``held``."""
    in_time = told["answered"] & (told["waited_eh"] <= HORIZON_EH)
    pooled = reply_model.latency(told.loc[in_time, "waited_eh"].to_numpy("float64"))
    rate = float((in_time.sum() + 1.0) / (len(told) + 2.0))
    model = replace(
        start,
        latency=pooled,
        answered=rate,
        contact_kappa=kappa(codes(told["person"]), in_time.to_numpy(), start.contact_kappa),
        outcomes=len(told),
        origin=origin,
    )
    x, y = stacked(told, model, HORIZON_EH)
    scaled = (x - model.means) / model.spreads
    prior = np.append(start.intercept, start.weights)
    found = logistic(np.column_stack([np.ones(len(x)), scaled]), y, prior, held)
    return replace(model, intercept=float(found[0]), weights=found[1:])


def stacked(told: pd.DataFrame, model: Model, horizon_eh: float) -> tuple[Floats, Bools]:
    """Features and outcomes at all landmarks, one under the other."""
    parts, came = [np.zeros((0, len(FEATURES)))], [np.zeros(0, dtype=bool)]
    for silent_eh in LANDMARKS:
        ripe, answered = at_landmark(told, silent_eh, horizon_eh)
        silent, ahead = np.full(len(ripe), silent_eh), np.full(len(ripe), horizon_eh)
        parts.append(features(ripe, model, silent, ahead))
        came.append(answered)
    return np.concatenate(parts), np.concatenate(came)


def logistic(x: Floats, y: Bools, prior: Floats, held: float) -> Floats:
    """Weights of a logistic regression drawn to ``prior``: Newton's method on the penalised log
    likelihood Σ log p − held / 2 · |w − prior|².
    """
    weights = prior.astype(np.float64)
    for _ in range(_ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(x @ weights, -30.0, 30.0)))
        slope = x.T @ (y - chance) - held * (weights - prior)
        bend = (x * (chance * (1.0 - chance))[:, None]).T @ x
        step = np.linalg.solve(bend + held * np.eye(len(weights)), slope)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def kappa(group: Ints, answered: Bools, otherwise: float) -> float:
    """How many questions the common rate weighs against a group's own: the likeliest of a grid.

    By the beta-binomial likelihood of the groups; ``otherwise`` where no group asks twice.
    """
    n = np.bincount(group).astype(np.float64)
    k = np.bincount(group, weights=answered.astype(np.float64))
    if not (n > 1).any():
        return otherwise
    mean = float(np.clip(k.sum() / n.sum(), 0.01, 0.99))
    size = np.array(_KAPPAS)[:, None]
    a, b = size * mean, size * (1.0 - mean)
    shapes = log_gamma(k + a) + log_gamma(n - k + b) - log_gamma(n + size)
    fits = (shapes + log_gamma(size) - log_gamma(a) - log_gamma(b)).sum(axis=1)
    return float(_KAPPAS[int(np.argmax(fits))])


def log_gamma(x: Floats) -> Floats:
    """Ln Γ(x) for x > 0 to about ten digits: Stirling's series from 8 on."""
    below = np.zeros_like(x)
    for step in range(_EXACT_FROM):
        below = below + np.log(x + step)
    z = x + _EXACT_FROM
    series = 1.0 / (12.0 * z) - 1.0 / (360.0 * z**3) + 1.0 / (1260.0 * z**5)
    return np.asarray((z - 0.5) * np.log(z) - z + 0.5 * np.log(2.0 * np.pi) + series - below)
