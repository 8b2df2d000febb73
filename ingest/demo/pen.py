"""Words: picks one of many ways to say a thing, and fills in what it is about."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from ingest.demo.cast import REP, Person

_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
}
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
_LOWER = 0.2


@cache
def _book(side: str, language: str) -> dict[str, Any]:
    name = f"{side}_{language}.toml"
    return tomllib.loads(files("ingest.demo").joinpath("phrases", name).read_text(encoding="utf-8"))


def month(at: datetime, language: str) -> str:
    """Name of the month."""
    return _MONTHS[language].split()[at.month - 1]


def moment(at: datetime, language: str, zone: str = REP.zone) -> dict[str, str]:
    """Slots day, date and time of an instant, as people say them in that zone."""
    local = at.astimezone(ZoneInfo(zone))
    dot = "." if language == "de" else ""
    return {
        "day": _DAYS[language][local.weekday()],
        "date": f"{local.day}{dot} {month(local, language)}",
        "time": f"{local:%H:%M}",
    }


class Pen:
    """Writes in the language of the person, and seldom the same thing twice."""

    def __init__(self, rng: Random, them: Person, slots: Mapping[str, str]) -> None:
        self.slots: dict[str, str] = dict(slots)
        self.language = them.language
        self._rng = rng
        self._them = them
        self._used: dict[tuple[str, str], list[str]] = {}
        self._asked = ""

    def phrase(self, author: Person, purpose: str, **slots: str) -> str:
        """One way to say it, filled in."""
        side = "ours" if author == REP else "theirs"
        return self._filled(side, self._picked(side, purpose), slots)

    def by(self, due: datetime, now: datetime) -> str:
        """A day that a promise names: its weekday, or its date."""
        words = moment(due, self.language)
        near = (due - now).days < 6
        if self.language == "de":
            return words["day"] if near and self._rng.random() < 0.7 else f"zum {words['date']}"
        return words["day"] if near and self._rng.random() < 0.7 else words["date"]

    def body(self, author: Person, reader: Person, purpose: str, **slots: str) -> str:
        """A whole mail: greeting, text, greeting, and often a signature."""
        rng = self._rng
        people = {
            "first": reader.first,
            "whom": reader.name,
            "me": author.first,
            "name": author.name,
            "title": author.title,
            "phone": author.phone,
        }
        slots = {**people, **slots}
        hello = self.phrase(author, "hello", **slots)
        text = self.phrase(author, purpose, **slots)
        small = self.phrase(author, "small", **slots)
        if not hello or (self.language == "en" and rng.random() >= _LOWER):
            text = text[:1].upper() + text[1:]
        if small and rng.random() < 0.5:
            text = f"{small[:1].upper()}{small[1:]}\n\n{text[:1].upper()}{text[1:]}"
        parts = [hello, text, self.phrase(author, "bye", **slots)]
        body = "\n\n".join(part for part in parts if part)
        if rng.random() < 0.6:
            book = _book("ours" if author == REP else "theirs", self.language)
            body += "\n\n" + str(book["signature"]).format_map({**self.slots, **slots})
        return body

    def _picked(self, side: str, purpose: str) -> str:
        ways = self._ways(side, purpose)
        used = self._used.setdefault((side, purpose), [])
        fresh = [way for way in ways if way not in used] or ways
        way: str = self._rng.choice(fresh)
        used.append(way)
        if purpose == "ask":
            self._asked = way
        del used[: -max(len(ways) // 2, 1)]
        return way

    def _ways(self, side: str, purpose: str) -> Any:
        """All ways to say it; answers fit the last question of the rep.

        Both sides may write under the same subjects.
        """
        book = _book(side, self.language)
        if purpose == "answer":
            asks = _book("ours", self.language)["ask"]
            number = (
                asks.index(self._asked) if self._asked in asks else self._rng.randrange(len(asks))
            )
            return book["answer"][number]
        return book[purpose] if purpose in book else _book("ours", self.language)[purpose]

    def _filled(self, side: str, text: str, slots: Mapping[str, str]) -> str:
        for _ in range(3):
            if "{" not in text:
                break
            text = text.format_map(_Slots(self, side, {**self.slots, **slots}))
        return text

    def nested(self, side: str, name: str) -> str:
        """A phrase that stands inside another; ``name_`` changes the case of its first letter."""
        way = self._picked(side, name.rstrip("_"))
        if name.endswith("_"):
            first = way[0].lower() if way[0].isupper() else way[0].upper()
            return first + way[1:] if not way.startswith("{") else way
        return way


class _Slots(dict[str, str]):
    def __init__(self, pen: Pen, side: str, known: Mapping[str, str]) -> None:
        super().__init__(known)
        self._pen = pen
        self._side = side

    def __missing__(self, name: str) -> str:
        known = self.get(name.rstrip("_"))
        if known is not None:
            return known[:1].upper() + known[1:]
        return self._pen.nested(self._side, name)
