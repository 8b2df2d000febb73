"""The languages of drafts: texts, dates and salutations, one TOML file each in ``drafts/``.

A text is a list of paragraphs, a paragraph a list of wordings. Of each paragraph the first wording
is taken whose ``{facts}`` are all known; one with none is left out. So no placeholder remains, and
no code knows a sentence. ``drafts/en.toml`` explains the keys.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final, TypeAlias

#: Languages with a file; the first is taken where nothing tells another.
LANGUAGES: Final = ("en", "de", "fr", "es", "it", "nl", "pt")
_FACT: Final = re.compile(r"\{(\w+)\}")

Wordings: TypeAlias = Sequence[str]


@dataclass(frozen=True, slots=True)
class Text:
    """What a kind of draft says: a subject (for a new thread) and paragraphs."""

    subject: Wordings
    paragraphs: Sequence[Wordings]


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """One language. ``private``: words of health and absence, which make a subject unnamed."""

    code: str
    name: str
    greeting: Wordings
    closing: str
    quoted: str
    month_names: Sequence[str]
    day_names: Sequence[str]
    forms: Mapping[str, str]
    private: re.Pattern[str]
    texts: Mapping[str, Text]

    def date(self, at: datetime, as_of: datetime) -> str:
        """Like ``3 November``; with the year where it is another one."""
        return self._formed("date", at, as_of)

    def day(self, at: datetime, as_of: datetime) -> str:
        """Like ``Tuesday, 3 November``."""
        return self._formed("day", at, as_of)

    def moment(self, at: datetime, as_of: datetime, *, zoned: bool) -> str:
        """Like ``Tuesday, 3 November, at 10:00``; ``zoned``: with the name of the zone."""
        zone = f" ({zone_name(at)})" if zoned else ""
        return self._formed("moment", at, as_of) + zone

    def month(self, at: datetime, as_of: datetime) -> str:
        """Like ``November``."""
        return self._formed("month", at, as_of)

    def _formed(self, form: str, at: datetime, as_of: datetime) -> str:
        other = f"{form}_year" if at.year != as_of.year else form
        number = self.forms.get("first", "1") if at.day == 1 else str(at.day)
        told = {
            "day": number,
            "month": self.month_names[at.month - 1],
            "weekday": self.day_names[at.weekday()],
            "year": str(at.year),
            "hour": f"{at:%H}",
            "minute": f"{at:%M}",
        }
        return fill(self.forms[other], told)


def zone_name(at: datetime) -> str:
    """Like ``CET``, or ``UTC+05:30`` where the zone has no name."""
    name = at.tzname() or ""
    return name if name.isalpha() else f"UTC{at.isoformat()[-6:]}"


def fill(wording: str, facts: Mapping[str, str]) -> str:
    """``wording`` with its facts, in one pass: what a fact itself holds is never filled."""
    return _FACT.sub(lambda found: facts[found[1]], wording)


def first(wordings: Wordings, facts: Mapping[str, str]) -> str:
    """The first wording whose facts are all known, filled; ``""`` for none."""
    for wording in wordings:
        if all(facts.get(name) for name in _FACT.findall(wording)):
            return fill(wording, facts)
    return ""


@cache
def pack(code: str) -> Pack:
    """The language of a code; raises ``FileNotFoundError`` for one without a file."""
    read = files("reports").joinpath("drafts", f"{code}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(read)
    words = "|".join(data["private"])
    return Pack(
        code=code,
        name=data["name"],
        greeting=data["greeting"],
        closing=data["closing"],
        quoted=data["quoted"],
        month_names=data["months"],
        day_names=data["weekdays"],
        forms=data["forms"],
        private=re.compile(rf"\b(?:{words})\b", re.IGNORECASE),
        texts={
            kind: Text(text["subject"], text["paragraphs"]) for kind, text in data["texts"].items()
        },
    )


def private(subject: str) -> bool:
    """Whether a subject speaks of health or absence, in any language: no text ever names it."""
    return any(pack(code).private.search(subject) for code in LANGUAGES)
