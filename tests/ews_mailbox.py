"""A mailbox on an Exchange Server: folders, messages, entries, and the log of their changes."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any, Final

#: Exchange's names of folders, and the names in a German mailbox; then their kind and class.
SPECIAL: Final = {
    "inbox": ("Posteingang", "Folder", "IPF.Note"),
    "sentitems": ("Gesendete Elemente", "Folder", "IPF.Note"),
    "drafts": ("Entwürfe", "Folder", "IPF.Note"),
    "junkemail": ("Junk-E-Mail", "Folder", "IPF.Note"),
    "deleteditems": ("Gelöschte Elemente", "Folder", "IPF.Note"),
    "outbox": ("Postausgang", "Folder", "IPF.Note"),
    "calendar": ("Kalender", "CalendarFolder", "IPF.Appointment"),
    "contacts": ("Kontakte", "ContactsFolder", "IPF.Contact"),
    "tasks": ("Aufgaben", "TasksFolder", "IPF.Task"),
}
_METHODS: Final = {
    "REQUEST": "MeetingRequest",
    "REPLY": "MeetingResponse",
    "CANCEL": "MeetingCancellation",
}


@dataclass
class Folder:
    """One folder; ``tag``: what kind. ``flags``: bits that Outlook on the web sorts calendars by.

    ``writable``: whether the user may put anything into it.
    """

    name: str
    parent: str
    tag: str
    folder_class: str
    flags: int = 0
    writable: bool = True


@dataclass
class Message:
    """A message. ``tag``: its kind. ``error``: a response code told instead of it.

    ``old``: start and end before an update, of a meeting request.
    """

    folder: str
    number: int
    tag: str
    raw: bytes
    received_at: datetime
    draft: bool = False
    error: str = ""
    old: tuple[datetime, datetime] | None = None
    sent: bool = False


@dataclass(frozen=True)
class Invited:
    """An attendee as an entry shows them. ``answered_at``: when, for those who did."""

    address: str
    response: str = "Unknown"
    answered_at: datetime | None = None
    name: str = ""
    proposed: tuple[datetime, datetime] | None = None


@dataclass(frozen=True)
class Date:
    """A date of a series that differs. ``changes``: fields of the entry that are others."""

    id: str
    start: datetime
    end: datetime
    changes: dict[str, Any] = field(default_factory=dict)


@dataclass
class Entry:
    """An entry of a calendar. ``pattern``/``span``: elements of its recurrence, as text.

    ``moved``: original start -> date; ``gone``: original starts.
    """

    number: int
    subject: str
    start: datetime
    end: datetime
    uid: str
    folder: str
    zone: str = "UTC"
    all_day: bool = False
    cancelled: bool = False
    mine: str = "Organizer"
    organizer: str = "rep@ours.example"
    required: tuple[Invited, ...] = ()
    optional: tuple[Invited, ...] = ()
    resources: tuple[Invited, ...] = ()
    replied_at: datetime | None = None
    pattern: str = ""
    span: str = ""
    moved: dict[datetime, Date] = field(default_factory=dict)
    gone: set[datetime] = field(default_factory=set)
    modified_at: datetime = datetime(2026, 11, 2, 9, tzinfo=UTC)
    error: str = ""
    date_errors: dict[str, str] = field(default_factory=dict)


class Mailbox:
    """What lies in it. ``log``: (folder, kind of change, id), ``folder_log``: ids of folders."""

    def __init__(self) -> None:
        self.folders: dict[str, Folder] = {}
        self.special: dict[str, str] = {}
        self.messages: dict[str, Message] = {}
        self.entries: dict[str, Entry] = {}
        self.log: list[tuple[str, str, str]] = []
        self.folder_log: list[str] = []
        self._numbers = count(1)
        self.root = self._id("F")
        for name, (shown, tag, folder_class) in SPECIAL.items():
            self.special[name] = self.add_folder(shown, tag=tag, folder_class=folder_class)

    def _id(self, kind: str) -> str:
        """With the characters that those of Exchange have."""
        return "AAMk" + b64encode(f"{kind}?{next(self._numbers):06}~>".encode()).decode()

    def add_folder(
        self,
        name: str,
        parent: str = "",
        *,
        tag: str = "Folder",
        folder_class: str = "IPF.Note",
        **fields: Any,
    ) -> str:
        """A new folder; its id. ``parent``: an id, the root by default."""
        made = self._id("F")
        self.folders[made] = Folder(name, parent or self.root, tag, folder_class, **fields)
        self.folder_log.append(made)
        return made

    def add_calendar(self, name: str, **fields: Any) -> str:
        """One more calendar, below the default one as Outlook makes it; its id."""
        usual = {"tag": "CalendarFolder", "folder_class": "IPF.Appointment"}
        return self.add_folder(name, self.special["calendar"], **{**usual, **fields})

    def move_folder(self, folder: str, parent: str) -> None:
        """It lies elsewhere: to delete one is to put it into the deleted items first."""
        self.folders[folder].parent = self.folder(parent)
        self.folder_log.append(folder)

    def rename_folder(self, folder: str, name: str) -> None:
        """It gets another name."""
        self.folders[folder].name = name
        self.folder_log.append(folder)

    def remove_folder(self, folder: str) -> None:
        """It is deleted for good, with what lies in it."""
        del self.folders[folder]
        self.messages = {n: m for n, m in self.messages.items() if m.folder != folder}
        self.entries = {n: e for n, e in self.entries.items() if e.folder != folder}
        self.folder_log.append(folder)

    def folder(self, name: str) -> str:
        """The id of a folder by Exchange's name, or by what it is called."""
        return self.special.get(name) or next(
            one for one, folder in self.folders.items() if folder.name == name
        )

    def receive(self, raw: bytes, folder: str = "inbox", **fields: Any) -> str:
        """A message comes into a folder; its id."""
        told = message_from_bytes(raw)
        methods = [p.get_param("method") for p in told.walk() if "calendar" in p.get_content_type()]
        tag = _METHODS.get(str(methods[0]).upper(), "Message") if methods else "Message"
        at = (
            parsedate_to_datetime(told["Date"])
            if told["Date"]
            else datetime(2026, 11, 2, tzinfo=UTC)
        )
        message = Message(
            self.folder(folder),
            next(self._numbers),
            **{"tag": tag, "raw": raw, "received_at": at.astimezone(UTC), **fields},
        )
        return self._put(message)

    def _put(self, message: Message) -> str:
        name = self._id("M")
        self.messages[name] = message
        self.log.append((message.folder, "create", name))
        return name

    def move(self, name: str, folder: str) -> str:
        """A message goes elsewhere, where it has another id: that one."""
        message = self.messages[name]
        self.delete(name)
        return self._put(replace(message, folder=self.folder(folder), number=next(self._numbers)))

    def copy(self, name: str, folder: str) -> str:
        """A copy lies elsewhere: its id."""
        message = self.messages[name]
        return self._put(replace(message, folder=self.folder(folder), number=next(self._numbers)))

    def delete(self, name: str) -> None:
        """A message is deleted for good."""
        self.log.append((self.messages.pop(name).folder, "delete", name))

    def touch(self, name: str, kind: str = "update") -> None:
        """Something of a message changes, or (``read``) whether it was read."""
        self.log.append((self.messages[name].folder, kind, name))

    def add_entry(
        self, subject: str, start: datetime, end: datetime, folder: str = "calendar", **fields: Any
    ) -> str:
        """A new entry of a calendar; its id."""
        number = next(self._numbers)
        uid = f"040000008200E00074C5B7101A82E00800000000{number:032X}"
        place = self.folder(folder)
        return self._enter(
            Entry(number, subject, start, end, **{"uid": uid, "folder": place, **fields})
        )

    def _enter(self, entry: Entry) -> str:
        name = self._id("C")
        self.entries[name] = entry
        self.log.append((entry.folder, "create", name))
        return name

    def change_entry(self, name: str, **fields: Any) -> None:
        """An entry becomes another."""
        entry = self.entries[name]
        later = entry.modified_at + timedelta(minutes=1)
        self.entries[name] = replace(entry, **{"modified_at": later, **fields})
        self.log.append((entry.folder, "update", name))

    def delete_entry(self, name: str) -> None:
        """An entry is deleted."""
        self.log.append((self.entries.pop(name).folder, "delete", name))

    def move_entry(self, name: str, folder: str) -> str:
        """An entry goes into another calendar, where it has another id: that one."""
        entry = self.entries[name]
        self.delete_entry(name)
        return self._enter(replace(entry, folder=self.folder(folder), number=next(self._numbers)))

    def change_date(self, name: str, original: datetime, start: datetime, **changes: Any) -> None:
        """A date of a series becomes another."""
        entry = self.entries[name]
        date = Date(self._id("O"), start, start + (entry.end - entry.start), changes)
        self.change_entry(name, moved={**entry.moved, original: date})

    def cancel_date(self, name: str, original: datetime) -> None:
        """A date of a series is deleted."""
        entry = self.entries[name]
        moved = {at: date for at, date in entry.moved.items() if at != original}
        self.change_entry(name, moved=moved, gone={*entry.gone, original})

    def lying_in(self, folder: str) -> Iterator[tuple[str, int]]:
        """Ids and numbers of what lies in a folder, the oldest arrival first."""
        found = [(n, one.number) for n, one in self.messages.items() if one.folder == folder]
        found += [(n, one.number) for n, one in self.entries.items() if one.folder == folder]
        yield from sorted(found, key=lambda one: one[1])
