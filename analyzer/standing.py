"""What people said last that decides more than any score: an objection, a no, a later."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from analyzer.days.columns import resumes
from analyzer.derived.everything import Derived, remembered
from analyzer.parks import parks
from analyzer.settings import Settings
from analyzer.signals import asked, said
from analyzer.signals.rows import looked_up
from store.facts import Facts

#: Who asks again so long before the day has asked about it.
EARLY: Final = pd.Timedelta(days=3)
#: A "later" with a milestone but no date is believed for so long.
BELIEVED: Final = pd.Timedelta(days=120)
#: Who names a date nearer than this has not put anything off.
SOON: Final = pd.Timedelta(days=14)

_EVENT: Final = (
    r"\b(?:attend\w*|join|make it|be there|come to|visit\w*|travel|speak\w*|speech|panel|seminar"
    r"|conference|event|dinner|lunch|reception|invitation|invite|teilnehmen|einladung)\b"
)

_DECIDES: Final = [
    "refusal",
    "acceptance",
    "meeting_request",
    "reschedule",
    "brush_off",
    "expects_reply",
]


def objected(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Who told us to stop: person, at, words. No answer and no absence undoes it."""
    mail = derived.mail[derived.mail["objection"] & ~derived.mail["outgoing"]]
    mail = mail[(mail["kind"] == "person") & (mail["at"] <= pd.Timestamp(as_of))]
    mail = mail[mail["to_us"] | (mail["addressees"] <= said.FEW)]
    last = mail.sort_values(["at", "message"]).drop_duplicates("sender", keep="last")
    words = said.quoted(derived, last["message"], "objection")
    return last.assign(person=last["sender"], words=words)[["person", "at", "words"]]


