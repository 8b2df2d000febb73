"""The cursor of a mailbox: all its folders, and how far each listing was read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from ingest import graph_calendar, graph_mail
from ingest.graph_calendar import CalendarStrand
from ingest.graph_folders import Folder, Folders
from ingest.graph_mail import MailStrand
from ingest.source import ChangedError

CALENDAR: Final = "calendar"
MAIL: Final = "mail:"
AnyStrand: TypeAlias = MailStrand | CalendarStrand
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read. ``headers_only``: no texts."""

    mail: bool = True
    calendar: bool = True
    headers_only: bool = False


EVERYTHING: Final = Wanted()


@dataclass(slots=True)
class State:
    """How far everything was read."""

    folders: Folders = field(default_factory=Folders)
    mail: list[MailStrand] = field(default_factory=list)
    calendar: CalendarStrand | None = None

    @classmethod
    def beginning(cls, folders: Folders, wanted: Wanted, now: datetime) -> State:
        """Nothing was read yet of these folders, and of the calendar."""
        calendar = graph_calendar.strand(CALENDAR, now) if wanted.calendar else None
        state = cls(folders, calendar=calendar)
        state.follow_folders(wanted)
        return state

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
                [MailStrand.loads(one) for one in told["mail"]],
                CalendarStrand.loads(told["calendar"]) if told["calendar"] else None,
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ChangedError(cursor[:80]) from error

    def dumps(self) -> str:
        """As versioned JSON."""
        folders = self.folders
        told = {
            "version": _VERSION,
            "folders": {"link": folders.link, "more": folders.more, "special": folders.special},
            "known": [asdict(folder) for folder in folders.known.values()],
            "mail": [strand.dumps() for strand in self.mail],
            "calendar": self.calendar.dumps() if self.calendar else None,
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))

    @property
    def strands(self) -> list[AnyStrand]:
        """All listings, the calendar first: it is short and says most."""
        return [*([self.calendar] if self.calendar else []), *self.mail]

    @property
    def progress(self) -> tuple[int, int]:
        """Items read while listing, and about how many there are."""
        return (
            sum(strand.done for strand in self.strands),
            sum(max(strand.size, strand.done) for strand in self.strands),
        )

    def follow_folders(self, wanted: Wanted) -> list[MailStrand]:
        """Begin to read folders that are new and give up those that are gone; the new ones.

        A folder keeps the name of its stream when it is renamed.
        """
        evidence = self.folders.evidence() if wanted.mail else []
        labels = {folder.id: self.folders.path(folder) for folder in evidence}
        self.mail = [strand for strand in self.mail if strand.folder in labels]
        for strand in self.mail:
            strand.label = labels[strand.folder]
        read = {strand.folder for strand in self.mail}
        fresh = []
        for folder in evidence:
            if folder.id not in read:
                stream = self._stream(self.folders.called(folder))
                headers_only = wanted.headers_only
                fresh.append(
                    graph_mail.strand(stream, folder, labels[folder.id], headers_only=headers_only)
                )
                self.mail.append(fresh[-1])
        return fresh

    def _stream(self, name: str) -> str:
        taken = {strand.stream for strand in self.mail}
        return next(one for one in _numbered(MAIL + name) if one not in taken)


def _numbered(name: str) -> Iterable[str]:
    yield name
    number = 1
    while True:
        number += 1
        yield f"{name} ({number})"
