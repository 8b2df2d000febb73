"""What a message says: apology, refusal, new time asked for, a question to answer, and so on.

Rules as data, one file per language; see ``en.toml``. Labels are those of ``analyzer.frames``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from analyzer.frames import INTENTS
from analyzer.intents.reading import DECIDED, read

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["VERSION", "classify", "decide", "explain", "read"]

#: Version of the labeller; raise it when the rules change, and labels are made anew.
VERSION: Final = "rules-2"


def classify(messages: pd.DataFrame) -> pd.DataFrame:
    """Probability of every label (columns: ``INTENTS``) per message, index as given.

    ``messages``: columns ``subject``, ``text`` (the author's own new text) and ``sender``
    (address). Absent values count as empty.
    """
    import pandas as pd

    columns = (messages[name].fillna("").astype("str") for name in ("subject", "text", "sender"))
    rows = [
        {label: probability for label, probability, _ in read(subject, text, sender.lower())}
        for subject, text, sender in zip(*columns, strict=True)
    ]
    frame = pd.DataFrame(rows, index=messages.index, columns=list(INTENTS), dtype="float64")
    return frame.fillna(0.0)


def decide(probabilities: pd.DataFrame) -> pd.DataFrame:
    """Which labels hold; same shape as ``probabilities``, values bool."""
    return probabilities >= DECIDED


def explain(subject: str, text: str) -> dict[str, str]:
    """The words that show each label that holds."""
    return {label: words for label, p, words in read(subject, text) if p >= DECIDED}
