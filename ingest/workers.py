"""Parsing on several cores: the main process cuts files into chunks and writes what comes back.

Other processes also label what they parse, so that the one that writes only writes. Chunks come
back in the order they were given, so the number of processes changes nothing in the result. With
one worker everything runs in this process.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import NamedTuple, Self

from ingest.parsing import Label, Parsed, Raw, joined, parse, parse_and_label
from ingest.source import Batch
from store.collector import SELDOM
from store.model import Failure

LARGEST_CHUNK_BYTES = 4 << 20
LARGEST_CHUNK_COUNT = 400
#: Starting a process costs about as much as reading this much mail.
WORTH_PROCESSES_BYTES = 8 << 20


class Chunk(NamedTuple):
    """Items that are parsed and saved together, and the cursor that is true afterwards."""

    items: tuple[Raw, ...]
    failures: tuple[Failure, ...]
    left_out: dict[str, int]
    cursor: str
    position: int


@dataclass
class ChunkBuilder:
    """Gathers items until a chunk is full."""

    items: list[Raw] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    size_bytes: int = 0

    @property
    def full(self) -> bool:
        """Whether the chunk has reached its count or its size."""
        count = len(self.items) + len(self.failures)
        return count >= LARGEST_CHUNK_COUNT or self.size_bytes >= LARGEST_CHUNK_BYTES

    def add(self, item: Raw, size_bytes: int) -> None:
        """Put in an item to parse."""
        self.items.append(item)
        self.size_bytes += size_bytes

    def fail(self, failure: Failure) -> None:
        """Put in an item that cannot be read."""
        self.failures.append(failure)

    def leave_out(self, why: str, count: int = 1) -> None:
        """Count something that is skipped by rule."""
        self.left_out[why] = self.left_out.get(why, 0) + count

    def take(self, cursor: str, position: int) -> Chunk:
        """The chunk so far; the builder is empty afterwards."""
        chunk = Chunk(
            tuple(self.items), tuple(self.failures), dict(self.left_out), cursor, position
        )
        self.items, self.failures, self.left_out, self.size_bytes = [], [], {}, 0
        return chunk


class Workers:
    """Parses chunks, in ``count`` other processes or, with 1, in this one.

    ``zone``: the owner's time zone (IANA name), in which floating times are read. ``label``: what
    other processes label the mail of persons with, a function that they can import.
    """

    def __init__(self, zone: str = "UTC", count: int = 1, label: Label | None = None) -> None:
        self._zone = zone
        self._count = count
        self._work: Callable[[tuple[Raw, ...], str], Parsed] = (
            parse if label is None else partial(parse_and_label, label=label)
        )
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._close(wait=kind is None)

    def batches(self, stream: str, size: int, chunks: Iterable[Chunk]) -> Iterator[Batch]:
        """Parse ``chunks`` in order. ``size``: of the whole source, in the unit of positions."""
        parallel = self._count > 1 and size >= WORTH_PROCESSES_BYTES
        parsed = self._side_by_side(chunks) if parallel else self._here(chunks)
        for chunk, result in parsed:
            yield _batch(stream, size, chunk, result)

    def _here(self, chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, Parsed]]:
        for chunk in chunks:
            yield chunk, parse(chunk.items, self._zone)

    def _side_by_side(self, chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, Parsed]]:
        waiting: deque[tuple[Chunk, Future[Parsed]]] = deque()
        for chunk in chunks:
            waiting.append((chunk, self._later(chunk.items)))
            if len(waiting) > self._count + 1:
                yield self._next(waiting)
        while waiting:
            yield self._next(waiting)

    def _next(self, waiting: deque[tuple[Chunk, Future[Parsed]]]) -> tuple[Chunk, Parsed]:
        chunk, future = waiting.popleft()
        try:
            return chunk, future.result()
        except BrokenProcessPool:
            again = [(chunk, future), *waiting]
            self._close(wait=True)
            result = self._one_by_one(chunk.items)
            waiting.clear()
            waiting.extend((later, self._later(later.items)) for later, _ in again[1:])
            return chunk, result

    def _one_by_one(self, items: tuple[Raw, ...]) -> Parsed:
        """Find the item that ends its process, keep it out and save the others.

        Where no process can be had at all (memory, rights), everything is parsed here from now on.
        """
        if not self._can_start():
            self._count = 1
            return parse(items, self._zone)
        found = Parsed((), (), {})
        for item in items:
            try:
                result = self._submit((item,)).result()
            except BrokenProcessPool:
                self._close(wait=True)
                result = Parsed((), (Failure(item.place, "reading it ended the process"),), {})
            found = joined(found, result)
        return found

    def _later(self, items: tuple[Raw, ...]) -> Future[Parsed]:
        if self._count > 1:
            return self._submit(items)
        future: Future[Parsed] = Future()
        future.set_result(parse(items, self._zone))
        return future

    def _can_start(self) -> bool:
        try:
            self._submit(()).result()
        except BrokenProcessPool:
            self._close(wait=True)
            return False
        return True

    def _submit(self, items: tuple[Raw, ...]) -> Future[Parsed]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._count, multiprocessing.get_context("spawn"), initializer=_begin_worker
            )
        try:
            return self._pool.submit(self._work, items, self._zone)
        except BrokenProcessPool as error:
            broken: Future[Parsed] = Future()
            broken.set_exception(error)
            return broken

    def _close(self, *, wait: bool) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=wait, cancel_futures=True)
            self._pool = None


def _batch(stream: str, size: int, chunk: Chunk, parsed: Parsed) -> Batch:
    whole = joined(Parsed((), chunk.failures, chunk.left_out), parsed)
    return Batch(
        stream=stream,
        mode="incremental",
        complete=False,
        records=whole.records,
        tombstones=(),
        failures=whole.failures,
        left_out=whole.left_out,
        cursor=chunk.cursor,
        position=chunk.position,
        size=size,
        intents=whole.intents,
    )


def _begin_worker() -> None:
    """Leave Ctrl-C to the main process, and end with it even if it is killed."""
    gc.set_threshold(SELDOM)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)
