"""From paths to sources: what lies in them, told by content; folders are walked safely."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ingest import maildir, takeout
from ingest.content import Content, PlainFile, ZipMember, head, opened, shown
from ingest.deals import DealsSource
from ingest.folders import kind_of
from ingest.ics import IcsSource
from ingest.maildir import MessageFile, MessageFiles
from ingest.mbox import MboxSource
from ingest.outlook_files import PstSource
from ingest.outlook_mail import is_outlook_item
from ingest.recognise import Form, recognise_head
from ingest.source import Source
from ingest.workers import Workers
from store.model import Failure

HEAD_BYTES = 64 << 10
OTHER_FILES = "files that hold neither mail nor calendars nor deals"
EMPTY_FILES = "empty files"
SPECIAL_FILES = "devices, pipes, sockets and links that lead nowhere"
SEEN_FOLDERS = "folders reached a second time by a link"
ZIP_IN_ZIP = "zip archives inside a zip archive"
#: Mail of Gmail names its own labels, so the name of a Takeout file says nothing more.
_OWN_LABELS = (b"\nX-Gmail-Labels:", b"\nX-GM-THRID:")


class FileSource(Source, Protocol):
    """A source over files. ``size``: in the unit of its positions; ``known``: items that the
    cursor showed to be read already, once ``batches`` was begun. ``options``: digest of settings
    that decide what is kept; where a cursor was made with another, the file is read again.
    """

    size: int
    known: int
    options: str


@dataclass
class Found:
    """What lies in some paths. ``left_out``: why -> how many files were skipped by rule.

    ``unread``: how many of the failures are whole files, not single items.
    """

    sources: list[FileSource] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    unread: int = 0


def find(paths: Iterable[Path], workers: Workers) -> Found:
    """Sources for all that lies in ``paths``, in a fixed order; never raises for a bad path."""
    finder = _Finder(workers)
    for path in paths:
        finder.begin(path)
    return finder.found


class _Finder:
    def __init__(self, workers: Workers) -> None:
        self.found = Found()
        self._workers = workers
        self._seen: set[tuple[int, int]] = set()
        self._names: set[str] = set()

    def begin(self, given: Path) -> None:
        """A path that the user named: here what cannot be read is worth a failure each."""
        path = given
        try:
            path = given.expanduser().resolve()
            if not path.exists():
                self._fail(path, "there is no such file or folder")
            elif path.is_dir():
                self._folder(path, path)
            elif not path.is_file():
                self._fail(path, "it is a device, pipe or socket, not a file")
            else:
                self._file(path, path, [])
        except OSError as error:
            self._fail(path, _told(error))
        except RuntimeError:  # pathlib: links that point at each other
            self._fail(path, "its links point at each other")

    def _folder(self, folder: Path, root: Path) -> None:
        waiting = [folder]
        while waiting:
            at = waiting.pop()
            try:
                if self._is_new(at):
                    waiting.extend(reversed(self._entries(at, root)))
            except OSError as error:
                self._fail(at, _told(error))

    def _is_new(self, folder: Path) -> bool:
        status = folder.stat()
        key = (status.st_dev, status.st_ino)
        if key in self._seen and status.st_ino:
            self.found.left_out[SEEN_FOLDERS] += 1
            return False
        self._seen.add(key)
        return True

    def _entries(self, folder: Path, root: Path) -> list[Path]:
        """Make sources of what lies in one folder; the folders in it are given back."""
        inside = _Inside(folder)
        if maildir.is_maildir(folder):
            self._maildir(folder, root)
            inside.folders = [f for f in inside.folders if f.name not in ("cur", "new", "tmp")]
        if inside.special:
            self.found.left_out[SPECIAL_FILES] += inside.special
        messages: list[MessageFile] = []
        for path in inside.files:
            try:
                self._file(path, root, messages)
            except OSError as error:
                self._fail(path, _told(error))
        self._messages(f"files:{shown(folder)}", messages, self._label(folder, root))
        return inside.folders

    def _maildir(self, folder: Path, root: Path) -> None:
        label = maildir.maildir_label(folder, root)
        files = maildir.maildir_files(folder)
        self._messages(f"maildir:{shown(folder)}", files, (label,))

    def _messages(self, name: str, files: list[MessageFile], labels: tuple[str, ...]) -> None:
        if files:
            self._add(MessageFiles(name, files, self._workers, labels=labels))

    def _file(self, path: Path, root: Path, messages: list[MessageFile]) -> None:
        """Make a source of one file, or put it to ``messages`` when it is one of a folder."""
        content = opened(path)
        form = recognise_head(head(content, HEAD_BYTES))
        named = path == root
        if form in (Form.MESSAGE, Form.OUTLOOK_ITEM):
            self._message(path, form, messages, named=named)
        elif form is Form.ZIP and takeout.is_office_document(path):
            self._other(path, Form.UNKNOWN, named=named)
        elif form is Form.ZIP:
            self._zip(path)
        elif form is Form.OUTLOOK_STORE:
            self._add(PstSource(path, self._workers))
        else:
            self._content(content, form, self._mbox_label(path, root), named=named)

    def _message(self, path: Path, form: Form, messages: list[MessageFile], *, named: bool) -> None:
        if form is Form.OUTLOOK_ITEM and not is_outlook_item(path):
            self._other(path, Form.UNKNOWN, named=named)
            return
        status = path.stat()
        key = f"{shown(path.name)}-{status.st_size}-{status.st_mtime_ns}"
        file = MessageFile(str(path), key, status.st_size)
        if named:
            self._messages(f"message:{shown(path)}", [file], ())
        else:
            messages.append(file)

    def _content(
        self, content: Content, form: Form, labels: tuple[str, ...], *, named: bool
    ) -> None:
        if form is Form.MBOX:
            own = any(name in head(content, HEAD_BYTES) for name in _OWN_LABELS)
            self._add(MboxSource(content, self._workers, labels=() if own else labels))
        elif form is Form.CALENDAR:
            self._add(IcsSource(content, self._workers))
        elif form is Form.DEALS:
            self._add(DealsSource(content))
        else:
            packed = 0 if isinstance(content, PlainFile) else content.size
            self._other(content.place, form, named=named, size=packed)

    def _zip(self, path: Path) -> None:
        members = takeout.members(path)
        self.found.failures.extend(members.failures)
        self.found.unread += not members.files and bool(members.failures)
        messages: list[ZipMember] = []
        for member in members.files:
            form = recognise_head(head(member, HEAD_BYTES))
            if form is Form.MESSAGE:
                messages.append(member)
            elif form in (Form.ZIP, Form.OUTLOOK_STORE, Form.OUTLOOK_ITEM):
                self.found.left_out[ZIP_IN_ZIP if form is Form.ZIP else _UNPACK_FIRST] += 1
            else:
                self._content(member, form, takeout.labels_of(member), named=False)
        if messages:
            self._add(takeout.ZipMessages(path, messages, self._workers))

    def _other(self, place: Path | str, form: Form, *, named: bool, size: int = 0) -> None:
        if form is Form.EMPTY and size:
            self._fail(place, "it is damaged: nothing can be unpacked")
        elif named and form is Form.EMPTY:
            self.found.failures.append(Failure(shown(place), f"it is {form.value}"))
        elif named:
            self._fail(place, f"it is {form.value}")
        else:
            self.found.left_out[EMPTY_FILES if form is Form.EMPTY else OTHER_FILES] += 1

    def _add(self, source: FileSource) -> None:
        """A path given twice is read once."""
        if source.name not in self._names:
            self._names.add(source.name)
            self.found.sources.append(source)

    def _fail(self, place: Path | str, why: str) -> None:
        """A whole file that cannot be read."""
        self.found.unread += 1
        self.found.failures.append(Failure(shown(place), why))

    def _mbox_label(self, path: Path, root: Path) -> tuple[str, ...]:
        """Folder that an mbox file is: ``Archive.sbd/2024``, ``INBOX.mbox/mbox``, ``Sent``.

        A file that is named alone gives a label only if its name is that of a known folder.
        """
        name = path.parent if path.name == "mbox" and path.parent != root.parent else path
        label = _plain_name(shown(name.relative_to(root) if path != root else name.name))
        return (label,) if label and (path != root or kind_of(label)) else ()

    def _label(self, folder: Path, root: Path) -> tuple[str, ...]:
        return (_plain_name(shown(folder.relative_to(root))),) if folder != root else ()


_UNPACK_FIRST = "Outlook files inside a zip archive (unpack them first)"


class _Inside:
    """What one folder holds, sorted by name."""

    def __init__(self, folder: Path) -> None:
        self.folders: list[Path] = []
        self.files: list[Path] = []
        self.special = 0
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: os.fsencode(entry.name)):
                self._sort(entry, folder / entry.name)

    def _sort(self, entry: os.DirEntry[str], path: Path) -> None:
        if _holds(entry.is_dir):
            self.folders.append(path)
        elif _holds(entry.is_file):
            self.files.append(path)
        else:  # also a link that leads nowhere or in a circle
            self.special += 1


def _holds(test: Callable[[], bool]) -> bool:
    try:
        return test()
    except OSError:
        return False


def _plain_name(path: str) -> str:
    """A folder's name without what programs add to its files (.sbd, .mbox, .gz)."""
    parts = path.replace("\\", "/").split("/")
    for ending in (".gz", ".mbox", ".sbd", ".mbx"):
        parts = [part.removesuffix(ending) for part in parts]
    return "/".join(part for part in parts if part not in ("", "."))


def _told(error: OSError) -> str:
    return f"it cannot be read ({error.strerror or error})"
