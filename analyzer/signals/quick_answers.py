"""Good: they answer, and the sooner the better."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import asked, rows
from store.facts import Facts


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per answered question; all that one answer ends is one episode.

    An answer stands in the conversation, or is written to us and few others within a working week.
    Strength: 1 at once, a half after three working days. Late answers are answers:
    never below a fifth, unless they came only after reminders and twice their patience. The answer
    of a delegate, and one that only promises or puts off, is worth a third; one outside the
    conversation half.
    """
    answered = asked.ours(derived, as_of)
    answered = answered[answered["answered_at"] <= pd.Timestamp(as_of)]
    inside, beside = asked.answers(answered, derived)
    answered, inside = answered[inside | beside], inside[inside | beside]
    speed = (1.0 / (1.0 + answered["waited_eh"].fillna(0) / 30.0)).clip(lower=0.2)
    late = answered["episode"].isin(asked.ended(derived, as_of)["episode"])
    by_delegate = answered["answer_via"] >= 0
    less = by_delegate | _no_answer_yet(answered, derived)
    found = answered.assign(
        at=answered["answered_at"],
        via=answered["answer_via"],
        episode=rows.numbered("episode", asked.cause(answered)),
        strength=speed.where(~less, speed / 3.0).where(~late, 0.0).where(inside, speed / 2.0),
        evidence=_evidence(answered),
        sentence=_sentence(answered, inside, derived, settings, as_of),
    )
    return rows.shaped_signals(found, derived, signal="quick_answers", family="answers", good=True)


def _evidence(answered: pd.DataFrame) -> pd.Series[Any]:
    """The question and the answer."""
    both = [
        (f"message:{asked}", by) if by else (f"message:{asked}",)
        for asked, by in zip(answered["asked_message"], answered["answered_by"], strict=True)
    ]
    return pd.Series(both, index=answered.index, dtype="object")


def _sentence(
    answered: pd.DataFrame,
    inside: pd.Series[bool],
    derived: Derived,
    settings: Settings,
    as_of: datetime,
) -> pd.Series[str]:
    question = "the question of " + rows.day(answered["asked_at"], settings.zone, as_of)
    whole = (answered["answered_at"] - answered["asked_at"]).dt.total_seconds() / 3600
    took, through = rows.duration(whole), rows.through(derived, answered["answer_via"])
    away = answered["paused_hours"].fillna(0.0)
    paused = ", away for " + rows.duration(away) + " of that"
    end = through + paused.where(away >= 1, "") + "."
    told = "Answered " + question + " after " + took + end
    return told.where(inside, "Wrote " + took + " after " + question + end)


def _no_answer_yet(answered: pd.DataFrame, derived: Derived) -> pd.Series[bool]:
    """Whether the answer only says that one will come."""
    mail = derived.mail
    only = (mail["commitment"] | mail["brush_off"]) & ~mail["acceptance"] & ~mail["refusal"]
    references = "message:" + mail.loc[only, "message"].astype("str")
    return answered["answered_by"].isin(references)
