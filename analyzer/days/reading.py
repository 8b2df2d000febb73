"""Days in a text: "by Friday", "end of Q3", "bis Ende des Monats", "KW 34", "nach Ostern"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Final, NamedTuple

from analyzer.days import spans
from analyzer.days.language import BEGINNING, LANGUAGES, PARTS, RELATIONS, Language, language
from analyzer.days.spans import Span

_WORD: Final = re.compile(r"[^\W\d_]+")
_START: Final = re.compile(r"[^\W\d_]+|\d+")
#: What names at most so many days is a day to hold somebody to.
_EXACT_DAYS: Final = 8
_CURRENT: Final = ("this_week", "this_month", "this_quarter", "this_year")
#: "On holiday", "the summer catalogue" name no time, "after the holidays" and "in summer" do.
_VAGUE: Final = ("holidays", "summer_holidays", "turn_of_year")
_SEASONS: Final = ("spring", "summer", "autumn", "winter")
_DATES: Final = (("y1", "m1", "d1"), ("y2", "m2", "d2"), ("y4", "m4", "d4"), ("y5", "m5", "d5"))


class Told(NamedTuple):
    """One mention: the days meant, both included, and the word before them.

    ``relation``: after | through (and that day, too) | until | before | by | since | at | "".
    ``current``: "this month" and the like. ``begin`` and ``end``: where it stands in the text.
    """

    first: date
    last: date
    relation: str
    current: bool
    begin: int
    end: int

    @property
    def exact(self) -> bool:
        """Whether a day is named, or a week at most."""
        return (self.last - self.first).days < _EXACT_DAYS

    @property
    def due(self) -> date:
        """The last day on which something told for then is in time; "after" gives a week."""
        if self.relation == "before":
            return self.first - timedelta(days=1)
        return self.last + timedelta(days=7) if self.relation == "after" else self.last

    @property
    def resumes(self) -> date:
        """The first day on which something put off until then may be asked about."""
        over = self.relation == "after" or self.current
        return self.last + timedelta(days=1) if over else self.first


def languages(text: str) -> list[Language]:
    """The languages whose function words the text uses most; all of them on a tie."""
    words = set(_WORD.findall(text.lower()))
    found = [(len(known.function_words & words), known) for known in _all()]
    most = max(number for number, _ in found)
    return [known for number, known in found if number == most] if most else [_all()[0]]


@cache
def _all() -> tuple[Language, ...]:
    return tuple(language(code) for code in LANGUAGES)


def mentions(text: str, day: date, *, month_first: bool = False) -> list[Told]:
    """All days that ``text`` names, written on ``day`` (local to the writer), in its order.

    ``month_first``: 3/4 is the fourth of March where the language leaves it open (English).
    """
    for known in languages(text):
        found = list(_read(text.lower(), day, known, month_first))
        if found:
            return found
    return []


def _read(text: str, day: date, known: Language, month_first: bool) -> Iterator[Told]:
    for match in _matches(text, known):
        relation = next((name for name in RELATIONS if _group(match, name)), "")
        which = next((name for name in PARTS if match[name]), "")
        span = _span(match, day, known, month_first, bare=not relation and not which)
        if span is None:
            continue
        current = any(match[name] for name in _CURRENT) and not which
        if which:
            span = spans.part(span, which)
        yield Told(*span, relation, current, match.start(), match.end())


def _matches(text: str, known: Language) -> Iterator[re.Match[str]]:
    """Matches from left to right, tried only where a word may begin one."""
    words = [(found.start(), found[0]) for found in _START.finditer(text)]
    beginnings = [word[:BEGINNING] for _, word in words]
    if known.core.isdisjoint(beginnings) and not any(word[0].isdigit() for word in beginnings):
        return
    end = 0
    for (begin, _), word in zip(words, beginnings, strict=True):
        if begin < end or not (word in known.starts or word[0].isdigit()):
            continue
        match = known.pattern.match(text, begin)
        if match:
            end = match.end()
            yield match


def _group(match: re.Match[str], name: str) -> str | None:
    return match[name] if name in match.re.groupindex else None


def _span(
    match: re.Match[str], day: date, known: Language, month_first: bool, *, bare: bool
) -> Span | None:
    """The days of one match; ``bare``: no word before it tells that a time is meant."""
    if match["weekday"]:
        return spans.single(_weekday(match, day, known))
    if match["d3"]:
        return _slashed(match, day, month_first and known.month_first, bare=bare)
    if _group(match, "d6"):
        return None if bare else _of_month(day, int(match["d6"]))
    told = next((keys for keys in _DATES if match[keys[2]]), None)
    if told:
        found = _date(day, match[told[0]], match[told[1]], match[told[2]], known)
        if found is None:
            return None
        return spans.week(found) if match["in_week"] else spans.single(found)
    if match["count"]:
        return spans.single(_counted(match, day, known))
    if match["week"]:
        return spans.iso_week(day, int(match["week"]))
    return _period(match, day, known, bare=bare)


def _date(day: date, year: str, month: str, number: str, known: Language) -> date | None:
    at = known.months.get(month) or (int(month) if month.isdigit() else 0)
    return spans.dated(day, int(number), at, int(year) if year else None)


def _of_month(day: date, number: int) -> Span | None:
    """The next day with that number: "by the 15th"."""
    months = (spans.month(day.year, day.month + later) for later in range(3))
    fits = (m.first + timedelta(days=number - 1) for m in months if 1 <= number <= m.last.day)
    return next((spans.single(found) for found in fits if found >= day), None)


def _slashed(match: re.Match[str], day: date, month_first: bool, *, bare: bool) -> Span | None:
    """A date like 3/4: only with a year, or with a word before it; "24/7" is none."""
    if bare and not match["y3"]:
        return None
    first, second = int(match["d3"]), int(match["m3"])
    if second > 12 or (month_first and first <= 12):
        first, second = second, first
    found = spans.dated(day, first, second, int(match["y3"]) if match["y3"] else None)
    return spans.single(found) if found else None


def _weekday(match: re.Match[str], day: date, known: Language) -> date:
    """The next such day after ``day``; "next Friday" and "Friday next week" in the next week."""
    number = known.weekdays[match["weekday"]]
    if match["next"] or match["week_first"] or match["week_last"]:
        return spans.week(day, 1).first + timedelta(days=number)
    return day + timedelta(days=(number - day.weekday() - 1) % 7 + 1)


def _counted(match: re.Match[str], day: date, known: Language) -> date:
    told = match["count"]
    count = known.numbers.get(told) or int(told) if told.isdigit() else known.numbers[told]
    if match["unit_day"]:
        return day + timedelta(days=count)
    if match["unit_week"]:
        return day + timedelta(weeks=count)
    months = 1 if match["unit_month"] else 3 if match["unit_quarter"] else 12
    return spans.months_later(day, months * count)


def _period(match: re.Match[str], day: date, known: Language, *, bare: bool) -> Span | None:
    if match["quarter"] or match["quarter_name"]:
        return _quarter(match, day, known)
    if match["month"]:
        vague = bare and match["month"] in known.ambiguous and not match["month_year"]
        return None if vague else _month(match, day, known)
    if match["year"]:
        return None if bare else spans.year(int(match["year"]))
    name = next(name for name in spans.NAMED if _group(match, name))
    if name in _VAGUE and (bare or match["at"]) and not any(match[part] for part in PARTS):
        return None
    if bare and name in _SEASONS:
        return None
    return spans.NAMED[name](day)


def _quarter(match: re.Match[str], day: date, known: Language) -> Span:
    number = int(match["quarter"] or known.quarters[match["quarter_name"]])
    if match["quarter_year"]:
        return spans.quarter(int(match["quarter_year"]), number)
    here = spans.quarter(day.year, number)
    return here if here.last >= day else spans.quarter(day.year + 1, number)


def _month(match: re.Match[str], day: date, known: Language) -> Span:
    number = known.months[match["month"]]
    if match["month_year"]:
        return spans.month(int(match["month_year"]), number)
    here = spans.month(day.year, number)
    return here if here.last >= day else spans.month(day.year + 1, number)
