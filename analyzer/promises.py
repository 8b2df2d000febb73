"""What both sides promised: by when, and whether it was kept by what followed.

A promise is something firm that would be seen here: told to few, without condition, not to come
by post or in person. Kept is it by any sign of anybody at the promiser's company until it was due
and two days more: a mail, a meeting, an answer of ours to a mail that is not here. A mail that
promises anew takes its place. Broken is it when nothing at all came: by the day that was named, or
(no day named) after ten working days and a question for it; time alone breaks no promise without a
day. That they did not call is known only when we asked for it. Anything else is open.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer.days import columns as days
from analyzer.derived.everything import Derived
from analyzer.frames import shaped
from analyzer.settings import Settings
from analyzer.signals import asked, rows, said
from analyzer.signals.promise_broken import GRACE
from store.facts import TIME

#: Without a day of their own, promises are due after so many working days.
DEFAULT_DAYS: Final = 10
#: Who asks for what was promised may do so on the day it is due.
_BEFORE_DUE: Final = pd.Timedelta(hours=12)
_NEVER: Final = pd.Timestamp.max.tz_localize("UTC").floor("D")

#: Something is to come to the other side: a plan told as news is no promise.
_TO_THEM: Final = r"\b(?:you|back|expect|ihnen|sie|dir|dich|euch)\b"
#: Thanks are no address.
_THANKS: Final = r"\bthank(?:s|ing)?(?: \w+)? you\b|\bdanke (?:ihnen|dir|euch)\b"
# What hangs on something else, is only hoped for, or comes by post or in person: that nothing is
# here proves nothing.
_OPEN: Final = (
    r"^\u2026|\?$|\b(?:if|unless|once|when|whenever|as soon as|as (?:we|it|they|things|more)"
    r"|in case|depending|should|try|hope|might|may be|perhaps|maybe|probably"
    r"|happy to|glad to|posted|informed|updated|until you|wenn|falls|sobald|sofern|vielleicht"
    r"|versuche)\b|\blet you (?:make|decide|choose|be|have)\b|\bkeep (?:it|this) (?:short|brief)\b"
    # what is offered in return: tell me, and I will
    r"|\b(?:let|give|call|tell|send|e-?mail|write) (?:to )?(?:me|us)\b.*\band (?:i|we)\b"
)
_ELSEWHERE: Final = (
    r"\b(?:meet|visit|see|show|join|contact) you\b"
    r"|\b(?:talk|speak|chat|meet|follow[- ]up) (?:to|with) you\b"
    r"|\b(?:pass|hand|forward|relay)\b.*\b(?:on|over|along|to) to\b(?! you)"
    r"|\b(?:pass|hand|forward|relay)\b.* to (?:my|our|the|him|her|them)\b|\bgebe\b.*\bweiter\b"
    r"|\b(?:fed ?-?ex|federal express|courier|ups|dhl|by post|by mail)\b"
)
_CALL: Final = (
    r"\b(?:call|ring|phone|telephone) you\b|\byou a (?:call|ring|shout)\b|\bcall (?:to|with) you\b"
    r"|\brufe\b.*\ban\b|\bmelde mich telefonisch\b|\banrufen\b"
)


def promises(derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """Frame ``promises``: those of both sides until ``as_of``, oldest first.

    Left out are promises in a topic that was won or lost since, and those that a new one replaced.
    """
    both = pd.concat([_theirs(derived, as_of), _ours(derived, as_of)], ignore_index=True)
    both["words"] = said.quoted(derived, both["message"], "commitment")
    both = both[_binding(both["words"])].reset_index(drop=True)
    both = both[~_settled_since(both, derived)].reset_index(drop=True)
    told = days.due(both["words"], both["at"], both["offset_minutes"], settings.zone)
    default = said.working_days_later(both["at"], DEFAULT_DAYS, settings.zone)
    both = both.assign(
        due_at=told["due_at"].fillna(default).astype(TIME),
        due_on=told["due_on"],
        dated=told["due_at"].notna(),
        exact=told["exact"],
        call=both["words"].str.lower().str.contains(_CALL, regex=True),
    )
    both["sign_at"] = _next_sign(both, derived, as_of)
    both["chased"] = _chased(both, derived, as_of) & (both["by"] == "them")
    both["state"] = _state(both, derived, as_of)
    both = both[~_replaced(both)]
    return shaped("promises", both.sort_values(["at", "message", "person"], kind="stable"))


def _theirs(derived: Derived, as_of: datetime) -> pd.DataFrame:
    mails = said.to_us(derived, as_of)
    made = mails[mails["commitment"] & ~mails["refusal"] & ~mails["objection"]]
    return made.assign(person=made["sender"], by="them")


def _ours(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Promises of ours, to everybody they were written to who is judged."""
    mail = derived.mail
    mine = mail["outgoing"] & (mail["kind"] == "person") & mail["commitment"]
    mine &= (mail["addressees"] <= said.FEW) & ~mail["sequence_tool"] & ~mail["refusal"]
    made = mail[mine & (mail["at"] <= pd.Timestamp(as_of))]
    to = derived.recipients[derived.recipients["role"] == "to"][["message", "person"]]
    judged = derived.contacts.loc[derived.contacts["judged"], "person"]
    return made.merge(to[to["person"].isin(judged)], on="message").assign(by="us")


