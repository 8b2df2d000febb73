"""What rules and the fitted model say together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analyzer.frames import INTENTS
from analyzer.intents.model import deciding_sentences, odds, shipped
from analyzer.intents.reading import SAID, WORDS_SHOWN, Said
from analyzer.intents.texts import Batch, Ints

#: Less probable labels are left out.
_LEAST: Final = 0.05
_ORDER: Final = {label: place for place, label in enumerate(INTENTS)}


def weighed(read: Batch, said: Sequence[Said], spoken: Ints) -> list[Said]:
    """``said`` with the probabilities of the model, where it knows the label and the language.

    ``spoken``: the language of each message, the first is the one the model was fitted on.
    """
    model = shipped()
    if not model.labels or not read.count:
        return list(said)
    probabilities = 1 / (1 + np.exp(-odds(model, read, said).clip(-30, 30)))
    found = [dict(rules) for rules in said]
    for column, label in enumerate(model.labels):
        for number in np.flatnonzero(spoken == 0).tolist():
            _set(found[number], label, float(probabilities[number, column]), read, number)
    return [_ordered(labels) for labels in found]


def _set(found: Said, label: str, probability: float, read: Batch, number: int) -> None:
    if label in found:
        if probability >= _LEAST:
            found[label] = (probability, found[label][1])
        else:
            del found[label]
    elif probability >= SAID:
        found[label] = (probability, _words(label, read, number))


def _ordered(found: Said) -> Said:
    return {label: found[label] for label in sorted(found, key=_ORDER.__getitem__)}


def _words(label: str, read: Batch, number: int) -> str:
    """The sentence whose words speak most for ``label``."""
    mine = np.flatnonzero(read.message == number)
    first, last = int(mine[0]), int(mine[-1]) + 1
    weights = deciding_sentences(shipped(), _part(read, first, last), label)
    words = read.shown[first + int(weights.argmax())]
    return words if len(words) <= WORDS_SHOWN else words[: WORDS_SHOWN - 1] + "…"


def _part(read: Batch, first: int, last: int) -> Batch:
    start, end = np.searchsorted(read.sentence, [first, last]).tolist()
    return Batch(
        1,
        read.shown[first:last],
        read.plain[first:last],
        read.message[first:last] * 0,
        read.is_subject[first:last],
        read.words[start:end],
        read.sentence[start:end] - first,
    )
