"""What a message says: apology, refusal, new time asked for, a question to answer, and so on.

First rules read the sentences, as data, one file per language (see ``en.toml``); then a fitted
model weighs what they found against the other words. Labels are those of ``analyzer.frames``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from analyzer.frames import INTENTS
from analyzer.intents.reading import SAID, languages_of, prepared, rules_say
from analyzer.intents.weighing import weighed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["VERSION", "classify", "decide", "explain", "read", "read_all"]

#: Version of the labeller; raise it when the rules change, and labels are made anew.
VERSION: Final = "model-3"
DECIDED: Final = SAID

_AT_ONCE: Final = 256


def read_all(
    subjects: Sequence[str], texts: Sequence[str], senders: Sequence[str] | None = None
) -> list[list[tuple[str, float, str]]]:
    """What each message says: (label, probability, the words that show it), by ``INTENTS``.

    ``texts``: the authors' own new text. Labels nothing speaks for are left out. Much faster
    for hundreds of messages than one by one.
    """
    found: list[list[tuple[str, float, str]]] = []
    for start in range(0, len(texts), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        read = prepared(subjects[part], texts[part])
        spoken = languages_of(read)
        who = senders[part] if senders else [""] * read.count
        found += [
            [(label, p, words) for label, (p, words) in said.items()]
            for said in weighed(read, rules_say(read, who, spoken), spoken)
        ]
    return found


def read(subject: str, text: str, sender: str = "") -> list[tuple[str, float, str]]:
    """What one message says, as ``read_all`` has it."""
    return read_all([subject], [text], [sender])[0]


def classify(messages: pd.DataFrame) -> pd.DataFrame:
    """Probability of every label (columns: ``INTENTS``) per message, index as given.

    ``messages``: columns ``subject``, ``text`` (the author's own new text) and ``sender``
    (address). Absent values count as empty.
    """
    import pandas as pd

    subjects, texts, senders = (
        messages[name].fillna("").astype("str").tolist() for name in ("subject", "text", "sender")
    )
    rows = [
        {label: probability for label, probability, _ in said}
        for said in read_all(subjects, texts, [sender.lower() for sender in senders])
    ]
    frame = pd.DataFrame(rows, index=messages.index, columns=list(INTENTS), dtype="float64")
    return frame.fillna(0.0)


def decide(probabilities: pd.DataFrame) -> pd.DataFrame:
    """Which labels hold; same shape as ``probabilities``, values bool."""
    return probabilities >= DECIDED


def explain(subject: str, text: str) -> dict[str, str]:
    """The words that show each label that holds."""
    return {label: words for label, p, words in read(subject, text) if p >= DECIDED}
