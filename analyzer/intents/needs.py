r"""Which words a pattern cannot match without, read out of the pattern itself.

A pattern is parsed into sets of possible strings, where ``\b``, ``^`` and ``$`` are an edge and
whatever is not spelt out is unknown. From them follow groups of words: a sentence must hold one
word of every group, else the pattern need not be tried. The groups are necessary, never
sufficient; a construct this parser does not know only makes them fewer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import product
from typing import Final, TypeAlias

#: Words of which a sentence must hold one.
Group: TypeAlias = frozenset[str]

_EDGE, _UNKNOWN = "\x00", "\x01"
_ANY: Final = frozenset((_UNKNOWN,))
_MOST: Final = 400
_TOKEN: Final = re.compile(r"\w+|\?")
_SIGNS: Final = re.compile(r"[.,;:! -]+")
_QUANTIFIER: Final = re.compile(r"(?:\{(\d*),?(\d*)\}|[*+?])[?+]?")


def branches(pattern: str) -> list[str]:
    """The alternatives of ``pattern``, each a pattern of its own; they match what it matches."""
    parts = _split(pattern)
    if len(parts) > 1:
        return [branch for part in parts for branch in branches(part)]
    before, inside, behind = _wrapped(pattern)
    if inside:
        return [found for part in _split(inside) for found in branches(before + part + behind)]
    return [pattern]


def _wrapped(pattern: str) -> tuple[str, str, str]:
    """What a pattern that is one bracket holds, and the edges around it; all "" if it is none."""
    edge = r"\b"
    before = edge if pattern.startswith(edge) else ""
    behind = edge if pattern.endswith(edge) else ""
    core = pattern[len(before) : len(pattern) - len(behind)]
    if core.startswith("(?:") and _closing(core, 0) == len(core) - 1:
        return before, core[3:-1], behind
    return "", "", ""


def groups(branch: str, common: Collection[str]) -> list[Group]:
    """Groups of words; ``common``: words too frequent to choose where there is a rarer one."""
    cells = _Parser(branch).cells()
    found = []
    for number, cell in enumerate(cells):
        if "" not in cell:
            left, right = _lasts(cells[:number]), _firsts(cells[number + 1 :])
            found += _groups([left + string + right for string in cell], common)
    return list(dict.fromkeys(found))


def _split(pattern: str) -> list[str]:
    parts, depth, start, at = [], 0, 0, 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 1
        elif char == "[":
            at = _class_end(pattern, at)
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif char == "|" and not depth:
            parts.append(pattern[start:at])
            start = at + 1
        at += 1
    return [*parts, pattern[start:]]


def _closing(pattern: str, at: int) -> int:
    depth = 0
    while at < len(pattern):
        if pattern[at] == "\\":
            at += 1
        elif pattern[at] == "[":
            at = _class_end(pattern, at)
        elif pattern[at] in "()":
            depth += 1 if pattern[at] == "(" else -1
            if not depth:
                return at
        at += 1
    return -1


def _class_end(pattern: str, at: int) -> int:
    at += 2 if pattern[at + 1] in "]^" else 1
    while pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return at


def _groups(strings: Collection[str], common: Collection[str]) -> list[Group]:
    """The rarest word of each string, then the next rarest, while every string has one."""
    ranked = []
    for string in strings:
        words = {m[0] for m in _TOKEN.finditer(string) if _is_whole(string, m)}
        ranked.append(
            sorted(words, key=lambda word: (word not in common, len(word), word), reverse=True)
        )
    return [frozenset(words) for words in zip(*ranked, strict=False)]


def _is_whole(string: str, match: re.Match[str]) -> bool:
    """Whether nothing can stand before or behind the word that would make it another one."""
    if match[0] == "?":
        return True
    start, end = match.span()
    return (
        start > 0
        and string[start - 1] != _UNKNOWN
        and end < len(string)
        and (string[end] != _UNKNOWN)
    )


def _lasts(cells: Sequence[frozenset[str]]) -> str:
    """An edge if ``cells`` surely end in one, else unknown."""
    for cell in reversed(cells):
        if any(string and _goes_on(string[-1]) for string in cell):
            return _UNKNOWN
        if "" not in cell:
            return _EDGE
    return _UNKNOWN


def _firsts(cells: Sequence[frozenset[str]]) -> str:
    """An edge if ``cells`` surely begin with one, else unknown."""
    for cell in cells:
        if any(string and _goes_on(string[0]) for string in cell):
            return _UNKNOWN
        if "" not in cell:
            return _EDGE
    return _UNKNOWN


def _goes_on(char: str) -> bool:
    """Whether a word could go on in ``char``."""
    return char == _UNKNOWN or char == "_" or char.isalnum()


class _Parser:
    """Reads one branch: cells, sets of strings with an edge between one and the next."""

    def __init__(self, branch: str) -> None:
        self.pattern, self.at = branch, 0

    def cells(self) -> list[frozenset[str]]:
        """What is matched, in order. Cells too large to be joined stay apart without an edge."""
        cells: list[frozenset[str]] = []
        while self.at < len(self.pattern):
            element = self._element()
            glued = cells and _lasts(cells) == _UNKNOWN and _firsts([element]) == _UNKNOWN
            if glued and len(cells[-1]) * len(element) <= _MOST:
                cells[-1] = _joined(cells[-1], element)
            else:
                cells.append(element)
        return cells

    def strings(self) -> frozenset[str]:
        """The same as whole strings; unknown if there are too many."""
        strings = frozenset(("",))
        for cell in self.cells():
            if len(strings) * len(cell) > _MOST:
                return _ANY
            strings = _joined(strings, cell)
        return strings

    def _element(self) -> frozenset[str]:
        element = self._atom()
        found = _QUANTIFIER.match(self.pattern, self.at)
        if not found:
            return element
        self.at = found.end()
        if found[0][0] == "?":
            return element | {""}
        ends = all(string and not _goes_on(string[-1]) for string in element)
        many = frozenset((_UNKNOWN + _EDGE if ends else _UNKNOWN,))
        needed = found[0][0] == "+" or (found[1] and int(found[1]) > 0)
        return many if needed else many | {""}

    def _atom(self) -> frozenset[str]:
        char = self.pattern[self.at]
        if char == "(":
            return self._bracket()
        if char == "[":
            start, self.at = self.at + 1, _class_end(self.pattern, self.at) + 1
            signs = _SIGNS.fullmatch(self.pattern, start, self.at - 1)
            return frozenset((_EDGE,)) if signs else _ANY
        self.at += 1
        if char == "\\":
            self.at += 1
            return _escaped(self.pattern[self.at - 1])
        if char in "^$":
            return frozenset((_EDGE,))
        return _ANY if char == "." else frozenset((char,))

    def _bracket(self) -> frozenset[str]:
        end = _closing(self.pattern, self.at)
        inside, self.at = self.pattern[self.at + 1 : end], end + 1
        if inside.startswith(("?!", "?=", "?<")):
            return frozenset(("",))
        strings: frozenset[str] = frozenset()
        for part in _split(inside.removeprefix("?:")):
            strings |= _Parser(part).strings()
        if len(strings) > _MOST:
            return _ANY
        return strings


def _joined(left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
    return frozenset(a + b for a, b in product(left, right))


def _escaped(char: str) -> frozenset[str]:
    if char == "b":
        return frozenset((_EDGE,))
    return _ANY if char in "wWsSdDB" else frozenset((char,))
