"""Which message answers which, by subject, people and time: where headers give nothing."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived.groups import NONE, Bools, Ints, hashes, micros, positions
from analyzer.derived.mail import Mail

_LISTS: Final = tomllib.loads((files("analyzer.data") / "subjects.toml").read_text("utf-8"))
_PREFIX: Final = (
    r"\s*(?:\[[^\[\]]{1,60}\]\s*)*(?:"
    + "|".join(map(re.escape, _LISTS["answers"]))
    + r")(?:\s*[\[(]\d{1,3}[\])]|\d{1,2})?\s*[:：]"
)
_ANSWER: Final = re.compile(_PREFIX, re.IGNORECASE)
_PREFIXES: Final = re.compile(rf"\A(?:{_PREFIX})+\s*", re.IGNORECASE)
GENERIC: Final = frozenset(_LISTS["generic"])
_OFFERING: Final = frozenset(_LISTS["offering"])
_SAYS: Final = re.compile(r"[^\W_]{4,}|\d+")

_WINDOW_MICROS: Final = 30 * 86_400 * 1_000_000
_LOOK_BACK: Final = 8
_SHORTEST: Final = 3


def answering(subjects: pd.Series[str]) -> Bools:
    """Whether a subject begins like that of an answer ("Re:", "[list] AW:")."""
    begins = (_ANSWER.match(subject) is not None for subject in subjects.to_numpy(object))
    return np.fromiter(begins, dtype=bool, count=len(subjects))


def titled(subjects: pd.Series[str]) -> pd.Series[str]:
    """Subjects as the names of what they are about: without the beginnings of answers."""
    return subjects.map(lambda subject: _PREFIXES.sub("", subject) or subject).astype("str")


def matter(subject_keys: pd.Series[str]) -> pd.Series[str]:
    """What each normalised subject is about: its words of four letters or more and its numbers.

    Words like offer, update, next steps count nothing; where no other are left, it is the subject.
    """
    return subject_keys.map(lambda key: _matter(key) or key).astype("str")


def _matter(key: str) -> str:
    return " ".join(sorted(set(_SAYS.findall(key)) - _OFFERING))


def telling(subject_keys: pd.Series[str]) -> Bools:
    """Whether a normalised subject says enough not to be used twice by chance."""
    said = (len(key) > _SHORTEST and key not in GENERIC for key in subject_keys.to_numpy(object))
    return np.fromiter(said, dtype=bool, count=len(subject_keys))


def answer_by_subject(mail: Mail, bare: Bools) -> Ints:
    """Row of the message each ``bare`` row of the mail answers, or -1.

    The earlier message has the same normalised subject, is at most 30 days older, and the two
    share people. Best is one whose author is written to, then one that was written to the one who
    answers, then one with the same other recipients (a list, or the author once more); among
    equals the youngest. A subject without an answer prefix must not be one used by chance.
    """
    frame = mail.mail
    keys = hashes(frame["subject_key"])
    rows = _candidates(keys, bare)
    parent, best = np.full(len(frame), NONE, dtype=np.int64), np.zeros(len(frame), dtype=np.int64)
    key, at = keys[rows], micros(frame["at"])[rows]
    may, on = _may_answer(frame, rows, bare[rows]), _On(mail, rows)
    for back in range(1, min(_LOOK_BACK, len(rows) - 1) + 1):
        child, before = np.arange(back, len(rows)), np.arange(len(rows) - back)
        near = (key[child] == key[before]) & (at[child] - at[before] <= _WINDOW_MICROS)
        fits = np.flatnonzero(near & may[child])
        child, before = child[fits], before[fits]
        score = on.score(child, before)
        better = score > best[rows[child]]
        parent[rows[child[better]]] = rows[before[better]]
        best[rows[child[better]]] = score[better]
    return parent


def _candidates(keys: Ints, bare: Bools) -> Ints:
    """Rows that share a subject with a ``bare`` row and another, by subject and time."""
    rows = np.flatnonzero(keys)
    rows = rows[pd.Series(keys[rows]).isin(keys[bare]).to_numpy()]
    rows = rows[pd.Series(keys[rows]).duplicated(keep=False).to_numpy()]
    return rows[np.argsort(keys[rows], kind="stable")]


def _may_answer(frame: pd.DataFrame, rows: Ints, bare: Bools) -> Bools:
    may = bare & (frame["kind"] == "person").to_numpy()[rows]
    asked = frame.iloc[rows[may]]
    chance = ~telling(asked["subject_key"])
    answers = ~chance
    answers[chance] = answering(asked["subject"][chance])
    may[may] = answers
    return may


class _On:
    """Who is on which candidate message, for many pairs at once."""

    def __init__(self, mail: Mail, rows: Ints) -> None:
        frame, recipients = mail.mail.iloc[rows], mail.recipients
        self._sender, self._mine = frame["sender"].to_numpy(), frame["outgoing"].to_numpy()
        self._to_me = mail.asked["here"].to_numpy()[rows]
        row = positions(recipients["message"].to_numpy(), frame["message"].to_numpy())
        row, person = row[row >= 0], recipients["person"].to_numpy()[row >= 0]
        self._people = int(max(person.max(initial=0), self._sender.max(initial=0))) + 2
        self._keys = np.sort(row * self._people + person)
        self._first = np.full(len(rows), NONE, dtype=np.int64)
        self._first[row[::-1]] = person[::-1]

    def _on(self, row: Ints, person: Ints) -> Bools:
        wanted = row * self._people + person
        if not len(self._keys):
            return np.zeros(len(row), dtype=bool)
        at = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        return np.asarray((self._keys[at] == wanted) & (person >= 0))

    def score(self, child: Ints, before: Ints) -> Ints:
        """How well the earlier message fits as the one answered; 0 is not at all."""
        author, answerer = self._sender[before], self._sender[child]
        to_author = self._on(child, author) | (self._mine[before] & self._to_me[child])
        from_asked = self._on(before, answerer) | (self._mine[child] & self._to_me[before])
        shared = self._on(before, self._first[child])
        other = author != answerer
        return np.asarray(4 * (other & to_author) + 2 * (other & from_asked) + 1 * shared)
