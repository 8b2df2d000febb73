"""Zip archives, above all those of Google Takeout, read in place and never unpacked to disk.

Every part of a Takeout that was split is a zip of its own. Names inside are never used as paths.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ingest import bookmark
from ingest.content import (
    HARMLESS_BYTES,
    LARGEST_EXPANSION,
    LARGEST_MESSAGE_BYTES,
    SAMPLE_HEADER_BYTES,
    PlainFile,
    ZipMember,
    head,
    shown,
)
from ingest.parsing import Raw
from ingest.source import Batch
from ingest.workers import Chunk, ChunkBuilder, Workers
from store.model import Failure

MOST_MEMBERS = 1_000_000


class Members(NamedTuple):
    """The files of an archive that may be read, and those that may not."""

    files: tuple[ZipMember, ...]
    failures: tuple[Failure, ...]


class ZipMessages:
    """The members of an archive that are one message each."""

    def __init__(self, archive: Path, members: list[ZipMember], workers: Workers) -> None:
        self._content = PlainFile(archive)
        self.name = f"zip:{self._content.place}"
        self.size = sum(member.size for member in members)
        self.known = 0
        self._members = members
        self._workers = workers
        self.options = ""

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """Everything, unless the archive is untouched since it was read to its end."""
        mark = bookmark.resume(self._content, self.options, cursor)
        self.known = mark.items
        if not mark.done:
            yield from self._workers.batches(self.name, self.size, self._chunks(mark))

    def sample(self, most: int) -> Iterator[tuple[tuple[str, ...], bytes]]:
        """Headers of some messages from all over the archive."""
        some = self._members[:: max(1, len(self._members) // most)]
        return ((labels_of(member), head(member, SAMPLE_HEADER_BYTES)) for member in some)

    def _chunks(self, mark: bookmark.Bookmark) -> Iterator[Chunk]:
        builder = ChunkBuilder()
        position = 0
        with zipfile.ZipFile(self._members[0].archive) as archive:
            for member in self._members[mark.items :]:
                self._add(builder, archive, member)
                position += member.size
                mark = mark._replace(items=mark.items + 1)
                if builder.full:
                    yield builder.take(mark.dumps(), position)
        yield builder.take(mark._replace(done=True).dumps(), self.size)

    def _add(self, builder: ChunkBuilder, archive: zipfile.ZipFile, member: ZipMember) -> None:
        try:
            with archive.open(member.info) as file:
                data = file.read(LARGEST_MESSAGE_BYTES)
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
            builder.fail(Failure(member.place, f"the archive is damaged here ({error})"))
        else:
            builder.add(Raw(member.place, labels_of(member), data), len(data))


def members(archive: Path) -> Members:
    """What is in a zip. A damaged or absurd archive gives no files and one failure."""
    place = shown(archive)
    try:
        with zipfile.ZipFile(archive) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        return Members((), (Failure(place, f"the zip archive cannot be opened ({error})"),))
    whole = sum(info.file_size for info in infos)
    if len(infos) > MOST_MEMBERS or _is_bomb(whole, archive.stat().st_size):
        why = "it claims to hold far more than mail ever does, as a zip bomb would"
        return Members((), (Failure(place, why),))
    found = [(ZipMember(archive, info), _why_not(info)) for info in infos]
    return Members(
        tuple(member for member, why in found if not why),
        tuple(Failure(member.place, why) for member, why in found if why),
    )


def is_office_document(archive: Path) -> bool:
    """Whether a zip is a Word, Excel or LibreOffice file and no archive for people."""
    try:
        with zipfile.ZipFile(archive) as opened:
            names = set(opened.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    return not names.isdisjoint({"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"})


def labels_of(member: ZipMember) -> tuple[str, ...]:
    """The folder of a member as its label; none for a Takeout, where every mail names its own."""
    parts = PurePosixPath(member.info.filename).parts[:-1]
    if not parts or "Takeout" in parts:
        return ()
    return (shown("/".join(parts)),)


def _why_not(info: zipfile.ZipInfo) -> str:
    name = info.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or ":" in name.split("/", 1)[0]:
        return "its name points outside the archive, so it is not read"
    if info.flag_bits & 0x1:
        return "it is encrypted: unpack the archive with its password and import the folder"
    if _is_bomb(info.file_size, info.compress_size):
        return f"it would unpack to more than {LARGEST_EXPANSION} times its size"
    return ""


def _is_bomb(unpacked: int, packed: int) -> bool:
    return unpacked > HARMLESS_BYTES and unpacked > LARGEST_EXPANSION * max(packed, 1)
