"""A mailbox of Exchange as Graph shows it: folders, messages, events, and the log of changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import count
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.graph_mails import attachments, mail_json, received
from tests.graph_values import WEEKDAYS, Json, instant, moment, recipient, utc

ROOT: Final = "root"
FOLDERS: Final = "folders"
OWNER: Final = "rep@ours.example"
#: Names of Graph, and of the folders in a German mailbox.
SPECIAL: Final = {
    "inbox": "Posteingang",
    "sentitems": "Gesendete Elemente",
    "archive": "Archiv",
    "drafts": "Entwürfe",
    "junkemail": "Junk-E-Mail",
    "deleteditems": "Gelöschte Elemente",
    "outbox": "Postausgang",
    "conversationhistory": "Aufgezeichnete Unterhaltungen",
}


@dataclass
class Message:
    """A message: its JSON, and what Graph gives only when asked for it by itself.

    ``extra``: the fields of a meeting message. ``raw``: its raw mail. ``status``: answered instead
    of the message when it is asked for, 0 for none. ``whole_since``: the change by which it came
    where it lies; later ones are told by what changed alone.
    """

    folder: str
    json: Json
    extra: Json
    attachments: list[Json]
    raw: bytes
    status: int = 0
    whole_since: int = 0


@dataclass
class Event:
    """A single event or a series in a calendar. ``moved``, ``gone``: dates of a series, by day."""

    calendar: str
    json: Json
    moved: dict[date, Json] = field(default_factory=dict)
    gone: set[date] = field(default_factory=set)
    status: int = 0

    @property
    def series(self) -> bool:
        """Whether it recurs."""
        return bool(self.json.get("recurrence"))


class Mailbox:
    """What lies in it, and in which order it changed: (place, id) after (place, id).

    ``calendar``: id of the default calendar. ``rename_sent``: mail that is sent gets another
    Message-ID.
    """

    def __init__(self) -> None:
        self.folders: dict[str, Json] = {}
        self.special: dict[str, str] = {}
        self.messages: dict[str, Message] = {}
        self.events: dict[str, Event] = {}
        self.calendars: dict[str, Json] = {}
        self.log: list[tuple[str, str]] = []
        self.rename_sent = False
        self._ids = count(1)
        self._clock = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
        for name, shown in SPECIAL.items():
            self.special[name] = self.add_folder(shown)
        self.calendar = self.add_calendar("Kalender", isDefaultCalendar=True, isRemovable=False)

    def now(self) -> str:
        """The time of this change; a second later than the last."""
        self._clock += timedelta(seconds=1)
        return utc(self._clock)

    def name(self, kind: str) -> str:
        """A new id, with the characters that those of Graph have."""
        return f"AAkALg{kind}-_{next(self._ids):06}="

    def add_folder(self, shown: str, parent: str = ROOT, *, hidden: bool = False) -> str:
        """A new folder; its id."""
        name = self.name("F")
        self.folders[name] = {
            "id": name,
            "displayName": shown,
            "parentFolderId": parent,
            "isHidden": hidden,
            "childFolderCount": 0,
            "unreadItemCount": 0,
        }
        self.log.append((FOLDERS, name))
        return name

    def change_folder(self, name: str, **fields: str) -> None:
        """Rename or move a folder."""
        self.folders[name] |= fields
        self.log.append((FOLDERS, name))

    def remove_folder(self, name: str) -> None:
        """Delete a folder for good, with what lies in it."""
        del self.folders[name]
        for message in [m for m, found in self.messages.items() if found.folder == name]:
            del self.messages[message]
        self.log.append((FOLDERS, name))

    def add_calendar(self, shown: str, *, owner: str = OWNER, **fields: Any) -> str:
        """A new calendar; ``fields`` of its JSON replace the usual ones. Its id."""
        name = self.name("C")
        usual: Json = {
            "id": name,
            "name": shown,
            "canEdit": True,
            "isDefaultCalendar": False,
            "isRemovable": True,
            "owner": {"name": owner, "address": owner},
        }
        self.calendars[name] = {**usual, **fields}
        return name

    def remove_calendar(self, name: str) -> None:
        """Delete a calendar for good, with what lies in it."""
        del self.calendars[name]
        for event in [e for e, found in self.events.items() if found.calendar == name]:
            del self.events[event]

    def receive(self, raw: bytes, folder: str = "inbox", **extra: Any) -> str:
        """A mail is put into a folder; its id. ``extra``: fields of a meeting message."""
        name = self.name("M")
        place = self.special.get(folder, folder)
        mail = message_from_bytes(raw, policy=default)
        assert isinstance(mail, EmailMessage)
        found = mail_json(name, mail, sent=folder == "sentitems")
        found["receivedDateTime"] = received(mail)
        kind = str(extra.pop("kind", "message"))
        found["@odata.type"] = f"#microsoft.graph.{kind}"
        self.messages[name] = Message(place, found, extra, list(attachments(mail)), raw)
        self._changed(name)
        return name

    def move(self, name: str, folder: str) -> None:
        """A message is moved; with immutable ids it keeps its name."""
        message = self.messages[name]
        self.log.append((message.folder, name))
        message.folder = self.special.get(folder, folder)
        self._changed(name)

    def copy(self, name: str, folder: str) -> str:
        """A copy with a name of its own."""
        message = self.messages[name]
        other = self.name("M")
        json = {**message.json, "id": other}
        self.messages[other] = Message(
            self.special.get(folder, folder), json, message.extra, message.attachments, message.raw
        )
        self._changed(other)
        return other

    def read(self, name: str) -> None:
        """It is marked as read: the delta then tells no more than that."""
        self.messages[name].json["isRead"] = True
        self.log.append((self.messages[name].folder, name))

    def delete(self, name: str) -> None:
        """A message is gone for good."""
        folder = self.messages.pop(name).folder
        self.log.append((folder, name))

    def add_event(self, start: datetime, end: datetime, calendar: str = "", **fields: Any) -> str:
        """A new event; ``fields`` of its JSON replace the usual ones. Its id."""
        name = self.name("E")
        uid = f"040000008200E00074C5B7101A82E00800000000{int(start.timestamp()):024X}{name[-7:-1]}"
        usual: Json = {
            "id": name,
            "iCalUId": uid,
            "subject": "Meeting",
            "type": "seriesMaster" if fields.get("recurrence") else "singleInstance",
            "start": moment(start),
            "end": moment(end),
            "originalStartTimeZone": "W. Europe Standard Time",
            "originalEndTimeZone": "W. Europe Standard Time",
            "isAllDay": False,
            "isCancelled": False,
            "isOrganizer": True,
            "organizer": recipient("rep@ours.example", "Rep"),
            "attendees": [],
            "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
            "recurrence": None,
            "seriesMasterId": None,
            "lastModifiedDateTime": self.now(),
            "showAs": "busy",
        }
        self.events[name] = Event(calendar or self.calendar, {**usual, **fields})
        self._event_changed(name)
        return name

    def change_event(self, name: str, **fields: Any) -> None:
        """Other fields of an event or series."""
        self.events[name].json |= {"lastModifiedDateTime": self.now(), **fields}
        self._event_changed(name)

    def move_event(self, name: str, calendar: str) -> None:
        """It is put into another calendar of the mailbox, and keeps its id."""
        self._event_changed(name)
        self.events[name].calendar = calendar
        self._event_changed(name)

    def change_date(self, name: str, day: date, **fields: Any) -> None:
        """One date of a series is changed."""
        before = self.events[name].moved.get(day, {})
        self.events[name].moved[day] = {**before, "lastModifiedDateTime": self.now(), **fields}
        self.change_event(name)

    def cancel_date(self, name: str, day: date) -> None:
        """One date of a series is deleted."""
        self.events[name].moved.pop(day, None)
        self.events[name].gone.add(day)
        self.change_event(name)

    def delete_event(self, name: str) -> None:
        """An event or a whole series is deleted."""
        self._event_changed(name)
        del self.events[name]

    def dates(self, name: str, since: datetime, until: datetime) -> Iterator[Json]:
        """The dates of a series between two times as occurrences and exceptions."""
        event = self.events[name]
        length = instant(event.json["end"]) - instant(event.json["start"])
        for day, start in _dates(event.json, until):
            if day in event.gone:
                continue
            told = {
                "id": f"{name[:-1]}-{day:%Y%m%d}=",
                "type": "exception" if day in event.moved else "occurrence",
                "seriesMasterId": name,
                "originalStart": utc(start),
                "start": moment(start),
                "end": moment(start + length),
                **event.moved.get(day, {}),
            }
            if instant(told["end"]) > since and instant(told["start"]) < until:
                yield told

    def date_uid(self, name: str, day: date) -> str:
        """Graph writes the day of a date into its UID."""
        uid = str(self.events[name].json["iCalUId"])
        return f"{uid[:32]}{day.year:04X}{day.month:02X}{day.day:02X}{uid[40:]}"

    def _event_changed(self, name: str) -> None:
        """Something about it is new in the calendar where it lies now."""
        self.log.append((self.events[name].calendar, name))

    def _changed(self, name: str) -> None:
        """It is new where it lies now."""
        self.messages[name].whole_since = len(self.log)
        self.log.append((self.messages[name].folder, name))


def _dates(master: Json, until: datetime) -> Iterator[tuple[date, datetime]]:
    """Weekly dates as Exchange counts them: the same time of day where the series lives."""
    zone = ZoneInfo("Europe/Berlin")
    first = instant(master["start"]).astimezone(zone)
    told = master["recurrence"]
    days, most = told["pattern"]["daysOfWeek"], told["range"]["numberOfOccurrences"]
    day, found = first.date(), 0
    while found < most and day <= until.date():
        if WEEKDAYS[day.weekday()] in days:
            found += 1
            yield day, datetime.combine(day, first.timetz()).astimezone(UTC)
        day += timedelta(days=1)
