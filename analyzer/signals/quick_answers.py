"""Good: they answer, and the sooner the better."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import asked, rows
from store.facts import Facts


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per answered question; all that one answer ends is one episode.

    Strength: 1 at once, a half after three working days. Late answers are answers:
    never below a fifth. A delegate's answer is worth a third.
    """
    answered = asked.ours(derived, as_of)
    answered = answered[answered["answered_at"] <= pd.Timestamp(as_of)]
    speed = (1.0 / (1.0 + answered["waited_eh"].fillna(0) / 30.0)).clip(lower=0.2)
    one_answer = answered.groupby(["person", "answered_at"])["episode"].transform("min")
    by_delegate = answered["answer_via"] >= 0
    found = answered.assign(
        at=answered["answered_at"],
        via=answered["answer_via"],
        episode=rows.numbered("episode", one_answer),
        strength=speed.where(~by_delegate, speed / 3.0),
        evidence=answered["answered_by"].map(lambda by: (by,) if by else ()).astype("object"),
        sentence="Answered the question of "
        + rows.day(answered["asked_at"], settings.zone, as_of)
        + " after "
        + rows.duration(answered["waited_hours"])
        + rows.through(derived, answered["answer_via"])
        + ".",
    )
    return rows.shaped_signals(found, derived, signal="quick_answers", family="answers", good=True)
