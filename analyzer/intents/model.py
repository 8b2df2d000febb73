"""The fitted half of the labeller: what rules found, and words, weighed against each other.

Per label a logistic regression over words and pairs of words (as hashes: no text of anybody's
mail is kept), what the rules found, and the message's shape. ``training`` fits the weights.
Probabilities are moved so that a label holds from 0.5 on, wherever its threshold lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from analyzer.frames import INTENTS
from analyzer.intents.lookup import Lookup
from analyzer.intents.reading import Said
from analyzer.intents.texts import Batch, Hashes, Ints

Floats: TypeAlias = npt.NDArray[np.float64]

#: Labels without a fitted part are the rules' alone.
WEIGHTS: Final = "weights.npz"

_PAIR: Final = np.uint64(0x9E3779B97F4A7C15)
_SUBJECT: Final = np.uint64(0x5851F42D4C957F2D)
_COLUMN: Final = {label: place for place, label in enumerate(INTENTS)}
_LEAST, _MOST = 0.02, 0.98
_LONG: Final = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Weights, one column per label of ``labels``.

    ``lookup``: places of the terms, the rows of ``term_weights``; ``other_weights``: a row per
    column of ``others``; ``bias``: with the threshold taken off.
    """

    labels: tuple[str, ...]
    lookup: Lookup
    term_weights: npt.NDArray[np.float32]
    other_weights: Floats
    bias: Floats


@cache
def shipped() -> Model:
    """The weights that come with the package."""
    with (files(__package__) / WEIGHTS).open("rb") as file, np.load(file) as data:
        return Model(
            labels=tuple(data["labels"].tolist()),
            lookup=Lookup(data["terms"]),
            term_weights=data["term_weights"].astype(np.float32),
            other_weights=data["other_weights"].astype(np.float64),
            bias=data["bias"].astype(np.float64),
        )


def terms(read: Batch) -> tuple[Hashes, Ints]:
    """Hash and sentence of every word and pair of neighbours; subjects have terms of their own."""
    words = np.where(read.is_subject[read.sentence], read.words ^ _SUBJECT, read.words)
    together = read.sentence[1:] == read.sentence[:-1]
    pairs = (words[:-1] * _PAIR + words[1:])[together]
    pairs ^= pairs >> np.uint64(31)
    return np.concatenate([words, pairs]), np.concatenate(
        [read.sentence, read.sentence[1:][together]]
    )


def others(read: Batch, said: Sequence[Said]) -> Floats:
    """One row per message: log-odds of what rules found, for each label; then its shape."""
    found = np.full((read.count, len(INTENTS)), _LEAST)
    for row, labels in enumerate(said):
        for label, (probability, _) in labels.items():
            found[row, _COLUMN[label]] = probability
    found = found.clip(_LEAST, _MOST)
    odds = np.log(found / (1 - found)) / 4 + 1
    of_word = read.message[read.sentence]
    words = np.bincount(of_word, minlength=read.count)
    sentences = np.bincount(read.message, minlength=read.count)
    shape = [np.log1p(words) / _LONG, np.log1p(sentences) / _LONG, words < 20, words > 250]
    return np.column_stack([odds, *(column.astype(np.float64) for column in shape)])


def odds(model: Model, read: Batch, said: Sequence[Said]) -> Floats:
    """Log-odds of each label of ``model`` for each message."""
    place, sentence = _known(model, read)
    message = read.message[sentence]
    counts = np.bincount(message, minlength=read.count)
    sums = [
        np.bincount(message, weights=weights[place], minlength=read.count)
        for weights in model.term_weights.T
    ]
    by_terms = np.column_stack(sums) / np.sqrt(np.maximum(counts, 1))[:, None]
    total: Floats = by_terms + others(read, said) @ model.other_weights + model.bias
    return total


def deciding_sentences(model: Model, read: Batch, label: str) -> Floats:
    """How much the words of each sentence speak for ``label``."""
    place, sentence = _known(model, read)
    weights = model.term_weights[place, model.labels.index(label)]
    return np.bincount(sentence, weights=weights, minlength=len(read.message)).astype(np.float64)


def _known(model: Model, read: Batch) -> tuple[Ints, Ints]:
    hashes, sentence = terms(read)
    place = model.lookup.find(hashes)
    known = place >= 0
    return place[known], sentence[known]
