"""Messages of a batch as sentences and words, all at once.

Every step works on one string that holds the whole batch, or on an array with one entry per
character or word of it; a single message costs as much as a few.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Hashes: TypeAlias = npt.NDArray[np.uint64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]

#: Ends a sentence; ends a message. Neither occurs in mail that can be read.
_END, _STOP = "\x01", "\x02"

_ABBREVIATIONS: Final = (
    "Mr", "Mrs", "Ms", "Dr", "Prof", "St", "Sr", "Jr", "Exec", "No", "Nr", "approx", "vs", "B",
    "bzw", "ca", "Sra", "Sig", "Mme", "Dhr", "Mevr", "Hr", "Fr",
)  # fmt: skip
# A German date is no end of a sentence.
_GERMAN_MONTHS: Final = (
    "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
)
_NOT_BEHIND: Final = "".join(rf"(?<!\b{word}\.\s)" for word in _ABBREVIATIONS)
# White space that parts sentences; it begins with what it matches so that few places are tried.
_SENTENCE_END: Final = re.compile(
    rf"\s(?:(?<=\.\s){_NOT_BEHIND}(?!(?<=\d\.\s)\s*(?:{_GERMAN_MONTHS}))\s*|(?<=[!?…]\s)\s*"
    r"|(?<=[.!?…][\"')\]]\s)\s*|(?<=\n)(?:[^\S\n]*\n\s*|(?=[^\S\n]*(?:[-*•>]|\d[.)]\s))))"
)
# Question marks that stand for characters a program could not show.
_JUNK_MARKS: Final = re.compile(r"(?m)(?<=[.,;:])\?+|(?<!\S)\?+(?=\w|[^\S\n]*$)")
_JUNK: Final = re.compile(r"(?m)^[^\S\n]*\?[^\S\n]*$|[.,;:]\?\?|\s\?+\w")
_EVEN: Final = {"’": "'", "‘": "'", "´": "'", "`": "'", "İ": "I"}

_BASE: Final = np.uint64(0x9E3779B97F4A7C15 | 1)
_UNBASE: Final = np.uint64(pow(0x9E3779B97F4A7C15 | 1, -1, 2**64))
_KNOWN_CHARACTERS: Final = 0x2100


@dataclass(frozen=True, slots=True)
class Batch:
    """Sentences of ``count`` messages in order, the subject first, and their words.

    ``shown``: as written, one space between words; ``plain``: lower case. ``message``: of each
    sentence; ``is_subject`` likewise. ``words``: hash of each word, in order (question marks are
    words); ``sentence``: of each word.
    """

    count: int
    shown: list[str]
    plain: list[str]
    message: Ints
    is_subject: Bools
    words: Hashes
    sentence: Ints


def batch(
    subjects: Sequence[str], texts: Sequence[str], expand: Sequence[tuple[str, str]] = ()
) -> Batch:
    """``expand``: contractions and what they stand for, replaced in lower case."""
    bodies = [_without_junk(text) if "?" in text else text for text in texts]
    written = _together(subjects, bodies)
    if written.count(_STOP) != max(len(texts) - 1, 0) or written.count(_END) != len(texts):
        written = _together(_clean(subjects), _clean(bodies))
    for char, even in _EVEN.items():
        if char in written:
            written = written.replace(char, even)
    written = _SENTENCE_END.sub(_END, written)
    written = " ".join(written.split())
    parts = [part.split(_END) for part in written.split(_STOP)]
    shown = [sentence.strip() for part in parts for sentence in part]
    sizes = np.fromiter(map(len, parts), np.int64, len(parts)) if subjects else np.zeros(0, int)
    message = np.repeat(np.arange(len(sizes)), sizes)
    first = np.zeros(len(message), dtype=bool)
    first[np.cumsum(sizes) - sizes] = True
    lower = spelt_out(_END.join(shown).lower(), expand)
    words, sentence = _words(lower)
    return Batch(len(sizes), shown, lower.split(_END), message, first, words, sentence)


def spelt_out(text: str, expand: Sequence[tuple[str, str]]) -> str:
    """``text`` with contractions replaced; the first that fits where several would."""
    if not expand:
        return text
    long = dict(expand)
    return _any_of(tuple(long)).sub(lambda found: long[found[0]], text)


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words)))


def word_hashes(words: Sequence[str]) -> Hashes:
    """The hash of each word, as ``Batch.words`` has it."""
    found, _ = _words(_END.join(words))
    return found


def _together(subjects: Sequence[str], texts: Sequence[str]) -> str:
    both = zip(subjects, texts, strict=True)
    return _STOP.join([f"{' '.join(subject.split())}{_END}{text}" for subject, text in both])


def _clean(texts: Sequence[str]) -> list[str]:
    return [text.replace(_STOP, " ").replace(_END, " ") for text in texts]


def _without_junk(text: str) -> str:
    return _JUNK_MARKS.sub("", text) if _JUNK.search(text) else text


def _words(lower: str) -> tuple[Hashes, Ints]:
    """Hash and sentence of each word of ``lower``."""
    chars = np.frombuffer(lower.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    kind = _kinds()[np.minimum(chars, _KNOWN_CHARACTERS)]
    is_word, marks = kind == 1, np.flatnonzero(kind == 2).astype(np.int64)
    edges: Ints = np.flatnonzero(np.diff(is_word, prepend=False, append=False)).astype(np.int64)
    starts, ends = edges[::2], edges[1::2]
    if len(marks):
        starts = np.sort(np.concatenate([starts, marks]))
        ends = np.sort(np.concatenate([ends, marks + 1]))
    powers, unpowers = _powers(len(chars) + 1)
    sums = np.zeros(len(chars) + 1, dtype=np.uint64)
    np.cumsum(chars.astype(np.uint64) * powers[: len(chars)], out=sums[1:])
    hashes: Hashes = _mixed((sums[ends] - sums[starts]) * unpowers[starts])
    sentence = np.cumsum(chars == ord(_END), dtype=np.int64)[starts]
    return hashes, sentence


def _mixed(hashes: Hashes) -> Hashes:
    hashes = (hashes ^ (hashes >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return hashes ^ (hashes >> np.uint64(32))


def _powers(count: int) -> tuple[Hashes, Hashes]:
    size = 1 << max(16, (count - 1).bit_length())
    return _powers_of(size)


@cache
def _powers_of(size: int) -> tuple[Hashes, Hashes]:
    up: Hashes = np.cumprod(np.full(size, _BASE), dtype=np.uint64)
    down: Hashes = np.cumprod(np.full(size, _UNBASE), dtype=np.uint64)
    return up, down


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """Of each character: 1 part of a word, 2 a question mark, else 0."""
    kinds = [c.isalnum() or c == "_" for c in map(chr, range(_KNOWN_CHARACTERS))]
    table = np.array([*kinds, False], dtype=np.uint8)
    table[ord("?")] = 2
    return table
