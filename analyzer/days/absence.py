"""When somebody is away and when back, as an automatic reply tells it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from analyzer.days.language import Language
from analyzer.days.reading import Told, languages, mentions

#: So much of an automatic reply is kept, in characters.
KEPT: Final = 300
#: A word about coming back stands so near to its day, in characters.
_NEAR: Final = 60
_SENTENCES: Final = re.compile(r"(?<=[!?])\s+|(?<=[^\W\d]{2}\.)\s+|\n\s*\n")
_DIGIT: Final = re.compile(r"\d")
_DAY: Final = timedelta(days=1)
_LASTS: Final = ("until", "through", "by")


class Away(NamedTuple):
    """``first``: the first day away, if it is told; ``back``: the day of return."""

    first: date | None
    back: date


def excerpt(text: str) -> str:
    """The sentences of an automatic reply that tell of the absence, at most ``KEPT`` characters."""
    pack, some_day = languages(text)[0].absence, date(2001, 1, 1)
    parts = [" ".join(part.split()) for part in _SENTENCES.split(text)]
    about = [p for p in parts if pack.out.search(p.lower()) or pack.back.search(p.lower())]
    dated = [p for p in about if mentions(p, some_day)]
    return " ".join(dated or about)[:KEPT].strip()


def read(text: str, day: date, *, month_first: bool = False) -> Away | None:
    """The absence told by an automatic reply of ``day`` (local to the writer); ``None``: untold.

    A day with a word about coming back is the return; of joined days ("3 to 14 August") the last
    is the last day away, and so is "until" a day where the language counts that day in. Any other
    day named alone is the return.
    """
    lower, known = text.lower(), languages(text)[0]
    found = [m for m in mentions(text, day, month_first=month_first) if m.relation != "since"]
    if not found:
        return None
    ends = [*(m.begin for m in found[1:]), len(text)]
    starts = [_joined_start(found, i, lower, known) for i in range(len(found))]
    returns = (
        _return(m, lower[m.end : end], lower, known) for m, end in zip(found, ends, strict=True)
    )
    over = (
        _day_after(m, lower[m.end : end], known, joined=start is not None)
        for m, end, start in zip(found, ends, starts, strict=True)
        if m.last > day
    )
    today = [_working(day)] if any(m.last == day for m in found) else []
    back = next((b for b in (*returns, *over, *today) if b and b > day), None)
    if back is None:
        return None
    spans = (m.first for m in found if m.first != m.last and m.relation not in _LASTS)
    first = next((f for f in (*starts, *spans) if f), None)
    return Away(first if first and first < back else None, back)


def _joined_start(found: Sequence[Told], at: int, text: str, known: Language) -> date | None:
    """The day or bare number joined with a mention before it: "3 to 14 August", "3.8. - 14.8."."""
    mention, pack = found[at], known.absence
    digit = _DIGIT.search(text, mention.begin, mention.end)
    begin = digit.start() if digit else mention.begin
    before = found[at - 1] if at else None
    if before and pack.joint.fullmatch(text[before.end : begin]):
        return before.first
    if before and mention.relation in _LASTS and not text[before.end : mention.begin].strip(" ,"):
        return before.first
    number = pack.number.search(text[:begin])
    if not number or not digit or mention.first != mention.last:
        return None
    return _same_month(mention.first, int(number["number"]))


def _same_month(last: date, number: int) -> date | None:
    """That day of the month of ``last``, or of the month before."""
    try:
        return (
            last.replace(day=number)
            if number <= last.day
            else (last.replace(day=1) - _DAY).replace(day=number)
        )
    except ValueError:
        return None


def _return(mention: Told, behind: str, text: str, known: Language) -> date | None:
    """The day itself, where a word about coming back stands before or behind it."""
    pack = known.absence
    before = _clause(text[max(0, mention.begin - _NEAR) : mention.begin])
    back = max((m.start() for m in pack.back.finditer(before)), default=-1)
    out = max((m.start() for m in pack.out.finditer(before)), default=-1)
    if pack.back_after.search(_clause_after(behind)):
        return _resumes(mention)
    if back > out and mention.relation not in _LASTS:
        return _resumes(mention)
    return None


def _resumes(mention: Told) -> date:
    return _working(mention.last) if mention.relation == "after" else mention.first


def _clause(before: str) -> str:
    """What belongs to a day of all that stands before it."""
    return re.split(r"[!?;]|\.\s", before)[-1]


def _clause_after(behind: str) -> str:
    return re.split(r"[!?;]|\.\s", behind[:_NEAR])[0]


def _day_after(mention: Told, behind: str, known: Language, *, joined: bool) -> date:
    """The first day not away, where the mention tells of days away or of the day of return."""
    counted = joined or known.absence.included.search(behind) or mention.relation == "through"
    if mention.relation == "until" and not counted and not known.absence.until_included:
        return mention.first
    lasts = mention.relation in (*_LASTS, "after") or mention.first != mention.last
    return _working(mention.last) if counted or lasts else mention.first


def _working(last: date) -> date:
    """The day after; after a Friday the Monday."""
    after = last + _DAY
    return after + timedelta(days=2) if after.weekday() == 5 else after
