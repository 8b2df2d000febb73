"""The model card: what was reached on persons left out, and what would raise it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from analyzer.frames import INTENTS
from analyzer.intents import model as running
from analyzer.intents.reading import SAID, Said
from analyzer.intents.texts import Bools, Ints
from training.data import Labelled
from training.weights import as_model, weights

PLACE: Final = Path(__file__).with_name("MODEL_CARD.md")
_SHARES: Final = (0.25, 0.5, 0.75, 1.0)


def decisions(model: running.Model, data: Labelled) -> Bools:
    """What holds for each message, one column per label; labels the model lacks are the rules'."""
    found = by_rules(data.said)
    odds = running.odds(model, data.read, data.said)
    for column, label in enumerate(model.labels):
        found[:, INTENTS.index(label)] = odds[:, column] >= 0
    return found


def by_rules(said: list[Said]) -> Bools:
    """What rules alone say."""
    return np.array([[label in s and s[label][0] >= SAID for label in INTENTS] for s in said])


def figures(found: Bools, truth: Bools) -> pd.DataFrame:
    """One row per label that occurs: n, said, precision, recall, f1."""
    right, said, there = (found & truth).sum(axis=0), found.sum(axis=0), truth.sum(axis=0)
    table = pd.DataFrame(
        {
            "n": there,
            "said": said,
            "precision": right / np.maximum(said, 1),
            "recall": right / np.maximum(there, 1),
            "f1": 2 * right / np.maximum(said + there, 1),
        },
        index=pd.Index(INTENTS, name="label"),
    )
    return table[table["n"] > 0]


def learning_curve(data: Labelled, rows: Ints, left_out: Ints) -> list[tuple[int, int, float]]:
    """Persons and messages fitted on, macro-F1 on persons left out."""
    persons = sorted({data.persons[row] for row in rows}, key=hash_order)
    curve = []
    for share in _SHARES:
        some = set(persons[: round(share * len(persons))])
        part = np.array([row for row in rows if data.persons[row] in some])
        found = decisions(as_model(weights(data, part)), data)[left_out]
        curve.append((len(some), len(part), macro(figures(found, data.truth[left_out]))))
    return curve


def hash_order(person: str) -> str:
    """An order of persons that says nothing about them."""
    return hashlib.sha256(b"order" + person.encode()).hexdigest()


def macro(table: pd.DataFrame) -> float:
    """Mean F1 of the labels that occur."""
    return float(table["f1"].mean())


def text(
    labels: tuple[str, ...],
    tables: dict[str, pd.DataFrame],
    curve: list[tuple[int, int, float]],
    size: int,
) -> str:
    """The card as Markdown."""
    parts = [_HEAD, f"\nFitted: {', '.join(labels)}.\n"]
    for title, table in tables.items():
        parts.append(f"\n## {title}: macro-F1 {macro(table):.3f}\n\n{_table(table)}\n")
    lines = "\n".join(f"| {p} | {m} | {f1:.3f} |" for p, m, f1 in curve)
    parts.append(
        "\n## Learning curve (macro-F1 on persons left out)\n\n"
        f"| persons | messages | macro-F1 |\n| ---: | ---: | ---: |\n{lines}\n"
    )
    parts.append(_TAIL.format(size=size))
    return "".join(parts)


def _table(table: pd.DataFrame) -> str:
    rows = "\n".join(
        f"| {row.Index} | {row.n} | {row.said} | {row.precision:.2f} | {row.recall:.2f}"
        f" | {row.f1:.2f} |"
        for row in table.itertuples()
    )
    head = (
        "| label | n | said | precision | recall | F1 |\n| --- | ---: | ---: | ---: | ---: | ---: |"
    )
    return f"{head}\n{rows}"


_HEAD: Final = """# Model card: what a message says

Written by `python -m training`; do not edit by hand.

Rules read the sentences; a logistic regression per label (L2) weighs what they found against
words and pairs of words. It is fitted on English business mail of 1999-2002, each message read
and labelled by hand; other languages are left to the rules. Terms are kept as hashes, and only
those that at least five persons use. Thresholds, and which labels are fitted, come from
cross-validation over persons, without the persons left out (one in five, by a hash of the
address).

How far to trust the tables: the rules were written while reading three of the five mailboxes,
unlabelled mail of persons left out among it, and narrowed on more random mail of those three.
So the figures on persons left out flatter the rules. The two other mailboxes were never read
for that, and are judged with a fit that saw nothing of them; they say most about strangers.
Both tables were printed at every run while this was made, so neither is quite untouched.

A label is fitted only where the fit gains F1 over the rules on persons it did not see, and, if
the label accuses (reschedule, cancel, no_show, refusal, brush_off, follow_up, proposal), where
it has enough examples: fitted on few, it overruled plain sentences. All others are the rules'
alone.
"""

_TAIL: Final = """
## What would raise it

More messages of more persons, above all for the labels with small n: most labels that accuse
have too few examples here to say that their precision is 0.90, or that it is not. Mail of sales,
and mail in languages other than English, is missing altogether: nothing here measures it.
Where the fit does not beat the rules on the two other mailboxes, it has not been shown to help
with strangers. Prevalence in the labelled mail is not natural (most of it was found by keyword),
so precision on a whole mailbox differs.

Size of the weights: {size:,} bytes.
"""
