"""A made-up world, imported as real mail is and judged week by week, against its planted truth."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import comb
from pathlib import Path

import pandas as pd

from analyzer.analysis import Analysis, analyze
from analyzer.settings import Settings
from brickwall.importing import import_paths
from brickwall.labels import label
from ingest import demo
from ingest.demo import Truth, World
from store import database
from store.facts import Facts
from store.reading import read_facts

#: Verdicts that cost somebody the rep's effort.
ACCUSATIONS = frozenset({"walk away", "change approach", "stop chasing", "last try"})
#: A wall shall be called so within this time from its formal conditions on.
WITHIN = timedelta(weeks=8)
#: Kinds whose one offence lasts: it stands for three.
LASTING = {"ghost": "silent", "gatekept": "only the assistant answers", "asker": "only asks"}
#: A verdict may take so long to follow what was said.
SETTLED = timedelta(days=3)


@dataclass(frozen=True)
class Call:
    """What was said of somebody at one time; ``verdict`` is ``""`` for who is not judged."""

    truth: Truth
    as_of: datetime
    verdict: str = ""
    until: datetime | None = None
    wall: float = 0.0


@dataclass(frozen=True)
class Rate:
    """So many of so many, and the upper (or lower) 95 % bound of the rate."""

    k: int
    n: int

    @property
    def share(self) -> float:
        """The rate itself, 1 for none of none."""
        return self.k / self.n if self.n else 1.0

    @property
    def upper(self) -> float:
        """95 % upper bound (Clopper-Pearson, one-sided)."""
        return _bound(self.k, self.n) if self.k < self.n else 1.0

    def __str__(self) -> str:
        return f"{self.k} of {self.n} ({self.share:.1%}, upper bound {self.upper:.1%})"


def _bound(k: int, n: int) -> float:
    """The rate at which k or fewer of n have a chance of 5 %."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        chance = sum(comb(n, i) * middle**i * (1 - middle) ** (n - i) for i in range(k + 1))
        low, high = (middle, high) if chance > 0.05 else (low, middle)
    return high


