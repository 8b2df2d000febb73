"""The cursor of a mailbox: its folders and calendars, and how far each listing was read.

All calendars are one stream: an event keeps its id wherever it is moved to, and Graph does not
reliably tell in which calendar it lies.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from ingest import graph_calendar, graph_mail
from ingest.graph_calendar import CalendarStrand
from ingest.graph_calendars import Calendars
from ingest.graph_folders import Folder, Folders
from ingest.graph_mail import MailStrand
from ingest.source import ChangedError

CALENDAR: Final = "calendar"
MAIL: Final = "mail:"
AnyStrand: TypeAlias = MailStrand | CalendarStrand
_VERSION: Final = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read. ``headers_only``: no texts."""

    mail: bool = True
    calendar: bool = True
    headers_only: bool = False


EVERYTHING: Final = Wanted()


@dataclass(slots=True)
class State:
    """How far everything was read. ``others``: ids of calendars that are not read."""

    folders: Folders = field(default_factory=Folders)
    mail: list[MailStrand] = field(default_factory=list)
    calendars: list[CalendarStrand] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    @classmethod
    def beginning(cls, folders: Folders, wanted: Wanted) -> State:
        """Nothing was read yet of these folders, and no calendar was looked at."""
        state = cls(folders)
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
                [CalendarStrand.loads(one) for one in told["calendars"]],
                list(told["others"]),
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
            "calendars": [strand.dumps() for strand in self.calendars],
            "others": self.others,
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))

    @property
    def strands(self) -> list[AnyStrand]:
        """All listings, the calendars first: they are short and say most."""
        return [*self.calendars, *self.mail]

    @property
    def progress(self) -> tuple[int, int]:
        """Items read while listing, and about how many there are."""
        return (
            sum(strand.done for strand in self.strands),
            sum(strand.all for strand in self.strands),
        )

    def follow_folders(self, wanted: Wanted) -> None:
        """Begin to read folders that are new and give up those that are gone.

        A folder keeps the name of its stream when it is renamed.
        """
        evidence = self.folders.evidence() if wanted.mail else []
        labels = {folder.id: self.folders.path(folder) for folder in evidence}
        self.mail = [strand for strand in self.mail if strand.folder in labels]
        for strand in self.mail:
            strand.label = labels[strand.folder]
        read = {strand.folder for strand in self.mail}
        for folder in evidence:
            if folder.id not in read:
                stream = self._stream(self.folders.called(folder))
                headers_only = wanted.headers_only
                self.mail.append(
                    graph_mail.strand(stream, folder, labels[folder.id], headers_only=headers_only)
                )

    def follow_calendars(self, found: Calendars, now: datetime) -> Counter[str]:
        """Begin to read calendars that are new and give up those that are gone.

        Returns why others that are new are not read.
        """
        read = {strand.calendar: strand for strand in self.calendars}
        self.calendars = [
            read.get(one) or graph_calendar.strand(CALENDAR, one, now) for one in found.own
        ]
        why = Counter(why for one, why in found.left_out.items() if one not in self.others)
        self.others = list(found.left_out)
        return why

    def _stream(self, name: str) -> str:
        taken = {strand.stream for strand in self.mail}
        return next(one for one in _numbered(MAIL + name) if one not in taken)


def _numbered(name: str) -> Iterable[str]:
    yield name
    number = 1
    while True:
        number += 1
        yield f"{name} ({number})"
