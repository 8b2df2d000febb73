"""Precision, recall and F1 of every intent on mail labelled by hand, and the labeller's speed.

    python -m benchmarks.measure_intents [messages.jsonl]

Rules were changed by reading errors on persons that are not left out; see training/MODEL_CARD.md.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd

from analyzer import intents
from analyzer.frames import INTENTS
from training.data import MESSAGES, is_left_out, of_strangers, rows_of


def figures(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """One row per label that occurs: n, precision, recall, f1."""
    messages = pd.DataFrame(
        {
            "subject": [row["subject"] or "" for row in rows],
            "text": [row["text"] or "" for row in rows],
            "sender": [row["from"] or "" for row in rows],
        }
    )
    found = intents.decide(intents.classify(messages))
    truth = pd.DataFrame({i: [i in row["labels"] for row in rows] for i in INTENTS})
    right, said, there = (found & truth).sum(), found.sum(), truth.sum()
    precision, recall = right / said, right / there
    f1 = 2 * right / (said + there)
    table = pd.DataFrame({"n": there, "precision": precision, "recall": recall, "f1": f1})
    return table[table["n"] > 0]


def speed(rows: list[dict[str, Any]]) -> tuple[float, float]:
    """Messages per second of CPU time on one core, and their mean length in characters."""
    subjects = [row["subject"] or "" for row in rows]
    texts = [row["text"] or "" for row in rows]
    intents.read("", "")
    best = float("inf")
    for _ in range(5):
        begin = time.process_time()
        intents.read_all(subjects, texts)
        best = min(best, time.process_time() - begin)
    return len(texts) / best, sum(map(len, texts)) / len(texts)


def main() -> None:
    """Print the tables."""
    rows = rows_of(Path(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES)
    for name, part in (
        ("persons whose errors were read", [r for r in rows if not is_left_out(r["from"] or "")]),
        ("persons left out", [r for r in rows if is_left_out(r["from"] or "")]),
        ("mail as it comes, of other people", of_strangers()),
    ):
        table = figures(part)
        print(f"{name}: {len(part)} messages, macro-F1 {table['f1'].mean():.3f}")
        print(table.round(2).to_string(), end="\n\n")
    rate, length = speed(rows)
    print(f"{rate:,.0f} messages/s on one core, {length:.0f} characters on average")


if __name__ == "__main__":
    main()