def _binding(words: pd.Series[str]) -> pd.Series[bool]:
    """Whether the words promise something to the other side, firmly, that would be seen here."""
    text = words.str.lower()
    addressed = text.str.replace(_THANKS, "", regex=True)
    to_them = (text == "") | addressed.str.contains(_TO_THEM, regex=True)
    loose = text.str.contains(_OPEN, regex=True) | text.str.contains(_ELSEWHERE, regex=True)
    return to_them & ~loose


def _settled_since(both: pd.DataFrame, derived: Derived) -> pd.Series[bool]:
    """Whether the topic was won or lost after the promise: then it is of no matter any more."""
    over = derived.topics[derived.topics["outcome"] != ""].set_index("topic")
    closed = rows.looked_up(both["topic"], over["close_at"])
    return both["topic"].isin(over.index) & ~(closed < both["at"])


def _state(both: pd.DataFrame, derived: Derived, as_of: datetime) -> pd.Series[str]:
    until = both["due_at"] + GRACE
    kept = both["sign_at"] < until
    over = until <= pd.Timestamp(as_of)
    here = ~rows.away(derived, both["person"], both["due_at"]) | (both["by"] == "us")
    held = np.where(both["call"], both["chased"], both["exact"] | both["chased"])
    broken = ~kept & over & here & held
    picked = np.select([kept, broken], ["kept", "broken"], "open")
    return pd.Series(picked, index=both.index, dtype="str")


def _replaced(both: pd.DataFrame) -> pd.Series[bool]:
    """Whether the sign that followed was but another promise."""
    made = both.drop_duplicates(["person", "by", "at"]).set_index(["person", "by", "at"])
    keys = pd.MultiIndex.from_arrays([both["person"], both["by"], both["sign_at"]])
    return pd.Series(keys.isin(made.index), index=both.index)


def _companies(derived: Derived, person: pd.Series[int]) -> pd.Series[int]:
    """A number of the company of each person."""
    people = derived.people.set_index("person")["company"]
    codes = pd.Series(pd.factorize(people, sort=True)[0].astype("int64"), index=people.index)
    return rows.looked_up(person, codes)