def imported(world: World) -> Facts:
    """The facts of a world after writing it to files and importing these."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        demo.write(world, place)
        with database.open(place / "brickwall.db") as opened:
            import_paths(
                [place / "mail.mbox", place / "calendar.ics", place / "deals.csv"],
                database=opened,
                zone=demo.ZONE,
                label=label,
                now=lambda: world.end,
                me=[demo.ME],
                workers=1,
            )
            return read_facts(opened)


def known_at(facts: Facts, as_of: datetime) -> Facts:
    """``facts`` without the outcome of deals that were still open then."""
    still_open = (facts.deals["close_at"] > as_of).to_numpy()
    outcome = facts.deals["outcome"].where(~still_open, "")
    stage = facts.deals["stage"].where(~still_open, "Proposal")
    return replace(facts, deals=facts.deals.assign(outcome=outcome, stage=stage))


def weeks(end: datetime, every: int, first: int) -> list[datetime]:
    """Mondays at dawn until the end: each ``every``-th week from week ``first`` of the year on."""
    last = end - timedelta(days=end.weekday())
    last = last.replace(hour=4, minute=0, second=0, microsecond=0)
    return [last - timedelta(weeks=back) for back in range(0, 52 - first, every)][::-1]


def calls(seed: int, end: date, *, every: int = 1, first: int = 8) -> Iterator[Call]:
    """What is said of everybody in the world of this seed, week by week."""
    world = demo.world(seed, end)
    facts = imported(world)
    settings = Settings(zone=demo.ZONE)
    for as_of in weeks(world.end, every, first):
        found = _verdicts(analyze(known_at(facts, as_of), settings, as_of))
        for truth in world.people:
            yield Call(truth, as_of, *found.get(truth.address, ()))


def _verdicts(analysis: Analysis) -> dict[str, tuple[str, datetime | None, float]]:
    people = analysis.people[["person", "addresses"]].explode("addresses")
    both = analysis.verdicts.merge(people, on="person")
    both = both.merge(analysis.scores[["person", "wall"]], on="person")
    until = [None if pd.isna(day) else day for day in both["until"]]
    found = zip(both["verdict"].astype("str"), until, both["wall"], strict=True)
    return dict(zip(both["addresses"].astype("str"), found, strict=True))


def by_person(all_calls: Iterable[Call]) -> list[list[Call]]:
    """The calls of each person, in order of time."""
    found: dict[int, list[Call]] = {}
    for call in all_calls:
        found.setdefault(id(call.truth), []).append(call)
    return list(found.values())


def walls_found(people: list[list[Call]]) -> tuple[Rate, list[list[Call]]]:
    """Planted walls called within eight weeks from their formal conditions on, and the missed."""
    due = [calls for calls in people if calls[0].truth.wall and _window(calls)]
    missed = [p for p in due if not any(c.verdict == "walk away" for c in _window(p))]
    return Rate(len(due) - len(missed), len(due)), missed


def _window(calls: list[Call]) -> list[Call]:
    """The calls in the eight weeks, if all of these lie within the year."""
    since = calls[0].truth.formal_at()
    if since is None or since + WITHIN > calls[-1].as_of or since < calls[0].as_of:
        return []
    return [call for call in calls if since <= call.as_of <= since + WITHIN]


def ever(people: list[list[Call]], kinds: set[str], verdicts: frozenset[str]) -> Rate:
    """Of the people of these kinds, how many ever got one of the verdicts."""
    of = [calls for calls in people if calls[0].truth.kind in kinds]
    return Rate(sum(any(c.verdict in verdicts for c in calls) for calls in of), len(of))


def one_family_walled(people: list[list[Call]]) -> Rate:
    """Of who is no planted wall and offended in one family or none: calls "walk away"."""
    others = [calls for calls in people if not calls[0].truth.wall]
    one = [c for calls in others for c in calls if len(c.truth.families(c.as_of)) <= 1]
    judged = [c for c in one if c.verdict]
    return Rate(sum(c.verdict == "walk away" for c in judged), len(judged))


def ended(people: list[list[Call]], kinds: set[str], verdicts: frozenset[str]) -> Rate:
    """Of the people of these kinds with three offences standing, who ends in these verdicts."""
    last = [calls[-1] for calls in people if calls[0].truth.kind in kinds]
    offenders = [c for c in last if _offends(c)]
    return Rate(sum(c.verdict in verdicts for c in offenders), len(offenders))


def _offends(call: Call) -> bool:
    stands = [p for p in call.truth.planted if p.stands(call.as_of)]
    lasting = any(p.what == LASTING.get(call.truth.kind) for p in stands)
    return len({p.cause for p in stands}) >= 3 or lasting


def decided(people: list[list[Call]], kind: str, verdict: str) -> Rate:
    """Calls of this kind after they said how it is, and how many say the same."""
    after = [c for calls in people for c in calls if c.truth.kind == kind and _said(c)]
    return Rate(sum(c.verdict == verdict for c in after), len(after))


def _said(call: Call) -> bool:
    at = call.truth.decided_at
    return at is not None and call.as_of > at + SETTLED


def parked(people: list[list[Call]]) -> tuple[Rate, Rate]:
    """Calls between their word and their day: parked until that day; calls after it: woken."""
    waiting = [c for calls in people for c in calls if c.truth.parked_until and _said(c)]
    before = [c for c in waiting if c.truth.parked_until and c.as_of < c.truth.parked_until]
    after = [c for c in waiting if c.truth.parked_until and c.as_of >= c.truth.parked_until]
    right = [c for c in before if c.verdict == "park" and _same_day(c.until, c.truth.parked_until)]
    return Rate(len(right), len(before)), Rate(sum(c.verdict != "park" for c in after), len(after))


def _same_day(found: datetime | None, planted: datetime | None) -> bool:
    return bool(found and planted and abs(found - planted) < timedelta(days=2))