def refused(facts: Facts, derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Whose last word is a no: person, at, words. A deal or mark "lost" is a no as well.

    A no that was followed by an acceptance, a request or a new meeting of theirs stands no more;
    nor does a no inside a topic that was won. Who cannot come to something said no to a date.
    """
    mail = said.to_us(derived, as_of)
    mail = mail[mail[_DECIDES].any(axis=1)]
    last = mail.drop_duplicates("sender", keep="last")
    won = derived.topics.loc[derived.topics["outcome"] == "won", "topic"]
    no = last[last["refusal"] & ~last["acceptance"] & ~last["topic"].isin(won)]
    no = no[said.in_answer(no, derived)]
    words = said.quoted(derived, no["message"], "refusal")
    of_an_event = words.str.lower().str.contains(_EVENT, regex=True)
    no, words = no[~of_an_event], words[~of_an_event]
    told = no.assign(person=no["sender"], words=words)[["person", "at", "words"]]
    return _latest(told, _lost(derived, as_of), _marked(facts, derived, "lost", as_of))


def parked(facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """Whom the rep put aside, and who said "later" with a date or a milestone.

    Columns person, at, words, until, milestone, by_us. ``until`` lies after ``as_of``; with a
    milestone alone it is absent. What the rep told goes first.
    """
    aside = parks(facts, derived, settings.zone, as_of)
    aside = aside[aside["state"] == "parked"].assign(words="", by_us=True)
    told = [frame for frame in (aside, _told_later(derived, settings, as_of)) if len(frame)]
    columns = ["person", "at", "words", "until", "milestone", "by_us"]
    if not told:
        return aside[columns]
    rows = pd.concat([frame[columns] for frame in told], ignore_index=True)
    return rows.drop_duplicates("person")


def _told_later(derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """Who said "later" with a date or a milestone."""
    now, later = pd.Timestamp(as_of), _later(derived, settings, as_of)
    ahead = later["until"] > now
    believed = (later["milestone"] != "") & (now - later["at"] <= BELIEVED)
    later = later[ahead | (later["until"].isna() & believed)]
    named = _suspended(derived, as_of)
    both = [frame for frame in (named, later) if len(frame)]
    if not both:
        return later
    return pd.concat(both, ignore_index=True).drop_duplicates("person")


@remembered
def _later(derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """Whose last deciding word is a "later", whether its time has come or not."""
    mail = said.to_us(derived, as_of)
    mail = mail[mail[_DECIDES].any(axis=1)].drop_duplicates("sender", keep="last")
    mail = mail[mail["brush_off"] & ~mail["refusal"]]
    mail = mail[said.in_answer(mail, derived)]
    words = said.quoted(derived, mail["message"], "brush_off")
    milestone = words.str.extract(r"\b((?:after|once|when|as soon as) .{3,60})", expand=False)
    later = mail.assign(
        person=mail["sender"],
        words=words,
        until=resumes(words, mail["at"], mail["offset_minutes"], settings.zone),
        milestone=milestone.fillna("").astype("str").str.strip(" .,;!"),
        by_us=False,
    )
    return later[["person", "at", "words", "until", "milestone", "by_us"]]


def woken(facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """Whose time to wait is over without an act of theirs: person, until (when it ended)."""
    now = pd.Timestamp(as_of)
    aside = parks(facts, derived, settings.zone, as_of)
    aside = aside[aside["woken_at"].isna() & (aside["until"] <= now)]
    later = _later(derived, settings, as_of)
    later = later[later["until"] <= now]
    both = pd.concat([aside[["person", "until"]], later[["person", "until"]]], ignore_index=True)
    return both.sort_values("until").drop_duplicates("person", keep="last")


def _suspended(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """People who named a decision date that lies well ahead."""
    ours = asked.ours(derived, as_of)
    ahead = ours[ours["open"] & (ours["suspended_until"] > pd.Timestamp(as_of) + SOON)]
    last = ahead.sort_values("suspended_until").drop_duplicates("person", keep="last")
    return pd.DataFrame(
        {
            "person": last["person"],
            "at": last["asked_at"],
            "words": "",
            "until": last["suspended_until"],
            "milestone": "",
            "by_us": False,
        }
    )


def _lost(derived: Derived, as_of: datetime) -> pd.DataFrame:
    lost = derived.topics[(derived.topics["outcome"] == "lost") & (derived.topics["person"] >= 0)]
    at = lost["close_at"].fillna(lost["last_two_way_at"]).fillna(pd.Timestamp(as_of))
    return pd.DataFrame({"person": lost["person"], "at": at, "words": ""})


def _marked(facts: Facts, derived: Derived, kind: str, as_of: datetime) -> pd.DataFrame:
    """People the rep marked: person, at, words (none)."""
    marks = facts.marks[
        (facts.marks["kind"].str.replace("-", " ") == kind)
        & (facts.marks["occurred_at"] <= pd.Timestamp(as_of))
    ]
    known = derived.people[["person", "addresses"]].explode("addresses")
    both = marks.merge(known, left_on="target", right_on="addresses")
    return pd.DataFrame({"person": both["person"], "at": both["occurred_at"], "words": ""})


def marked(facts: Facts, derived: Derived, kind: str, as_of: datetime) -> pd.DataFrame:
    """When the rep last marked each person so: person, at."""
    return _latest(_marked(facts, derived, kind, as_of))[["person", "at"]]


def cleared(facts: Facts, derived: Derived, signals: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """``signals`` without what the rep said was no wall: bad ones up to that mark."""
    mark = marked(facts, derived, "not a wall", as_of).set_index("person")["at"]
    marked_at = looked_up(signals["person"], mark)
    return signals[signals["good"] | ~(signals["at"] <= marked_at)].reset_index(drop=True)


def _latest(*frames: pd.DataFrame) -> pd.DataFrame:
    """Per person the latest row of all frames."""
    filled = [frame for frame in frames if len(frame)] or [frames[0]]
    rows = pd.concat(filled, ignore_index=True).sort_values(["at", "person"], kind="stable")
    return rows.drop_duplicates("person", keep="last").astype({"person": "int64"})
