"""A digest as HTML for mail programs: inline styles, one column, nothing from outside.

Colours stand in the elements and once more, for dark mode, behind classes; programs that know no
``style`` element show the light ones.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from jinja2 import Environment

from reports import digest_text, words
from reports.digest_items import Linked
from reports.template import environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.mail import Image

#: Background and ink of verdicts, as on the page: light, dark.
_CHIPS: Final = {
    "walk away": ("#9c2f21", "#ffffff", "#e9806d", "#240a05"),
    "do not contact": ("#403c37", "#ffffff", "#d5cfc4", "#1b1917"),
    "change approach": ("#fbe7c8", "#6b3d00", "#45300f", "#f6cf92"),
    "last try": ("#fdf2c2", "#5c4500", "#403709", "#f3dc83"),
    "stop chasing": ("#ede3f6", "#54336f", "#392a48", "#d9c1ee"),
    "park": ("#dfecfa", "#1b4a7d", "#1b3450", "#b3d3f5"),
    "win back": ("#d5efed", "#0b5351", "#103c3b", "#a2e0dc"),
    "keep going": ("#dcf0df", "#1d572b", "#1b3c24", "#aee0ba"),
    "unclear": ("#e9e5de", "#4f4a43", "#36322c", "#d2cbc0"),
}


def render(linked: Linked, title: str, images: Sequence[Image]) -> str:
    """The digest as a whole HTML document."""
    return document(
        "digest.html",
        linked=linked,
        view=linked.view,
        title=title,
        images=images,
        covered=digest_text.coverage(linked.view),
        whose=digest_text.WHOSE,
    )


def document(template: str, **shown: object) -> str:
    """A mail to the rep as a whole HTML document, made of one of the templates of mails."""
    return _environment().get_template(template).render(
        chips={verdict: f"background:{c[0]};color:{c[1]}" for verdict, c in _CHIPS.items()},
        dark_chips={
            verdict: f"background: {c[2]} !important; color: {c[3]} !important;"
            for verdict, c in _CHIPS.items()
        },
        **shown,
    )  # fmt: skip


@cache
def _environment() -> Environment:
    return environment(words=words, text=digest_text)
