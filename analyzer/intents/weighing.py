"""What rules and the fitted model say together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analyzer.frames import INTENTS
from analyzer.intents.model import Model, deciding_sentences, odds, shipped
from analyzer.intents.reading import SAID, WORDS_SHOWN, Said, Spoken, damp
from analyzer.intents.texts import Batch

#: Less probable labels are left out.
_LEAST: Final = 0.05
_NOTHING: Final = (0.0, "")
_ORDER: Final = {label: place for place, label in enumerate(INTENTS)}


def weighed(
    read: Batch, said: Sequence[Said], spoken: Spoken, model: Model | None = None
) -> list[Said]:
    """``said`` with the probabilities of the model, where it knows the label and the language.

    The model (the shipped one by default) was fitted on the first language: it says nothing of
    messages that are not surely in it.
    """
    model = model or shipped()
    found = [dict(rules) for rules in said]
    if model.labels and read.count:
        probabilities = 1 / (1 + np.exp(-odds(model, read, said).clip(-30, 30)))
        for number in np.flatnonzero((spoken.language == 0) & spoken.sure).tolist():
            _weigh(found[number], probabilities[number].tolist(), model, read, number)
    return [_ordered(labels) if len(labels) > 1 else labels for labels in found]


def _weigh(
    found: Said, probabilities: Sequence[float], model: Model, read: Batch, number: int
) -> None:
    was_machine = found.get("auto", _NOTHING)[0] >= SAID
    for label, probability in zip(model.labels, probabilities, strict=True):
        if label in found and probability < _LEAST:
            del found[label]
        elif label in found:
            found[label] = (probability, found[label][1])
        elif probability >= SAID:
            found[label] = (probability, _words(label, model, read, number))
    if not was_machine and found.get("auto", _NOTHING)[0] >= SAID:
        damp(found)


def _ordered(found: Said) -> Said:
    return {label: found[label] for label in sorted(found, key=_ORDER.__getitem__)}


def _words(label: str, model: Model, read: Batch, number: int) -> str:
    """The sentence whose words speak most for ``label``."""
    mine = np.flatnonzero(read.message == number)
    first, last = int(mine[0]), int(mine[-1]) + 1
    weights = deciding_sentences(model, _part(read, first, last), label)
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
