"""Folders in which every message is a file: Maildir (also Maildir++), MH, exported .eml files."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ingest.content import SAMPLE_HEADER_BYTES, shown
from ingest.parsing import Raw
from ingest.source import Batch, ChangedError
from ingest.workers import Chunk, ChunkBuilder, Workers
from store.model import Failure

VERSION = 1
DRAFT = "drafts"


class MessageFile(NamedTuple):
    """One message: its path, what stays of its name when flags change, its size and state."""

    path: str
    key: str
    size: int
    draft: bool = False


class MessageFiles:
    """The messages of one folder, in the order of their names.

    Names in a Maildir begin with the time of delivery, so new mail comes last and the folder goes
    on after the last name read, as long as the names before it are the same; else it is read again.
    """

    def __init__(
        self,
        name: str,
        files: list[MessageFile],
        workers: Workers,
        *,
        labels: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.size = sum(file.size for file in files)
        self.known = 0
        self._files = sorted(files, key=lambda file: file.key)
        self._workers = workers
        self._labels = labels
        self.options = ""

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """The messages after those that the cursor names; nothing when there are none."""
        self.known = self._resumed(cursor) if cursor is not None else 0
        if self.known < len(self._files):
            yield from self._workers.batches(self.name, self.size, self._chunks())

    def sample(self, most: int) -> Iterator[tuple[tuple[str, ...], bytes]]:
        """Headers of some messages from all over the folder."""
        for file in self._files[:: max(1, -(-len(self._files) // most))]:
            try:
                with Path(file.path).open("rb", buffering=0) as opened:
                    yield self._labels, opened.read(SAMPLE_HEADER_BYTES)
            except OSError:
                continue

    def _resumed(self, cursor: str) -> int:
        try:
            fields = json.loads(cursor)
            count = int(fields["count"])
            same = fields == self._fields(count, self._digest(count))
        except (ValueError, TypeError, KeyError):
            same = False
        if not same:
            raise ChangedError
        return count

    def _chunks(self) -> Iterator[Chunk]:
        builder = ChunkBuilder()
        digest = self._hash(self.known)
        position = sum(file.size for file in self._files[: self.known])
        for count, file in enumerate(self._files[self.known :], self.known + 1):
            digest.update(_line(file))
            position += file.size
            self._add(builder, file)
            if builder.full or count == len(self._files):
                fields = self._fields(count, digest.hexdigest())
                yield builder.take(json.dumps(fields, separators=(",", ":")), position)

    def _add(self, builder: ChunkBuilder, file: MessageFile) -> None:
        if file.draft:
            builder.leave_out(DRAFT)
        elif not file.size:
            builder.fail(Failure(shown(file.path), "the file is empty"))
        else:
            builder.add(Raw(shown(file.path), self._labels, Path(file.path)), file.size)

    def _fields(self, count: int, digest: str) -> dict[str, object]:
        return {"version": VERSION, "options": self.options, "count": count, "names": digest}

    def _digest(self, count: int) -> str:
        return self._hash(count).hexdigest() if 0 <= count <= len(self._files) else ""

    def _hash(self, count: int) -> hashlib.blake2b:
        digest = hashlib.blake2b(digest_size=16)
        for file in self._files[:count]:
            digest.update(_line(file))
        return digest


def is_maildir(folder: Path) -> bool:
    """Whether ``folder`` is a Maildir: it has ``cur`` and one of ``new`` and ``tmp``."""
    try:
        return (folder / "cur").is_dir() and (
            (folder / "new").is_dir() or (folder / "tmp").is_dir()
        )
    except OSError:
        return False


def maildir_files(folder: Path) -> list[MessageFile]:
    """The messages in ``cur`` and ``new``. Raises ``OSError`` where one cannot be listed."""
    found: list[MessageFile] = []
    for state in ("cur", "new"):
        if (folder / state).is_dir():
            with os.scandir(folder / state) as entries:
                found.extend(_maildir_file(entry) for entry in entries if _is_message(entry))
    return found


def maildir_label(folder: Path, root: Path) -> str:
    """Name of a Maildir's folder: ``.Sent.2024`` below ``root`` is ``Sent/2024``, root INBOX."""
    parts = folder.relative_to(root).parts
    names = [part[1:].replace(".", "/") if part.startswith(".") else part for part in parts]
    return shown("/".join(names)) or "INBOX"


def _is_message(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".") and entry.is_file()


def _maildir_file(entry: os.DirEntry[str]) -> MessageFile:
    # cr.yp.to/proto/maildir.html: unique name, then ":2," and flags; ";" or "!" on Windows.
    unique, mark, flags = entry.name, "", ""
    for separator in (":2,", ";2,", "!2,"):
        if not mark:
            unique, mark, flags = entry.name.partition(separator)
    return MessageFile(entry.path, shown(unique), entry.stat().st_size, "D" in flags)


def _line(file: MessageFile) -> bytes:
    return f"{file.key}\n".encode("utf-8", "backslashreplace")
