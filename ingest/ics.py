"""iCalendar files (RFC 5545): calendars exported by Google, Outlook, Apple and others.

A large calendar is cut into smaller ones of some events each, every one with the head and the
time zones of the whole, so that memory stays bounded and several cores can read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest import bookmark
from ingest.content import Content, DamagedError
from ingest.source import Batch
from ingest.workers import Chunk, ChunkBuilder, Raw, Workers
from store.model import Failure

#: Up to this size a calendar is read in one piece, just as it is.
WHOLE_BYTES = 1 << 20
EVENTS_PER_PIECE = 500
LONGEST_LINE_BYTES = 1 << 20
LARGEST_PIECE_BYTES = 4 << 20

_BEGIN = re.compile(rb"BEGIN:([A-Z0-9-]+)\s*", re.IGNORECASE)
_END = re.compile(rb"END:([A-Z0-9-]+)\s*", re.IGNORECASE)


class IcsSource:
    """The events of one .ics file, on disk or inside a zip."""

    def __init__(self, content: Content, workers: Workers) -> None:
        self.name = f"ics:{content.place}"
        self.size = content.size
        self.known = 0
        self._content = content
        self._workers = workers
        self.options = ""

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """Everything, unless the file is untouched since it was read to its end."""
        mark = bookmark.resume(self._content, self.options, cursor)
        self.known = mark.items
        if not mark.done:
            yield from self._workers.batches(self.name, self.size, self._chunks(mark))

    def _chunks(self, mark: bookmark.Bookmark) -> Iterator[Chunk]:
        builder = ChunkBuilder()
        progress = _Progress(self._content)
        count = 0
        try:
            for piece in self._pieces(progress):
                count += piece.upper().count(b"BEGIN:VEVENT")
                if count and count <= mark.items:
                    continue
                builder.add(Raw(self._content.place, (), piece, "calendar"), len(piece))
                mark = mark._replace(items=count)
                yield builder.take(mark.dumps(), progress.position)
        except DamagedError as error:
            builder.fail(Failure(self._content.place, f"{error}; what stood before it was read"))
        yield builder.take(mark._replace(done=True).dumps(), self.size)

    def _pieces(self, progress: _Progress) -> Iterator[bytes]:
        if self.size > WHOLE_BYTES:
            yield from pieces(progress.lines())
        elif whole := b"".join(progress.lines()):
            yield whole


class _Progress:
    """Lines of a content, and how far it was read."""

    def __init__(self, content: Content) -> None:
        self.position = 0
        self._content = content

    def lines(self) -> Iterator[bytes]:
        """Lines with their ends; one that is too long is given in parts."""
        rest = b""
        for block in self._content.blocks():
            self.position = block.position
            lines = (rest + block.data).splitlines(keepends=True)
            rest = lines.pop() if lines and len(lines[-1]) < LONGEST_LINE_BYTES else b""
            yield from lines
        if rest:
            yield rest


def pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Whole calendars of at most ``EVENTS_PER_PIECE`` events each."""
    cutter = _Cutter()
    for line in lines:
        cutter.take(line)
        if cutter.full:
            yield cutter.piece()
    if cutter.components or not cutter.given:
        yield cutter.piece()


class _Cutter:
    """Gathers what is common to all pieces, and the components of the next one."""

    def __init__(self) -> None:
        self.common: list[bytes] = []
        self.components: list[bytes] = []
        self.given = False
        self._events = 0
        self._size = 0
        self._depth: list[bytes] = []

    @property
    def full(self) -> bool:
        large = self._events >= EVENTS_PER_PIECE or self._size >= LARGEST_PIECE_BYTES
        ended = not self._depth and bool(self.components)
        return ended or (large and len(self._depth) == 1)

    def take(self, line: bytes) -> None:
        if begin := _BEGIN.match(line):
            if not self._depth:
                self.common = []
            self._depth.append(begin.group(1).upper())
        self._lines().append(line)
        self._size += len(line)
        if _END.match(line) and self._depth:
            self._events += self._depth.pop() != b"VTIMEZONE" and len(self._depth) == 1

    def _lines(self) -> list[bytes]:
        """Where a line belongs: events apart from the calendar's head and its time zones."""
        inner = self._depth[1] if len(self._depth) > 1 else b""
        return self.common if inner in (b"", b"VTIMEZONE") else self.components

    def piece(self) -> bytes:
        body = b"".join(line for line in self.common if not _ends_calendar(line))
        events = b"".join(self.components)
        self.components, self._events, self._size, self.given = [], 0, 0, True
        return body + events + b"END:VCALENDAR\r\n"


def _ends_calendar(line: bytes) -> bool:
    end = _END.match(line)
    return end is not None and end.group(1).upper() == b"VCALENDAR"
