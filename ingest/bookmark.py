"""How far a file was read: the cursor of every source that reads files.

A bookmark says which file it belongs to (stamp), how far the records saved so far reach (offset)
and what stood right before that place (tail), so that an untouched file is skipped, a longer one
goes on and any other is read again.
"""

from __future__ import annotations

import hashlib
import json
from typing import NamedTuple

from ingest.content import Content, DamagedError
from ingest.mbox_split import TAIL_BYTES
from ingest.source import ChangedError

VERSION = 1


class Bookmark(NamedTuple):
    """Place in one file. ``options``: digest of the settings it was read with."""

    stamp: str
    options: str
    size: int
    offset: int
    tail: str
    items: int
    done: bool

    def dumps(self) -> str:
        """As the text of a cursor."""
        return json.dumps({"version": VERSION, **self._asdict()}, separators=(",", ":"))


def loads(cursor: str | None) -> Bookmark | None:
    """The bookmark in a cursor; ``None`` where there is none or one of another version."""
    if cursor is None:
        return None
    try:
        fields = json.loads(cursor)
        if fields.pop("version") != VERSION:
            return None
        return Bookmark(**fields)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def tail_digest(data: bytes) -> str:
    """Number and digest of the last bytes before a place."""
    tail = data[-TAIL_BYTES:]
    return f"{len(tail)}-{hashlib.blake2b(tail, digest_size=8).hexdigest()}"


def begin(content: Content, options: str) -> Bookmark:
    """The bookmark at the beginning of a file."""
    return Bookmark(content.stamp(), options, content.size, 0, tail_digest(b""), 0, False)


def resume(content: Content, options: str, cursor: str | None) -> Bookmark:
    """Where to go on in ``content``; at the beginning where there is no cursor.

    ``done`` is true only if nothing at all is to be read. Raises ``ChangedError`` where the file is
    no longer what the cursor was made with.
    """
    fresh = begin(content, options)
    if cursor is None:
        return fresh
    old = loads(cursor)
    if old is not None and old.options == options:
        if old.stamp == fresh.stamp:
            return old
        if content.size > old.size and old.offset and _same_tail(content, old):
            return fresh._replace(offset=old.offset, tail=old.tail, items=old.items)
    raise ChangedError


def _same_tail(content: Content, old: Bookmark) -> bool:
    wanted = min(int(old.tail.partition("-")[0]), old.offset)
    found = b""
    try:
        for block in content.blocks(old.offset - wanted):
            found += block.data[: wanted - len(found)]
            if len(found) == wanted:
                break
    except DamagedError:
        return False
    return tail_digest(found) == old.tail
