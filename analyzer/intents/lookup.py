"""Finds the places of many hashes in a fixed set of them."""

from __future__ import annotations

from typing import Final

import numpy as np

from analyzer.intents.texts import Hashes, Ints

_BITS: Final = 18
_SHIFT: Final = np.uint64(64 - _BITS)


class Lookup:
    """``known``: sorted, each once."""

    def __init__(self, known: Hashes) -> None:
        slots = np.arange((1 << _BITS) + 1, dtype=np.uint64)[:-1] << _SHIFT
        self._first = np.searchsorted(known, slots).astype(np.int32)
        full = np.bincount((known >> _SHIFT).astype(np.int64), minlength=1)
        self._deepest = int(full.max()) if len(known) else 0
        self._known = np.concatenate([known, np.zeros(self._deepest + 1, dtype=np.uint64)])
        self._count = len(known)

    def find(self, hashes: Hashes) -> Ints:
        """The place of each hash in ``known``, -1 where it is not there."""
        at = self._first[(hashes >> _SHIFT).astype(np.int64)].astype(np.int64)
        found = np.full(len(hashes), -1, dtype=np.int64)
        for step in range(self._deepest):
            same = self._known[at + step] == hashes
            found[same] = (at + step)[same]
        found[found >= self._count] = -1
        return found
