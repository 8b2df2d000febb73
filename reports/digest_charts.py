"""The drawings of a digest as PNG: bars of twelve weeks, one kind up, the other down.

Their ground is transparent and their colours are middle tones, so that they read in light and dark
mail programs alike. Title and legend stand in the mail itself. Drawn larger than
shown, for sharp screens.
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

WIDTH: Final = 328
HEIGHT: Final = 104
_SCALE: Final = 3
_TOP: Final = 4
_BOTTOM: Final = 20
_GAP: Final = 3
_LABEL: Final = 12
# middle tones: they are seen on white and on black
_GOOD: Final = "#459a5c"
_BAD: Final = "#c9573f"
_SOFT: Final = "#7d766c"
#: Bars never seem larger than their number.
_LEAST_RANGE: Final = 3.0


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
        title="Signs of all contacts",
        weeks=tuple(week.week for week in weeks),
        up=tuple(week.good for week in weeks),
        down=tuple(week.bad for week in weeks),
        up_is="good ones",
        down_is="bad ones",
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
        title="Meetings",
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
    """The drawing, ``WIDTH`` by ``HEIGHT`` points, in few colours."""
    drawing = Image.new("RGBA", (WIDTH * _SCALE, HEIGHT * _SCALE), (0, 0, 0, 0))
    _draw(ImageDraw.Draw(drawing), bars)
    saved = BytesIO()
    few = drawing.quantize(48, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(saved, "PNG", optimize=True)
    return saved.getvalue()


def _draw(canvas: ImageDraw.ImageDraw, bars: Bars) -> None:
    step = WIDTH / max(len(bars.weeks), 1)
    down = max(bars.down)
    scale = (HEIGHT - _TOP - _BOTTOM) / max(max(bars.up) + down, _LEAST_RANGE)
    zero = HEIGHT - _BOTTOM - down * scale
    for number, week in enumerate(bars.weeks):
        left, right = number * step + _GAP, (number + 1) * step - _GAP
        if bars.up[number]:
            _box(canvas, (left, zero - max(2, bars.up[number] * scale), right, zero), _GOOD)
        if bars.down[number]:
            _box(canvas, (left, zero, right, zero + max(2, bars.down[number] * scale)), _BAD)
        _label(canvas, (left + right) / 2, week.rpartition("-W")[2].lstrip("0"))
    _box(canvas, (0, zero - 0.5, WIDTH, zero + 0.5), _SOFT)


def _box(
    canvas: ImageDraw.ImageDraw, corners: tuple[float, float, float, float], colour: str
) -> None:
    left, top, right, low = (round(edge * _SCALE) for edge in corners)
    canvas.rectangle((left, top, right - 1, low - 1), colour)


def _label(canvas: ImageDraw.ImageDraw, middle: float, text: str) -> None:
    font = _font()
    left = middle * _SCALE - canvas.textlength(text, font) / 2
    canvas.text((left, (HEIGHT - _LABEL - 4) * _SCALE), text, _SOFT, font)


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font that comes with the library: the same on every machine."""
    return ImageFont.load_default(_LABEL * _SCALE)
