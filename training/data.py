"""Labelled messages, and which persons are never looked at while choosing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from analyzer.frames import INTENTS
from analyzer.intents.reading import Said, languages_of, prepared, rules_say
from analyzer.intents.texts import Batch, Bools

#: Where the labelled messages lie, beside the work tree.
MESSAGES: Final = Path(__file__).parents[2] / "shared" / "data" / "intents" / "messages.jsonl"
#: Mailboxes that nobody read while writing rules.
STRANGE: Final = ("allen-p", "lokay-m")
#: One person in so many is left out while choosing.
LEFT_OUT: Final = 5


@dataclass(frozen=True, eq=False)
class Labelled:
    """Messages as read, what rules say of each, who wrote it, and its labels (one column each)."""

    read: Batch
    said: list[Said]
    persons: list[str]
    mailboxes: list[str]
    truth: Bools


def load(path: Path = MESSAGES) -> Labelled:
    """The messages of a file, one JSON object a line: subject, text, from, labels."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return labelled([json.loads(line) for line in lines])


def labelled(rows: list[dict[str, Any]]) -> Labelled:
    """The messages of ``rows``."""
    persons = [str(row["from"] or "").lower() for row in rows]
    read = prepared([str(row["subject"] or "") for row in rows], [str(row["text"]) for row in rows])
    boxes = [str(row.get("mailbox", "")) for row in rows]
    truth = np.array([[label in row["labels"] for label in INTENTS] for row in rows], dtype=bool)
    return Labelled(read, rules_say(read, persons, languages_of(read)), persons, boxes, truth)


def is_left_out(person: str) -> bool:
    """Whether ``person`` is one of those never looked at while choosing; by a hash, for ever."""
    return int(hashlib.sha256(person.encode()).hexdigest(), 16) % LEFT_OUT == 0
