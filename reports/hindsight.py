"""The backtest for people: how right brickwall would have been on the rep's own history."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from analyzer import calibration
from analyzer.backtest import Backtest
from reports import words
from reports.model import Person
from reports.views_base import Directory, local, number, probability, records

#: Fewer predictions than this are too few to say how good they were.
FEWEST: Final = 30
THRESHOLDS: Final = (0.5, 0.76, 0.9, 0.95)
KINDS: Final = {
    "answer": "An answer still comes (within 20 working days)",
    "not honoured": "The next thing asked is not honoured",
}
_BARS: Final = 30


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions of similar size: how many, said on average, came true."""

    count: int
    said: float
    came: float


@dataclass(frozen=True, slots=True)
class Quality:
    """How good one kind of prediction was. ``auc``: ranking, 0.5 is chance; ``skill``: share of the
    squared error saved against ``baseline_auc``'s predictor (the silence, or everyone's rate,
    alone); ``error``: expected calibration error. ``None`` where it cannot be said.
    """

    kind: str
    what: str
    count: int
    rate: float | None
    auc: float | None
    baseline_auc: float | None
    skill: float | None
    error: float | None
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Somebody the rep would have given up on. ``back_at``: their next sign within 20 working days;
    ``orders`` and ``value``: won with them at any time after.
    """

    person: Person
    origin: datetime
    verdict: str
    back_at: datetime | None
    orders: int
    value: float


@dataclass(frozen=True, slots=True)
class Threshold:
    """What stopping at this P(wall) would have cost; ``upper``: 95 % upper bound of the share that
    came back.
    """

    wall: float
    people: int
    came_back: int
    upper: float
    orders: int
    value: float


@dataclass(frozen=True, slots=True)
class Hindsight:
    """All of it. ``origins``: the days as of which was judged."""

    as_of: datetime
    zone: str
    currency: str
    origins: tuple[datetime, ...]
    qualities: tuple[Quality, ...]
    given_up: tuple[GivenUp, ...]
    thresholds: tuple[Threshold, ...]


def hindsight(found: Backtest, zone: str, currency: str) -> Hindsight:
    """The view of a backtest."""
    place, directory = ZoneInfo(zone), Directory(found.last)
    return Hindsight(
        as_of=found.last.as_of.astimezone(place).replace(microsecond=0),
        zone=zone,
        currency=currency,
        origins=tuple(origin.astimezone(place) for origin in found.origins),
        qualities=tuple(_quality(found.said, kind) for kind in KINDS),
        given_up=tuple(_given_up(row, place, directory) for row in records(found.given_up)),
        thresholds=tuple(_threshold(found.judged, wall) for wall in THRESHOLDS),
    )


def _quality(said: pd.DataFrame, kind: str) -> Quality:
    rows = said[said["kind"] == kind]
    chance = rows["chance"].to_numpy("float64")
    baseline, came = rows["baseline"].to_numpy("float64"), rows["came"].to_numpy("bool")
    told = calibration.bins(chance, came)
    return Quality(
        kind=kind,
        what=KINDS[kind],
        count=len(rows),
        rate=_told(float(came.mean())) if len(rows) else None,
        auc=_told(calibration.auc(chance, came)),
        baseline_auc=_told(calibration.auc(baseline, came)),
        skill=_told(calibration.skill(chance, baseline, came)),
        error=_told(calibration.expected_error(chance, came)),
        bins=tuple(Bin(each.count, round(each.said, 3), round(each.came, 3)) for each in told),
    )


def _told(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 3)


def _given_up(row: Any, zone: ZoneInfo, directory: Directory) -> GivenUp:
    origin = local(row.origin, zone)
    assert origin is not None
    back, value = local(row.back_at, zone), number(row.value, 2)
    return GivenUp(directory[row.person], origin, row.verdict, back, int(row.orders), value)


def _threshold(judged: pd.DataFrame, wall: float) -> Threshold:
    """By each person's first time at or above it."""
    over = judged[judged["wall"] >= wall].sort_values("origin").drop_duplicates("person")
    back = int(over["back_at"].notna().sum())
    bound = calibration.upper_bound(back, len(over)) if len(over) else 1.0
    orders, value = int(over["orders"].sum()), number(over["value"].sum(), 2)
    return Threshold(wall, len(over), back, probability(bound), orders, value)


