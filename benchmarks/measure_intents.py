"""Precision, recall and F1 of every intent on mail labelled by hand, and the labeller's speed.

    python -m benchmarks.measure_intents [messages.jsonl]

Rules were written looking at three of the five people; the others are held out.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd

from analyzer import intents
from analyzer.frames import INTENTS

SEEN = ("kaminski-v", "kitchen-l", "lay-k")
DEFAULT = Path(__file__).parents[2] / "shared" / "data" / "intents" / "messages.jsonl"


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
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for name, part in (
        ("seen while writing rules", [r for r in rows if r["mailbox"] in SEEN]),
        ("held out", [r for r in rows if r["mailbox"] not in SEEN]),
    ):
        table = figures(part)
        print(f"{name}: {len(part)} messages, macro-F1 {table['f1'].mean():.3f}")
        print(table.round(2).to_string(), end="\n\n")
    rate, length = speed(rows)
    print(f"{rate:,.0f} messages/s on one core, {length:.0f} characters on average")


if __name__ == "__main__":
    main()
