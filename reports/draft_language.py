"""In which language somebody writes: whose little words their newest mails use most."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from analyzer.days.language import language
from reports.draft_words import LANGUAGES

_WORD: Final = re.compile(r"[^\W\d_]+")
#: So many different little words make a language, so many more than of any other.
ENOUGH: Final = 4
LEAD: Final = 2


def spoken(texts: Sequence[str]) -> str:
    """The code of the language of ``texts``, the newest first; ``""`` where they tell none.

    As many are read as it takes to be clear, so that the newest decides; then whatever leads.
    """
    words: set[str] = set()
    counted: list[tuple[str, int]] = []
    for text in texts:
        words.update(_WORD.findall(text.lower()))
        counted = _counted(words)
        if counted[0][1] >= ENOUGH and counted[0][1] >= counted[1][1] + LEAD:
            return counted[0][0]
    leads = bool(counted) and counted[0][1] > counted[1][1]
    return counted[0][0] if leads else ""


def _counted(words: Iterable[str]) -> list[tuple[str, int]]:
    """How many different little words there are of each language, the most first."""
    known = {code: len(language(code).function_words.intersection(words)) for code in LANGUAGES}
    return Counter(known).most_common()
