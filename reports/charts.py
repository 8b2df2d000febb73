"""Inline SVG, drawn by us: the trend line, the strip of meetings, the bar of hours.

Looks come from classes in ``page.css``; there are no style attributes, so that the page's content
security policy can forbid them. Every drawing has a text alternative.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from markupsafe import Markup, escape

from reports import words
from reports.model import MeetingMark, Total, WeekOfSigns
from reports.week import Week

WIDTH: Final = 520
TREND_HEIGHT: Final = 84
STRIP_HEIGHT: Final = 26
MONTHS_HEIGHT: Final = 18
_WEEKS: Final = 26
_WEEKS_AHEAD: Final = 2
_LEFT: Final = 4
_STEP: Final = (WIDTH - 2 * _LEFT) / (_WEEKS + _WEEKS_AHEAD)
_MARGIN: Final = 6
_LEAST_RANGE: Final = 2.0
_MARK_Y: Final = 13


def trend(weeks: tuple[WeekOfSigns, ...]) -> Markup:
    """Good signs as bars up, bad ones down, the fading balance as a line; "" without signs."""
    if not weeks:
        return Markup()
    scale, zero = _fitted(weeks)
    bars = Markup().join(_bars(n, week, scale, zero) for n, week in enumerate(weeks))
    points = [(_LEFT + (n + 0.5) * _STEP, zero - w.balance * scale) for n, w in enumerate(weeks)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    end_x, end_y = (f"{at:.1f}" for at in points[-1])
    axis = Markup('<line class="axis" x1="0" x2="{}" y1="{}" y2="{}"/>')
    return _svg(
        "trend",
        TREND_HEIGHT,
        trend_text(weeks),
        axis.format(WIDTH, f"{zero:.1f}", f"{zero:.1f}")
        + bars
        + Markup('<polyline class="balance" points="{}"/>').format(line)
        + Markup('<circle class="now" cx="{}" cy="{}" r="4"/>').format(end_x, end_y),
    )


def _fitted(weeks: tuple[WeekOfSigns, ...]) -> tuple[float, float]:
    """Pixels per unit of strength, and where zero lies, so that everything fits."""
    up = max(0.3, *(max(week.balance, week.good) for week in weeks))
    down = max(0.3, *(max(-week.balance, week.bad) for week in weeks))
    scale = (TREND_HEIGHT - 2 * _MARGIN) / max(up + down, _LEAST_RANGE)
    return scale, _MARGIN + up * scale


def trend_text(weeks: tuple[WeekOfSigns, ...]) -> str:
    """The trend in a sentence."""
    good = sum(1 for week in weeks if week.good)
    bad = sum(1 for week in weeks if week.bad)
    return (
        f"In {words.count(len(weeks), 'week')}: signs against them in {words.count(bad, 'week')}, "
        f"for them in {words.count(good, 'week')}; the balance went from "
        f"{weeks[0].balance:+.1f} to {weeks[-1].balance:+.1f}."
    )


def _bars(number: int, week: WeekOfSigns, scale: float, zero: float) -> Markup:
    x = f"{_LEFT + number * _STEP + 2:.1f}"
    drawn = Markup()
    for kind, strength in (("good", week.good), ("bad", week.bad)):
        if strength:
            height = max(2.0, strength * scale)
            y = zero - height if kind == "good" else zero
            drawn += Markup(
                '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="1.5"/>'
            ).format(kind, x, f"{y:.1f}", f"{_STEP - 4:.1f}", f"{height:.1f}")
    return drawn


def strip(meetings: tuple[MeetingMark, ...], week: Week) -> Markup:
    """The meetings of half a year up to ``week`` and a little ahead; "" without meetings.

    The month names under it are ``months``.
    """
    if not meetings:
        return Markup()
    first = _first_day(week)
    marks = Markup().join(_mark(mark, first) for mark in meetings)
    return _svg("strip", STRIP_HEIGHT, strip_text(meetings), marks)


def strip_text(meetings: tuple[MeetingMark, ...]) -> str:
    """The strip in a sentence."""
    states = Counter(_told(mark) for mark in meetings)
    told = [f"{number} {state}" for state, number in states.most_common()]
    return f"{words.count(len(meetings), 'meeting')}: {words.listed(told)}."


def _told(mark: MeetingMark) -> str:
    by = {"them": " by them", "you": " by you", "not known": ", by whom is not known"}
    changed = mark.state in ("moved", "cancelled", "declined")
    return mark.state + (by.get(mark.by, "") if changed else "")


def key(meetings: Iterable[MeetingMark]) -> list[tuple[Markup, str]]:
    """The symbols in a strip with what they mean, in the order of their first use."""
    used = dict.fromkeys((_class(mark), _told(mark)) for mark in meetings)
    symbol = Markup('<svg class="key" viewBox="-8 -8 16 16" aria-hidden="true">{}</svg>')
    return [(symbol.format(_symbol(name)), told) for name, told in used]


def _class(mark: MeetingMark) -> str:
    return f"{mark.state.replace(' ', '-')} by-{mark.by.replace(' ', '-') or 'none'}"


def _mark(mark: MeetingMark, first: date) -> Markup:
    x = _x((mark.at.date() - first).days)
    title = f"{words.moment(mark.at)}: {mark.summary or '(without a title)'}, {_told(mark)}"
    return Markup('<g transform="translate({} {})"><title>{}</title>{}</g>').format(
        f"{x:.1f}", _MARK_Y, title, _symbol(_class(mark))
    )


_SHAPES: Final = {
    "held": '<circle r="5"/>',
    "missed": '<path d="M-5-5 5 5M5-5-5 5"/>',
    "moved": '<path d="M-5 0H4M0-4.5 4.5 0 0 4.5"/>',
    "cancelled": '<circle r="5"/><path d="M-3.5 3.5 3.5-3.5"/>',
    "declined": '<path d="M-5 0H5"/>',
    "not-known": '<circle r="3.5"/>',
    "ahead": '<circle r="5"/>',
}


def _symbol(name: str) -> Markup:
    shape = Markup(_SHAPES.get(name.split(" ")[0], _SHAPES["not-known"]))  # noqa: S704
    return Markup('<g class="mark {}">{}</g>').format(name, shape)


def _x(days: int) -> float:
    return _LEFT + (days + 0.5) / 7 * _STEP


def months(week: Week) -> Markup:
    """The axis under trend and strip: the month names, each where the month begins."""
    first = _first_day(week)
    days = [first + timedelta(days=n) for n in range(_WEEKS * 7)]
    label = Markup('<text x="{}" y="14">{}</text>')
    names = Markup().join(
        label.format(f"{_x((day - first).days):.1f}", words.MONTHS[day.month - 1][:3])
        for day in days
        if day.day == 1
    )
    axis = Markup('<line class="axis" x1="0" x2="{}" y1="0.5" y2="0.5"/>').format(WIDTH)
    drawing = Markup('<svg class="chart months" viewBox="0 0 {} {}" aria-hidden="true">{}</svg>')
    return drawing.format(WIDTH, MONTHS_HEIGHT, axis + names)


def _first_day(week: Week) -> date:
    return week.first_day - timedelta(weeks=_WEEKS - 1)


def hours_bar(totals: tuple[Total, ...]) -> Markup:
    """How the hours of the last 7 days split over the verdicts; "" when none were spent."""
    spent = sum(total.week_hours for total in totals)
    if spent <= 0:
        return Markup()
    drawn, x = Markup(), 0.0
    for total in totals:
        width = total.week_hours / spent * WIDTH
        if width > 0:
            drawn += Markup(
                '<rect class="v-{}" x="{}" width="{}" height="14"><title>{}</title></rect>'
            ).format(
                total.verdict.replace(" ", "-"),
                f"{x:.1f}",
                f"{max(width - 2, 1):.1f}",
                f"{total.verdict}: {words.hours(total.week_hours)}",
            )
        x += width
    told = [f"{words.hours(t.week_hours)} {t.verdict}" for t in totals if t.week_hours > 0]
    return _svg("hours", 14, f"Hours in the last 7 days: {words.listed(told)}.", drawn)


def _svg(name: str, height: int, told: str, drawn: Markup) -> Markup:
    return Markup(
        '<svg class="chart {}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(name, WIDTH, height, escape(told), drawn)
