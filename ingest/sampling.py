"""A few headers from all over a file, without reading it whole where that can be helped."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ingest.content import Block, Content, DamagedError, PlainFile
from ingest.mbox_split import split, starts

WINDOWS = 24
WINDOW_BYTES = 256 << 10
#: How much of a packed file is unpacked for a sample.
MOST_UNPACKED_BYTES = 512 << 20


def mbox_headers(content: Content, most: int, header_bytes: int) -> Iterator[bytes]:
    """The first bytes of about ``most`` messages of an mbox, spread evenly over it."""
    each = max(1, most // WINDOWS)
    for window in _windows(content):
        begin = starts(window)
        if begin is not None:
            pieces = list(split([Block(window[begin:], 0)]))
            for piece in islice(pieces, 0, None, max(1, len(pieces) // each)):
                yield piece.raw[:header_bytes]


def _windows(content: Content) -> Iterator[bytes]:
    step = max(content.size // WINDOWS, 1)
    try:
        if isinstance(content, PlainFile):
            yield from _jumping(content, step)
        else:
            yield from _passing(content, step)
    except DamagedError:
        return


def _jumping(content: PlainFile, step: int) -> Iterator[bytes]:
    for offset in range(0, content.size, max(step, WINDOW_BYTES)):
        block = next(content.blocks(offset), None)
        if block is not None:
            yield block.data[:WINDOW_BYTES]


def _passing(content: Content, step: int) -> Iterator[bytes]:
    wanted = unpacked = 0
    for block in content.blocks():
        unpacked += len(block.data)
        if block.position >= wanted:
            wanted = block.position + step
            yield block.data[:WINDOW_BYTES]
        if unpacked > MOST_UNPACKED_BYTES:
            return
