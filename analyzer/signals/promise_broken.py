"""They promised something and were not heard of again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import rows, said
from store.facts import Facts

#: Nobody is held to the hour.
GRACE: Final = pd.Timedelta(days=2)


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per promise after which nothing at all came from them until due and two days.

    Any sign counts as keeping it: a mail of theirs, a meeting with them. One row per thread:
    the last promise in it that was broken.
    """
    mails = said.theirs(derived, as_of)
    promises = mails[mails["commitment"] & ~mails["refusal"] & ~mails["objection"]]
    words = said.quoted(derived, promises["message"], "commitment")
    promises = promises.assign(words=words, due=said.due(promises["at"], words, settings.zone))
    promises = promises.assign(until=promises["due"] + GRACE)
    promises = promises[promises["until"] <= pd.Timestamp(as_of)]
    promises = promises[~promises["topic"].isin(rows.settled(derived)["topic"])]
    silent = _next_sign(promises, derived) >= promises["until"]
    back = ~rows.away(derived, promises["sender"], promises["due"])
    broken = promises[silent & back].drop_duplicates(["sender", "thread"], keep="last")
    quote = (" (\u201c" + broken["words"] + "\u201d)").where(broken["words"] != "", "")
    found = broken.assign(
        person=broken["sender"],
        episode=rows.numbered("message", broken["message"]),
        at=broken["until"],
        act=True,
        strength=0.8,
        evidence=rows.references("message", broken["message"]),
        sentence="Promised something on "
        + rows.day(broken["at"], settings.zone, as_of)
        + quote
        + "; nothing came by "
        + rows.day(broken["due"] - pd.Timedelta(minutes=1), settings.zone, as_of)
        + " or in the two days after.",
    )
    return rows.shaped_signals(found, derived, signal="promise_broken", family="promises")


def _next_sign(promises: pd.DataFrame, derived: Derived) -> pd.Series[pd.Timestamp]:
    """When the person was next heard of or met after each promise; far away if never."""
    heard = derived.mail.loc[
        ~derived.mail["outgoing"] & (derived.mail["kind"] == "person"), ["sender", "at"]
    ].rename(columns={"sender": "person", "at": "sign"})
    held = derived.meetings.loc[derived.meetings["status"] == "confirmed", ["meeting", "start"]]
    met = derived.attendees.loc[derived.attendees["presence"] != "no", ["meeting", "person"]]
    met = met.merge(held, on="meeting").rename(columns={"start": "sign"})[["person", "sign"]]
    signs = pd.concat([heard, met], ignore_index=True).dropna().sort_values("sign")
    asked = pd.DataFrame({"person": promises["sender"], "at": promises["at"]})
    asked = asked.assign(row=range(len(asked))).sort_values("at", kind="stable")
    found = pd.merge_asof(
        asked,
        signs,
        left_on="at",
        right_on="sign",
        by="person",
        direction="forward",
        allow_exact_matches=False,
    ).sort_values("row")
    never = pd.Timestamp.max.tz_localize("UTC").floor("D")
    return pd.Series(found["sign"].fillna(never).to_numpy(), index=promises.index)
