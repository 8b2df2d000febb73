"""The bytes of a file, wherever they lie: plain, gzip, or a member of a zip archive.

Everything is read as a stream of blocks; nothing is unpacked to disk. What cannot be read to its
end raises ``DamagedError`` *after* every readable block was given.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

BLOCK_BYTES = 1 << 20
HEAD_BYTES = 4096
#: As much of a message as is looked at for its headers alone.
SAMPLE_HEADER_BYTES = 16 << 10
#: Mail servers take 25 to 150 MB; what a person wrote stands in the first kilobytes.
LARGEST_MESSAGE_BYTES = 24 << 20
#: Text shrinks 3 to 20 times. What grows more than this (deflate can do 1,032) is a bomb.
LARGEST_EXPANSION = 200
#: Below this many bytes any expansion is harmless.
HARMLESS_BYTES = 64 << 20


class _Inflater(Protocol):
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class DamagedError(Exception):
    """The rest of the file cannot be read; the message says why in plain words."""


class Block(NamedTuple):
    """Some bytes and how much of the file (as it lies on disk) has been read with them."""

    data: bytes
    position: int


class Content(Protocol):
    """A named, re-readable stream of bytes. ``size``: on disk, in the unit of positions."""

    place: str
    size: int

    def stamp(self) -> str:
        """Text that stays equal as long as the file was not touched."""
        ...

    def blocks(self, offset: int = 0) -> Iterator[Block]:
        """The bytes from ``offset`` (counted after decompression) to the end."""
        ...


def shown(path: str | Path) -> str:
    r"""A path as text that can be printed and stored: undecodable bytes as ``\xNN``."""
    try:
        return os.fsencode(path).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def head(content: Content, count: int = HEAD_BYTES) -> bytes:
    """The first ``count`` bytes, fewer when the file ends or is damaged before."""
    found = b""
    try:
        for block in content.blocks():
            found += block.data
            if len(found) >= count:
                break
    except DamagedError:
        pass
    return found[:count]


class PlainFile:
    """A file read as it is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.place = shown(path)
        self.size = path.stat().st_size

    def stamp(self) -> str:
        """Size, time of last change and a digest of the first bytes."""
        return file_stamp(self.path)

    def blocks(self, offset: int = 0) -> Iterator[Block]:
        """The file's bytes; stops at what the disk cannot give."""
        try:
            with self.path.open("rb") as file:
                file.seek(offset)
                while data := file.read(BLOCK_BYTES):
                    yield Block(data, file.tell())
        except OSError as error:
            raise DamagedError(f"the file cannot be read ({error.strerror or error})") from error


class GzipFile:
    """A file packed by gzip, several members in a row included (RFC 1952)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.place = shown(path)
        self.size = path.stat().st_size

    def stamp(self) -> str:
        """As of the packed file."""
        return file_stamp(self.path)

    def blocks(self, offset: int = 0) -> Iterator[Block]:
        """The unpacked bytes; everything before a cut or a fault is given first."""
        try:
            with self.path.open("rb") as file:
                yield from _skipped(_bounded(_inflated(file)), offset)
        except OSError as error:
            raise DamagedError(f"the file cannot be read ({error.strerror or error})") from error


class ZipMember:
    """One file inside a zip archive, read in place; never more than its stated size."""

    def __init__(self, archive: Path, info: zipfile.ZipInfo) -> None:
        self.archive = archive
        self.info = info
        self.place = f"{shown(archive)}: {shown(info.filename)}"
        self.size = info.file_size

    def stamp(self) -> str:
        """Checksum and size as the archive's directory states them."""
        return f"{self.info.CRC:08x}-{self.info.file_size}"

    def blocks(self, offset: int = 0) -> Iterator[Block]:
        """The unpacked bytes; everything before a fault is given first."""
        yield from _skipped(self._unpacked(), offset)

    def _unpacked(self) -> Iterator[Block]:
        count = 0
        try:
            with zipfile.ZipFile(self.archive) as archive, archive.open(self.info) as member:
                # The last byte apart: with it the checksum is looked at, and a wrong one costs all
                # that is read at once.
                while data := member.read(min(BLOCK_BYTES, max(1, self.size - 1 - count))):
                    count += len(data)
                    yield Block(data, count)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise DamagedError(f"the archive is damaged here ({error})") from error
        except (RuntimeError, NotImplementedError) as error:
            raise DamagedError(f"the archive cannot be unpacked ({error})") from error
        except OSError as error:
            raise DamagedError(f"the archive cannot be read ({error.strerror or error})") from error


def opened(path: Path) -> PlainFile | GzipFile:
    """The content of a file on disk: gzip by its magic number, else plain. Raises ``OSError``."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return GzipFile(path) if packed else PlainFile(path)


def file_stamp(path: Path) -> str:
    """Size, time of last change in nanoseconds and a digest of the first bytes."""
    status = path.stat()
    with path.open("rb") as file:
        digest = hashlib.blake2b(file.read(HEAD_BYTES), digest_size=8).hexdigest()
    return f"{status.st_size}-{status.st_mtime_ns}-{digest}"


def _inflated(file: BinaryIO) -> Iterator[Block]:
    inflater = zlib.decompressobj(wbits=31)
    finished = True
    while packed := file.read(BLOCK_BYTES // 8):
        while packed:
            if finished:  # between members, where zeros may be put as padding
                inflater = zlib.decompressobj(wbits=31)
                packed = packed.lstrip(b"\0")
            before = inflater.copy()
            try:
                data = inflater.decompress(packed, BLOCK_BYTES)
            except zlib.error as error:
                yield Block(_until_fault(before, packed), file.tell())
                raise DamagedError(f"the gzip data is damaged ({error})") from error
            finished = inflater.eof or (finished and not packed)
            packed = inflater.unused_data if finished else inflater.unconsumed_tail
            if data:
                yield Block(data, file.tell())
    if not finished:
        raise DamagedError("the gzip data ends too early: the file was cut off")


def _until_fault(inflater: _Inflater, packed: bytes) -> bytes:
    """What a damaged part of a gzip file still gives, some bytes at a time."""
    found = b""
    try:
        for at in range(0, len(packed), 64):
            found += inflater.decompress(packed[at : at + 64], BLOCK_BYTES - len(found))
            if len(found) == BLOCK_BYTES:
                break
    except zlib.error:
        pass
    return found


def _bounded(blocks: Iterator[Block]) -> Iterator[Block]:
    count = 0
    for block in blocks:
        count += len(block.data)
        _refuse_bomb(count, block.position)
        yield block


def _refuse_bomb(unpacked: int, packed: int) -> None:
    if unpacked > HARMLESS_BYTES and unpacked > LARGEST_EXPANSION * max(packed, 1):
        raise DamagedError(
            f"it unpacks to more than {LARGEST_EXPANSION} times its size, which mail never does"
        )


def _skipped(blocks: Iterator[Block], offset: int) -> Iterator[Block]:
    for block in blocks:
        if offset >= len(block.data):
            offset -= len(block.data)
            continue
        yield Block(block.data[offset:], block.position) if offset else block
        offset = 0
