"""Which rules the sentences of a batch call for: a few array look-ups for all of them.

Every branch of a rule needs one word of each of its groups (``needs``), so most sentences call
for nothing and the rest for the one or two regular expressions that could match.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain
from typing import Final

import numpy as np

from analyzer.intents.lookup import Lookup
from analyzer.intents.needs import Group
from analyzer.intents.texts import Bools, Hashes, Ints, word_hashes

#: Columns of groups that are no words: always true, sentence is a subject, sentence is none.
ALWAYS, SUBJECT, TEXT = 0, 1, 2
_FIRST_GROUP: Final = 3
_MOST_GROUPS: Final = 4
_COMMON_COSTS: Final = 40


class Index:
    """Built from the groups of each branch and the place (column) where it applies."""

    def __init__(
        self,
        branches: Sequence[Sequence[Group]],
        places: Sequence[int],
        common: Collection[str],
    ) -> None:
        ranked = [_rarest(groups, common) for groups in branches]
        column = {g: _FIRST_GROUP + i for i, g in enumerate(dict.fromkeys(chain(*ranked)))}
        rows = [
            [*(column[g] for g in groups), place][: _MOST_GROUPS + 1]
            for groups, place in zip(ranked, places, strict=True)
        ]
        filled = [row + [ALWAYS] * (_MOST_GROUPS + 1 - len(row)) for row in rows]
        self._needs = np.array(filled, dtype=np.int64).reshape(-1, _MOST_GROUPS + 1)
        self._width = _FIRST_GROUP + len(column)
        self._by_word(column)

    def _by_word(self, column: dict[Group, int]) -> None:
        words = sorted({word for group in column for word in group})
        groups_of: dict[str, list[int]] = {word: [] for word in words}
        for group, place in column.items():
            for word in group:
                groups_of[word].append(place)
        hashes = word_hashes(words)
        order = np.argsort(hashes)
        self._lookup = Lookup(hashes[order])
        lists = [sorted(groups_of[words[i]]) for i in order.tolist()]
        self._sizes = np.array([len(one) for one in lists], dtype=np.int64)
        self._starts = np.cumsum(self._sizes) - self._sizes
        self._groups = np.array([*chain(*lists)], dtype=np.int64)

    def called(self, words: Hashes, sentence: Ints, is_subject: Bools) -> tuple[Ints, Ints]:
        """Sentences and the branches to try on them, by sentence, then branch.

        ``words``: their hashes, ``sentence`` of each; ``is_subject``: of each sentence.
        """
        held = np.zeros((self._width, len(is_subject)), dtype=bool)
        held[ALWAYS], held[SUBJECT], held[TEXT] = True, is_subject, ~is_subject
        place = self._lookup.find(words)
        known = place >= 0
        place, at = place[known], sentence[known]
        sizes = self._sizes[place]
        total = int(sizes.sum())
        within = np.arange(total) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        held[self._groups[np.repeat(self._starts[place], sizes) + within], np.repeat(at, sizes)] = (
            True
        )
        branch, where = np.nonzero(held[self._needs[:, 0]])
        for column in range(1, _MOST_GROUPS + 1):
            keep = held[self._needs[branch, column], where]
            branch, where = branch[keep], where[keep]
        order = np.lexsort((branch, where))
        return where[order], branch[order]


def _rarest(groups: Sequence[Group], common: Collection[str]) -> list[Group]:
    """The groups that say most, rarest first."""

    def cost(group: Group) -> int:
        return sum(_COMMON_COSTS if word in common else 1 for word in group)

    return sorted(groups, key=lambda group: (cost(group), sorted(group)))[:_MOST_GROUPS]
