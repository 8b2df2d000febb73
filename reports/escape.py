"""Makes text from mail harmless before it is shown anywhere.

``line`` is applied once, when a view is made: what views hold has no control characters, no
direction overrides and a bounded length. Each format then escapes what is special in it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Longest text shown: a name, a subject, a sentence.
NAME: Final = 80
SUBJECT: Final = 160
SENTENCE: Final = 400

# C0, C1, soft hyphen, Arabic letter mark, Mongolian vowel separator, zero-width space, direction
# marks and overrides, line separators, invisible operators, byte order mark, interlinear marks,
# surrogates, tag characters. Joiners (U+200C, U+200D) stay: Persian, Hindi and emoji need them.
_REMOVED: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_BLANKS: Final = re.compile(r"\s+")
_JOINERS: Final = re.compile("[\u200c\u200d]{2,}")
_MARKS_IN_A_ROW: Final = 4
_ELLIPSIS: Final = "…"

# What spreadsheets read as the beginning of a formula, at the start of a cell or after a
# separator that some locales split at.
_FORMULA: Final = re.compile(r"(^|[;\"])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20\t\r])")

_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()<>|#&~@$!^])")
_MARKDOWN_LINK: Final = re.compile(
    r"(?<=[a-zA-Z])(:)(?=//)|(?<=\bwww)(\.)|(?<=mailto)(:)|(?<=xmpp)(:)", re.I
)
_MARKDOWN_START: Final = re.compile(r"^(\d+)([.)])(?=\s|$)|^([-+=:>])")


def line(text: object, limit: int = SENTENCE) -> str:
    """``text`` as one harmless line of at most ``limit`` characters, its end cut with "…"."""
    # no more than a few times the limit is looked at: subjects may be megabytes long
    shown = _REMOVED.sub("", str(text)[: limit * 8 + 64])
    shown = _JOINERS.sub("\u200d", _BLANKS.sub(" ", shown)).strip()
    if not shown.isascii():
        shown = _few_marks(shown)
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + _ELLIPSIS


def _few_marks(text: str) -> str:
    """``text`` with at most a few combining marks in a row, so that none paints over others."""
    kept: list[str] = []
    row = 0
    for character in text:
        row = row + 1 if unicodedata.combining(character) else 0
        if row <= _MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)


def cell(text: str) -> str:
    """``text`` for a cell of CSV: a formula gets a leading apostrophe and is shown as text."""
    return _FORMULA.sub(r"\1\2'", text)


def markdown(text: str) -> str:
    """``text`` for Markdown (CommonMark, tables, GitHub's bare links): shown, never formatted."""
    shown = _MARKDOWN.sub(r"\\\1", text)
    shown = _MARKDOWN_LINK.sub(lambda found: "\\" + found.group(0), shown)
    return _MARKDOWN_START.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", shown)
