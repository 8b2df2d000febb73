"""A name for a message in a file that stays the same wherever the message goes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Final

from ingest.parts import Parts
from ingest.strings import one_line

_HEADERS: Final = ("message-id", "date", "from", "to", "cc", "subject")
_QUOTED_FROM: Final = re.compile(rb"(?m)^>+From ")
_CHUNK_BYTES: Final = 1 << 20


def provider_id(parts: Parts, raw: bytes) -> str:
    """Digest of the headers that identify a mail and of its whole body, 32 hex digits.

    Equal for all that moving a mail does to it: line ends, folding and encoding of headers, the
    ``>From `` quoting of mbox files (both dialects), blank lines at the end, other headers.
    """
    identifying = "\0".join([one_line(parts.header(name)) for name in _HEADERS])
    digest = blake2b(identifying.encode("utf-8"), digest_size=16)
    for lines in _body(raw):
        digest.update(lines)
    return digest.hexdigest()


def text_digest(tokens: Sequence[str]) -> int:
    """Signed 64 bit digest of a text without its white space, given in pieces; 0 for no text."""
    if not tokens:
        return 0
    dense = "".join(tokens)
    return int.from_bytes(
        blake2b(dense.encode("utf-8", "ignore"), digest_size=8).digest(), "big", signed=True
    )


def _body(raw: bytes) -> Iterator[bytes]:
    """The normalised body in pieces of whole lines, so that a large mail is not copied."""
    position, end = _body_start(raw), len(raw)
    while end > position and raw[end - 1] in b"\r\n":
        end -= 1
    while position < end:
        stop = min(position + _CHUNK_BYTES, end)
        if stop < end:
            stop = raw.rfind(b"\n", position, stop) + 1 or stop
        yield _normalised(raw[position:stop])
        position = stop


def _body_start(raw: bytes) -> int:
    unix = raw.find(b"\n\n")
    dos = raw.find(b"\n\r\n", 0, unix if unix >= 0 else len(raw))
    if dos >= 0:
        return dos + 3
    return unix + 2 if unix >= 0 else len(raw)


def _normalised(lines: bytes) -> bytes:
    if b"\r" in lines:
        lines = lines.replace(b"\r\n", b"\n")
    if b">From" in lines:
        lines = _QUOTED_FROM.sub(b"From ", lines)
    return lines
