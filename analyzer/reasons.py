"""Sentences for the rep: why a verdict was reached, and what to do next."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from analyzer.settings import Settings
from analyzer.signals.rows import day, looked_up

#: Signal -> what they did, once and several times.
PHRASES: Final[dict[str, tuple[str, str]]] = {
    "no_show": ("did not come to a meeting", "did not come to {n} meetings"),
    "cycle": (
        "came back after silence and fell silent again",
        "came back after silence and fell silent again {n} times",
    ),
    "cancelled_late": ("cancelled a meeting late", "cancelled {n} meetings late"),
    "moved_late": ("moved a meeting late", "moved {n} meetings late"),
    "declined_late": ("declined a meeting late", "declined {n} meetings late"),
    "moved_again": ("moved the same meeting again", "moved the same meeting again {n} times"),
    "promise_broken": ("broke a promise", "broke {n} promises"),
    "silent_after_proposal": ("left a proposal unanswered", "left {n} proposals unanswered"),
    "follow_ups_unanswered": ("left a question unanswered", "left {n} questions unanswered"),
    "put_off": ("put you off", "put you off {n} times"),
    "only_assistant": ("let only the assistant answer", "let only the assistant answer"),
    "one_sided": ("left nearly all the writing to you", "left nearly all the writing to you"),
    "fact_finder": ("asked on and on without a step", "asked on and on without a step"),
    "ever_slower": ("answered ever more slowly", "answered ever more slowly"),
    "order": ("ordered or agreed", "ordered or agreed {n} times"),
    "meetings_kept": ("kept a meeting", "kept {n} meetings"),
    "repaired": ("moved a meeting and kept the new date", "kept {n} dates after moving them"),
    "promise_kept": ("kept a promise", "kept {n} promises"),
    "quick_answers": ("answered a question", "answered {n} questions"),
}
_ORDER: Final = {signal: position for position, signal in enumerate(PHRASES)}

#: How many things a reason names.
NAMED: Final = 3
#: Older things are not named.
RECENT: Final = pd.Timedelta(days=180)


def did(
    people: pd.Series[int], signals: pd.DataFrame, settings: Settings, as_of: datetime, good: bool
) -> pd.Series[str]:
    """What each of ``people`` did lately: the gravest, or best, things first, with numbers.

    One episode is one thing in each family, named by the gravest of its signals there.
    ``Since 3 March: moved 4 meetings late, broke a promise.`` or ``""``.
    """
    known = signals[(signals["good"] == good) & (signals["actor"] == "them")]
    age = pd.Timestamp(as_of) - known["at"]
    known = known[(age <= RECENT) & (age >= pd.Timedelta(0)) & known["person"].isin(people)]
    known = known.assign(rank=known["signal"].map(_ORDER))
    gravest = known.groupby(["person", "episode", "family"])["rank"].transform("min")
    known = known[known["rank"] == gravest]
    told = known.groupby(["person", "rank", "signal"], as_index=False).agg(
        number=("episode", "nunique"), since=("at", "min")
    )
    told = told[told.groupby("person").cumcount() < NAMED]
    told["phrase"] = _phrases(told)
    both = told.groupby("person").agg(phrases=("phrase", ", ".join), since=("since", "min"))
    sentence = "Since " + day(both["since"], settings.zone, as_of) + ": " + both["phrases"] + "."
    return looked_up(people, sentence).fillna("").astype("str")


def _phrases(told: pd.DataFrame) -> pd.Series[str]:
    once = told["signal"].map({signal: words[0] for signal, words in PHRASES.items()})
    often = told["signal"].map({signal: words[1] for signal, words in PHRASES.items()})
    number = told["number"].astype("str")
    filled = [text.replace("{n}", n) for text, n in zip(often, number, strict=True)]
    return once.where(told["number"] == 1, pd.Series(filled, index=told.index)).astype("str")


def asked_to_wait(
    words: pd.Series[str], until: pd.Series[pd.Timestamp], settings: Settings, as_of: datetime
) -> pd.Series[str]:
    """Why somebody is parked: their words, or the day they named."""
    dated = "They named " + day(until, settings.zone, as_of) + " for it."
    told = "They asked you to wait" + quoted(words) + "."
    return told.where((words != "") | until.isna(), dated)


def put_aside(
    milestone: pd.Series[str], until: pd.Series[pd.Timestamp], settings: Settings, as_of: datetime
) -> pd.Series[str]:
    """That the rep parked somebody, and until when."""
    day_told = (" until " + day(until, settings.zone, as_of)).where(until.notna(), "")
    event_told = (" until this: " + milestone).where(milestone != "", "")
    both = day_told.where((day_told == "") | (event_told == ""), day_told + ", or") + event_told
    return "You parked them" + both.where(both != "", " until they write") + "."


def quoted(words: pd.Series[str]) -> pd.Series[str]:
    """Words as they follow a statement: ``: "words"``, or ``""``."""
    return (": \u201c" + words + "\u201d").where(words != "", "")