def _next_sign(both: pd.DataFrame, derived: Derived, as_of: datetime) -> pd.Series[pd.Timestamp]:
    """When the promiser's side was next heard of or met; far away if never."""
    sign = pd.Series(_NEVER, index=both.index).astype(TIME)
    for by, signs in (("them", _signs_of_them(derived)), ("us", _signs_of_us(derived))):
        mine = both["by"] == by
        known = signs[signs["sign"] <= pd.Timestamp(as_of)]
        if by == "us":
            known = known.assign(place=known["person"])
            place = both.loc[mine, "person"]
        else:
            known = known.assign(place=_companies(derived, known["person"]))
            place = _companies(derived, both.loc[mine, "person"])
        sign = sign.where(~mine, _first_after(place, both.loc[mine, "at"], known))
    return sign


def _signs_of_them(derived: Derived) -> pd.DataFrame:
    mail = derived.mail
    heard = mail.loc[~mail["outgoing"] & (mail["kind"] == "person"), ["sender", "at"]]
    lost = mail.loc[mail["outgoing"] & (mail["parent_by"] == "missing"), ["message", "at"]]
    lost = lost.merge(derived.recipients[["message", "person"]], on="message")
    return _joined(
        (heard, "sender", "at"), (lost, "person", "at"), (_met(derived), "person", "start")
    )


def _signs_of_us(derived: Derived) -> pd.DataFrame:
    mail = derived.mail
    wrote = mail.loc[mail["outgoing"] & (mail["kind"] == "person"), ["message", "at"]]
    wrote = wrote.merge(derived.recipients[["message", "person"]], on="message")
    return _joined((wrote, "person", "at"), (_met(derived), "person", "start"))


def _met(derived: Derived) -> pd.DataFrame:
    held = derived.meetings.loc[derived.meetings["status"] == "confirmed", ["meeting", "start"]]
    came = derived.attendees.loc[derived.attendees["presence"] != "no", ["meeting", "person"]]
    return came.merge(held, on="meeting")


def _joined(*parts: tuple[pd.DataFrame, str, str]) -> pd.DataFrame:
    frames = [
        pd.DataFrame({"person": frame[who].to_numpy(), "sign": frame[at].array})
        for frame, who, at in parts
    ]
    return pd.concat(frames, ignore_index=True).dropna()


def _first_after(
    place: pd.Series[int], at: pd.Series[pd.Timestamp], signs: pd.DataFrame
) -> pd.Series[pd.Timestamp]:
    """The first sign at each place after each time; else far away."""
    wanted = pd.DataFrame({"place": place.to_numpy(), "at": at.array, "row": range(len(at))})
    known = signs.dropna(subset=["place"]).astype({"place": "int64"}).sort_values("sign")
    found = pd.merge_asof(
        wanted.astype({"place": "int64"}).sort_values("at", kind="stable"),
        known[["place", "sign"]],
        left_on="at",
        right_on="sign",
        by="place",
        direction="forward",
        allow_exact_matches=False,
    ).sort_values("row")
    return pd.Series(found["sign"].fillna(_NEVER).to_numpy(), index=place.index).astype(TIME)


def _chased(both: pd.DataFrame, derived: Derived, as_of: datetime) -> pd.Series[bool]:
    """Whether we asked them once it was due, before any sign; for a call, reminding them."""
    ours = asked.ours(derived, as_of)[["person", "last_asked_at"]]
    late = both.reset_index(names="row").merge(ours, on="person")
    late = late[(late["last_asked_at"] >= late["due_at"] - _BEFORE_DUE).to_numpy()]
    late = late[(late["last_asked_at"] < late["sign_at"]).to_numpy()]
    mail = derived.mail
    reminders = mail.loc[mail["outgoing"] & mail["follow_up"], ["message", "at"]]
    reminded = reminders.merge(derived.recipients[["message", "person"]], on="message")
    pairs = pd.MultiIndex.from_frame(reminded[["person", "at"]])
    told = pd.MultiIndex.from_frame(late[["person", "last_asked_at"]]).isin(pairs)
    return pd.Series(both.index.isin(late.loc[~late["call"] | told, "row"]), index=both.index)
