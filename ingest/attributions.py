"""The line above a quotation: "On Monday, Ann wrote:", in many languages and over several lines."""

from __future__ import annotations

import re
from typing import Final

from ingest.wordlists import words

_MAX_LINES: Final = 5
_MAX_CHARACTERS: Final = 400
_LISTS: Final = words("quotations")
_VERB: Final = re.compile(
    r"(?:^|[\s(>,*])(?:"
    + "|".join(map(re.escape, _LISTS["attributions.verbs"]))
    + r")(?=[\s:：,*(]|$)"
    r"|写道|寫道|書きました|のメール|작성",
    re.IGNORECASE,
)
_START: Final = re.compile(
    r"[\s*\"'-]*(?:(?:" + "|".join(map(re.escape, _LISTS["attributions.starts"])) + r")\b|\d|\")",
    re.IGNORECASE,
)
_WHEN: Final = re.compile(
    r"\d{1,2}[:.h]\d{2}|\b(?:19|20)\d{2}\b|\d{1,2}[./-]\d{1,2}[./-]\d{2}|\d年"
)
_DATED_ADDRESS: Final = re.compile(
    r"(?=.{0,60}(?:\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[:.]\d{2})).{8,200}<[^<>\s]+@[^<>\s]+>\s*:$"
)
#: Zoho's attribution between dashes, and one that lost its colon.
_UNUSUAL: Final = re.compile(
    r"-{2,4} ?on .{8,200} wrote ?-{2,4}$|on .{8,120}@.{3,100} wrote$", re.IGNORECASE
)
_QUOTING: Final = re.compile(
    r"(?i)\s*(?:quoting|zitat von|citando(?: a)?|citát|citation de)\b.{2,100}:$"
)


def is_unusual(line: str) -> bool:
    """Whether ``line`` is an attribution that does not end with a colon."""
    return _UNUSUAL.match(line) is not None


def attribution_start(lines: list[str], end: int) -> int | None:
    """First line of the attribution whose last line, ending with a colon, is ``lines[end]``."""
    joined = ""
    found: int | None = None
    for start in range(end, max(end - _MAX_LINES, -1), -1):
        line = lines[start].strip()
        if not line or len(line) + len(joined) > _MAX_CHARACTERS:
            break
        joined = f"{line} {joined}" if joined else line
        if _is_complete(joined):
            return start
        if found is None and _VERB.search(joined) is not None and _is_quoted_next(lines, end):
            found = start
    return found


def _is_complete(joined: str) -> bool:
    """Whether a time or an address, and a usual beginning, leave no doubt."""
    if _DATED_ADDRESS.match(joined) or (_QUOTING.match(joined) and "@" in joined):
        return True
    if _VERB.search(joined) is None or _START.match(joined) is None:
        return False
    return "@" in joined or _WHEN.search(joined) is not None


def _is_quoted_next(lines: list[str], end: int) -> bool:
    """An attribution without a time is one only when the quotation stands right below."""
    for line in lines[end + 1 : end + 3]:
        if line.strip():
            return line.lstrip().startswith(">")
    return False
