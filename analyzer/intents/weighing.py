"""What rules and the fitted model say together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analyzer.frames import INTENTS
from analyzer.intents.model import deciding_sentences, odds, shipped
from analyzer.intents.reading import SAID, WORDS_SHOWN, Said, languages_of
from analyzer.intents.texts import Batch

#: Less probable labels are left out.
_LEAST: Final = 0.05


def weighed(read: Batch, said: Sequence[Said]) -> list[Said]:
    """``said`` with the probabilities of the model, where it knows the label and the language."""
    model = shipped()
    if not model.labels or not read.count:
        return list(said)
    probabilities = 1 / (1 + np.exp(-odds(model, read, said).clip(-30, 30)))
    known = languages_of(read) == 0
    return [
        _one(model.labels, row, rules, read, number) if fits else rules
        for number, (row, rules, fits) in enumerate(
            zip(probabilities.tolist(), said, known.tolist(), strict=True)
        )
    ]


def _one(labels: tuple[str, ...], row: list[float], rules: Said, read: Batch, number: int) -> Said:
    found = {label: rules[label] for label in rules.keys() - labels}
    for label, probability in zip(labels, row, strict=True):
        if label in rules and probability >= _LEAST:
            found[label] = (probability, rules[label][1])
        elif probability >= SAID:
            found[label] = (probability, _words(label, read, number))
    return {label: found[label] for label in INTENTS if label in found}


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
