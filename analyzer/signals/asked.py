"""Questions of ours that wait: what the signals about silence have in common."""

from __future__ import annotations

from datetime import datetime
from itertools import chain
from typing import Any, Final

import numpy as np
import pandas as pd

from analyzer.derived.everything import Derived, remembered
from analyzer.derived.subjects import answering, telling
from analyzer.signals import rows
from analyzer.signals.said import FEW, message_of

#: An answer so soon after the day that was named for it came as announced.
_NEAR: Final = pd.Timedelta(days=7)
#: A meeting that may have taken place gives them so long to answer after all.
_MAYBE_MET: Final = pd.Timedelta(days=14)
_MONTH_EH: Final = rows.WEEK_EH * 365.25 / 12 / 7
#: What is looked at of an answer, and what holds where it is no mail.
_OF_AN_ANSWER: Final[dict[str, Any]] = {
    "subject": "",
    "subject_key": "",
    "thread": -1,
    "parent_by": "",
    "to_us": False,
    "addressees": FEW + 1,
}


@remembered
def ours(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Episodes in which we asked, by hand, before ``as_of``."""
    episodes = derived.episodes
    asked = (episodes["direction"] == "ours") & ~episodes["sequence"]
    return episodes[asked & (episodes["asked_at"] <= pd.Timestamp(as_of))]


@remembered
def known(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Questions of ours of which something is known: an answer that is here, or proven silence."""
    questions = ours(derived, as_of)
    proven = rows.proven(derived, questions["person"]) > 0.0
    answered = ~questions["open"] & (questions["answered_kind"] != "unseen")
    return questions[answered | (questions["open"] & proven)]


@remembered
def silent(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Open questions of ours that nothing explains away.

    Not after won or lost, not before a decision date they named, not while they are away, not
    where we met since (they had the chance to answer), and not where half of what they write is
    not here.
    """
    open_ones = ours(derived, as_of)
    open_ones = open_ones[open_ones["open"]]
    over = rows.settled(derived)["topic"]
    waits = open_ones["suspended_until"].isna() | (
        open_ones["suspended_until"] <= pd.Timestamp(as_of)
    )
    proven = rows.proven(derived, open_ones["person"]) > 0.0
    met = rows.looked_up(open_ones["person"], _met(derived, as_of)) > open_ones["last_asked_at"]
    open_ones = open_ones[waits & proven & ~met & ~open_ones["topic"].isin(over)]
    now = pd.Series(pd.Timestamp(as_of), index=open_ones.index)
    return open_ones.loc[~rows.away(derived, open_ones["person"], now)]


def _met(derived: Derived, as_of: datetime) -> pd.Series[pd.Timestamp]:
    """When we last met each person, as far as a calendar tells.

    They came, had accepted, or had invited us; who did none of these may have come to a meeting of
    the last two weeks.
    """
    held = derived.meetings[
        (derived.meetings["status"] == "confirmed")
        & (derived.meetings["start"] <= pd.Timestamp(as_of))
    ]
    met = derived.attendees.merge(held[["meeting", "start", "organizer"]], on="meeting")
    lately = met["start"] >= pd.Timestamp(as_of) - _MAYBE_MET
    came = (met["presence"] == "yes") | (met["partstat"] == "ACCEPTED") | lately
    came |= met["organizer"] == met["person"]
    came &= (met["presence"] != "no") & (met["partstat"] != "DECLINED")
    return met[came].groupby("person")["start"].max()


@remembered
def ended(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Questions of ours that were answered long after they should have been, reminders in between.

    Longer than twice their patience: the answer ends the waiting, not what is known of it.
    """
    answered = ours(derived, as_of)
    answered = answered[(answered["answered_at"] <= pd.Timestamp(as_of)) & (answered["asks"] > 1)]
    unusual = 2.0 * patience(derived, answered["person"], as_of)
    named = answered["suspended_until"] + _NEAR >= answered["answered_at"]
    return answered[(answered["waited_eh"] >= unusual) & ~named]


@remembered
def silences(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """One row per silence that waits or ended so late: all that we asked into it.

    Columns as of episodes, and cause, patience (eh), since_eh (since we last asked), lies (a
    proposal waits longer than their patience) and offered_eh (how long it does).
    """
    parts = [part for part in (silent(derived, as_of), ended(derived, as_of)) if len(part)]
    each = pd.concat(parts) if parts else silent(derived, as_of)
    each = each.assign(cause=cause(each), patience=patience(derived, each["person"], as_of))
    each["lies"] = each["proposal"] & (each["waited_eh"] >= each["patience"])
    each = each.assign(
        proposal_at=each["proposal_at"].where(each["lies"]),
        offered_eh=each["waited_eh"].where(each["lies"]),
        wanted=each["requested"] & each["lies"],
    )
    each = each.sort_values(["last_asked_at", "episode"], kind="stable")
    grouped = each.groupby("cause", as_index=False)
    return grouped.agg(
        person=("person", "first"),
        topic=("topic", "last"),
        open=("open", "last"),
        asks=("asks", "sum"),
        asked_at=("asked_at", "min"),
        last_asked_at=("last_asked_at", "max"),
        waited_eh=("waited_eh", "max"),
        since_eh=("waited_since_last_eh", "last"),
        patience=("patience", "first"),
        lies=("lies", "any"),
        proposal_at=("proposal_at", "min"),
        offered_eh=("offered_eh", "max"),
        requested=("wanted", "any"),
        evidence=("evidence", lambda shown: tuple(chain.from_iterable(shown))),
    )


def cause(episodes: pd.DataFrame) -> pd.Series[int]:
    """One number per silence: all questions of a person that wait, or that one answer ended."""
    return episodes.groupby(["person", "answered_at"], dropna=False)["episode"].transform("min")


def answers(answered: pd.DataFrame, derived: Derived) -> tuple[pd.Series[bool], pd.Series[bool]]:
    """Which answered questions got a real answer: (in the conversation; beside it, but soon).

    In the conversation stands a reply in the thread or under the subject, and what is no mail
    (an invitation answered, a call); beside it a mail to us and few others within a working week.
    """
    number = message_of(answered["answered_by"])
    mail = derived.mail.set_index("message")[list(_OF_AN_ANSWER)]
    by = mail.reindex(number.fillna(-1).astype("int64")).fillna(_OF_AN_ANSWER)
    by = by.set_axis(answered.index)
    key, kind = by["subject_key"], answered["answered_kind"]
    same = key == rows.looked_up(answered["asked_message"], mail["subject_key"])
    same = (same & telling(key)) | (by["thread"] == answered["thread"])
    replies = by["parent_by"].isin(["header", "hint"]) | answering(by["subject"])
    to_us = by["to_us"].astype("bool")
    inside = (same & replies & ((kind != "colleague") | to_us)) | number.isna()
    beside = to_us & (by["addressees"] <= FEW) & (answered["waited_eh"] <= rows.WEEK_EH)
    return inside & (kind != "unseen"), beside & (kind == "mail")


def patience(derived: Derived, person: pd.Series[int], as_of: datetime) -> pd.Series[float]:
    """Effective hours after which the silence of each person is unusual.

    A working week, or twice what they usually take when they answer (from two answers on, up to
    six weeks): who is slow but answers is given the time they need. What took more than one
    reminder tells their pace only where nothing else does.
    """
    twice = 2.0 * rows.looked_up(person, _paces(derived, as_of)).fillna(0.0)
    return twice.clip(lower=rows.WEEK_EH, upper=6 * rows.WEEK_EH)


def paced(derived: Derived, person: pd.Series[int], as_of: datetime) -> pd.Series[bool]:
    """Whether two answers or more tell how long each person usually takes."""
    return person.isin(_paces(derived, as_of).index)


@remembered
def _paces(derived: Derived, as_of: datetime) -> pd.Series[float]:
    """Effective hours that each person who answers usually takes."""
    answered = ours(derived, as_of)
    answered = answered.loc[answered["answered_at"] <= pd.Timestamp(as_of)]
    answered = answered[["person", "waited_eh", "asks"]]
    return _pace(answered[answered["asks"] <= 2]).combine_first(_pace(answered)).astype("float64")


def ending(silences: pd.DataFrame) -> pd.Series[str]:
    """How a sentence about each of ``silences`` ends."""
    return silences["open"].map({True: ".", False: "; then one came."}).astype("str")


def _pace(answered: pd.DataFrame) -> pd.Series[float]:
    """The median wait of each person with two answers or more."""
    waits = answered.groupby("person")["waited_eh"].agg(["median", "size"])
    return waits.loc[waits["size"] >= 2, "median"]


def weeks_waited(eh: pd.Series[float]) -> pd.Series[str]:
    """Effective hours as working time: ``4 working hours``, ``8 working days``, ``9 weeks``."""
    return rows.length(
        eh,
        ("working hour", 1, 10),
        ("working day", 10, 6 * rows.WEEK_EH),
        ("week", rows.WEEK_EH, 6 * _MONTH_EH),
        ("month", _MONTH_EH, np.inf),
    )
