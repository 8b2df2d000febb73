"""Which rules the sentences of a batch call for: a few array look-ups for all of them.

Every branch of a rule needs one word of each of its groups (``needs``), so most sentences call
for nothing and the rest for the one or two regular expressions that could match.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain
from typing import Final

import numpy as np
import numpy.typing as npt

from analyzer.intents.lookup import Lookup
from analyzer.intents.needs import Group
from analyzer.intents.texts import Bools, Hashes, Ints, word_hashes

#: Columns of groups that are no words: always true, sentence is a subject, sentence is none.
ALWAYS, SUBJECT, TEXT = 0, 1, 2
_FIRST_GROUP: Final = 3
_MOST_GROUPS: Final = 8
_COMMON_COSTS: Final = 40
_BITS: Final = 64


class Index:
    """Built from the groups of each branch and the place (column) where it applies."""

    def __init__(
        self,
        branches: Sequence[Sequence[Group]],
        places: Sequence[int],
        common: Collection[str],
    ) -> None:
        ranked = [_rarest(groups, common) for groups in branches]
        rarest = dict.fromkeys(groups[0] for groups in ranked)
        groups = {**rarest, **dict.fromkeys(chain(*ranked))}
        column = {group: _FIRST_GROUP + number for number, group in enumerate(groups)}
        rows = [
            [*(column[g] for g in found), place][: _MOST_GROUPS + 1]
            for found, place in zip(ranked, places, strict=True)
        ]
        filled = [row + [ALWAYS] * (_MOST_GROUPS + 1 - len(row)) for row in rows]
        needs = np.array(filled, dtype=np.int64).reshape(-1, _MOST_GROUPS + 1)
        self._further_needs = np.ascontiguousarray(needs[:, 1:].T)
        self._by_rarest(needs[:, 0] - _FIRST_GROUP, len(rarest))
        self._by_word(column)

    def _by_rarest(self, rarest: Ints, count: int) -> None:
        """The branches that the rarest group of each calls."""
        self._branches = np.argsort(rarest, kind="stable")
        self._sizes = np.bincount(rarest, minlength=count)
        self._starts = np.cumsum(self._sizes) - self._sizes

    def _by_word(self, column: dict[Group, int]) -> None:
        """The groups of each word, as bits."""
        words = sorted({word for group in column for word in group})
        hashes = word_hashes(words)
        order = np.argsort(hashes)
        self._lookup = Lookup(hashes[order])
        number = {words[place]: row for row, place in enumerate(order.tolist())}
        width = -(-(_FIRST_GROUP + len(column)) // _BITS) * _BITS
        table = np.zeros((len(words), width), dtype=bool)
        for group, place in column.items():
            table[[number[word] for word in group], place] = True
        self._groups_of = np.packbits(table, axis=1).view(np.uint64)

    def called(self, words: Hashes, sentence: Ints, is_subject: Bools) -> tuple[Ints, Ints]:
        """Sentences and the branches to try on them, by sentence, then branch.

        ``words``: their hashes, ``sentence`` of each, ascending; ``is_subject``: of each sentence.
        """
        held = self._held(words, sentence, is_subject)
        calling = np.ascontiguousarray(held[:, _FIRST_GROUP : _FIRST_GROUP + len(self._sizes)])
        where, group = np.divmod(np.flatnonzero(calling), len(self._sizes))
        counts = self._sizes[group]
        within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        branch = self._branches[np.repeat(self._starts[group], counts) + within]
        where = np.repeat(where, counts)
        for needed in self._further_needs:
            keep = held[where, needed[branch]]
            branch, where = branch[keep], where[keep]
        order = np.lexsort((branch, where))
        return where[order], branch[order]

    def _held(self, words: Hashes, sentence: Ints, is_subject: Bools) -> npt.NDArray[np.bool_]:
        """One row per sentence: which groups it holds a word of."""
        place = self._lookup.find(words)
        known = place >= 0
        at = sentence[known]
        first = np.flatnonzero(np.diff(at, prepend=-1))
        held = np.zeros((len(is_subject), self._groups_of.shape[1] * _BITS), dtype=bool)
        if len(first):
            bits = np.bitwise_or.reduceat(self._groups_of[place[known]], first, axis=0)
            held[at[first]] = np.unpackbits(bits.view(np.uint8), axis=1).view(bool)
        held[:, ALWAYS], held[:, SUBJECT], held[:, TEXT] = True, is_subject, ~is_subject
        return held


def _rarest(groups: Sequence[Group], common: Collection[str]) -> list[Group]:
    """The groups that say most, rarest first."""

    def cost(group: Group) -> int:
        return sum(_COMMON_COSTS if word in common else 1 for word in group)

    return sorted(groups, key=lambda group: (cost(group), sorted(group)))[:_MOST_GROUPS]
