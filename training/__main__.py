"""``python -m training``: fits the weights, writes them and the model card."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from training import card
from training.data import MESSAGES, STRANGE, is_left_out, load
from training.weights import PLACE, as_model, weights, write


def main() -> None:
    """Fit on the persons that are not left out; the argument is another file of messages."""
    data = load(Path(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES)
    out = np.array([is_left_out(person) for person in data.persons])
    rows, left_out = np.flatnonzero(~out).astype(np.int64), np.flatnonzero(out).astype(np.int64)
    strange = np.flatnonzero(np.isin(data.mailboxes, STRANGE)).astype(np.int64)
    there = {data.persons[row] for row in strange}
    seen = np.array([row for row in rows if data.persons[row] not in there])
    arrays = weights(data, rows)
    write(arrays, PLACE)
    truth = data.truth[left_out]
    tables = {
        "Persons left out": card.figures(card.decisions(as_model(arrays), data)[left_out], truth),
        "Mailboxes the rules were not written on": card.figures(
            card.decisions(as_model(weights(data, seen)), data)[strange], data.truth[strange]
        ),
        "Those mailboxes, rules alone": card.figures(
            card.by_rules(data.said)[strange], data.truth[strange]
        ),
        "Persons left out, rules alone": card.figures(card.by_rules(data.said)[left_out], truth),
    }
    curve = card.learning_curve(data, rows, left_out)
    made = card.text(tuple(arrays["labels"].tolist()), tables, curve, PLACE.stat().st_size)
    card.PLACE.write_text(made, encoding="utf-8")
    sys.stdout.write(made)


if __name__ == "__main__":
    main()
