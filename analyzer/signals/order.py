"""Good: an order, or an offer accepted."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import rows, said
from store.facts import Facts

#: An order below this share of what else was proposed is a small one.
SMALL: Final = 0.1


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per topic won, and per acceptance in a topic with a proposal (half as strong).

    An order of a tenth or less of what was proposed to them beside it, and not won, is a small one
    to be nice: as strong as its share of that value, ten times.
    """
    both = [_won(derived, as_of), _accepted(derived, settings, as_of)]
    found = pd.concat([part for part in both if len(part)] or both[:1], ignore_index=True)
    found = found.sort_values("strength", ascending=False, kind="stable")
    return rows.shaped_signals(
        found.drop_duplicates(["person", "topic"]),
        derived,
        signal="order",
        family="proposals",
        good=True,
    )


def _won(derived: Derived, as_of: datetime) -> pd.DataFrame:
    topics = derived.topics[(derived.topics["outcome"] == "won") & (derived.topics["person"] >= 0)]
    at = topics["close_at"].fillna(topics["last_two_way_at"]).fillna(topics["proposed_at"])
    at = at.fillna(pd.Timestamp(as_of))
    share = _share(topics, derived)
    small = share < SMALL
    return topics.assign(
        at=at.where(at <= pd.Timestamp(as_of), pd.Timestamp(as_of)),
        episode=rows.numbered("topic", topics["topic"]),
        strength=(share / SMALL).clip(upper=1.0),
        evidence=rows.references("deal", topics["deal"]),
        sentence="Ordered: \u201c"
        + topics["title"]
        + "\u201d was won"
        + small.map({True: ", small beside what was proposed.", False: "."}),
    )[["person", "topic", "at", "episode", "strength", "evidence", "sentence"]]


def _share(topics: pd.DataFrame, derived: Derived) -> pd.Series[float]:
    """The value of each order against the largest proposal to the same person that was not won."""
    others = derived.topics[(derived.topics["outcome"] != "won") & (derived.topics["value"] > 0)]
    largest = rows.looked_up(topics["person"], others.groupby("person")["value"].max())
    known = topics["value"].where(topics["value"] > 0) / largest
    return known.fillna(1.0).astype("float64")


def agreements(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Mails that agree in the conversation of a proposal; about a meeting's time is none."""
    mail = derived.mail
    offers = mail[mail["proposal"] & mail["outgoing"]].groupby("thread")["at"].min()
    mails = said.theirs(derived, as_of)
    other = mails[["refusal", "brush_off", "reschedule", "cancel", "meeting_request"]].any(axis=1)
    mails = mails[mails["acceptance"] & ~other]
    return mails[mails["at"] > rows.looked_up(mails["thread"], offers)]


def _accepted(derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    mails = agreements(derived, as_of)
    last = mails.drop_duplicates(["sender", "topic"], keep="last")
    return last.assign(
        person=last["sender"],
        episode=rows.numbered("topic", last["topic"]),
        strength=0.5,
        evidence=rows.references("message", last["message"]),
        sentence="Agreed on "
        + rows.day(last["at"], settings.zone, as_of)
        + said.words(derived, last["message"], "acceptance")
        + ".",
    )[["person", "topic", "at", "episode", "strength", "evidence", "sentence"]]
