"""The made-up world: a rep's year with the people in it, from a seed and its last day."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from ingest.demo import times
from ingest.demo.cast import REP, Cast, Person, names
from ingest.demo.diary import Meeting
from ingest.demo.habits import Kind, kinds
from ingest.demo.letters import Letter
from ingest.demo.scene import Desk, OverError, Scene
from ingest.demo.stories import STORIES
from ingest.demo.truth import Truth

YEAR = timedelta(days=364)


@dataclass(frozen=True)
class Deal:
    """One line of the rep's list of deals."""

    address: str
    topic: str
    stage: str
    value: int
    close: date
    outcome: str


@dataclass(frozen=True)
class World:
    """Everything in it, in order of time, and the truth about its people."""

    seed: int
    end: datetime
    letters: tuple[Letter, ...]
    meetings: tuple[Meeting, ...]
    deals: tuple[Deal, ...]
    people: tuple[Truth, ...]


def world(seed: int, end: date) -> World:
    """The year that ends with the day ``end``. The same seed and day give the same world."""
    last = datetime.combine(end, time(23, 59), UTC)
    cast = Cast(_random(f"{seed} cast"))
    desk = Desk(last)
    scenes = [
        _lived(_random(f"{seed} {kind.name} {number}"), cast, desk, kind)
        for kind in kinds()
        for number in range(kind.count)
    ]
    return World(
        seed,
        last,
        tuple(sorted(desk.letters, key=lambda letter: (letter.at, letter.ident))),
        tuple(sorted(desk.meetings, key=lambda meeting: (meeting.created, meeting.uid))),
        tuple(deal for scene in scenes if (deal := _deal(scene))),
        tuple(scene.truth for scene in scenes),
    )


def _random(seed: str) -> Random:
    return Random(seed)  # noqa: S311 - it shall be the same every time


def _lived(rng: Random, cast: Cast, desk: Desk, kind: Kind) -> Scene:
    """One relation, lived to the end of the year."""
    begin = rng.uniform(*kind.start)
    start = times.at_work(rng, desk.end - YEAR + timedelta(days=begin), REP.zone)
    them = _person(rng, cast, kind)
    scene = Scene(rng, cast, desk, kind, them, _slots(rng, them, cast), start)
    scene.absences = _absences(rng, desk.end.date())
    with suppress(OverError):
        STORIES[kind.story](scene)
    scene.truth.planted = [p for p in scene.truth.planted if p.at <= desk.end]
    return scene


def _person(rng: Random, cast: Cast, kind: Kind) -> Person:
    """Somebody fit for the kind."""
    if kind.name == "friend":
        # Gmail allows no underscore in names, so that nobody has this address.
        them = cast.person(region="nl", domain="gmail.com")
        return replace(them, address=f"{them.first}_{them.last}@gmail.com".lower(), client="apple")
    if kind.name == "colleague":
        return cast.person(region="nl", domain=REP.domain)
    if not kind.judged:
        return cast.person(region=rng.choice(("uk", "nl")))
    return replace(cast.person(), days=kind.days)


def _slots(rng: Random, them: Person, cast: Cast) -> dict[str, str]:
    lists = names()
    product, site = rng.choice(lists["products"]), rng.choice(lists["sites"])
    project = rng.choice(lists["projects"])
    return {
        "product": product,
        "site": site,
        "project": project,
        "topic": f"{product} {project} {site}",
        "company": them.company,
        "colleague": cast.person(region="uk" if them.language == "en" else "de").name,
        "value": f"{rng.randrange(60, 900) * 100:,}",
    }


def _absences(rng: Random, end: date) -> list[tuple[date, date]]:
    """Two or three holidays of one or two weeks."""
    found = []
    for _ in range(rng.choice((2, 2, 3))):
        first = end - timedelta(days=rng.randrange(0, 360))
        first -= timedelta(days=first.weekday())
        found.append((first, first + timedelta(days=rng.choice((7, 7, 14)))))
    return found


def _deal(scene: Scene) -> Deal | None:
    """Most proposals stand in the rep's list."""
    slots = scene.pen.slots
    if "sent" not in slots or scene.rng.random() < 0.3:
        return None
    value = int(slots["value"].replace(",", ""))
    if scene.truth.won_at:
        stage, outcome, close = "Closed won", "won", scene.truth.won_at.date()
    elif scene.truth.lost and scene.truth.decided_at:
        stage, outcome, close = "Closed lost", "lost", scene.truth.decided_at.date()
    else:
        stage, outcome, close = "Proposal", "", (scene.desk.end + timedelta(days=30)).date()
    return Deal(scene.them.address, slots["topic"], stage, value, close, outcome)
