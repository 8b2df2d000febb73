"""iCalendar files (RFC 5545): calendars exported by Google, Outlook, Apple and others.

A large calendar is cut into smaller ones of some events each, every one with the head and the
time zones of the whole, so that memory stays bounded and several cores can read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest import bookmark
from ingest.content import Content, DamagedError
from ingest.parsing import Raw
from ingest.source import Batch
from ingest.workers import Chunk, ChunkBuilder, Workers
from store.model import Failure

#: Up to this size a calendar is read in one piece, just as it is.
WHOLE_BYTES = 1 << 20
EVENTS_PER_PIECE = 500
LONGEST_LINE_BYTES = 1 << 20
LARGEST_PIECE_BYTES = 4 << 20

_BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?BEGIN:([A-Z0-9-]+)\s*", re.IGNORECASE)
_END = re.compile(rb"END:([A-Z0-9-]+)\s*", re.IGNORECASE)
_CALENDAR, _EVENT, _ZONE = b"VCALENDAR", b"VEVENT", b"VTIMEZONE"


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
    """Whole calendars of at most ``EVENTS_PER_PIECE`` events each.

    Read one by one they say what the whole says, as long as time zones stand before the events
    that name them, where every known program writes them.
    """
    cutter = _Cutter()
    for line in lines:
        if cutter.components and _name(_BEGIN, line) == _CALENDAR:
            yield cutter.piece()
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
        self._open = b""

    @property
    def full(self) -> bool:
        """Whether the next piece has its size, and no component is open."""
        large = self._events >= EVENTS_PER_PIECE or self._size >= LARGEST_PIECE_BYTES
        return large and not self._open

    def take(self, line: bytes) -> None:
        """Put a line where it belongs: events apart from the calendar's head and its time zones.

        A component without END ends where the next event or time zone begins, as for the parser.
        """
        begun = _name(_BEGIN, line)
        if begun == _CALENDAR:
            self.common, self._open = [], b""
        elif begun and (begun in (_EVENT, _ZONE) or not self._open):
            self._open = begun
        lines = self.common if self._open in (b"", _ZONE) else self.components
        lines.append(line)
        self._size += len(line)
        if self._open and _name(_END, line) in (self._open, _CALENDAR):
            self._events += self._open != _ZONE
            self._open = b""

    def piece(self) -> bytes:
        """The calendar of the components gathered; they are forgotten.

        One that ends in the middle of an event's line is left so.
        """
        head = [line for line in self.common if _name(_END, line) != _CALENDAR]
        body = b"".join([*head, *self.components])
        self.components, self._events, self._size, self.given = [], 0, 0, True
        end = b"" if body[-1:] in (b"", b"\n", b"\r") else b"\r\n"  # the last line may lack its end
        return body if end and self._open else body + end + b"END:VCALENDAR\r\n"


def _name(pattern: re.Pattern[bytes], line: bytes) -> bytes:
    found = pattern.match(line)
    return found[1].upper() if found else b""
