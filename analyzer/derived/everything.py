"""All derived facts in one value: what signals, scores and verdicts look at."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from analyzer.frames import empty


@dataclass(frozen=True)
class Derived:
    """Frames as in ``analyzer.frames``; ``words``: message, intent, words of decided labels."""

    people: pd.DataFrame
    mail: pd.DataFrame
    recipients: pd.DataFrame
    words: pd.DataFrame
    contacts: pd.DataFrame
    topics: pd.DataFrame
    episodes: pd.DataFrame
    absences: pd.DataFrame
    meetings: pd.DataFrame
    attendees: pd.DataFrame
    changes: pd.DataFrame
    promises: pd.DataFrame = field(default_factory=lambda: empty("promises"))
