"""Text that is safe to store and print: no surrogates, no control characters, bounded."""

from __future__ import annotations

import re
from typing import Final

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_MOJIBAKE: Final = re.compile("[\xc2-\xf4][\x80-\xbf\u0152-\u2122]")


def clean(text: str) -> str:
    """``text`` without control characters (tab, newline, return stay) and lone surrogates."""
    if text.isprintable():
        return text
    return _CONTROL.sub("", text)


def one_line(text: str) -> str:
    """``text`` cleaned, white space folded to single blanks."""
    return " ".join(clean(text).split())


def bounded(text: str, size_bytes: int) -> str:
    """The longest beginning of ``text`` that takes at most ``size_bytes`` in UTF-8."""
    if len(text) * 4 <= size_bytes:
        return text
    encoded = text.encode("utf-8", "ignore")
    if len(encoded) <= size_bytes:
        return text
    return encoded[:size_bytes].decode("utf-8", "ignore")


def repaired(text: str) -> str:
    """``text`` decoded again as UTF-8 where UTF-8 was taken for Windows-1252.

    Only when the whole text reads as UTF-8: then chance is no explanation.
    """
    if text.isascii() or _MOJIBAKE.search(text) is None:
        return text
    try:
        return b"".join(_byte(c) for c in text).decode("utf-8")
    except UnicodeError:
        return text


def _byte(character: str) -> bytes:
    if ord(character) < 256:
        return bytes((ord(character),))
    return character.encode("cp1252")
