"""The header block above an older mail: From, Sent, To, Subject; in Notes name, date, To, cc."""

from __future__ import annotations

import re
from typing import Final

from ingest.wordlists import words

#: A block longer than this, with its wrapped recipients, is not looked at further.
_MAX_LINES: Final = 80
_LISTS: Final = words("quotations")
_CLASS: Final = {
    label: key.partition(".")[2]
    for key, labels in _LISTS.items()
    if key.startswith("labels.")
    for label in labels
}
_LABEL: Final = re.compile(r"[\s*|]*([^\W\d_][^:：*\n]{0,22}?)\s*\**\s?[:：]")
_SEPARATOR: Final = re.compile(
    r"\s*(?:[-_=*]{2,}\s*(?:" + "|".join(map(re.escape, _LISTS["separators.texts"])) + r")\b"
    r"|(?:" + "|".join(map(re.escape, _LISTS["separators.alone"])) + r")\s*:?\s*$)",
    re.IGNORECASE,
)
_DATE: Final = re.compile(
    r"\b\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})\s+(?:um |at |à )?"
    r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s*[AaPp][Mm])?"
)
_AT_END: Final = re.compile(r"\bon\s+\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}$")
_TIME: Final = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\s*[AaPp][Mm])?$")
_ABOVE_LABELS: Final = ("sent by:", "please respond to")
_MAX_LINES_ABOVE: Final = 8
_BESIDE_FROM: Final = frozenset(("sent", "to", "subject", "cc"))
_RULE: Final = re.compile(r"\s*[-_=*]{5,}\s*$")
#: Labels in a second column: who wrote when stands to their left, wrapped over the same lines.
_COLUMN: Final = re.compile(
    r"(?P<left>.{1,60}?)\s{2,}(?P<label>[^\W\d_][^:：\n]{0,12})[:：](?:\s|$)"
)
_MAX_COLUMN_LINES: Final = 8
_IN_ONE_LINE: Final = re.compile(r"\sTo:\s.*\s(?:cc:\s.*)?Subject:\s", re.IGNORECASE)


def is_separator(line: str) -> bool:
    """Whether a line such as ``-----Original Message-----`` is this."""
    return _SEPARATOR.match(line) is not None


def header_block(lines: list[str], position: int) -> tuple[int, int] | None:
    """First line of the header block that holds ``lines[position]``, and the line behind it.

    ``position`` is the first labelled line; the name and date that Notes writes above belong to
    the block. ``None`` where no block is.
    """
    label = _class(lines[position])
    if not label:
        return _columned(lines, position)
    if label not in ("from", "to", "sent", "subject"):
        return None
    classes, end = _labels(lines, position)
    start = _start(lines, position)
    if "from" in classes and len(classes & _BESIDE_FROM) >= 2:
        return start, end
    dated = start < position or _DATE.search(lines[position]) is not None
    if dated and len(classes & {"from", "to", "cc", "subject"}) >= 2:
        return start, end
    if {"to", "cc", "subject"} <= classes:
        return start, end
    return None


def _columned(lines: list[str], position: int) -> tuple[int, int] | None:
    """The block of which ``lines[position]`` holds To in a second column, if it is one.

    Or all of it: ``Ann Lee 05/02/01 09:42 AM To: Bo Roe cc: Subject: Pumps``.
    """
    if _DATE.search(lines[position]) and _IN_ONE_LINE.search(lines[position]):
        return position, position + 1
    if _label_in_column(lines[position]) != "to":
        return None
    for at in range(position + 1, min(position + _MAX_COLUMN_LINES, len(lines))):
        if not lines[at].strip():
            return None
        if _label_in_column(lines[at]) == "subject":
            break
    else:
        return None
    if not any(_DATE.search(line) for line in lines[position : at + 1]):
        return None
    return _behind_empty(lines, position), _until_empty(lines, at)


def _label_in_column(line: str) -> str:
    match = _COLUMN.match(line)
    return _CLASS.get(match["label"].lower(), "") if match else ""


def _behind_empty(lines: list[str], position: int) -> int:
    """The first of the lines with text that end at ``position``."""
    start = position
    while start > 0 and position - start < _MAX_COLUMN_LINES and lines[start - 1].strip():
        start -= 1
    return start


def _until_empty(lines: list[str], position: int) -> int:
    end = position
    while end < len(lines) and end - position < _MAX_COLUMN_LINES and lines[end].strip():
        end += 1
    return end


def _class(line: str) -> str:
    match = _LABEL.match(line)
    return _CLASS.get(match[1].lower(), "") if match else ""


def _labels(lines: list[str], position: int) -> tuple[set[str], int]:
    """Classes of the labels from ``position`` on, and the line behind the last of them."""
    classes: set[str] = set()
    end, empty, current = position, 0, ""
    for at in range(position, min(position + _MAX_LINES, len(lines))):
        line = lines[at]
        label = _class(line)
        if label and not (label in classes and label != "other"):
            classes.add(label)
            end, empty, current = at + 1, 0, label
        elif not line.strip():
            empty += 1
            if empty > 1 or "subject" in classes:
                break
        elif empty or current not in ("to", "cc", "from"):
            break
        else:
            end = at + 1
    return classes, end


def _start(lines: list[str], position: int) -> int:
    """The block's first line: with Notes' name and date lines, or a rule, above its labels."""
    start = at = position
    while at > 0 and position - at < _MAX_LINES_ABOVE:
        at -= 1
        line = lines[at].strip()
        if not line:
            continue
        if line.lower().startswith(_ABOVE_LABELS) or _TIME.match(line):
            start = at
        elif (when := _DATE.search(line)) is not None:
            if when.start() > 0:
                return at
            start = at
        elif (start < position and start - at == 1 and _is_name(line)) or (
            start < position and _AT_END.search(line)
        ):
            return at
        else:
            return at if _RULE.match(line) else start
    return start


def _is_name(line: str) -> bool:
    return len(line) <= 80 and line[-1] not in ".!?:,;" and not line[0].islower()
