"""Where one message of an mbox file ends and the next begins.

There is no standard but RFC 4155 and habits: mboxo and mboxrd quote body lines as ``>From ``,
mboxcl and mboxcl2 give a Content-Length. All are read: a message ends where its Content-Length
says if that place looks right, else at a blank line followed by a plausible ``From `` line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ingest.content import LARGEST_MESSAGE_BYTES, Block

LONGEST_FROM_LINE = 1024
TAIL_BYTES = 1024

_DATE = re.compile(
    rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +"
    rb"(?:[A-Z][a-z]{2} +\d{1,2}|\d{1,2} +[A-Z][a-z]{2}),? +(?:\d{4} +)?\d{1,2}:\d\d(?::\d\d)?\b"
)
_ENVELOPE = re.compile(
    rb"From (?:-|MAILER-DAEMON|[^\s@]+@[^\s@]+)[ \t]*(?:\d[\d:T \-+Z]*)?\r?\n?\Z"
)
_HEADER = re.compile(rb"[!-9;-~]{1,200}[ \t]*:|>?From |\r?\n|\Z")
_LENGTH = re.compile(rb"\ncontent-length:[ \t]*(\d{1,12})[ \t]*\r?\n", re.IGNORECASE)
_HEADERS_END = re.compile(rb"\n\r?\n")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


class Piece(NamedTuple):
    """One message of an mbox without its From line, unquoted.

    ``start``, ``end``: offsets in the (unpacked) file; ``position``: bytes of the file on disk
    read so far; ``tail``: what stands right before ``end``; ``cut``: longer than the limit.
    """

    start: int
    end: int
    position: int
    raw: bytes
    tail: bytes
    cut: bool


def split(blocks: Iterable[Block], offset: int = 0) -> Iterator[Piece]:
    """Cut a stream of bytes that begins with a From line at ``offset`` into messages.

    Keeps one message in memory, and of a message only its first ``LARGEST_MESSAGE_BYTES``.
    The message in which a damaged file breaks off is not given.
    """
    splitter = _Splitter(offset)
    for block in blocks:
        splitter.append(block)
        yield from splitter.complete(last=False)
    yield from splitter.complete(last=True)


class _Splitter:
    """The bytes not yet given: ``data`` begins where the message begins, or, once ``head`` holds
    the first bytes of an overlong message, somewhere inside it.
    """

    def __init__(self, offset: int) -> None:
        self.data = b""
        self.data_offset = offset
        self.start = offset
        self.position = offset
        self.scanned = 0
        self.head: bytes | None = None

    def append(self, block: Block) -> None:
        self.data += block.data
        self.position = block.position

    def complete(self, *, last: bool) -> Iterator[Piece]:
        """The messages whose end is known; with ``last`` also the one at the end of the file."""
        begin = 0
        while (end := self._end(begin, last=last)) is not None:
            yield self._piece(begin, end)
            begin = self.scanned = end
            self.head = None
        if last and begin < len(self.data):
            yield self._piece(begin, len(self.data))
            begin = len(self.data)
        self._drop(begin)
        self._shorten()

    def _end(self, begin: int, *, last: bool) -> int | None:
        """Index of the next message's From line, ``None`` when it is not in the data so far."""
        stated = -1 if self.head is not None else _stated_end(self.data, begin, last=last)
        if stated is None or stated > begin:
            return stated
        at = max(begin, self.scanned)
        while (at := self.data.find(b"\nFrom ", at)) >= 0:
            if not last and len(self.data) - at < 2 * LONGEST_FROM_LINE:
                self.scanned = at
                return None
            if blank_before(self.data, at) and plausible(self.data, at + 1):
                return at + 1
            at += 1
        self.scanned = max(begin, len(self.data) - len(b"\nFrom "))
        return None

    def _piece(self, begin: int, end: int) -> Piece:
        whole = self.data[begin:end] if self.head is None else self.head
        cut = self.head is not None or len(whole) > LARGEST_MESSAGE_BYTES
        tail = self.data[max(begin, end - TAIL_BYTES) : end]
        start, self.start = self.start, self.data_offset + end
        raw = unquoted(whole[:LARGEST_MESSAGE_BYTES])
        return Piece(start, self.start, self.position, raw, tail, cut)

    def _drop(self, count: int) -> None:
        self.data = self.data[count:]
        self.data_offset += count
        self.scanned = max(0, self.scanned - count)

    def _shorten(self) -> None:
        if self.head is None and len(self.data) > LARGEST_MESSAGE_BYTES:
            self.head = self.data[:LARGEST_MESSAGE_BYTES]
        if self.head is not None:
            self._drop(max(0, min(self.scanned, len(self.data)) - TAIL_BYTES))


def starts(data: bytes) -> int | None:
    """Index of the first From line in a part of an mbox, ``None`` where there is none."""
    if data.startswith(b"From ") and plausible(data, 0):
        return 0
    at = 0
    while (at := data.find(b"\nFrom ", at)) >= 0:
        if blank_before(data, at) and plausible(data, at + 1):
            return at + 1
        at += 1
    return None


def plausible(data: bytes, at: int) -> bool:
    """Whether the line at ``at`` (it begins with ``From ``) can begin a message.

    It needs a date as of C's asctime, or nothing but an address; then a header must follow.
    """
    line_end = data.find(b"\n", at, at + LONGEST_FROM_LINE) + 1
    if not line_end:
        return False
    line = data[at:line_end]
    dated = _DATE.search(line) or _ENVELOPE.match(line)
    return dated is not None and _HEADER.match(data, line_end) is not None


def blank_before(data: bytes, at: int) -> bool:
    """Whether the line that ends with the newline at ``at`` is blank."""
    return data[at - 1 : at] == b"\n" or data[at - 2 : at] == b"\n\r"


def unquoted(piece: bytes) -> bytes:
    """A message as it was before it was put into an mbox: no From line, no ``>From `` quoting."""
    message = piece[piece.find(b"\n") + 1 :] if piece.startswith(b"From ") else piece
    return _QUOTED_FROM.sub(rb"\1", message) if b">From " in message else message


def _stated_end(data: bytes, begin: int, *, last: bool) -> int | None:
    """End of the message by its Content-Length; -1 when it has none or a wrong one.

    ``None`` when that cannot be told before more of the file was read.
    """
    headers = _HEADERS_END.search(data, begin)
    if headers is None:
        return -1
    stated = _content_length(data, begin, headers.end())
    if not 0 <= stated <= LARGEST_MESSAGE_BYTES:
        return -1
    end = headers.end() + stated
    if end + 2 * LONGEST_FROM_LINE > len(data) and not last:
        return None
    at = _after_newlines(data, end)
    if at > end and at < len(data) and data.startswith(b"From ", at) and plausible(data, at):
        return at
    return -1


def _content_length(data: bytes, begin: int, end: int) -> int:
    if data.find(b"\nContent-", begin, end) < 0 and data.find(b"\ncontent-", begin, end) < 0:
        return -1
    found = _LENGTH.search(data, begin, end)
    return int(found.group(1)) if found else -1


def _after_newlines(data: bytes, at: int) -> int:
    while data[at : at + 1] in (b"\r", b"\n"):
        at += 1
    return at
