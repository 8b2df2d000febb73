"""They promised something and were not heard of again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import asked, rows, said
from store.facts import Facts

#: Nobody is held to the hour.
GRACE: Final = pd.Timedelta(days=2)
#: Who asks for what was promised may do so on the day it is due.
_BEFORE_DUE: Final = pd.Timedelta(hours=12)

#: Something is to come to us: a plan told as news is no promise.
_TO_US: Final = r"\b(?:you|back|expect|ihnen|sie|dir|dich|euch)\b"
# What hangs on something else, is only hoped for, or comes by phone, post or in person: that
# nothing is here proves nothing.
_OPEN: Final = (
    r"^\u2026|\?$|\b(?:if|unless|once|when|whenever|as soon as|as (?:we|it|they|things|more)"
    r"|in case|depending|should|try|hope|might|may be|perhaps|maybe|probably"
    r"|happy to|glad to|posted|informed|updated|wenn|falls|sobald|sofern|vielleicht|versuche)\b"
)
_ELSEWHERE: Final = (
    r"\b(?:call|ring|phone|telephone|meet|visit|see|show|join|contact) you\b"
    r"|\byou a (?:call|ring|shout)\b|\b(?:talk|speak|chat|call|meet|follow[- ]up) (?:to|with) you\b"
    r"|\b(?:fed ?-?ex|federal express|courier|ups|dhl|by post|by mail)\b|\brufe\b.*\ban\b"
)


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per promise after which nothing at all came from them until due and two days.

    Any sign of anybody at their company counts as keeping it: a mail, a meeting. Held to it is who
    promised us, without condition, something that would be seen here, by a day they named; or by
    no day, when we asked for it in vain. Strength: half, with our question 0.8 and an act. One
    row per thread: the last promise in it that was broken.
    """
    mails = said.to_us(derived, as_of)
    promises = mails[mails["commitment"] & ~mails["refusal"] & ~mails["objection"]]
    words = said.quoted(derived, promises["message"], "commitment")
    promises = promises.assign(words=words, due=said.due(promises["at"], words, settings.zone))
    promises = promises.assign(until=promises["due"] + GRACE)
    promises = promises[(promises["until"] <= pd.Timestamp(as_of)) & _binding(words)]
    promises = promises[~promises["topic"].isin(rows.settled(derived)["topic"])]
    promises = promises.assign(sign=_next_sign(promises, derived))
    silent = promises["sign"] >= promises["until"]
    back = ~rows.away(derived, promises["sender"], promises["due"])
    broken = promises[silent & back].drop_duplicates(["sender", "thread"], keep="last")
    broken = broken.assign(chased=_chased(broken, derived, as_of))
    broken = broken[broken["chased"] | said.names_day(broken["at"], broken["words"])]
    found = broken.assign(
        person=broken["sender"],
        episode=rows.numbered("message", broken["message"]),
        at=broken["until"],
        act=broken["chased"],
        strength=broken["chased"].map({True: 0.8, False: 0.5}).astype("float64")
        * rows.proven(derived, broken["sender"]),
        evidence=rows.references("message", broken["message"]),
        sentence="Promised on "
        + rows.day(broken["at"], settings.zone, as_of)
        + said.words(derived, broken["message"], "commitment")
        + "; nothing came by "
        + rows.day(broken["due"] - pd.Timedelta(minutes=1), settings.zone, as_of)
        + " or in the two days after"
        + broken["chased"].map({True: ", though you asked for it.", False: "."}),
    )
    return rows.shaped_signals(found, derived, signal="promise_broken", family="promises")


def _binding(words: pd.Series[str]) -> pd.Series[bool]:
    """Whether the words promise us something, firmly, that would be seen here."""
    text = words.str.lower()
    to_us = (text == "") | text.str.contains(_TO_US, regex=True)
    loose = text.str.contains(_OPEN, regex=True) | text.str.contains(_ELSEWHERE, regex=True)
    return to_us & ~loose


def _companies(derived: Derived, person: pd.Series[int]) -> pd.Series[int]:
    """A number of the company of each person."""
    people = derived.people.set_index("person")["company"]
    codes = pd.Series(pd.factorize(people, sort=True)[0].astype("int64"), index=people.index)
    return rows.looked_up(person, codes)


def _next_sign(promises: pd.DataFrame, derived: Derived) -> pd.Series[pd.Timestamp]:
    """When anybody there was next heard of or met after each promise; far away if never."""
    mail = derived.mail
    heard = mail.loc[~mail["outgoing"] & (mail["kind"] == "person"), ["sender", "at"]]
    lost = mail.loc[mail["outgoing"] & (mail["parent_by"] == "missing"), ["message", "at"]]
    lost = lost.merge(derived.recipients[["message", "person"]], on="message")
    held = derived.meetings.loc[derived.meetings["status"] == "confirmed", ["meeting", "start"]]
    met = derived.attendees.loc[derived.attendees["presence"] != "no", ["meeting", "person"]]
    met = met.merge(held, on="meeting")
    parts = [
        pd.DataFrame({"person": frame[who].to_numpy(), "sign": frame[at].array})
        for frame, who, at in (
            (heard, "sender", "at"),
            (lost, "person", "at"),
            (met, "person", "start"),
        )
    ]
    return _first_after(promises, pd.concat(parts, ignore_index=True).dropna(), "sign", derived)


def _first_after(
    promises: pd.DataFrame, known: pd.DataFrame, column: str, derived: Derived
) -> pd.Series[pd.Timestamp]:
    """The first time in ``known`` at the company of each promise and after it; else far away."""
    asked = pd.DataFrame({"company": _companies(derived, promises["sender"]).to_numpy()})
    asked = asked.assign(at=promises["at"].array, row=range(len(promises)))
    signs = known.assign(company=_companies(derived, known["person"]).to_numpy())
    signs = signs.dropna(subset=["company"]).astype({"company": "int64"}).sort_values(column)
    found = pd.merge_asof(
        asked.astype({"company": "int64"}).sort_values("at", kind="stable"),
        signs[["company", column]],
        left_on="at",
        right_on=column,
        by="company",
        direction="forward",
        allow_exact_matches=False,
    ).sort_values("row")
    never = pd.Timestamp.max.tz_localize("UTC").floor("D")
    return pd.Series(found[column].fillna(never).to_numpy(), index=promises.index)


def _chased(broken: pd.DataFrame, derived: Derived, as_of: datetime) -> pd.Series[bool]:
    """Whether we asked them once it was due, before any sign of theirs."""
    ours = asked.ours(derived, as_of)[["person", "last_asked_at"]]
    both = broken.merge(ours, left_on="sender", right_on="person")
    late = both["last_asked_at"] >= both["due"] - _BEFORE_DUE
    return broken["message"].isin(
        both.loc[late & (both["last_asked_at"] < both["sign"]), "message"]
    )
