"""Who wanted a change: us, them, or nobody knows; and what belongs to one decision."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived.groups import Ints, codes, looked_up
from analyzer.derived.series import TOGETHER

#: Below this notice, a change of ours without a trace is a question to the rep.
LATE_HOURS: Final = 48.0
_MARKED_WITHIN: Final = pd.Timedelta(days=30)
_BY_MARK: Final = {"they moved": "them", "we moved": "us"}


def decided(changes: pd.DataFrame, asked: pd.DataFrame, outside: Ints) -> pd.DataFrame:
    """``changes`` of occurrences with actor, person (the mover, else -1), via, asked_by and notice.

    A booking tool says who it was. Else it was the side that had asked for it; else the organizer,
    if from outside. What our side changed without a trace was us if long before; late, nobody
    knows. Who asked gave notice when they asked.
    """
    theirs = np.isin(changes["organizer_person"].to_numpy(), outside)
    booked = changes["by_person"].to_numpy() >= 0
    by_them = np.isin(changes["by_person"].to_numpy(), outside)
    request = (asked["asker"].to_numpy() >= 0) & ~booked
    they_asked = request & asked["theirs"].to_numpy()
    at = changes["at"].mask(they_asked, pd.Series(asked["asked_at"].array, changes.index))
    hours = (changes["old_start"] - at).dt.total_seconds() / 3600
    notice = hours.where(changes["timed"].astype("bool") | they_asked)
    early = (notice >= LATE_HOURS).to_numpy()
    actor = np.select(
        [booked & by_them, booked, they_asked, request, theirs, early],
        ["them", "us", "them", "us", "them", "us"],
        default="unknown",
    )
    mover = np.select(
        [booked, they_asked, theirs],
        [changes["by_person"], asked["asker"], changes["organizer_person"]],
        default=-1,
    )
    via = np.where(they_asked, asked["via"], np.where(theirs & ~booked, changes["via"], -1))
    return changes.assign(
        notice_hours=notice,
        actor=actor,
        person=np.where(actor == "them", mover, -1),
        via=np.where(actor == "them", via, -1),
        asked_by=np.where(they_asked, asked["reference"], ""),
    )


def marked(changes: pd.DataFrame, marks: pd.DataFrame, present: pd.DataFrame) -> pd.DataFrame:
    """``changes`` with the actor the rep named for the last change of a meeting with somebody.

    All that one decision changed (column cause) is meant. ``marks``: kind, person (-1: named by
    UID), uid, told_at, mark.
    """
    told = marks[marks["kind"].isin(list(_BY_MARK)).to_numpy()]
    if told.empty or changes.empty:
        return changes.assign(mark=-1)
    last = _meant(changes, told, present)
    actor = looked_up(changes["cause"], last["kind"].map(_BY_MARK))
    actor = actor.where(changes["kind"].isin(["moved", "cancelled"]))
    person = looked_up(changes["cause"], last["person"]).where(actor == "them", changes["person"])
    mark = looked_up(changes["cause"], last["mark"]).where(actor.notna(), -1)
    return changes.assign(
        actor=actor.where(actor.notna(), changes["actor"]),
        person=person.where(actor != "us", -1).astype("int64"),
        via=changes["via"].where(actor.isna(), -1),
        mark=mark.astype("int64"),
    )


def _meant(changes: pd.DataFrame, told: pd.DataFrame, present: pd.DataFrame) -> pd.DataFrame:
    """The last mark about each cause: index cause; kind, person, mark."""
    moved = changes[changes["kind"].isin(["moved", "cancelled"]).to_numpy()]
    both = moved[["occ", "at", "uid", "cause"]].merge(present[["occ", "person"]], on="occ")
    by_person = both.merge(told[["person", "kind", "mark", "told_at"]], on="person")
    by_uid = both.merge(told[["uid", "kind", "mark", "told_at"]], on="uid")
    fits = pd.concat([by_person, by_uid], ignore_index=True)
    since = fits["told_at"] - fits["at"]
    fits = fits[((since >= pd.Timedelta(0)) & (since <= _MARKED_WITHIN)).to_numpy()]
    last = fits.sort_values(["mark", "at", "cause", "person"], kind="stable")
    last = last.drop_duplicates("mark", keep="last").sort_values(["told_at", "mark"], kind="stable")
    return last.drop_duplicates("cause", keep="last").set_index("cause")


def causes(changes: pd.DataFrame) -> Ints:
    """One number per decision.

    One decision is: what was changed because of one mail or refusal of theirs; all refusals of one
    date; what was changed in one series within ten minutes; else one change, whomever it concerns.
    """
    refused = (changes["kind"] == "declined").to_numpy()
    moved = changes["kind"].isin(["moved", "cancelled"]).to_numpy()
    kind = np.select([refused, moved], [0, 1], default=2)
    subject = np.select(
        [refused, moved], [changes["occ"], _told_together(changes)], changes["event"]
    )
    start = changes["old_start"].where(refused)
    occ = np.where(kind == 2, changes["occ"], -1)
    own = codes(kind, subject, start, occ) if len(changes) else np.zeros(0, dtype=np.int64)
    return _led(changes, own)


def _told_together(changes: pd.DataFrame) -> Ints:
    rows = changes[["uid", "at"]].sort_values(["uid", "at"], kind="stable")
    apart = (rows["at"].diff() > TOGETHER) | (rows["uid"] != rows["uid"].shift())
    number = apart.astype("int64").cumsum()
    return np.asarray(number.reindex(changes.index).to_numpy("int64"))


def _led(changes: pd.DataFrame, own: Ints) -> Ints:
    """The causes of ``own``, with that of the answer or the mail that led to the change."""
    answers = ~changes["kind"].isin(["moved", "cancelled"]).to_numpy()
    events = pd.Index("event:" + changes["event"][answers].astype("str"))
    by_event = pd.Series(own[answers], index=events)
    by_event = by_event[~by_event.index.duplicated()]
    by_mail = codes(changes["asked_by"]) + len(changes) if len(changes) else own
    led = looked_up(changes["asked_by"], by_event).fillna(pd.Series(by_mail, changes.index))
    asked = (changes["asked_by"] != "").to_numpy()
    return np.where(asked, led.to_numpy("int64"), own)
