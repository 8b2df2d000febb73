"""The contract's example: a provider in memory, with folders, a calendar and a change log.

Mail has stable identities and keys that change when it moves, as in IMAP and Exchange; the
calendar has one key for a series with its exceptions, as in CalDAV.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from ingest import mime
from ingest.source import Batch, CursorExpiredError, Known, Record
from store.model import Attendance, EventRevision, Failure
from store.revision import identified
from tests.contract import CUSTOMER, REP, TODAY, Peer, raw_message, summary

PAGE: Final = 2
FOLDERS: Final = ("inbox", "archive")

#: What a cursor holds.
State: TypeAlias = dict[str, dict[str, int]]


@dataclass
class Folder:
    """What lies in a folder: key -> content, and the log of changes: key after key."""

    items: dict[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def put(self, key: str, item: str) -> None:
        """Something is new or changed."""
        self.items[key] = item
        self.log.append(key)

    def drop(self, key: str) -> None:
        """Something is gone."""
        del self.items[key]
        self.log.append(key)


@dataclass
class Meeting:
    """A meeting or a series as its calendar shows it."""

    start: datetime
    weeks: int
    partstat: str = "NEEDS-ACTION"
    moved: dict[int, datetime] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    changed_at: datetime = TODAY

    def revisions(self, name: str) -> list[EventRevision]:
        """The series, and each of its exceptions."""
        series = _revision(name, self, self.start, None)
        if self.weeks > 1:
            exdate = "\n".join(f"{self.date(n):%Y%m%dT%H%M%SZ}" for n in sorted(self.gone))
            series = series._replace(rrule=f"FREQ=WEEKLY;COUNT={self.weeks}", exdate=exdate)
        moved = [
            _revision(name, self, start, self.date(n)) for n, start in sorted(self.moved.items())
        ]
        return [identified(one) for one in (series, *moved)]

    def date(self, number: int) -> datetime:
        """Where date ``number`` of the series was to be."""
        return self.start + timedelta(weeks=number)


def _revision(
    name: str, meeting: Meeting, start: datetime, recurrence_at: datetime | None
) -> EventRevision:
    return EventRevision(
        provider_id="",
        message_provider_id="",
        uid=f"uid-{name}",
        recurrence_at=recurrence_at,
        sequence=0,
        dtstamp=None,
        learned_from="calendar",
        method="",
        organizer=REP,
        organizer_name="",
        sent_by="",
        actor="",
        start=start,
        end=start + timedelta(hours=1),
        zone="UTC",
        all_day=False,
        floating=False,
        status="CONFIRMED",
        rrule="",
        rdate="",
        exdate="",
        summary=summary(name),
        comment="",
        attendances=(Attendance(CUSTOMER, "", "REQ-PARTICIPANT", meeting.partstat, ""),),
        occurred_at=meeting.changed_at,
        source_key=name,
    )


class MemoryPeer(Peer):
    """An account in memory."""

    name = "memory"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folders = {name: Folder() for name in (*FOLDERS, "calendar")}
        self.meetings: dict[str, Meeting] = {}
        self.broken: set[str] = set()
        self.age = 0
        self._keys = 0
        self._changes = 0

    def source(self) -> MemorySource:
        """A new source."""
        return MemorySource(self)

    def add_message(self, name: str) -> None:
        """Into the inbox."""
        self._put("inbox", name)

    def _put(self, folder: str, name: str) -> None:
        self._keys += 1
        self.folders[folder].put(f"{folder}-{self._keys}", name)

    def _drop(self, folder: str, name: str) -> None:
        held = self.folders[folder]
        held.drop(next(key for key, item in held.items.items() if item == name))

    def _where(self, name: str) -> str:
        return next(f for f in FOLDERS if name in self.folders[f].items.values())

    def delete_message(self, name: str) -> None:
        """From where it lies."""
        self._drop(self._where(name), name)

    def move_message(self, name: str) -> None:
        """Into the archive, or back."""
        here = self._where(name)
        self._drop(here, name)
        self._put("archive" if here == "inbox" else "inbox", name)

    def copy_message(self, name: str) -> None:
        """Into the archive."""
        self._put("archive", name)

    def uncopy_message(self, name: str) -> None:
        """From the archive."""
        self._drop("archive", name)

    def _show(self, name: str) -> None:
        self._changes += 1
        self.meetings[name].changed_at = TODAY + timedelta(minutes=self._changes)
        self.folders["calendar"].put(name, name)

    def add_event(self, name: str, start: datetime, *, weeks: int = 1) -> None:
        """Into the calendar."""
        self.meetings[name] = Meeting(start, weeks)
        self._show(name)

    def move_event(self, name: str, start: datetime) -> None:
        """To another start."""
        self.meetings[name].start = start
        self._show(name)

    def cancel_event(self, name: str) -> None:
        """Deleted."""
        self.folders["calendar"].drop(name)

    def move_occurrence(self, name: str, number: int, start: datetime) -> None:
        """An exception of the series."""
        self.meetings[name].moved[number] = start
        self._show(name)

    def cancel_occurrence(self, name: str, number: int) -> None:
        """An EXDATE of the series."""
        self.meetings[name].moved.pop(number, None)
        self.meetings[name].gone.add(number)
        self._show(name)

    def answer(self, name: str, partstat: str) -> None:
        """As attendees do."""
        self.meetings[name].partstat = partstat
        self._show(name)

    def touch(self, name: str) -> None:
        """Only the time of the last change moves."""
        self._show(name)

    def break_item(self, name: str) -> None:
        """Nonsense."""
        self.broken.add(name)

    def mend_item(self, name: str) -> None:
        """Sense again."""
        self.broken.remove(name)

    def expire(self) -> None:
        """Another age begins."""
        self.age += 1


class MemorySource:
    """Folder after folder; first everything, then what the change log tells."""

    name = "memory"

    def __init__(self, peer: MemoryPeer) -> None:
        self._peer = peer
        self._known: Known = lambda stream, keys: set()

    def remember(self, known: Known) -> None:
        """Mail never changes, so that it is not fetched twice."""
        self._known = known

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """``cursor``: the age, and for each folder how far its log, or its listing, was read."""
        fresh = {"log": {}, "listed": {}, "age": {"age": self._peer.age}}
        state: State = json.loads(cursor) if cursor else fresh
        if state["age"]["age"] != self._peer.age:
            raise CursorExpiredError
        if not all(name in state["log"] for name in self._peer.folders):
            yield from self._listing(state)
        yield from self._changes(state)

    def _listing(self, state: State) -> Iterator[Batch]:
        """All folders, then all ends, so that what moves between folders is not taken for gone."""
        for name, folder in self._peer.folders.items():
            state["listed"].setdefault(name, len(folder.log))
            keys = sorted(folder.items)
            begin = state["listed"].get(f"{name} from", 0)
            for at in range(begin, len(keys), PAGE):
                state["listed"][f"{name} from"] = at + PAGE
                page = keys[at : at + PAGE]
                known = () if name == "calendar" else sorted(self._known(name, page))
                fetched = [key for key in page if key not in known]
                yield replace(self._batch(name, fetched, state), mode="full", named=tuple(known))
        for name in self._peer.folders:
            if name not in state["log"]:
                state["log"][name] = state["listed"][name]
                yield replace(self._batch(name, (), state), mode="full", complete=True)

    def _changes(self, state: State) -> Iterator[Batch]:
        for name, folder in self._peer.folders.items():
            while state["log"][name] < len(folder.log):
                at = state["log"][name]
                state["log"][name] = min(at + PAGE, len(folder.log))
                yield self._batch(name, folder.log[at : at + PAGE], state)

    def reread(self, items: Mapping[str, Sequence[str]]) -> Iterator[Batch]:
        """Single items once more."""
        for stream, keys in items.items():
            yield self._batch(stream, keys, {})

    def _batch(self, stream: str, keys: Sequence[str], state: Mapping[str, object]) -> Batch:
        self._peer.requests += 1
        folder = self._peer.folders[stream]
        here = [key for key in dict.fromkeys(keys) if key in folder.items]
        good = [key for key in here if folder.items[key] not in self._peer.broken]
        return Batch(
            stream=stream,
            mode="incremental",
            complete=False,
            records=tuple(r for key in good for r in self._records(stream, key)),
            tombstones=tuple(dict.fromkeys(key for key in keys if key not in here)),
            failures=tuple(Failure(key, "it is nonsense") for key in here if key not in good),
            left_out={},
            cursor=json.dumps(state),
            position=0,
            size=0,
        )

    def _records(self, stream: str, key: str) -> Sequence[Record]:
        item = self._peer.folders[stream].items[key]
        if stream == "calendar":
            return self._peer.meetings[item].revisions(item)
        parsed = mime.parse(raw_message(item))
        return [parsed.message._replace(source_key=key, labels=(stream,))]


PEERS = [MemoryPeer]
