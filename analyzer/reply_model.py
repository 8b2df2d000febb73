"""How likely a silent question is still to be answered: shrunk rates, a latency, and a correction.

With π the share of questions that are answered at all and F(s) the share of those answers that
have come after s effective hours (log-logistic, scaled to the pace of the one asked),

    P(answer in (s, s + H] | silent s) = π [F(s + H) − F(s)] / (1 − π F(s))
    P(never | silent s) = (1 − π) / (1 − π F(s)).

People also write for reasons of their own, the likelier the more they wrote before: that ends a
silence as well (``Initiative``). Both together are the chance to hear from somebody,

    P = 1 − (1 − P(answer)) (1 − P(writes unasked)).

A logistic regression corrects it by what else is known of the question (``FEATURES``).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]

#: An answer counts when it comes within so many effective hours from now: twenty working days.
HORIZON_EH: Final = 200.0
#: Within two weeks whatever they write counts as the answer; what comes later may be unasked.
ANSWERS_EH: Final = 100.0
#: The 90 days in which their mails before a question are counted, in effective hours.
TRAFFIC_EH: Final = 90 / 7 * 50.0
#: Silences (eh) at which the regression is fitted.
LANDMARKS: Final = (0.0, 2.0, 5.0, 10.0, 30.0, 50.0)

#: What the regression looks at, in the order of its weights. "log" is ln(1 + x).
FEATURES: Final = (
    "chance",  # log-odds of the last formula above
    "silence",  # log eh since the question
    "mails_in",  # log mails from them in the 90 days before it
    "mails_out",  # log mails to them in the same time
    "recency",  # log hours since their last mail, at most five years
    "unanswered",  # log mails to them since that
    "addressees",  # log people in To and Cc
    "is_reply",  # it answers a mail of theirs
    "forwards",  # its subject says it passes something on
    "soon",  # effective hours of theirs in the four hours after it
    "asks",  # it expects an answer
    "proposes",  # it delivers a proposal
    "meets",  # it asks for a meeting
    "reminds",  # it follows up
    "length",  # log words
    "known",  # log questions they were asked before
    "colleague",  # they share a domain of the rep
)

# What is known before anything was seen: the middle answer takes three effective hours, and
# one in twenty takes longer than two weeks. It weighs as much as so many answers.
_PRIOR_LOG_MEDIAN: Final = float(np.log(3.0))
_PRIOR_SPREAD: Final = 1.9
_PRIOR_WEIGHT: Final = 20.0
#: No answer is counted as quicker than this.
LEAST_EH: Final = 0.05
_CERTAIN: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Latency:
    """A log-logistic distribution of the effective hours until an answer."""

    median_eh: float
    shape: float

    def share(
        self, waited_eh: Floats, pace: Floats | float = 1.0, steady: Floats | float = 1.0
    ) -> Floats:
        """F(s): the share of answers that have come after so many effective hours.

        ``pace``: by how much longer than usual the one asked takes; ``steady``: by how much less
        than usual their times differ.
        """
        waited = np.maximum(np.nan_to_num(waited_eh), 0.0)
        raised = (waited / (self.median_eh * pace)) ** (self.shape * steady)
        return np.asarray(1.0 - 1.0 / (1.0 + raised))

    @property
    def spread(self) -> float:
        """Standard deviation of the logs."""
        return float(np.pi / (np.sqrt(3.0) * self.shape))


@dataclass(frozen=True, slots=True)
class Initiative:
    """How often people write for reasons of their own: a rate per person, gamma distributed.

    Before anything is seen, a person wrote ``mails`` in ``span_eh``; of the mails they wrote in the
    90 days before a question, the share ``unasked`` is added (Gamma-Poisson).
    """

    mails: float
    span_eh: float
    unasked: float

    def chance(self, mails_in: Floats, silent_eh: Floats, horizon_eh: Floats | float) -> Floats:
        """P(writes unasked in (s, s + H] | silent s); none in the two weeks after a question."""
        since = np.maximum(silent_eh, ANSWERS_EH)
        ahead = np.maximum(silent_eh + horizon_eh - since, 0.0)
        seen = self.span_eh + TRAFFIC_EH + since
        return np.asarray(1.0 - (seen / (seen + ahead)) ** (self.mails + self.unasked * mails_in))


def latency(answered_eh: Floats) -> Latency:
    """The pooled latency of all answers, shrunk to what is usual."""
    logs = np.log(np.maximum(answered_eh[np.isfinite(answered_eh)], LEAST_EH))
    weight = len(logs) + _PRIOR_WEIGHT
    middle = (logs.sum() + _PRIOR_WEIGHT * _PRIOR_LOG_MEDIAN) / weight
    around = ((logs - middle) ** 2).sum() + _PRIOR_WEIGHT * _PRIOR_SPREAD**2
    spread = np.sqrt(around / weight)
    return Latency(float(np.exp(middle)), float(np.pi / (np.sqrt(3.0) * max(spread, 0.1))))


def never(answer_rate: Floats, come: Floats) -> Floats:
    """P(never | s): ``answer_rate`` is π, ``come`` is F(s); both in [0, 1]."""
    return np.asarray((1.0 - answer_rate) / np.maximum(1.0 - answer_rate * come, 1e-12))


def soon(answer_rate: Floats, come: Floats, will_have_come: Floats) -> Floats:
    """P(answer in (s, s + H] | silent s); ``come`` is F(s), ``will_have_come`` F(s + H)."""
    left = np.maximum(1.0 - answer_rate * come, 1e-12)
    return np.asarray(answer_rate * np.maximum(will_have_come - come, 0.0) / left)


def log_odds(chance: Floats) -> Floats:
    """ln(p / (1 − p)), bounded: nothing is certain."""
    inside = np.clip(chance, _CERTAIN, 1.0 - _CERTAIN)
    return np.asarray(np.log(inside / (1.0 - inside)))


@dataclass(frozen=True)
class Model:
    """Fitted parameters of all of the above, and where they come from.

    ``answered``: π of everyone before anything is seen; ``*_kappa``: how many questions (answers
    for the pace) the mean weighs that a contact, a company, is drawn to. ``weights`` belong to
    ``FEATURES`` after (x − means) / spreads. ``outcomes``: how many questions it was fitted on.
    """

    latency: Latency
    initiative: Initiative
    answered: float
    contact_kappa: float
    company_kappa: float
    pace_kappa: float
    intercept: float
    weights: Floats
    means: Floats
    spreads: Floats
    outcomes: int
    origin: str

    def chance(self, features: Floats) -> Floats:
        """Probability to hear from them in the horizon; one row of ``FEATURES`` per question."""
        scaled = (features - self.means) / self.spreads
        return np.asarray(1.0 / (1.0 + np.exp(-(scaled @ self.weights + self.intercept))))

    def plain(self) -> dict[str, Any]:
        """As it is kept in ``analyzer/data/replies.json``."""
        by_feature = zip(FEATURES, self.weights, self.means, self.spreads, strict=True)
        return {
            "origin": self.origin,
            "outcomes": self.outcomes,
            "horizon_eh": HORIZON_EH,
            "median_eh": round(self.latency.median_eh, 4),
            "shape": round(self.latency.shape, 4),
            "initiative": {
                name: round(value, 4) for name, value in asdict(self.initiative).items()
            },
            "answered": round(self.answered, 4),
            "contact_kappa": self.contact_kappa,
            "company_kappa": self.company_kappa,
            "pace_kappa": self.pace_kappa,
            "intercept": round(self.intercept, 4),
            "features": {
                name: {"weight": round(w, 4), "mean": round(m, 4), "spread": round(s, 4)}
                for name, w, m, s in by_feature
            },
        }


def from_plain(told: dict[str, Any]) -> Model:
    """The model that ``Model.plain`` gave; raises ``KeyError`` where a feature is missing."""
    rows = [told["features"][name] for name in FEATURES]
    numbers = {key: np.array([row[key] for row in rows]) for key in ("weight", "mean", "spread")}
    return Model(
        latency=Latency(told["median_eh"], told["shape"]),
        initiative=Initiative(**told["initiative"]),
        answered=told["answered"],
        contact_kappa=told["contact_kappa"],
        company_kappa=told["company_kappa"],
        pace_kappa=told["pace_kappa"],
        intercept=told["intercept"],
        weights=numbers["weight"],
        means=numbers["mean"],
        spreads=numbers["spread"],
        outcomes=told["outcomes"],
        origin=told["origin"],
    )


@cache
def shipped() -> Model:
    """The model that comes with brickwall; its ``origin`` says what it was fitted on."""
    return from_plain(json.loads((files("analyzer.data") / "replies.json").read_text("utf-8")))
