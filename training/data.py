"""Labelled messages, and which persons are never looked at while choosing."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from analyzer.frames import INTENTS
from analyzer.intents.reading import Said, Spoken, languages_of, prepared, rules_say
from analyzer.intents.texts import Batch, Bools
from training.by_digest import Written, of_mailbox, of_single_mails

#: Where the labelled messages lie, beside the work tree.
MESSAGES: Final = Path(__file__).parents[2] / "shared" / "data" / "intents" / "messages.jsonl"
#: Labels of further messages, without their texts: digest, mailbox, labels, what is unsure.
READ_HERE: Final = Path(__file__).with_name("labels") / "read.jsonl"
#: Labels of mail as it comes, of people nothing else here is from; only to judge by.
STRANGERS: Final = Path(__file__).with_name("labels") / "strangers.jsonl"
#: Mailboxes whose labelled messages nobody had read when the first rules were written.
STRANGE: Final = ("allen-p", "lokay-m")
#: One person in so many is left out while choosing.
LEFT_OUT: Final = 3


@dataclass(frozen=True, eq=False)
class Labelled:
    """Messages as read, what rules say of each, who wrote it, and its labels (one column each).

    ``fresh``: the message was not among those read while the first rules were written.
    """

    read: Batch
    spoken: Spoken
    said: list[Said]
    persons: list[str]
    fresh: Bools
    truth: Bools


def load(path: Path = MESSAGES) -> Labelled:
    """The messages of ``path``, one JSON object a line, and those whose labels are kept here."""
    return labelled(rows_of(path))


def rows_of(path: Path = MESSAGES) -> list[dict[str, Any]]:
    """What ``load`` reads: from, subject, text, labels, fresh."""
    rows = [{**row, "fresh": row["mailbox"] in STRANGE} for row in _rows(path)]
    return [*rows, *_read_here()]


def of_strangers() -> list[dict[str, Any]]:
    """The same of people whom neither rules nor fit have seen; all of it is only to judge by."""
    labels = {row["message"]: row["labels"] for row in _rows(STRANGERS)}
    return list(_joined(of_single_mails(labels), labels))


def labelled(rows: list[dict[str, Any]]) -> Labelled:
    """The messages of ``rows``: subject, text, from, labels; fresh if they say so."""
    persons = [str(row["from"] or "").lower() for row in rows]
    read = prepared([str(row["subject"] or "") for row in rows], [str(row["text"]) for row in rows])
    fresh = np.array([bool(row.get("fresh")) for row in rows])
    truth = np.array([[label in row["labels"] for label in INTENTS] for row in rows], dtype=bool)
    spoken = languages_of(read)
    return Labelled(read, spoken, rules_say(read, persons, spoken), persons, fresh, truth)


def is_left_out(person: str) -> bool:
    """Whether ``person`` is one of those never looked at while choosing; by a hash, for ever."""
    return int(hashlib.sha256(b"person:" + person.lower().encode()).hexdigest(), 16) % LEFT_OUT == 0


def _read_here() -> Iterator[dict[str, Any]]:
    """Messages labelled here; their texts are looked up in the mailboxes."""
    labels: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for row in _rows(READ_HERE):
        labels[row["mailbox"]][row["message"]] = row["labels"]
    for mailbox, wanted in labels.items():
        yield from _joined(of_mailbox(mailbox, wanted), wanted)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def _joined(
    found: Mapping[str, Written], labels: Mapping[str, list[str]]
) -> Iterator[dict[str, Any]]:
    for digest, message in sorted(found.items()):
        yield {
            "from": message.sender,
            "subject": message.subject,
            "text": message.text,
            "labels": labels[digest],
            "fresh": True,
        }
