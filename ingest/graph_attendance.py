"""Who came to Teams meetings, as a source: the reports of what the rep organised, once it is over.

Teams writes a report when a call ends, and another one where people come back. So a meeting is
looked at soon after its planned end, and once more a day later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from ingest import graph_calendars, graph_event
from ingest.calls import Found, Looks, RefusedError, meeting_of, refused
from ingest.graph_client import GraphClient, path_of
from ingest.graph_event import Owner
from ingest.graph_faults import failure_of
from ingest.graph_json import Json, part, parts, text
from ingest.graph_reports import Held, Reports
from ingest.source import Batch

NAME: Final = "teams"
#: How far back the first look goes.
BACK: Final = timedelta(days=90)
#: When a meeting is looked at, from its planned end on: reports take a while, calls overrun.
AFTER: Final = (timedelta(hours=1), timedelta(days=1))
#: Meetings in one batch.
BATCH: Final = 20

_FIELDS: Final = (
    "iCalUId,type,start,end,originalStart,isAllDay,isCancelled,isOrganizer,organizer,attendees,"
    "onlineMeeting,location,locations"
)


class GraphAttendance:
    """The Teams meetings of one account. ``owner``: own addresses and IANA zone."""

    name = NAME

    def __init__(self, client: GraphClient, owner: Owner, *, now: Callable[[], datetime]) -> None:
        self._client = client
        self._reports = Reports(client)
        self._owner = owner
        self._now = now

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """What was reported since the last look; see ``ingest.source.Source``."""
        now = self._now()
        looks = Looks.loads(cursor)
        if not looks.is_due(now):
            return
        due = [one for one in self._held(looks, now) if _falls_due(one.meeting.end, looks, now)]
        found = Found()
        for first in range(0, len(due), BATCH):
            try:
                found, read = self._reports.read(due[first : first + BATCH], looks.done)
            except RefusedError as refusal:
                yield refused(NAME, looks, refusal, now)
                return
            looks.allowed()
            for one in read:
                looks.done[one.name] = (one.held.meeting.end + AFTER[-1]).isoformat()
            if first + BATCH < len(due):
                yield found.batch(NAME, looks, first + BATCH, len(due))
        looks.end(now)
        yield found.batch(NAME, looks, len(due), len(due))

    def reread(self, items: Mapping[str, Sequence[str]]) -> Iterator[Batch]:
        """The meetings in quarantine once more."""
        names = items.get(NAME, ())
        if not names:
            return
        paths = [f"{path_of('events', one)}?$select={_FIELDS}" for one in names]
        told = [answer.body for answer in self._client.batch(paths) if answer.error is None]
        found, _ = self._reports.read([one for one in map(self._held_of, told) if one], ())
        bad = {failure.item for failure in found.failures}
        found.tombstones += [one for one in names if one not in bad]  # they leave the quarantine
        yield found.batch(NAME, Looks(), len(names), len(names))

    def _held(self, looks: Looks, now: datetime) -> Iterator[Held]:
        """The rep's own Teams meetings that may be due, in all of their calendars."""
        since = now - BACK
        if looks.looked_at is not None:
            since = max(since, looks.looked_at - AFTER[-1])
        window = f"startDateTime={_written(since)}&endDateTime={_written(now)}"
        own = graph_calendars.find(self._client, self._owner.addresses).own
        links = [
            f"{path_of('calendars', one, 'calendarView')}?{window}&$select={_FIELDS}" for one in own
        ]
        for answer in self._client.batch(links):
            if answer.error is not None:
                raise failure_of(answer.error)
            for told in self._client.rest(answer.body):
                held = self._held_of(told)
                if held is not None:
                    yield held

    def _held_of(self, told: Json) -> Held | None:
        """The meeting, if it is one in Teams of which the rep is told who came."""
        link = text(part(told, "onlineMeeting"), "joinUrl")
        if told.get("isOrganizer") is not True or not link:
            return None
        try:
            meeting = meeting_of(graph_event.revisions(told, self._owner)[0], _places(told))
        except ValueError:
            return None  # reading the calendar puts it into quarantine
        return Held(text(told, "id"), link, meeting) if meeting else None


def _places(told: Json) -> list[str]:
    """The names of all places of an entry; one without a name may still be a room."""
    listed = [part(told, "location"), *parts(told, "locations")]
    kinds = [text(one, "locationType") for one in listed if text(one, "locationType") != "default"]
    return [*(text(one, "displayName") for one in listed), *kinds]


def _falls_due(end: datetime, looks: Looks, now: datetime) -> bool:
    """Whether a look at a meeting with this end has fallen due since the last one."""
    before = looks.looked_at
    dues = (end + after for after in AFTER)
    return any((before is None or due > before) and due <= now for due in dues)


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
