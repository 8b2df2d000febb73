"""``python -m training``: fits the weights, writes them and the model card."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from analyzer.intents import model as running
from analyzer.intents.texts import Bools
from training import card
from training.data import MESSAGES, Labelled, is_left_out, labelled, load, of_strangers
from training.weights import PLACE, as_model, weights, write


def main() -> None:
    """Fit on the persons that are not left out; the argument is another file of messages."""
    data = load(Path(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES)
    out = np.array([is_left_out(person) for person in data.persons])
    rows = np.flatnonzero(~out).astype(np.int64)
    fresh = np.flatnonzero(out & data.fresh).astype(np.int64)
    arrays = weights(data, rows)
    write(arrays, PLACE)
    model, others = as_model(arrays), labelled(of_strangers())
    tables = {
        "Persons left out": _judged(model, data, out),
        "Persons left out, messages not read when the first rules were written": _judged(
            model, data, out & data.fresh
        ),
        "Mail as it comes, of other people": _judged(model, others, others.fresh),
        "Mail as it comes, of other people, rules alone": card.figures(
            card.holding(others.said), others.truth
        ),
    }
    curve = card.learning_curve(data, rows, fresh)
    made = card.text(model.labels, tables, curve, PLACE.stat().st_size)
    card.PLACE.write_text(made, encoding="utf-8")
    sys.stdout.write(made)


def _judged(model: running.Model, data: Labelled, these: Bools) -> pd.DataFrame:
    return card.figures(card.decisions(model, data)[these], data.truth[these])


if __name__ == "__main__":
    main()
