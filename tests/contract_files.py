"""The contract over files: mailbox files, Maildir, single mails, zips, a calendar exported anew."""

from __future__ import annotations

import itertools
import zipfile
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, Self
from unittest import mock

from ingest import files, workers
from ingest.source import Source
from ingest.workers import Workers
from tests.contract import CUSTOMER, REP, TODAY, Peer, raw_message, summary
from tests.contract_memory import PAGE, Meeting
from tests.import_builder import FROM_LINE

NONSENSE = b"X: " + bytes(range(128, 256)) * 70 + b"\n"
_STAMP = "%Y%m%dT%H%M%SZ"


class FilePeer(Peer):
    """A file or folder, called ``place``, read in pages of some items."""

    place: ClassVar[str] = "data"

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(mock.patch.object(workers, "LARGEST_CHUNK_COUNT", PAGE))
            self.workers = stack.enter_context(Workers("UTC", 1))
            self._close = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._close.close()

    def source(self) -> Source:
        """What lies in the folder."""
        (found,) = files.find([self.folder / self.place], self.workers).sources
        return found


class MboxPeer(FilePeer):
    """A mailbox file: new mail is appended."""

    name = "mbox"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._mails: dict[str, bytes] = {}

    def _content(self) -> bytes:
        mails = self._mails.values()
        return b"".join(FROM_LINE + mail.replace(b"\r\n", b"\n") + b"\n" for mail in mails)

    def _write(self) -> None:
        (self.folder / self.place).write_bytes(self._content())

    def add_message(self, name: str) -> None:
        """At the end."""
        self._mails[name] = raw_message(name)
        self._write()

    def break_item(self, name: str) -> None:
        """Nonsense after the line that begins it."""
        self._mails[name] = NONSENSE
        self._write()


class TakeoutPeer(MboxPeer):
    """A zip of Google Takeout with one mailbox file in it, fetched again after every change."""

    name = "takeout"
    place = "takeout.zip"

    def _write(self) -> None:
        with zipfile.ZipFile(self.folder / self.place, "w") as archive:
            archive.writestr("Takeout/Mail/Work.mbox", self._content())


class ZipPeer(FilePeer):
    """A zip of single mails. What is no mail by its content is no item of it."""

    name = "zip"
    place = "mails.zip"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._mails: dict[str, bytes] = {}

    def _put(self, name: str, content: bytes) -> None:
        self._mails[name] = content
        with zipfile.ZipFile(self.folder / self.place, "w") as archive:
            for one, mail in self._mails.items():
                archive.writestr(f"Mails/{one}.eml", mail)

    def add_message(self, name: str) -> None:
        """Beside the others."""
        self._put(name, raw_message(name))


class EmlPeer(FilePeer):
    """A folder of single mails. What is no mail by its content is no item of it."""

    name = "eml"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        (folder / self.place).mkdir()
        self._paths: dict[str, Path] = {}

    def add_message(self, name: str) -> None:
        """A file more."""
        self._paths[name] = self.folder / self.place / f"{len(self._paths):02} {name}.eml"
        self._paths[name].write_bytes(raw_message(name))


class MaildirPeer(FilePeer):
    """A Maildir: new mail is a new file, after those before."""

    name = "maildir"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._paths: dict[str, Path] = {}
        for part in ("cur", "new", "tmp"):
            (folder / "data" / part).mkdir(parents=True)

    def add_message(self, name: str) -> None:
        """In ``new``."""
        number = 1_700_000_000 + len(self._paths)
        self._paths[name] = self.folder / "data" / "new" / f"{number}.{name}.host"
        self._paths[name].write_bytes(raw_message(name))

    def break_item(self, name: str) -> None:
        """A file of no bytes."""
        self._paths[name].write_bytes(b"")


class IcsPeer(FilePeer):
    """A calendar that is exported again after every change; what is not in it is not unsaid."""

    name = "ics"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._meetings: dict[str, Meeting] = {}
        self._broken: set[str] = set()
        self._exports = itertools.count(1)

    def _export(self, name: str = "") -> None:
        at = TODAY + timedelta(minutes=next(self._exports))
        if name:
            self._meetings[name].changed_at = at
        events = [
            text
            for name, meeting in self._meetings.items()
            for text in _events(name, meeting, at, broken=name in self._broken)
        ]
        head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN"]
        lines = [*head, *events, "END:VCALENDAR", ""]
        (self.folder / "data").write_bytes("\r\n".join(lines).encode())

    def add_event(self, name: str, start: datetime, *, weeks: int = 1) -> None:
        """A VEVENT more."""
        self._meetings[name] = Meeting(start, weeks)
        self._export(name)

    def move_event(self, name: str, start: datetime) -> None:
        """Another DTSTART."""
        self._meetings[name].start = start
        self._export(name)

    def move_occurrence(self, name: str, number: int, start: datetime) -> None:
        """A VEVENT with RECURRENCE-ID."""
        self._meetings[name].moved[number] = start
        self._export(name)

    def cancel_occurrence(self, name: str, number: int) -> None:
        """An EXDATE."""
        self._meetings[name].moved.pop(number, None)
        self._meetings[name].gone.add(number)
        self._export(name)

    def answer(self, name: str, partstat: str) -> None:
        """Another PARTSTAT."""
        self._meetings[name].partstat = partstat
        self._export(name)

    def touch(self, name: str) -> None:
        """Exported again: only DTSTAMP is another."""
        self._export()

    def break_item(self, name: str) -> None:
        """A DTSTART that is none."""
        self._broken.add(name)
        self._export(name)


def _events(name: str, meeting: Meeting, exported: datetime, *, broken: bool) -> list[str]:
    common = [
        f"UID:{name}",
        f"DTSTAMP:{exported:{_STAMP}}",
        f"LAST-MODIFIED:{meeting.changed_at:{_STAMP}}",
        f"SUMMARY:{summary(name)}",
        f"ORGANIZER:mailto:{REP}",
        f"ATTENDEE;PARTSTAT={meeting.partstat}:mailto:{CUSTOMER}",
    ]
    series = [*common, "DTSTART:nonsense"] if broken else [*common, *_times(meeting.start)]
    if meeting.weeks > 1:
        series.append(f"RRULE:FREQ=WEEKLY;COUNT={meeting.weeks}")
        series += [f"EXDATE:{meeting.date(n):{_STAMP}}" for n in sorted(meeting.gone)]
    moved = [
        [*common, f"RECURRENCE-ID:{meeting.date(n):{_STAMP}}", *_times(start)]
        for n, start in meeting.moved.items()
    ]
    return [line for one in (series, *moved) for line in ("BEGIN:VEVENT", *one, "END:VEVENT")]


def _times(start: datetime) -> list[str]:
    end = start + timedelta(hours=1)
    return [f"DTSTART:{start:{_STAMP}}", f"DTEND:{end:{_STAMP}}"]


PEERS = [MboxPeer, TakeoutPeer, ZipPeer, EmlPeer, MaildirPeer, IcsPeer]
