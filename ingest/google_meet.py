"""Who came to calls in Google Meet, as a source: each call of the rep's meetings, once it is over.

Meet keeps its records for thirty days and tells names, no addresses. Which meeting a call was held
for is known by the code of its room, which the calendar shows as well.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from ingest import google_events
from ingest.calls import ASK_AGAIN_AFTER, REFUSED, Meeting, RefusedError, held_for, meeting_of
from ingest.google_calendar_client import CalendarClient
from ingest.google_client import Json
from ingest.google_meet_client import SERVICE, MeetClient
from ingest.retry import QuarantineError
from ingest.source import Batch, ChangedError
from ingest.strings import one_line
from store.model import Conference, Failure, Joining

VERSION: Final = 1
NAME: Final = "meet"
#: How long Meet keeps its records.
KEPT: Final = timedelta(days=30)
#: How often it is looked whether a call has ended.
LOOK_AFTER: Final = timedelta(hours=1)
#: No call lasts longer; whatever began before has ended and was seen at the look before.
LONGEST: Final = timedelta(days=1)
#: Calls in one batch.
BATCH: Final = 20

NO_MEETING: Final = "calls in Google Meet that are in no calendar of yours"
_KINDS: Final = ("signedinUser", "anonymousUser", "phoneUser")
_UNREADABLE: Final = (ValueError, KeyError, TypeError, AttributeError, OverflowError)
_AROUND: Final = timedelta(hours=1)


@dataclass
class _State:
    """When it was looked last, and which calls that a next look would name again are done.

    ``refused``: Meet did not tell at the last look.
    """

    looked_at: datetime | None = None
    done: list[str] = field(default_factory=list)
    refused: bool = False

    def dumps(self) -> str:
        looked_at = self.looked_at.isoformat() if self.looked_at else ""
        told = {"version": VERSION, "looked_at": looked_at, "done": self.done}
        return json.dumps({**told, "refused": self.refused})

    @classmethod
    def loads(cls, cursor: str) -> _State:
        told = json.loads(cursor)
        if told.get("version") != VERSION:
            raise ChangedError("the cursor is of another version")
        looked_at = datetime.fromisoformat(told["looked_at"]) if told["looked_at"] else None
        return cls(looked_at, list(told["done"]), bool(told["refused"]))

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to look; also where the clock was put back."""
        pause = ASK_AGAIN_AFTER if self.refused else LOOK_AFTER
        return self.looked_at is None or not timedelta(0) <= now - self.looked_at < pause

    def since(self, now: datetime) -> datetime:
        """From when on calls are looked at."""
        kept = now - KEPT
        return kept if self.looked_at is None else max(kept, self.looked_at - LONGEST)


class _Page:
    """What some calls came to."""

    def __init__(self) -> None:
        self.conferences: list[Conference] = []
        self.failures: list[Failure] = []
        self.gone: list[str] = []
        self.left_out: Counter[str] = Counter()


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
        state = _State.loads(cursor) if cursor else _State()
        if not state.is_due(now):
            return
        try:
            told = self._client.records(state.since(now))
        except RefusedError as refusal:
            yield self._refused(state, str(refusal), now)
            return
        if state.refused:
            raise ChangedError("Meet tells now")
        new = [one for one in told if one.get("endTime") and one.get("name") not in state.done]
        rooms = self._rooms(new)
        for first in range(0, len(new), BATCH):
            some = new[first : first + BATCH]
            page = self._page(some, rooms)
            state.done += [str(one.get("name", "")) for one in some]
            if first + BATCH < len(new):
                yield _batch(state, page, first + len(some), len(new))
        state.looked_at, state.done = now, _named_again(told, state.done, now - LONGEST)
        yield _batch(state, page if new else _Page(), len(new), len(new))

    def reread(self, items: Mapping[str, Sequence[str]]) -> Iterator[Batch]:
        """The calls in quarantine once more, as long as Meet keeps them."""
        names = items.get(NAME, ())
        page, found = _Page(), []
        for name in names:
            try:
                found.append(self._client.record(name))
            except QuarantineError:
                page.gone.append(name)
        again = self._page(found, self._rooms(found))
        again.gone += page.gone
        if names:
            yield _batch(_State(), again, len(names), len(names))

    def _refused(self, state: _State, why: str, now: datetime) -> Batch:
        page = _Page()
        if not state.refused:
            page.left_out[REFUSED + why] = 1
        return _batch(_State(now, state.done, refused=True), page, 0, 0)

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
            return meeting_of(google_events.revision(told, zone))
        except QuarantineError:
            return None

    def _page(self, records: Iterable[Json], rooms: Mapping[str, Sequence[Meeting]]) -> _Page:
        page = _Page()
        for told in records:
            name = str(told.get("name", ""))
            try:
                self._take(page, told, rooms)
            except QuarantineError:  # it has expired since it was listed
                page.gone.append(name)
            except _UNREADABLE as error:
                page.failures.append(Failure(name, f"{SERVICE}'s record cannot be read: {error}"))
        return page

    def _take(self, page: _Page, told: Json, rooms: Mapping[str, Sequence[Meeting]]) -> None:
        began_at, ended_at = _time(told["startTime"]), _time(told["endTime"])
        dates = rooms.get(self._code_of(str(told["space"])), ()) if rooms else ()
        meeting = held_for(dates, began_at, ended_at)
        if meeting is None:
            page.left_out[NO_MEETING] += 1
            return
        people = self._client.participants(told["name"])
        joinings = tuple(_joining(one, ended_at) for one in people)
        page.conferences.append(
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
            )
        )

    def _code_of(self, space: str) -> str:
        if space not in self._codes:
            self._codes[space] = self._client.code(space)
        return self._codes[space]


def _named_again(told: Iterable[Json], done: Iterable[str], since: datetime) -> list[str]:
    """Calls that are done and that a look at what began ``since`` would name again."""
    known = set(done)
    return [
        str(one["name"])
        for one in told
        if one.get("name") in known and ((span := _span(one)) is None or span[0] >= since)
    ]


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


def _batch(state: _State, page: _Page, position: int, size: int) -> Batch:
    mode: Literal["incremental"] = "incremental"
    return Batch(
        stream=NAME,
        mode=mode,
        complete=False,
        records=tuple(page.conferences),
        tombstones=tuple(page.gone),
        failures=tuple(page.failures),
        left_out=dict(page.left_out),
        cursor=state.dumps(),
        position=position,
        size=size,
    )
