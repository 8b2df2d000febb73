"""Many calls in one HTTP request (multipart/mixed of application/http), written and read.

An answer is read as it comes in, so that never more than one message lies in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

_BOUNDARY: Final = "brickwall_batch"
_NAME: Final = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_ID: Final = re.compile(rb"(?im)^content-id:\s*<?[^\r\n]*?call-(\d+)>?")
_EMPTY_LINE: Final = re.compile(rb"\r?\n\r?\n")
_STATUS: Final = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})")


class BrokenBatchError(Exception):
    """What came back is no answer to a batch."""


class Part(NamedTuple):
    """The answer to one call. ``position``: which; ``headers``: names in lower case."""

    position: int
    status: int
    headers: Mapping[str, str]
    body: bytes


def written(paths: Sequence[str]) -> tuple[bytes, str]:
    """The body of a batch of GETs and its Content-Type. ``paths``: with query, from the root."""
    calls = "".join(
        f"--{_BOUNDARY}\r\n"
        f"Content-Type: application/http\r\nContent-ID: <call-{position}>\r\n\r\n"
        f"GET {path} HTTP/1.1\r\nAccept: application/json\r\n\r\n\r\n"
        for position, path in enumerate(paths)
    )
    return f"{calls}--{_BOUNDARY}--\r\n".encode(), f'multipart/mixed; boundary="{_BOUNDARY}"'


def parts(content_type: str, chunks: Iterable[bytes]) -> Iterator[Part]:
    """The answers in a body that comes in ``chunks``; one that is cut off does not come.

    Raises ``BrokenBatchError`` where it is none of a batch.
    """
    name = _NAME.search(content_type)
    if not content_type.lower().startswith("multipart/") or not name:
        raise BrokenBatchError(content_type)
    for piece in _pieces(b"--" + name[1].encode(), chunks):
        yield _part(piece)


def _pieces(boundary: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """What stands between the boundaries; nothing after the last of them."""
    held = bytearray()
    opened = False
    for chunk in chunks:
        # A boundary may lie across two chunks, and so may the line end before it.
        looked_at = max(0, len(held) - len(boundary) - 4)
        held += chunk
        while (at := _boundary_at(held, boundary, looked_at)) >= 0:
            if opened:
                yield bytes(held[:at])
            if held[at + len(boundary) : at + len(boundary) + 2] == b"--":
                return
            opened = True
            del held[: at + len(boundary)]
            looked_at = 0


def _boundary_at(held: bytearray, boundary: bytes, start: int) -> int:
    """Where the next whole boundary line begins, -1 where none has come in yet."""
    at = held.find(boundary, start)
    while at >= 0:
        after = bytes(held[at + len(boundary) : at + len(boundary) + 2])
        if len(after) < 2:
            return -1
        if bytes(held[at - 1 : at]) in (b"", b"\n") and (
            after == b"--" or after.lstrip(b"\r")[:1] == b"\n"
        ):
            return at
        at = held.find(boundary, at + 1)
    return -1


def _part(piece: bytes) -> Part:
    outer, inner = _cut(piece)
    position, status = _ID.search(outer), _STATUS.match(inner)
    if not position or not status:
        raise BrokenBatchError("a part without Content-ID or status")
    head, body = _cut(inner)
    named = (line.partition(":") for line in head.decode("latin-1").splitlines()[1:])
    headers = {name.strip().lower(): value.strip() for name, _, value in named}
    return Part(int(position[1]), int(status[1]), headers, body)


def _cut(text: bytes) -> tuple[bytes, bytes]:
    """Headers and body."""
    head, *body = _EMPTY_LINE.split(text.lstrip(b"\r\n"), 1)
    return head, body[0] if body else b""
