"""Outlook data files (.pst, .ost), read by libpff: folders become labels, items become mails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from ingest import bookmark
from ingest.content import SAMPLE_HEADER_BYTES, PlainFile
from ingest.folders import left_out_label
from ingest.outlook_mail import MESSAGE_CLASS, needed, property_text, pst_mail
from ingest.parsing import Raw
from ingest.source import Batch
from ingest.workers import Chunk, ChunkBuilder, Workers
from store.errors import InputError
from store.model import Failure

OTHER_ITEMS = "contacts, tasks, notes and calendar entries of an Outlook data file"
DEEPEST_FOLDER = 64
_MAIL_CLASSES = ("ipm.note", "ipm.schedule", "report.", "ipm.post", "ipm.outlook.recall")
_UPPER_FOLDERS = frozenset(
    (
        "root - mailbox",
        "root - public",
        "ipm_subtree",
        "non_ipm_subtree",
        "top of personal folders",
        "top of outlook data file",
        "top of information store",
    )
)


class PstSource:
    """The messages of a .pst or .ost file, folder by folder."""

    def __init__(self, path: Path, workers: Workers) -> None:
        self._content = PlainFile(path)
        self.name = f"pst:{self._content.place}"
        self.size = self._content.size
        self.known = 0
        self._path = path
        self._workers = workers
        self.options = ""

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """Everything, unless the file is untouched since it was read to its end.

        Raises ``InputError`` where the extra ``outlook`` is missing or the file cannot be opened.
        """
        mark = bookmark.resume(self._content, self.options, cursor)
        self.known = mark.items
        if mark.done:
            return
        with closing(self._opened()) as file:
            yield from self._workers.batches(self.name, self.size, self._chunks(file, mark))

    def sample(self, most: int) -> Iterator[tuple[tuple[str, ...], bytes]]:
        """The first mails of the file, folder by folder; nothing where it cannot be read."""
        try:
            file = self._opened()
        except InputError:
            return
        with closing(file):
            for item in islice(_items(file.get_root_folder(), ()), most):
                try:
                    data = pst_mail(item.folder.get_sub_message(item.number)).as_bytes()
                except Exception:  # noqa: S112 reading it for real tells what is wrong
                    continue
                yield ("/".join(item.folders),), data[:SAMPLE_HEADER_BYTES]

    def _opened(self) -> Any:
        pypff = needed("pypff", self._content.place)
        file = pypff.file()
        try:
            file.open(str(self._path))
        except OSError as error:
            raise InputError(
                f"{self._content.place} cannot be opened as an Outlook data file.",
                "It may be damaged or in use: close Outlook, or export it anew.",
            ) from error
        return file

    def _chunks(self, file: Any, mark: bookmark.Bookmark) -> Iterator[Chunk]:
        builder = ChunkBuilder()
        for item in islice(_items(file.get_root_folder(), ()), mark.items, None):
            mark = mark._replace(items=mark.items + 1)
            self._add(builder, item, mark.items)
            if builder.full:
                yield builder.take(mark.dumps(), 0)
        yield builder.take(mark._replace(done=True).dumps(), self.size)

    def _add(self, builder: ChunkBuilder, item: _Item, number: int) -> None:
        folder = "/".join(item.folders)
        place = f"{self._content.place}, item {number} (folder {folder or 'root'})"
        try:
            self._add_message(builder, item, place)
        except Exception as error:  # libpff and its data: one bad item must never stop the others
            why = f"the item cannot be read ({str(error) or type(error).__name__})"
            builder.fail(Failure(place, why.splitlines()[0][:200]))

    def _add_message(self, builder: ChunkBuilder, item: _Item, place: str) -> None:
        message = item.folder.get_sub_message(item.number)
        if not property_text(message, MESSAGE_CLASS).lower().startswith(_MAIL_CLASSES):
            builder.leave_out(OTHER_ITEMS)
        elif why := left_out_label(item.folders):
            builder.leave_out(why)
        else:
            data = pst_mail(message).as_bytes()
            builder.add(Raw(place, ("/".join(item.folders),), data), len(data))


class _Item(NamedTuple):
    folder: Any
    number: int
    folders: tuple[str, ...]


def _items(folder: Any, names: tuple[str, ...]) -> Iterator[_Item]:
    """The items of a folder and of those below. The upper folders of every file have no name for
    people (root, subtree), so labels begin below them.
    """
    for number in range(folder.number_of_sub_messages):
        yield _Item(folder, number, names)
    if len(names) < DEEPEST_FOLDER:
        for at in range(folder.number_of_sub_folders):
            inner = folder.get_sub_folder(at)
            yield from _items(inner, _named(names, inner.name or ""))


def _named(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return names if name.casefold() in _UPPER_FOLDERS else (*names, name.replace("/", "-"))
