"""How people of each kind behave: chances and paces, drawn per person from overlapping ranges."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from ingest.demo.times import WEEKDAYS


@dataclass(frozen=True)
class Habits:
    """Chances (0 to 1) of one person.

    ``pace_hours``: to answer; ``gap_days``: between rounds; ``answers``, ``reminded``,
    ``proposal``: that a question, a reminder, a proposal is answered; ``comes_back``: after a
    silence; ``phones``: has somebody phone for another date; ``keeps``: a promise. ``meets``,
    ``proposes``, ``requests`` weigh the kinds of rounds.
    """

    pace_hours: float
    gap_days: float
    answers: float
    reminded: float
    proposal: float
    comes_back: float
    moves_late: float
    moves_early: float
    cancels_late: float
    phones: float
    stays_away: float
    promises: float
    keeps: float
    puts_off: float
    requests: float
    meets: float
    proposes: float
    orders: float


@dataclass(frozen=True)
class Kind:
    """A kind of people: how many of them, which story they live, whether they are walls."""

    name: str
    count: int
    story: str
    wall: bool
    judged: bool
    days: tuple[int, ...]
    start: tuple[int, int]
    ranges: dict[str, tuple[float, float]]

    def habits(self, rng: Random) -> Habits:
        """Habits of one more person of this kind."""
        return Habits(**{name: rng.uniform(*ends) for name, ends in self.ranges.items()})


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds, in the order of the file."""
    text = files("ingest.demo").joinpath("kinds.toml").read_text(encoding="utf-8")
    told = tomllib.loads(text)
    usual = told["usual"]
    return tuple(_kind(name, one, usual) for name, one in told["kind"].items())


def _kind(name: str, told: dict[str, Any], usual: dict[str, Any]) -> Kind:
    ranges = {key: tuple(told.get(key, ends)) for key, ends in usual.items()}
    return Kind(
        name,
        told["count"],
        told.get("story", name),
        told.get("wall", False),
        told.get("judged", True),
        tuple(told.get("days", WEEKDAYS)),
        tuple(told.get("start", (0, 230))),
        ranges,
    )
