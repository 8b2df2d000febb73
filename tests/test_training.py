"""Refitting the labeller: the same data gives the same weights, and the shipped ones are those."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analyzer.frames import INTENTS
from analyzer.intents import model
from training import card
from training.data import MESSAGES, Labelled, is_left_out, labelled, load
from training.fitting import LEAST_EXAMPLES, LEAST_PERSONS, vocabulary
from training.weights import as_model, weights, write

FILLERS = ("the plan", "our list", "this order", "that paper", "my notes", "her desk")


def tiny() -> Labelled:
    """Two kinds of messages from many people, enough to fit one label."""
    rows: list[dict[str, Any]] = []
    for number in range(3 * LEAST_EXAMPLES):
        refuses = number % 2 == 0
        words = "it is a wholehearted nod" if refuses else "what a good day"
        filler = FILLERS[number % len(FILLERS)]
        rows.append(
            {
                "from": f"p{number % 13}@x.example",
                "subject": "Hello",
                "text": f"About {filler}: {words}. Yours, unique{number}",
                "labels": ["acceptance"] if refuses else [],
            }
        )
    return labelled(rows)


def everybody(data: Labelled) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Rows of all messages."""
    return np.arange(data.read.count)


def test_the_same_messages_give_the_same_bytes(tmp_path: Path) -> None:
    """Weights can be made again and compared."""
    for name in ("one", "two"):
        data = tiny()
        write(weights(data, everybody(data)), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_what_tells_the_two_kinds_apart_is_learnt() -> None:
    """Words no rule knows are picked up."""
    data = tiny()
    fitted = as_model(weights(data, everybody(data)))
    assert fitted.labels == ("acceptance",)
    decided = card.decisions(fitted, data)
    assert (decided == data.truth).all()


def test_words_of_few_persons_are_not_kept() -> None:
    """What only one person wrote leaves no trace in the weights."""
    data = tiny()
    kept = set(vocabulary(data, everybody(data)).tolist())
    hashes, _ = model.terms(
        labelled([{"from": "", "subject": "", "text": "unique3", "labels": []}]).read
    )
    assert kept
    assert kept.isdisjoint(hashes.tolist())
    few = labelled(
        [
            {"from": f"{n}@x.example", "subject": "", "text": "secret", "labels": []}
            for n in range(LEAST_PERSONS - 1)
        ]
    )
    assert not len(vocabulary(few, everybody(few)))


def test_the_shipped_weights_load() -> None:
    """Known labels, finite numbers, small."""
    shipped = model.shipped()
    assert set(shipped.labels) <= set(INTENTS)
    assert "objection" not in shipped.labels
    assert np.isfinite(shipped.term_weights).all()
    assert np.isfinite(shipped.other_weights).all()


@pytest.mark.skipif(not MESSAGES.exists(), reason="the labelled messages are not here")
def test_the_shipped_weights_agree_with_the_card() -> None:
    """The figures of the card are those of the weights beside it."""
    data = load()
    out = np.flatnonzero([is_left_out(person) for person in data.persons])
    table = card.figures(card.decisions(model.shipped(), data)[out], data.truth[out])
    title = f"## Persons left out: macro-F1 {card.macro(table):.3f}"
    assert title in card.PLACE.read_text(encoding="utf-8")
