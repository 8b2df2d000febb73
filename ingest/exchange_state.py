"""The cursor of a mailbox on an Exchange Server: its folders, and how far each was read.

Each mail folder and each calendar is a stream of its own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final, Literal

from ingest.exchange_folders import CALENDAR, Tree
from ingest.graph_folders import Folder, Folders
from ingest.source import ChangedError

MAIL: Final = "mail:"
_VERSION: Final = 2
#: How often it is asked which folders there are while nothing is new in those that are known.
_FOLDERS_EVERY: Final = timedelta(days=1)


@dataclass(slots=True)
class Strand:
    """How far one folder was read.

    ``label``: its name, kept with each message. ``state``: Exchange's word for the place, ``""``
    before anything was read. ``listed``: all that lay in it has been read once. ``relists``: it is
    read anew, since the place was forgotten. ``done``: items read of the ``size`` that lay in it.
    ``gone``: ids of entries that are no longer in it, of which that was not told yet.
    """

    stream: str
    folder: str
    label: str = ""
    state: str = ""
    listed: bool = False
    relists: bool = False
    done: int = 0
    size: int = 0
    gone: list[str] = field(default_factory=list)

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
    """How far everything was read. ``looked_at``: when it was asked which folders there are.

    ``others``: ids of calendars that are not read, of which that was told. ``ended``: streams of
    calendars that were deleted, whose names are not used again, and whether that was told.
    """

    tree: Tree = field(default_factory=Tree)
    mail: list[Strand] = field(default_factory=list)
    calendars: list[Strand] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    ended: dict[str, bool] = field(default_factory=dict)
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
                Tree(Folders(**told["folders"], known=known), dict(told["kinds"])),
                [Strand(**one) for one in told["mail"]],
                [Strand(**one) for one in told["calendars"]],
                list(told["others"]),
                dict(told["ended"]),
                str(told["looked_at"]),
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ChangedError(cursor[:80]) from error

    def dumps(self) -> str:
        """As versioned JSON."""
        folders = self.tree.folders
        told: dict[str, Any] = {
            "version": _VERSION,
            "folders": {"link": folders.link, "more": folders.more, "special": folders.special},
            "known": [asdict(folder) for folder in folders.known.values()],
            "kinds": self.tree.calendars,
            "mail": [asdict(strand) for strand in self.mail],
            "calendars": [asdict(strand) for strand in self.calendars],
            "others": self.others,
            "ended": self.ended,
            "looked_at": self.looked_at,
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))

    @property
    def strands(self) -> list[Strand]:
        """All that is read, the calendars first."""
        return [*self.calendars, *self.mail]

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

    def follow_mail(self) -> list[Strand]:
        """Begin to read mail folders that are new and give up those that are gone; the new ones.

        A folder keeps the name of its stream when it is renamed.
        """
        folders = self.tree.folders
        evidence = folders.evidence()
        labels = {folder.id: folders.path(folder) for folder in evidence}
        self.mail = [strand for strand in self.mail if strand.folder in labels]
        for strand in self.mail:
            strand.label = labels[strand.folder]
        fresh = _not_read(evidence, self.mail)
        for folder in fresh:
            stream = self._stream(MAIL + folders.called(folder))
            self.mail.append(Strand(stream, folder.id, labels[folder.id], size=folder.items))
        return self.mail[len(self.mail) - len(fresh) :]

    def follow_calendars(self) -> list[Strand]:
        """The same for calendars; notes which were deleted, or are no longer the user's own."""
        own = self.tree.own_calendars()
        ids = {folder.id for folder in own}
        others = self.tree.other_calendars()
        for strand in self.calendars:
            if strand.folder not in ids:
                self.ended[strand.stream] = strand.folder in others
        self.calendars = [strand for strand in self.calendars if strand.folder in ids]
        fresh = _not_read(own, self.calendars)
        for folder in fresh:
            default = folder.id == self.tree.folders.special[CALENDAR]
            path = self.tree.folders.path(folder)
            stream = CALENDAR if default else self._stream(f"{CALENDAR}:{path}")
            self.calendars.append(Strand(stream, folder.id, size=folder.items))
        return self.calendars[len(self.calendars) - len(fresh) :]

    def tell_others(self) -> Counter[str]:
        """Why calendars are not read of which that was not told yet."""
        others = self.tree.other_calendars()
        fresh = Counter(why for one, why in others.items() if one not in self.others)
        self.others = list(others)
        return fresh

    def _stream(self, name: str) -> str:
        taken = {strand.stream for strand in self.strands} | self.ended.keys()
        return next(one for one in _numbered(name) if one not in taken)


def _not_read(folders: Sequence[Folder], strands: Sequence[Strand]) -> list[Folder]:
    read = {strand.folder for strand in strands}
    return [folder for folder in folders if folder.id not in read]


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name} ({number})" for number in count(2))
