"""mbox files: many messages in one file, each after a line that begins with ``From ``."""

from __future__ import annotations

from collections.abc import Iterator

from ingest import bookmark, sampling
from ingest.bookmark import Bookmark
from ingest.content import SAMPLE_HEADER_BYTES, Content, DamagedError
from ingest.mbox_split import Piece, split
from ingest.parsing import TOO_LARGE, Raw
from ingest.source import Batch
from ingest.workers import Chunk, ChunkBuilder, Workers
from store.model import Failure


class MboxSource:
    """The messages of one mbox file, plain, gzip or inside a zip."""

    def __init__(self, content: Content, workers: Workers, *, labels: tuple[str, ...] = ()) -> None:
        self.name = f"mbox:{content.place}"
        self.size = content.size
        self.known = 0
        self._content = content
        self._workers = workers
        self._labels = labels
        self.options = ""

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """What was not read before; nothing when the file is untouched and was read to its end."""
        mark = bookmark.resume(self._content, self.options, cursor)
        self.known = mark.items
        if not mark.done:
            yield from self._workers.batches(self.name, self.size, self._chunks(mark))

    def sample(self, most: int) -> Iterator[tuple[tuple[str, ...], bytes]]:
        """Headers of some messages from all over the file."""
        for head in sampling.mbox_headers(self._content, most, SAMPLE_HEADER_BYTES):
            yield self._labels, head

    def _chunks(self, mark: Bookmark) -> Iterator[Chunk]:
        builder = ChunkBuilder()
        try:
            for piece in split(self._content.blocks(mark.offset), mark.offset):
                mark = mark._replace(
                    offset=piece.end,
                    tail=bookmark.tail_digest(piece.tail),
                    items=mark.items + 1,
                )
                self._add(builder, piece, mark.items)
                if builder.full:
                    yield builder.take(mark.dumps(), piece.position)
        except DamagedError as error:
            builder.fail(Failure(self._content.place, f"{error}; what stood before it was read"))
        yield builder.take(mark._replace(done=True).dumps(), self.size)

    def _add(self, builder: ChunkBuilder, piece: Piece, number: int) -> None:
        place = f"{self._content.place}, message {number} (byte {piece.start})"
        if piece.raw.strip():
            builder.add(Raw(place, self._labels, piece.raw), len(piece.raw))
        else:
            builder.fail(Failure(place, "the message is empty"))
        if piece.cut:
            builder.leave_out(TOO_LARGE)
