"""The whole way from facts to verdicts, in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd


@dataclass(frozen=True)
class Analysis:
    """Everything derived from the facts as of one instant; frames as in ``analyzer.frames``."""

    as_of: datetime
    people: pd.DataFrame
    mail: pd.DataFrame
    recipients: pd.DataFrame
    contacts: pd.DataFrame
    topics: pd.DataFrame
    episodes: pd.DataFrame
    absences: pd.DataFrame
    meetings: pd.DataFrame
    attendees: pd.DataFrame
    changes: pd.DataFrame
    effort: pd.DataFrame
    signals: pd.DataFrame
    scores: pd.DataFrame
    verdicts: pd.DataFrame
    questions: pd.DataFrame
    coverage: pd.DataFrame
