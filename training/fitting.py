"""Logistic regressions over words, rules and shape; thresholds by person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from analyzer.frames import INTENTS
from analyzer.intents import model as running
from analyzer.intents.reading import SAID
from analyzer.intents.texts import Bools, Hashes, Ints
from training.data import Labelled

#: A term must occur in the mail of so many persons; rarer ones could tell who wrote.
LEAST_PERSONS: Final = 5
#: Labels whose precision must be right before their recall, as they accuse.
ACCUSING: Final = frozenset(
    ("reschedule", "cancel", "no_show", "refusal", "brush_off", "follow_up", "proposal")
)
#: With fewer examples a label is left to the rules.
LEAST_EXAMPLES: Final = 20
LEAST_ACCUSED: Final = 200
#: F1 that a fit must gain over the rules across persons.
LEAST_GAIN: Final = 0.02
STRENGTH: Final = 3.0
_FOLDS: Final = 8

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Features:
    """A matrix with a row per message: terms first, then ``running.others``."""

    terms: Hashes
    matrix: Any


def vocabulary(data: Labelled, rows: Ints) -> Hashes:
    """Hashes of terms that enough persons among ``rows`` use, sorted."""
    hashes, message = _message_terms(data)
    number = np.unique(np.array(data.persons), return_inverse=True)[1]
    inside = np.isin(message, rows)
    used = np.unique(
        np.array(list(zip(hashes[inside], number[message[inside]].astype(np.uint64), strict=True)),
                 dtype=np.uint64).reshape(-1, 2),
        axis=0,
    )  # fmt: skip
    found, persons = np.unique(used[:, 0], return_counts=True)
    return found[persons >= LEAST_PERSONS]


def features(data: Labelled, terms: Hashes) -> Features:
    """Rows for all messages, scaled as ``running.odds`` scales them."""
    hashes, message = _message_terms(data)
    place = np.searchsorted(terms, hashes).clip(0, max(len(terms) - 1, 0))
    known = terms[place] == hashes if len(terms) else np.zeros(len(hashes), dtype=bool)
    row, column = message[known], place[known]
    values = 1 / np.sqrt(np.bincount(row, minlength=data.read.count)[row])
    shape = (data.read.count, len(terms))
    matrix = sparse.csr_matrix((values, (row, column)), shape=shape)
    rest = sparse.csr_matrix(running.others(data.read, data.said))
    return Features(terms, sparse.hstack([matrix, rest]).tocsr())


def fitted(matrix: Any, truth: Bools) -> tuple[Floats, float]:
    """Weights and bias of one label."""
    regression = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0)
    regression.fit(matrix, truth)
    return regression.coef_[0], float(regression.intercept_[0])


def across_persons(data: Labelled, rows: Ints) -> Floats:
    """Log-odds of each label for ``rows`` by fits that saw nothing of the person who wrote."""
    found = np.full((len(rows), len(INTENTS)), -9.0)
    groups = np.unique(np.array(data.persons)[rows], return_inverse=True)[1]
    for seen, unseen in GroupKFold(min(_FOLDS, groups.max() + 1)).split(rows, groups=groups):
        made = features(data, vocabulary(data, rows[seen]))
        for column, truth in enumerate(data.truth.T):
            if truth[rows[seen]].any():
                weights, bias = fitted(made.matrix[rows[seen]], truth[rows[seen]])
                found[unseen, column] = made.matrix[rows[unseen]] @ weights + bias
    return found


def threshold(odds: Floats, truth: Bools, accusing: bool) -> float:
    """Log-odds from which a label holds: best F1; for accusing ones best F0.5.

    F0.5 weighs precision twice as much as recall. It lies halfway between the last that holds
    and the first that does not.
    """
    beta = 0.5 if accusing else 1.0
    order = np.argsort(-odds, kind="stable")
    right, said = np.cumsum(truth[order]), np.arange(1, len(order) + 1)
    score = (1 + beta**2) * right / (said + beta**2 * truth.sum())
    best = int(np.argmax(score))
    behind = odds[order][min(best + 1, len(order) - 1)]
    return float((odds[order][best] + behind) / 2)


def labels_to_fit(data: Labelled, rows: Ints, odds: Floats) -> dict[str, float]:
    """Labels that a fit reads better than rules do, on persons it did not see; the threshold.

    A label that accuses needs more examples: fitted on few, it would overrule plain sentences.
    """
    found = {}
    for column, label in enumerate(INTENTS):
        truth = data.truth[rows, column]
        if truth.sum() < (LEAST_ACCUSED if label in ACCUSING else LEAST_EXAMPLES):
            continue
        limit = threshold(odds[:, column], truth, label in ACCUSING)
        ruled = np.array([data.said[row].get(label, (0.0, ""))[0] >= SAID for row in rows])
        if _f1(odds[:, column] >= limit, truth) >= _f1(ruled, truth) + LEAST_GAIN:
            found[label] = limit
    return found


def _f1(found: Bools, truth: Bools) -> float:
    return float(2 * (found & truth).sum() / max(found.sum() + truth.sum(), 1))


def _message_terms(data: Labelled) -> tuple[Hashes, Ints]:
    hashes, sentence = running.terms(data.read)
    return hashes, data.read.message[sentence]
