"""Signatures at the end of an author's own text: cards, mobile footers, disclaimers, list footers.

Only what is surely no text of the author is cut: a closing and a name alone stay.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.wordlists import words

_LISTS: Final = words("quotations")
_MOBILE: Final = _LISTS["signatures.mobile"]
_CLOSINGS: Final = frozenset(_LISTS["signatures.closings"])
_DISCLAIMERS: Final = _LISTS["signatures.disclaimers"]
#: Longer signatures behind ``-- `` are taken for text below a ruler.
_MAX_SIGNATURE_LINES: Final = 40
_MAX_CARD_LINES: Final = 16
_MAX_CARD_CHARACTERS: Final = 100
_MAX_FOOTER_LINES: Final = 14
_MAX_DISCLAIMER_LINES: Final = 60
_MIN_DISCLAIMER_CHARACTERS: Final = 80

_RULE: Final = re.compile(r"\s*([-_=*~#])\1{4,}\s*$|\s*[-_]{2}\s*$")
_CONTACT: Final = re.compile(
    r"[\w.+-]+@[\w-]+\.\w|https?://|\bwww\.|\+\d{6}"
    r"|\+?\(?\b\d{2,4}\)?[./ -]{1,3}\d{3,4}[./ -]\d{2,5}\b"
    r"|\b\d{3}[.-]\d{4}\b|\b[A-Z]{2},?\s+\d{5}\b|\bP\.? ?O\.? Box\b|\bx-? ?\d{4,5}\b|^\d-\d{4}$"
    r"|^EB ?-?\d{3,4}\w?$"
    r"|(?i:\b(?:tel|phone|telephone|fax|facsimile|mobile|cell|ph|office|direct)\b[.:/ ()+-]{1,5}\d)"
)
_DIGIT: Final = re.compile(r"\d")
_ATTACHMENT: Final = re.compile(
    r"\s*(?:- .{1,80}\.\w{2,4}|<<[^<>]{1,100}>>|\(See attached file: .{1,100}\))$"
)
_SMALL: Final = frozenset(_LISTS["signatures.small_words"])
_LIST_FOOTER: Final = re.compile(
    r"(?i)mailing list|unsubscribe|to (?:un)?subscribe|google groups|yahoo!|msn|hotmail|listinfo"
    r"|visit us|free |http|www\."
)


def signature_start(lines: list[str]) -> int:
    """The number of the line where the signature, card or footer begins; all lines otherwise."""
    end = _dashes(lines)
    while True:
        end = _without_blanks(lines, end)
        shorter = min(_footer(lines, end), _disclaimer(lines, end), _mobile(lines, end))
        if shorter == end:
            break
        end = shorter
    above = end
    while above and (not lines[above - 1].strip() or _ATTACHMENT.match(lines[above - 1])):
        above -= 1
    card = _card(lines, above)
    return card if card < above else end


def _without_blanks(lines: list[str], end: int) -> int:
    while end and (not lines[end - 1].strip()):
        end -= 1
    return end


def _dashes(lines: list[str]) -> int:
    """A line of two dashes (RFC 3676, 4.3) with little behind it."""
    for position in range(len(lines) - 1, max(len(lines) - _MAX_SIGNATURE_LINES, 0) - 1, -1):
        if lines[position].strip() in ("--", "\u2014"):
            return position
    return len(lines)


def _mobile(lines: list[str], end: int) -> int:
    """The line that a telephone's mail program adds."""
    line = lines[end - 1].strip().lower() if end else ""
    if len(line) > _MAX_CARD_CHARACTERS or ", " in line:
        return end
    return end - 1 if line.startswith(_MOBILE) else end


def _footer(lines: list[str], end: int) -> int:
    """A ruler near the end, with an advertisement, list footer or card behind it."""
    first = max(end - _MAX_FOOTER_LINES, 0)
    for position in range(first, end):
        if _RULE.match(lines[position]) is None:
            continue
        behind = lines[position + 1 : end]
        short = all(len(line) <= _MAX_CARD_CHARACTERS for line in behind)
        if not behind or (short and any(_LIST_FOOTER.search(line) for line in behind)):
            return position
    return end


def _disclaimer(lines: list[str], end: int) -> int:
    """The last paragraph, when it is legal boilerplate; with a ruler or heading above it."""
    start = end
    while start and end - start < _MAX_DISCLAIMER_LINES and lines[start - 1].strip():
        start -= 1
    paragraph = " ".join(lines[start:end]).lower()
    if len(paragraph) < _MIN_DISCLAIMER_CHARACTERS:
        return end
    if sum(term in paragraph for term in _DISCLAIMERS) < 3:
        return end
    return start


def _card(lines: list[str], end: int) -> int:
    """The first line of a name with title, company, address, telephone; ``end`` without one."""
    start, contact, position = end, False, end
    while position and end - position < _MAX_CARD_LINES:
        line = lines[position - 1].strip()
        if not line and start < end and _is_person(lines[start]):
            break
        if line:
            if not _is_card_line(line):
                break
            contact = contact or _CONTACT.search(line) is not None
            if contact and _is_name(line):
                start = position - 1
        position -= 1
    return _with_nickname(lines, start) if contact and _is_card(lines, start, end) else end


def _is_card(lines: list[str], start: int, end: int) -> bool:
    """Whether name and contact below other text are a card, not what the author has to say."""
    if start == end or not any(line.strip() for line in lines[:start]):
        return False
    if _is_person(lines[start]):
        return end - start > 1
    above = next((line for line in reversed(lines[:start]) if line.strip()), "")
    closed = above.strip().lower().rstrip(",.!") in _CLOSINGS
    return end - start > 2 or (closed and end - start > 1)


def _with_nickname(lines: list[str], start: int) -> int:
    above = lines[start - 1].strip() if start else ""
    return start - 1 if above.isalpha() and above.lower() not in _CLOSINGS else start


def _is_card_line(line: str) -> bool:
    if len(line) > _MAX_CARD_CHARACTERS or line.lower().rstrip(",.!") in _CLOSINGS:
        return False
    plain = [w for w in line.split() if w[0].islower() and w not in _SMALL and "@" not in w]
    if _CONTACT.search(line) is not None:
        return len([w for w in plain if w.isalpha()]) <= 3
    return not plain and line[-1] not in "?!:;" and len(line.split()) <= 9


def _is_person(line: str) -> bool:
    """Two to four words, all capitalised: a person's name, on which a card begins."""
    parts = line.replace(",", " ").split()
    return 2 <= len(parts) <= 4 and all(p[0].isupper() and p.strip(".").isalpha() for p in parts)


def _is_name(line: str) -> bool:
    """One to six words without digits: a person, company or title."""
    if _DIGIT.search(line) is not None or _CONTACT.search(line) is not None:
        return False
    parts = line.replace(",", " ").split()
    return 1 <= len(parts) <= 6 and parts[0][0].isupper()
