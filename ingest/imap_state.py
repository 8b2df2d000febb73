"""The cursor of a mailbox read by IMAP: its folders, and how far each of them was read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Final

from ingest import uid_set
from ingest.imap_connection import Opened, Status
from ingest.imap_folders import Folder
from ingest.source import CursorExpiredError

VERSION: Final = 1
STREAM: Final = "mail:"


class Phase(StrEnum):
    """LISTING: within the first reading. LISTED: all read, not yet said so. FOLLOWING: changes."""

    LISTING = "listing"
    LISTED = "listed"
    FOLLOWING = "following"


@dataclass(slots=True)
class Strand:
    """How far one folder was read.

    ``uidvalidity``: under which its numbers are good, 0 before it was looked at first. ``uids``:
    sequence set of what it held when it was looked at last, ``messages``: how many; every number
    below ``uidnext`` was looked at then. ``todo``: spans of numbers (the end not included) of which
    nothing was read yet, the newest first. ``modseq``: its count of changes, 0 where it has none.
    ``done``: messages read in the first reading, of about ``size``.
    """

    folder: str
    stream: str
    label: str
    uidvalidity: int = 0
    uidnext: int = 1
    modseq: int = 0
    messages: int = 0
    uids: str = ""
    todo: list[list[int]] = field(default_factory=list)
    phase: Phase = Phase.LISTING
    relists: bool = False
    done: int = 0
    size: int = 0

    def shows(self, status: Status | None) -> bool:
        """Whether a folder with this status may hold what was not read, or lack what was."""
        known = Status(self.messages, self.uidnext, self.uidvalidity)
        return bool(self.todo) or (status is not None and status != known)

    def fits(self, opened: Opened) -> bool:
        """Whether the numbers of before are still good."""
        return self.uidvalidity == opened.uidvalidity and self.uidnext <= opened.uidnext

    def begin(self, opened: Opened) -> None:
        """Read all of it, again where it was read before."""
        self.relists = self.relists or self.uidvalidity != 0
        self.phase = Phase.LISTING
        self.uidvalidity = opened.uidvalidity
        self.uidnext, self.modseq = 1, 0
        self.uids, self.todo, self.messages = "", [], 0
        self.done, self.size = 0, opened.messages

    def add(self, fresh: Iterable[int], opened: Opened) -> None:
        """These numbers are new."""
        added = set(fresh)
        if added:
            self.keep(uid_set.numbers(self.uids) | added)
            self.todo.insert(0, [self.uidnext, opened.uidnext])
        self.uidnext = opened.uidnext

    def keep(self, uids: Iterable[int]) -> None:
        """It holds these numbers."""
        held = set(uids)
        self.uids, self.messages = uid_set.text(held), len(held)

    def advance(self, page: Sequence[int]) -> None:
        """These numbers, the newest of the first span of ``todo``, are read; none: it is done."""
        if page:
            self.todo[0][1] = min(page)
            self.done += len(page) if self.phase is Phase.LISTING else 0
        else:
            del self.todo[0]


@dataclass(slots=True)
class State:
    """How far everything was read. ``foreign``: see ``ingest.imap_folders.evidence``."""

    foreign: tuple[str, ...] = ()
    mail: list[Strand] = field(default_factory=list)

    @classmethod
    def loads(cls, cursor: str) -> State:
        """From ``dumps``. Raises ``CursorExpiredError`` for a cursor of another version."""
        try:
            told = json.loads(cursor)
            if told["version"] != VERSION:
                raise CursorExpiredError("the cursor is of another version")
            mail = [Strand(**{**one, "phase": Phase(one["phase"])}) for one in told["mail"]]
            return cls(tuple(told["foreign"]), mail)
        except (ValueError, TypeError, KeyError) as error:
            raise CursorExpiredError("the cursor cannot be read") from error

    def dumps(self) -> str:
        """As versioned JSON."""
        mail = [asdict(strand) for strand in self.mail]
        told = {"version": VERSION, "foreign": self.foreign, "mail": mail}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))

    @property
    def progress(self) -> tuple[int, int]:
        """Messages read in first readings, and about how many there are."""
        done = sum(strand.done for strand in self.mail)
        return done, sum(max(strand.size, strand.done) for strand in self.mail)

    def follow(self, found: Sequence[Folder]) -> list[Strand]:
        """Begin to read folders that are new; the strands of those that are there, in order.

        What was read of those that are gone stays in ``mail`` until that is dealt with.
        """
        known = {strand.folder: strand for strand in self.mail}
        for folder in found:
            if folder.name not in known:
                size = folder.status.messages if folder.status else 0
                strand = Strand(folder.name, STREAM + folder.path, folder.path, size=size)
                known[folder.name] = strand
                self.mail.append(strand)
        return [known[folder.name] for folder in found]


def source_key(strand: Strand, uid: int) -> str:
    """What the message with this number is called."""
    return f"{strand.folder};{strand.uidvalidity};{uid}"


def parts_of(key: str) -> tuple[str, int, int] | None:
    """Folder, UIDVALIDITY and number in a source key, ``None`` where it is none."""
    folder, _, rest = key.rpartition(";")[0].rpartition(";")
    uid = key.rpartition(";")[2]
    if not (folder and rest.isdecimal() and uid.isdecimal()):
        return None
    return folder, int(rest), int(uid)