def render(view: Hindsight, width: int = 80) -> str:
    """The backtest for a terminal."""
    from io import StringIO

    from rich.console import Console

    target = StringIO()
    console = Console(file=target, width=width, no_color=True, markup=False, highlight=False)
    for line in _lines(view):
        console.print(line)
    return target.getvalue()


def _lines(view: Hindsight) -> Iterator[str]:
    yield summary(view)
    for quality in view.qualities:
        yield f"\n{quality.what}\n{measured(quality)}"
        for each in quality.bins:
            came = f"{_percent(each.came)} of {each.count:,}"
            yield f"  {_percent(each.said)} said {_plot(each)} {came}"
        if quality.bins:
            yield "  (| said, # came true)"
    if view.origins:
        yield "\nGiven up on, first time each"
    if view.origins and not view.given_up:
        yield "  Nobody."
    for one in view.given_up:
        yield f"  {outcome(one, view.currency)}"
    if view.origins:
        yield "\nHad you stopped at a P(wall) of"
        for step in view.thresholds:
            yield f"  {cost(step, view.currency)}"


def summary(view: Hindsight) -> str:
    """What was done, or why nothing could be."""
    if not view.origins:
        return (
            "Too little history: a backtest needs mail of three months, and 20 working days after."
        )
    first, last = words.day(view.origins[0]), words.day(view.origins[-1])
    times = words.count(len(view.origins), "time")
    return (
        f"Judged {times}, from {first} to {last}, each from what could be known then, and compared "
        "with the 20 working days that followed."
    )


def measured(quality: Quality) -> str:
    """The figures of one kind in a sentence."""
    if quality.count < FEWEST or quality.auc is None:
        return f"{words.count(quality.count, 'prediction')}: too few to say how good they were."
    return (
        f"{quality.count:,} predictions; {_percent(quality.rate or 0.0).strip()} came true. "
        f"AUC {quality.auc:.2f} (baseline {quality.baseline_auc or 0.5:.2f}), Brier skill "
        f"{quality.skill or 0.0:+.2f}, calibration error {quality.error or 0.0:.2f}."
    )


def outcome(one: GivenUp, currency: str) -> str:
    """Who, when, and what became of it."""
    back = f"came back on {words.day(one.back_at)}" if one.back_at else "did not come back"
    won = ""
    if one.orders:
        orders = words.count(one.orders, "order")
        won = f"; {orders} later, {words.money(one.value, currency)}"
    return f"{one.person.name}: {one.verdict} on {words.day(one.origin)}; {back}{won}."


def cost(step: Threshold, currency: str) -> str:
    """What one threshold would have cost."""
    who = words.count(step.people, "person", "people")
    if not step.people:
        return f"{step.wall:.2f}: nobody."
    lost = "no order lost"
    if step.orders:
        lost = f"{words.count(step.orders, 'order')} lost, {words.money(step.value, currency)}"
    return (
        f"{step.wall:.2f}: {who}, {step.came_back:,} of them came back within 20 working days (at "
        f"most {_percent(step.upper).strip()} would, with 95 % confidence); {lost}."
    )


def _percent(share: float) -> str:
    return f"{round(100 * share):3d} %"


def _plot(each: Bin) -> str:
    said, came = (min(round(share * _BARS), _BARS - 1) for share in (each.said, each.came))
    marks = ["·"] * _BARS
    marks[said], marks[came] = "|", "#"
    return "".join(marks)
