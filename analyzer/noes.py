"""Kinds of an honest no: they chose another, they are too busy, they were only curious."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any, Final

import pandas as pd

_KINDS: Final[dict[str, dict[str, Any]]] = tomllib.loads(
    files("analyzer.data").joinpath("noes.toml").read_text(encoding="utf-8")
)
#: A no of no other kind is asked about again after so many months.
_USUAL_MONTHS: Final = 6

#: What each kind says, behind their words.
TOLD: Final = {
    "another": "They chose somebody else.",
    "busy": "They have no room for it now.",
    "curious": "They only wanted to look.",
}
#: What to do for each kind; ``{day}`` is when to ask again.
STEPS: Final = {
    "another": "Thank them, and ask on {day} how it goes with the other; no offers until then.",
    "busy": "Leave them in peace, and ask on {day} whether there is room now; keep it small.",
    "curious": "No more proposals. Ask on {day} at the earliest, or wait until they ask.",
    "": "Thank them, leave them in peace, and ask on {day} what has changed.",
}


def kinds(words: pd.Series[str]) -> pd.Series[str]:
    """The kind of each refusal: another | busy | curious | ``""``."""
    text = words.str.lower()
    found = pd.Series("", index=words.index, dtype="str")
    for kind, told in _KINDS.items():
        fits = text.str.contains(told["pattern"], regex=True) & (found == "")
        found = found.where(~fits, kind)
    return found


def ask_again(at: pd.Series[pd.Timestamp], kind: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    """When a no of that time and kind may be asked about again."""
    again = at + pd.DateOffset(months=_USUAL_MONTHS)
    for name, told in _KINDS.items():
        again = again.where(kind != name, at + pd.DateOffset(months=told["months"]))
    return again
