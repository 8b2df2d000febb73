"""Who came to calls in Google Meet, as a source: each call of the rep's meetings, once it is over.

Meet keeps its records for thirty days and tells names, no addresses. Which meeting a call was held
for is known by the code of its room, which the calendar shows as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from ingest import google_events
from ingest.calls import Found, Looks, Meeting, RefusedError, held_for, meeting_of, refused
from ingest.google_calendar_client import CalendarClient
from ingest.google_client import Json
from ingest.google_meet_client import SERVICE, MeetClient
from ingest.retry import QuarantineError
from ingest.source import Batch
from ingest.strings import one_line
from store.model import Conference, Failure, Joining

NAME: Final = "meet"
#: How long Meet keeps its records.
KEPT: Final = timedelta(days=30)
#: No call lasts longer; whatever began before has ended and was seen at the look before.
LONGEST: Final = timedelta(days=1)
#: Calls in one batch.
BATCH: Final = 20

NO_MEETING: Final = "calls in Google Meet that are in no calendar of yours"
_KINDS: Final = ("signedinUser", "anonymousUser", "phoneUser")
_UNREADABLE: Final = (ValueError, KeyError, TypeError, AttributeError, OverflowError)
_AROUND: Final = timedelta(hours=1)


class GoogleMeet:
    """The calls of one account. ``zone``: for whole days, where a calendar tells none."""

    name = NAME

    def __init__(
        self, client: MeetClient, calendar: CalendarClient, zone: str, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._calendar = calendar
        self._zone = zone
        self._now = now
        self._codes: dict[str, str] = {}

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """What has ended since the last look; see ``ingest.source.Source``."""
        now = self._now()
        looks = Looks.loads(cursor)
        if not looks.is_due(now):
            return
        try:
            told = self._client.records(_since(looks, now))
        except RefusedError as refusal:
            yield refused(NAME, looks, refusal, now)
            return
        looks.allowed()
        new = [one for one in told if one.get("endTime") and one.get("name") not in looks.done]
        rooms = self._rooms(new)
        found = Found()
        for first in range(0, len(new), BATCH):
            some = new[first : first + BATCH]
            found = self._found(some, rooms)
            looks.done.update((str(one.get("name", "")), _named_until(one, now)) for one in some)
            if first + BATCH < len(new):
                yield found.batch(NAME, looks, first + len(some), len(new))
        looks.end(now)
        yield found.batch(NAME, looks, len(new), len(new))

    def reread(self, items: Mapping[str, Sequence[str]]) -> Iterator[Batch]:
        """The calls in quarantine once more, as long as Meet keeps them."""
        names = items.get(NAME, ())
        told, gone = [], []
        for name in names:
            try:
                told.append(self._client.record(name))
            except QuarantineError:
                gone.append(name)
        found = self._found(told, self._rooms(told))
        found.tombstones += gone
        if names:
            yield found.batch(NAME, Looks(), len(names), len(names))

    def _rooms(self, records: Sequence[Json]) -> dict[str, list[Meeting]]:
        """The rep's meetings around these calls, by the code of their room."""
        spans = [span for span in map(_span, records) if span]
        if not spans:
            return {}
        since = min(began for began, _ in spans) - _AROUND
        until = max(ended for _, ended in spans) + _AROUND
        rooms: dict[str, list[Meeting]] = {}
        for calendar in self._calendar.calendars():
            for told in self._calendar.dates(calendar.id, since, until):
                meeting = self._meeting(told, calendar.zone or self._zone)
                if meeting is not None:
                    rooms.setdefault(_code(told), []).append(meeting)
        rooms.pop("", None)
        return rooms

    def _meeting(self, told: Json, zone: str) -> Meeting | None:
        try:
            return meeting_of(google_events.revision(told, zone), [str(told.get("location", ""))])
        except QuarantineError:
            return None

    def _found(self, records: Iterable[Json], rooms: Mapping[str, Sequence[Meeting]]) -> Found:
        found = Found()
        for told in records:
            name = str(told.get("name", ""))
            try:
                self._take(found, told, rooms)
            except QuarantineError:  # it has expired since it was listed
                found.tombstones.append(name)
            except _UNREADABLE as error:
                found.failures.append(Failure(name, f"{SERVICE}'s record cannot be read: {error}"))
        return found

    def _take(self, found: Found, told: Json, rooms: Mapping[str, Sequence[Meeting]]) -> None:
        began_at, ended_at = _time(told["startTime"]), _time(told["endTime"])
        dates = rooms.get(self._code_of(str(told["space"])), ()) if rooms else ()
        meeting = held_for(dates, began_at, ended_at)
        if meeting is None:
            found.left_out[NO_MEETING] += 1
            return
        people = self._client.participants(told["name"])
        joinings = tuple(_joining(one, ended_at) for one in people)
        found.records.append(
            Conference(
                str(told["name"])[:500],
                "meet",
                meeting.uid,
                meeting.recurrence_at,
                meeting.start,
                meeting.end,
                began_at,
                ended_at,
                joinings,
                meeting.invited,
                meeting.in_person,
            )
        )

    def _code_of(self, space: str) -> str:
        if space not in self._codes:
            self._codes[space] = self._client.code(space)
        return self._codes[space]


def _since(looks: Looks, now: datetime) -> datetime:
    """From when on calls are looked at."""
    kept = now - KEPT
    return kept if looks.looked_at is None else max(kept, looks.looked_at - LONGEST)


def _named_until(told: Json, now: datetime) -> str:
    """Until when a look would find this call again."""
    span = _span(told)
    return (span[0] + LONGEST if span else now + KEPT).isoformat()


def _span(told: Json) -> tuple[datetime, datetime] | None:
    try:
        return _time(told["startTime"]), _time(told["endTime"])
    except _UNREADABLE:
        return None


def _time(value: object) -> datetime:
    at = datetime.fromisoformat(str(value))
    if at.tzinfo is None:
        raise ValueError(f"no time: {value}")
    return at.astimezone(UTC)


def _joining(told: Json, ended_at: datetime) -> Joining:
    """One person, from the first time they came until they left for good."""
    kind = next((one for one in _KINDS if one in told), "")
    name = one_line(str(told.get(kind, {}).get("displayName", "")))[:200]
    left = told.get("latestEndTime")
    return Joining(
        name,
        "",
        kind == "signedinUser",
        _time(told["earliestStartTime"]),
        _time(left) if left else ended_at,
    )


def _code(event: Json) -> str:
    """The code of the room in which an entry of the calendar is to be held, ``""`` for none."""
    told = event.get("conferenceData") or {}
    link = str(event.get("hangoutLink", ""))
    code = str(told.get("conferenceId", "")) if isinstance(told, dict) else ""
    return code or link.partition("?")[0].rstrip("/").rpartition("/")[2]
