"""Who is in the made-up world: the rep, and people with a name, an employer and habits."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from ingest.demo.times import WEEKDAYS


@dataclass(frozen=True)
class Person:
    """Somebody who writes mail. ``pace_hours``: their usual time to answer, in wall hours."""

    name: str
    address: str
    company: str
    title: str = ""
    zone: str = "Europe/Amsterdam"
    language: str = "en"
    client: str = "gmail"
    phone: str = ""
    pace_hours: float = 6.0
    days: tuple[int, ...] = WEEKDAYS
    assistant: Person | None = field(default=None, repr=False)

    @property
    def first(self) -> str:
        """Given name."""
        return self.name.split()[0]

    @property
    def last(self) -> str:
        """Family name."""
        return self.name.split()[-1]

    @property
    def domain(self) -> str:
        """Of the mail address."""
        return self.address.partition("@")[2]


REP = Person(
    name="Nora Vermeer",
    address="nora.vermeer@tidewater.example",
    company="Tidewater",
    title="Account Executive",
    client="outlook",
    phone="+31 20 555 0142",
)


@cache
def names() -> dict[str, Any]:
    """The lists that names, companies and products are drawn from."""
    text = files("ingest.demo").joinpath("names.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


class Cast:
    """Hands out people, no name and no company twice."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._taken: set[str] = {REP.name, REP.company}

    def person(self, *, region: str = "", title: str = "", domain: str = "") -> Person:
        """Somebody new from a region (drawn when not given) at a new company or the ``domain``."""
        rng, lists = self._rng, names()
        regions = lists["region"]
        where = region or rng.choices(list(regions), [r["share"] for r in regions.values()])[0]
        told = regions[where]
        name = self._fresh(lambda: f"{rng.choice(told['first'])} {rng.choice(told['last'])}")
        company = self._company(told) if not domain else domain.partition(".")[0].title()
        domain = domain or f"{_ascii(company).replace(' ', '')}.example"
        return Person(
            name=name,
            address=f"{self._local(name)}@{domain}",
            company=company,
            title=title or rng.choice(lists["titles"][told["language"]]),
            zone=rng.choice(told["zones"]),
            language=told["language"],
            client=rng.choice(("outlook", "outlook", "gmail", "apple")),
            phone=f"{told['phone']} 555 {rng.randrange(100, 200):04d}",
        )

    def colleague_of(self, person: Person, title: str) -> Person:
        """Somebody else at the same company and place."""
        other = self.person(region=_region_of(person), title=title, domain=person.domain)
        return replace(other, company=person.company, zone=person.zone)

    def _company(self, told: dict[str, Any]) -> str:
        rng, lists = self._rng, names()
        kinds = lists["company_kinds"][told["language"]]
        return self._fresh(lambda: f"{rng.choice(lists['company_names'])} {rng.choice(kinds)}")

    def _fresh(self, draw: Callable[[], str]) -> str:
        while (name := draw()) in self._taken:
            continue
        self._taken.add(name)
        return name

    def _local(self, name: str) -> str:
        first, last = _ascii(name.split()[0]), _ascii(name.split()[-1])
        return self._rng.choice((f"{first}.{last}", f"{first[0]}{last}", f"{first}{last}"))


def _region_of(person: Person) -> str:
    regions: dict[str, Any] = names()["region"]
    return next(name for name, told in regions.items() if person.zone in told["zones"])


def _ascii(text: str) -> str:
    for given, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("ø", "o")):
        text = text.replace(given, plain).replace(given.upper(), plain.title())
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(c for c in bare.lower() if c.isalnum() or c in " -.")
