"""The author's own new text of a mail: what others wrote before, and signatures, are cut off.

A text is read by lines, once. A line is *own*, *quoted* (``>``), part of the *attribution* above a
quotation ("On ... wrote:") or of the *header block* of an older mail. What follows an attribution
or header block is older text, unless lines quoted with ``>`` follow: then the lines between them
are the author's answers, and stay.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.attributions import attribution_start, is_unusual
from ingest.header_blocks import header_block, is_separator
from ingest.signatures import signature_start

#: Text beyond this is not looked at.
MAX_CHARACTERS: Final = 256 * 1024
_MAX_LINES: Final = 20_000
#: So many lines with text behind an attribution may stand before the first quoted line.
_LINES_BEFORE_QUOTE: Final = 3
#: A quoted line of this length may have been broken on its way, its end standing unquoted below.
_BROKEN_LINE_CHARACTERS: Final = 60
_FULL_LINE_CHARACTERS: Final = 75
_MAX_BROKEN_LINES: Final = 30
_RULE: Final = re.compile(r"([-_=*])\1{19,}$")
_INTRODUCERS: Final = frozenset("-_=*")


def new_text(text: str) -> str:
    """What the author of a mail wrote in it: no quotation, no signature, no list footer.

    Answers between quoted lines stay. White space at the ends of lines and of the text is not
    kept. Never raises; takes time linear in the length of ``text``.
    """
    own = _own_lines(text)
    return "\n".join(own[: signature_start(own)]).strip()


def without_quotation(text: str) -> str:
    """``text`` without what others wrote before, but with its signature."""
    return "\n".join(_own_lines(text)).strip()


def _own_lines(text: str) -> list[str]:
    text = text[:MAX_CHARACTERS]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")[:_MAX_LINES]
    return [lines[position].rstrip() for position in _own(_bare(text, lines))]


def _bare(text: str, lines: list[str]) -> list[str]:
    """``lines`` without indentation, and as if quoted-printable left in an archive was decoded."""
    if "=20\n" in text or "=09" in text:
        lines = [line.replace("=09", " ").removesuffix("=20").removesuffix("=") for line in lines]
    return [line.strip() for line in lines]


def _own(bare: list[str]) -> list[int]:
    """Numbers of the author's lines."""
    own: list[int] = []
    position = 0
    while position < len(bare):
        line = bare[position]
        if not line:
            own.append(position)
            position += 1
        elif line[0] == ">":
            position = _behind_quote(bare, position)
        elif not _may_introduce(line) or (older := _older(bare, position)) is None:
            own.append(position)
            position += 1
        else:
            start, end, attributed = older
            while own and own[-1] >= start:
                own.pop()
            position = end
            answered_below = attributed and not any(bare[number] for number in own)
            if not answered_below and not _is_quoted_below(bare, end, attributed):
                break
    return own


def _may_introduce(line: str) -> bool:
    return ":" in line or line[0] in _INTRODUCERS or line[-1] in "-e" or "：" in line


def _older(bare: list[str], position: int) -> tuple[int, int, bool] | None:
    """What introduces older text here: first line, line behind, whether it is an attribution.

    Below an attribution with nothing above it stands the author's answer, where the quotation
    itself was left out; a header block there begins a forwarded mail.
    """
    line = bare[position]
    if is_separator(line):
        return position, _behind_header(bare, position + 1), False
    if line[-1] in "-e" and is_unusual(line):
        return position, position + 1, True
    if ":" not in line and "：" not in line:
        return None
    block = header_block(bare, position)
    if block is not None:
        return *block, False
    start = attribution_start(bare, position) if line[-1] in ":：" else None
    return None if start is None else (start, position + 1, True)


def _behind_header(bare: list[str], position: int) -> int:
    """The line behind the header block below a separator, where one is."""
    for at in range(position, min(position + 2, len(bare))):
        block = header_block(bare, at) if ":" in bare[at] or "：" in bare[at] else None
        if block is not None:
            return block[1]
    return position


def _behind_quote(bare: list[str], position: int) -> int:
    """The line behind a quotation, with the unquoted ends of quoted lines that were broken."""
    last = len(bare)
    while position < last:
        line = bare[position]
        if not line or line[0] != ">":
            end = _behind_broken_line(bare, position) if line else position
            if end == position:
                break
            position = end
        position += 1
    return position


def _behind_broken_line(bare: list[str], position: int) -> int:
    """The next quoted line, when all between is the rest of the quoted line above."""
    if _RULE.match(bare[position]) and "".join(bare[position + 1 : position + 2])[:1] == ">":
        return position + 1
    above = bare[position - 1]
    if len(above) < _BROKEN_LINE_CHARACTERS or above[-1] in ".?!:":
        return position
    for end in range(position, min(position + _MAX_BROKEN_LINES, len(bare))):
        line = bare[end]
        if line[:1] == ">":
            return end
        if not line or (end > position and len(bare[end - 1]) < _FULL_LINE_CHARACTERS):
            return position
    return position


def _is_quoted_below(bare: list[str], position: int, attributed: bool) -> bool:
    """Whether a line quoted with ``>`` stands among the next lines with text.

    Below a header block it must be the first: later ones the older mail itself quoted.
    """
    seen = 0
    for line in bare[position : position + 20]:
        if line[:1] == ">":
            return True
        seen += bool(line)
        if seen == (_LINES_BEFORE_QUOTE if attributed else 1):
            return False
    return False
