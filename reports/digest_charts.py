"""The drawings of a digest as PNG: bars of twelve weeks, one kind up, the other down.

They stand on a light card of their own, so that they read the same in light and dark mail programs.
Drawn at twice the size they are shown at, for sharp screens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from reports import words
from reports.digest_model import WeekOfMeetings
from reports.model import WeekOfSigns

WIDTH: Final = 560
HEIGHT: Final = 168
_SCALE: Final = 2
_MARGIN: Final = 16
_TOP: Final = 44
_BOTTOM: Final = 26
_CARD: Final = "#fbfaf8"
_EDGE: Final = "#e3ddd3"
_INK: Final = "#211e1a"
_SOFT: Final = "#645d54"
_GOOD: Final = "#3b8a50"
_BAD: Final = "#b4442f"
_LEAST_RANGE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Bars:
    """What is drawn: ``up`` and ``down`` per week, none negative; ``told``: the same in words."""

    title: str
    weeks: tuple[str, ...]
    up: tuple[float, ...]
    down: tuple[float, ...]
    up_is: str
    down_is: str
    told: str


def signs(weeks: Sequence[WeekOfSigns]) -> Bars | None:
    """Good and bad signs of everybody; ``None`` where there were none."""
    if not any(week.good or week.bad for week in weeks):
        return None
    good = sum(1 for week in weeks if week.good > week.bad)
    bad = sum(1 for week in weeks if week.bad > week.good)
    return Bars(
        title="Signs of all your contacts, week by week",
        weeks=tuple(week.week for week in weeks),
        up=tuple(week.good for week in weeks),
        down=tuple(week.bad for week in weeks),
        up_is="good",
        down_is="bad",
        told=f"Signs of all your contacts in {words.count(len(weeks), 'week')}: the good ones "
        f"outweighed in {good}, the bad ones in {bad}; in the last week {_last(weeks[-1])}.",
    )


def _last(week: WeekOfSigns) -> str:
    if week.good == week.bad:
        return "neither"
    return "the good ones" if week.good > week.bad else "the bad ones"


def meetings(weeks: Sequence[WeekOfMeetings]) -> Bars | None:
    """Meetings that took place, and those that did not because of them."""
    held, lost = sum(week.held for week in weeks), sum(week.lost for week in weeks)
    if not held + lost:
        return None
    return Bars(
        title="Meetings, week by week",
        weeks=tuple(week.week for week in weeks),
        up=tuple(float(week.held) for week in weeks),
        down=tuple(float(week.lost) for week in weeks),
        up_is="stood",
        down_is="moved, called off or missed by them",
        told=f"Meetings in {words.count(len(weeks), 'week')}: {held:,} stood, {lost:,} were moved, "
        f"called off or missed by them; in the last week {weeks[-1].held:,} and "
        f"{weeks[-1].lost:,}.",
    )


def png(bars: Bars) -> bytes:
    """The drawing, ``WIDTH`` by ``HEIGHT`` points, with 64 colours at most."""
    size = (WIDTH * _SCALE, HEIGHT * _SCALE)
    drawing = Image.new("RGB", size, "#ffffff")
    canvas = ImageDraw.Draw(drawing)
    canvas.rectangle((0, 0, size[0] - 1, size[1] - 1), _CARD, _EDGE, _SCALE)
    _heading(canvas, bars)
    _bars(canvas, bars)
    saved = BytesIO()
    drawing.quantize(64, dither=Image.Dither.NONE).save(saved, "PNG", optimize=True)
    return saved.getvalue()


def _heading(canvas: ImageDraw.ImageDraw, bars: Bars) -> None:
    _text(canvas, (_MARGIN, 12), bars.title, _INK, 14)
    x = float(WIDTH - _MARGIN)
    for colour, label in ((_BAD, bars.down_is), (_GOOD, bars.up_is)):
        x -= canvas.textlength(label, _font(12)) / _SCALE
        _text(canvas, (x, 14), label, _SOFT, 12)
        x -= 14
        _box(canvas, x, 16, x + 9, 25, colour)
        x -= 14


def _bars(canvas: ImageDraw.ImageDraw, bars: Bars) -> None:
    step = (WIDTH - 2 * _MARGIN) / max(len(bars.weeks), 1)
    up, down = max(bars.up), max(bars.down)
    scale = (HEIGHT - _TOP - _BOTTOM) / max(up + down, _LEAST_RANGE)
    zero = HEIGHT - _BOTTOM - down * scale
    for number, week in enumerate(bars.weeks):
        x = _MARGIN + number * step
        if bars.up[number]:
            _box(canvas, x + 5, zero - max(2, bars.up[number] * scale), x + step - 5, zero, _GOOD)
        if bars.down[number]:
            low = zero + max(2, bars.down[number] * scale)
            _box(canvas, x + 5, zero, x + step - 5, low, _BAD)
        label = week.rpartition("-W")[2].lstrip("0")
        wide = canvas.textlength(label, _font(11)) / _SCALE
        _text(canvas, (x + (step - wide) / 2, HEIGHT - 20), label, _SOFT, 11)
    _box(canvas, _MARGIN, zero - 0.5, WIDTH - _MARGIN, zero + 0.5, _SOFT)


def _box(
    canvas: ImageDraw.ImageDraw, left: float, top: float, right: float, low: float, colour: str
) -> None:
    corners = [round(edge * _SCALE) for edge in (left, top, right, low)]
    canvas.rectangle((corners[0], corners[1], corners[2] - 1, corners[3] - 1), colour)


def _text(
    canvas: ImageDraw.ImageDraw, at: tuple[float, float], text: str, colour: str, size: int
) -> None:
    canvas.text((at[0] * _SCALE, at[1] * _SCALE), text, colour, _font(size))


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font that comes with the library: the same on every machine."""
    return ImageFont.load_default(size * _SCALE)
