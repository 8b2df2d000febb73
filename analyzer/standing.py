"""What people said last that decides more than any score: an objection, a no, a later."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import asked, said
from analyzer.signals.rows import looked_up
from store.facts import Facts

#: A no without a date of its own is asked about again after so long.
WIN_BACK: Final = pd.DateOffset(months=6)
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
_NUMBERS: Final = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "a few": 3}
_MONTHS: Final = (
    "january|januar", "february|februar", "march|märz", "april", "may|mai", "june|juni",
    "july|juli", "august", "september", "october|oktober", "november", "december|dezember",
)  # fmt: skip
_AFTER: Final = r"(?:after|nach)"
_WHEN: Final = (
    rf"(?:in|until|till|by|from|before|early|mid|late|start of|beginning of|im|ab|bis|vor|anfang"
    rf"|mitte|{_AFTER})"
)


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


def parked(derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """Who said "later" with a date or a milestone: person, at, words, until, milestone.

    ``until`` lies after ``as_of``; with a milestone alone it is absent.
    """
    now = pd.Timestamp(as_of)
    mail = said.to_us(derived, as_of)
    mail = mail[mail[_DECIDES].any(axis=1)].drop_duplicates("sender", keep="last")
    mail = mail[mail["brush_off"] & ~mail["refusal"]]
    mail = mail[said.in_answer(mail, derived)]
    words = said.quoted(derived, mail["message"], "brush_off")
    later = mail.assign(
        person=mail["sender"],
        words=words,
        until=until(mail["at"], words, settings.zone),
        milestone=words.str.extract(r"\b((?:after|once|when|as soon as) .{3,60})", expand=False),
    )
    later["milestone"] = later["milestone"].fillna("").astype("str").str.strip(" .,;!")
    ahead = later["until"] > now
    believed = (later["milestone"] != "") & (now - later["at"] <= BELIEVED)
    later = later[ahead | (later["until"].isna() & believed)]
    columns = ["person", "at", "words", "until", "milestone"]
    named = _suspended(derived, as_of)
    both = [frame for frame in (named, later[columns]) if len(frame)]
    if not both:
        return later[columns]
    return pd.concat(both, ignore_index=True).drop_duplicates("person")


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
        }
    )


def until(at: pd.Series[pd.Timestamp], text: pd.Series[str], zone: str) -> pd.Series[pd.Timestamp]:
    """The day a "later" names: next week, month, quarter, year; Q3; a month; in two months.

    Absent where the words name none. Quarters are those of the calendar; "after" one of them, or
    after a month, is the first day of the next.
    """
    text = text.str.lower()
    local = at.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
    day = pd.Series(pd.NaT, index=at.index, dtype="datetime64[us]")
    in_months = text.str.extract(r"\bin (a few|a|one|two|three|four|six|\d+) months?", expand=False)
    months = in_months.map(lambda n: _NUMBERS.get(n, n)).astype("float64")
    day = day.where(months.isna(), _months_later(local, months))
    for number, name in enumerate(_MONTHS, start=1):
        ahead = ((number - local.dt.month) % 12).astype("float64")
        named = text.str.contains(rf"\b{_WHEN} (?:{name})\b")
        after = text.str.contains(rf"\b{_AFTER} (?:{name})\b")
        day = day.where(~named, _months_later(local, ahead + after, first=True))
    for quarter in range(1, 5):
        ahead = ((3 * quarter - 2 - local.dt.month) % 12).astype("float64")
        named = text.str.contains(rf"\bq{quarter}\b")
        after = text.str.contains(rf"\b{_AFTER} (?:the |dem )?q{quarter}\b")
        day = day.where(~named, _months_later(local, ahead + 3.0 * after, first=True))
    to_quarter = (3 - (local.dt.month - 1) % 3).astype("float64")
    day = day.where(
        ~text.str.contains(r"\bnext quarter|nächstes quartal"),
        _months_later(local, to_quarter, first=True),
    )
    to_year = (13 - local.dt.month).astype("float64")
    new_year = text.str.contains(
        r"\bnext year|\bnew year|(?:nächstes|neuen) jahr|\b(?:after|nach) (?:christmas|weihnachten)"
        r"|\bnot this year|\bdieses jahr nicht mehr"
    )
    day = day.where(~new_year, _months_later(local, to_year, first=True))
    next_month = text.str.contains(r"\bnext month|nächsten monat")
    day = day.where(~next_month, _months_later(local, to_year * 0.0 + 1.0, first=True))
    return said.instants(day, zone)


def _months_later(
    local: pd.Series[pd.Timestamp], months: pd.Series[float], *, first: bool = False
) -> pd.Series[pd.Timestamp]:
    """The day so many months later (a month counted as 30.44 days), or its month's first."""
    if not first:
        days = (months * 30.44).round()
        return (local + pd.to_timedelta(days, unit="D")).astype("datetime64[us]")
    number = (local.dt.year * 12 + local.dt.month - 1 + months).astype("Int64")
    text = (number // 12).astype("str") + "-" + (number % 12 + 1).astype("str") + "-1"
    return pd.to_datetime(text, errors="coerce", format="%Y-%m-%d").astype("datetime64[us]")


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
