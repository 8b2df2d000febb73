"""The cursor of a mailbox on an Exchange Server: its folders, and how far each was read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final, Literal

from ingest.graph_folders import Folder, Folders
from ingest.source import ChangedError

CALENDAR: Final = "calendar"
MAIL: Final = "mail:"
_VERSION: Final = 1
#: How often it is asked which folders there are while nothing is new in those that are known.
_FOLDERS_EVERY: Final = timedelta(days=1)


@dataclass(slots=True)
class Strand:
    """How far one folder was read.

    ``label``: its name, kept with each message. ``state``: Exchange's word for the place, ``""``
    before anything was read. ``listed``: all that lay in it has been read once. ``relists``: it is
    read anew, since the place was forgotten. ``done``: items read of the ``size`` that lay in it.
    """

    stream: str
    folder: str
    label: str = ""
    state: str = ""
    listed: bool = False
    relists: bool = False
    done: int = 0
    size: int = 0

    @property
    def mode(self) -> Literal["full", "incremental"]:
        """How what is read now counts."""
        return "incremental" if self.listed else "full"

    def begin_again(self) -> None:
        """The place is forgotten: read everything anew, and compare."""
        self.state, self.listed, self.relists = "", False, True
        self.done = self.size = 0

    def end_listing(self) -> None:
        """From now on only changes are read."""
        self.listed, self.relists, self.size = True, False, self.done


@dataclass(slots=True)
class State:
    """How far everything was read. ``looked_at``: when it was asked which folders there are."""

    folders: Folders = field(default_factory=Folders)
    mail: list[Strand] = field(default_factory=list)
    calendar: Strand | None = None
    looked_at: str = ""

    @classmethod
    def loads(cls, cursor: str) -> State:
        """From ``dumps``. Raises ``ChangedError`` for a cursor of another version."""
        try:
            told = json.loads(cursor)
            if told["version"] != _VERSION:
                raise ChangedError(cursor[:80])
            known = {one["id"]: Folder(**one) for one in told["known"]}
            return cls(
                Folders(**told["folders"], known=known),
                [Strand(**one) for one in told["mail"]],
                Strand(**told["calendar"]) if told["calendar"] else None,
                str(told["looked_at"]),
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ChangedError(cursor[:80]) from error

    def dumps(self) -> str:
        """As versioned JSON."""
        folders = self.folders
        told: dict[str, Any] = {
            "version": _VERSION,
            "folders": {"link": folders.link, "more": folders.more, "special": folders.special},
            "known": [asdict(folder) for folder in folders.known.values()],
            "mail": [asdict(strand) for strand in self.mail],
            "calendar": asdict(self.calendar) if self.calendar else None,
            "looked_at": self.looked_at,
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))

    @property
    def strands(self) -> list[Strand]:
        """All that is read, the calendar first."""
        return [*([self.calendar] if self.calendar else []), *self.mail]

    @property
    def progress(self) -> tuple[int, int]:
        """Items read of all that lay there."""
        return (
            sum(strand.done for strand in self.strands),
            sum(max(strand.size, strand.done) for strand in self.strands),
        )

    def folders_are_due(self, now: datetime) -> bool:
        """Whether to ask again which folders there are, though nothing is new in those known."""
        looked_at = datetime.fromisoformat(self.looked_at) if self.looked_at else None
        return looked_at is None or now - looked_at >= _FOLDERS_EVERY

    def follow_folders(self) -> list[Strand]:
        """Begin to read folders that are new and give up those that are gone; the new ones.

        A folder keeps the name of its stream when it is renamed.
        """
        evidence = self.folders.evidence()
        labels = {folder.id: self.folders.path(folder) for folder in evidence}
        self.mail = [strand for strand in self.mail if strand.folder in labels]
        for strand in self.mail:
            strand.label = labels[strand.folder]
        read = {strand.folder for strand in self.mail}
        fresh = [folder for folder in evidence if folder.id not in read]
        for folder in fresh:
            stream = self._stream(self.folders.called(folder))
            self.mail.append(Strand(stream, folder.id, labels[folder.id], size=folder.items))
        return self.mail[len(self.mail) - len(fresh) :]

    def _stream(self, name: str) -> str:
        taken = {strand.stream for strand in self.mail}
        return next(one for one in _numbered(MAIL + name) if one not in taken)


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name} ({number})" for number in count(2))
