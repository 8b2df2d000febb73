"""Text that is safe to store and print: no surrogates, no control characters, bounded."""

from __future__ import annotations

import re
from typing import Final

_CONTROL: Final = bytes(c for c in range(32) if c not in b"\t\n\r") + b"\x7f"
_MOJIBAKE: Final = re.compile("[\xc2-\xf4][\x80-\xbf\u0152-\u2122]")


def clean(text: str) -> str:
    """``text`` without control characters (tab, newline, return stay) and lone surrogates."""
    try:
        encoded = text.encode("utf-8")
    except UnicodeEncodeError:
        return clean(text.encode("utf-8", "ignore").decode("utf-8"))
    kept = encoded.translate(None, _CONTROL)
    return text if len(kept) == len(encoded) else kept.decode("utf-8")


def one_line(text: str) -> str:
    """``text`` cleaned, white space folded to single blanks."""
    return " ".join((text if text.isprintable() else clean(text)).split())


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
