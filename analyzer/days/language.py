"""How a language names days: its data file, read once and made one regular expression."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

#: Languages with a data file; the first is taken where nothing tells another.
LANGUAGES: Final = ("en", "de", "fr", "es", "it", "nl", "pt")
#: What may stand before a day, longest forms first.
RELATIONS: Final = ("after", "through", "until", "before", "by", "since", "at")
PARTS: Final = ("start", "mid", "end")
#: A word is looked up by so many of its letters.
BEGINNING: Final = 3
_CORE: Final = ("months", "weekdays", "named", "units", "calendar_week", "quarters")
_UNITS: Final = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True, eq=False)
class Absence:
    """What tells of being away: ``out``, and ``back`` before or behind a day.

    ``joint``: what joins two days; ``number``: the first of two joined days, a bare number.
    ``until_included``: whether "until 5 April" leaves 5 April free, too; ``included`` says so.
    """

    out: re.Pattern[str]
    back: re.Pattern[str]
    back_after: re.Pattern[str]
    included: re.Pattern[str]
    joint: re.Pattern[str]
    number: re.Pattern[str]
    until_included: bool


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """Everything one language knows about days.

    ``starts`` and ``core``: beginnings of the words that a mention may begin with, and of those
    of which it must hold one (or a number); looked at first, since most words are neither.
    """

    code: str
    function_words: frozenset[str]
    pattern: re.Pattern[str]
    starts: frozenset[str]
    core: frozenset[str]
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    numbers: Mapping[str, int]
    quarters: Mapping[str, int]
    ambiguous: frozenset[str]
    month_first: bool
    absence: Absence


@cache
def language(code: str) -> Language:
    """The data of ``code``; raises ``FileNotFoundError`` for an unknown language."""
    data = tomllib.loads((files(__package__) / f"{code}.toml").read_text(encoding="utf-8"))
    return Language(
        code=code,
        function_words=frozenset(data["function_words"]),
        pattern=re.compile(_whole(data)),
        starts=_beginnings(data, ("relations", "parts", "fill", "in", "week_of", "next", *_CORE)),
        core=_beginnings(data, _CORE),
        months=_numbered(data["months"]),
        weekdays=_numbered(data["weekdays"], start=0),
        numbers=data["numbers"],
        quarters=_numbered(data["quarters"]),
        ambiguous=frozenset(data.get("ambiguous", ())),
        month_first=data.get("month_first", False),
        absence=_absence(data["absence"]),
    )


def _beginnings(data: Mapping[str, Any], keys: tuple[str, ...]) -> frozenset[str]:
    words = re.findall(r"[^\W\d_]+", " ".join(str(data[key]) for key in keys))
    return frozenset(word[:BEGINNING] for word in words)


def _numbered(names: list[str], start: int = 1) -> dict[str, int]:
    return {name: i for i, told in enumerate(names, start) for name in told.split("|")}


def _absence(data: Mapping[str, Any]) -> Absence:
    joint = rf"(?:{data['joined']}|[-–—])\s*(?:(?:{data['fill']})\s+)*"
    return Absence(
        out=re.compile(data["out"]),
        back=re.compile(data["back"]),
        back_after=re.compile(data["back_after"]),
        included=re.compile(data["included"]),
        joint=re.compile(rf"[\s,]*{joint}"),
        number=re.compile(
            rf"(?<![\d./])(?P<number>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|ª|°)?\s*{joint}$"
        ),
        until_included=data["until_included"],
    )


def _any(names: list[str]) -> str:
    every = [name for told in names for name in told.split("|")]
    return "|".join(sorted(every, key=len, reverse=True))


def _whole(data: Mapping[str, Any]) -> str:
    """[relation] [part] [article] day or period, with one named group for everything told."""
    relations = "|".join(
        f"(?P<{name}>{data['relations'][name]})" for name in RELATIONS if name in data["relations"]
    )
    parts = "|".join(f"(?P<{name}>{data['parts'][name]})" for name in PARTS)
    fill = f"(?:(?:{data['fill']})\\s+|l')*"
    return (
        rf"(?:\b(?:{relations})\b\s*(?:{fill}))?"
        rf"(?:\b(?:{parts})\b[\s-]*(?:{fill}))?(?:{_days(data)}|{_periods(data)})"
    )


def _days(data: Mapping[str, Any]) -> str:
    months, weekdays = _any(data["months"]), _any(data["weekdays"])
    named, of, th = data["named"], data["of"], data["th"]
    before = (
        rf"(?:(?P<in_week>{data['week_of']})\s+)?"
        rf"(?:\b(?:{weekdays})\.?,?\s+(?:{data['fill']}\s+)?)?"
    )
    dates = [
        r"\b(?P<y1>\d{4})-(?P<m1>\d\d)-(?P<d1>\d\d)\b",
        r"\b(?P<d2>\d{1,2})\.\s?(?P<m2>\d{1,2})\.(?:\s?(?P<y2>\d{4}|\d\d)\b)?",
        r"\b(?P<d3>\d{1,2})(?:/(?=\d+\b)|-(?=\d+-\d))(?P<m3>\d{1,2})(?:[/-](?P<y3>\d{4}|\d\d))?(?![\d/])",
        rf"\b(?P<d4>\d{{1,2}}){th}\s*(?:(?:{of})\s+)?(?P<m4>{months})\b\.?(?:,?\s+(?:(?:{of})\s+)?(?P<y4>\d{{4}})\b)?",
        rf"\b(?P<m5>{months})\.?\s+(?P<d5>\d{{1,2}}){th}\b(?!:)(?:,?\s+(?P<y5>\d{{4}})\b)?",
    ]
    if "ordinal" in data:
        dates.append(rf"\b(?P<d6>\d{{1,2}}){data['ordinal']}")
    weekday = (
        rf"(?:\b(?P<week_first>{named['next_week']})\s+(?:{data['fill']}\s+)?)?"
        rf"\b(?:(?P<next>{data['next']})\s+)?(?P<weekday>{weekdays})\b"
        rf"(?:\s+(?:{data['fill']}\s+)*(?P<week_last>{named['next_week']})\b)?"
    )
    return rf"{before}(?:{'|'.join(dates)})|{weekday}"


def _periods(data: Mapping[str, Any]) -> str:
    """Longer forms come first: "the end of next week" is no "next week" alone."""
    phrases = "|".join(rf"(?P<{name}>{told})" for name, told in data["named"].items())
    number = rf"\d{{1,3}}|{'|'.join(data['numbers'])}"
    units = "|".join(f"(?P<unit_{unit}>{data['units'][unit]})" for unit in _UNITS)
    some = (
        rf"\b(?:{data['in']})\s+(?:{data['about']}\s+)?(?:(?:{number})\s*(?:[-–/]|{data['or']})\s*)?"
        rf"(?P<count>{number})\s+(?:{units})\b"
    )
    return "|".join(
        (
            some,
            rf"\b(?:{data['calendar_week']})\s*(?P<week>\d{{1,2}})\b(?![.:])",
            r"\bq(?P<quarter>[1-4])\b(?:[\s/]+(?:of\s+|de\s+|')?(?P<quarter_year>20\d\d)\b)?",
            rf"\b(?P<quarter_name>{_any(data['quarters'])})\s+{data['units']['quarter']}\b",
            rf"\b(?:{phrases})\b",
            rf"\b(?P<month>{_any(data['months'])})\b(?:\s+(?:(?:{data['of']})\s+)?(?P<month_year>20\d\d)\b)?",
            r"\b(?P<year>20\d\d)\b(?![-/.]\d)",
        )
    )
