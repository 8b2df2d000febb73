"""The calendars of a Google account as a source: all entries once, then what changes in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from ingest import google_events
from ingest.google_calendar_client import CalendarClient, Place
from ingest.google_client import Json
from ingest.retry import QuarantineError
from ingest.source import Batch, CursorExpiredError
from store.model import EventRevision, Failure

VERSION: Final = 1
NAME: Final = "calendar"
#: How often it is looked which calendars there are.
LOOK_AFTER: Final = timedelta(days=1)

_PREFIX: Final = "calendar:"


@dataclass
class _State:
    """How far all calendars are read, and when it was looked which there are."""

    looked_at: datetime
    places: dict[str, Place] = field(default_factory=dict)

    def dumps(self) -> str:
        places = [place._asdict() for place in self.places.values()]
        told = {"version": VERSION, "looked_at": self.looked_at.isoformat(), "calendars": places}
        return json.dumps(told)

    @classmethod
    def loads(cls, cursor: str) -> _State:
        told = json.loads(cursor)
        if told.get("version") != VERSION:
            raise CursorExpiredError("the cursor is of another version")
        places = [Place(**place) for place in told["calendars"]]
        looked_at = datetime.fromisoformat(told["looked_at"])
        return cls(looked_at, {place.id: place for place in places})


@dataclass
class _Page:
    """What a page of entries holds."""

    revisions: list[EventRevision] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, why: str) -> None:
        self.left_out[why] = self.left_out.get(why, 0) + 1


class GoogleCalendar:
    """The entries of all calendars that the user owns, each calendar a stream of its own.

    Series come as such, with the dates that differ from them; nothing is expanded. ``zone``: for
    whole days, where a calendar tells none.
    """

    name = NAME

    def __init__(self, client: CalendarClient, zone: str, now: Callable[[], datetime]) -> None:
        self._client = client
        self._zone = zone
        self._now = now
        self._series: dict[tuple[str, str], Json] = {}
        self._read = 0

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """What is new; see ``ingest.source.Source``."""
        now = self._now()
        state = _State.loads(cursor) if cursor else _State(now)
        looks = cursor is None or not timedelta(0) <= now - state.looked_at < LOOK_AFTER
        if looks:
            self._look(state, now)
        for calendar in list(state.places):
            yield from self._calendar(state, calendar)
        if looks and cursor is not None:
            # Keeps the tokens from growing old where nothing ever changes.
            yield self._batch(state, NAME, _Page(), mode="incremental")

    def reread(self, items: Mapping[str, Sequence[str]]) -> Iterator[Batch]:
        """The entries in quarantine once more."""
        for stream, numbers in items.items():
            if not stream.startswith(_PREFIX):
                continue
            calendar = stream.removeprefix(_PREFIX)
            page = _Page()
            for number in numbers:
                told = self._client.entry(calendar, number) or {"id": number, "status": "cancelled"}
                self._take(page, told, calendar, self._zone)
            yield self._batch(_State(self._now()), stream, page, mode="incremental")

    def _look(self, state: _State, now: datetime) -> None:
        """Which calendars there are now. What was read of one that is gone stays stored."""
        known = state.places
        found = [calendar.id for calendar in self._client.calendars()]
        state.places = {one: known.get(one) or Place(one) for one in found}
        state.looked_at = now

    def _calendar(self, state: _State, calendar: str) -> Iterator[Batch]:
        try:
            try:
                yield from self._pages(state, calendar)
            except CursorExpiredError:
                state.places[calendar] = Place(calendar, relists=True)
                yield from self._pages(state, calendar)
        except QuarantineError:
            del state.places[calendar]
            page = _Page(left_out={"calendars that are no longer there": 1})
            yield self._batch(state, NAME, page, mode="incremental")

    def _pages(self, state: _State, calendar: str) -> Generator[Batch, None, None]:
        """The pages of one calendar from its place on; nothing where nothing is new."""
        while True:
            place = state.places[calendar]
            told = self._client.entries(place)
            page = self._page(told, calendar)
            listing = not place.sync
            if listing:
                # Not being named says the same, and is looked at when the listing has ended.
                page.gone.clear()
            token = str(told.get("nextPageToken", ""))
            ended = not token
            state.places[calendar] = (
                Place(calendar, sync=str(told.get("nextSyncToken", "")))
                if ended
                else place._replace(page=token)
            )
            if listing or token or told.get("items"):
                yield self._batch(
                    state,
                    _PREFIX + calendar,
                    page,
                    mode="full" if listing else "incremental",
                    complete=listing and ended,
                    relists=place.relists,
                )
            if ended:
                return

    def _page(self, told: Json, calendar: str) -> _Page:
        zone = str(told.get("timeZone") or self._zone)
        items = told.get("items", ())
        for item in items:
            if item.get("recurrence"):
                self._series[calendar, str(item["id"])] = item
        page = _Page()
        for item in items:
            self._take(page, item, calendar, zone)
        self._read += len(items)
        return page

    def _take(self, page: _Page, told: Json, calendar: str, zone: str) -> None:
        """Sort one entry into the page: revision, gone, failure or left out."""
        number = str(told["id"])
        series_id = google_events.series_of(told)
        series = self._series_of(calendar, series_id) if series_id else None
        why = google_events.why_left_out(series or told)
        if why:
            page.leave_out(why)
        elif google_events.is_gone(told) or (series_id and series is None):
            page.gone.append(number)
        else:
            try:
                page.revisions.append(
                    google_events.deleted_date(told, series, zone)
                    if series
                    else google_events.revision(told, zone)
                )
            except QuarantineError as error:
                page.failures.append(Failure(number, str(error)))

    def _series_of(self, calendar: str, number: str) -> Json | None:
        """The series that a deleted date belongs to; asked for where it did not come by itself."""
        key = (calendar, number)
        if key not in self._series:
            told = self._client.entry(calendar, number)
            if told is None or google_events.is_gone(told):
                return None
            self._series[key] = told
        return self._series[key]

    def _batch(
        self,
        state: _State,
        stream: str,
        page: _Page,
        *,
        mode: str,
        complete: bool = False,
        relists: bool = False,
    ) -> Batch:
        return Batch(
            stream=stream,
            mode="full" if mode == "full" else "incremental",
            complete=complete,
            records=tuple(page.revisions),
            tombstones=tuple(page.gone),
            failures=tuple(page.failures),
            left_out=page.left_out,
            cursor=state.dumps(),
            position=self._read,
            size=0,
            relists=relists,
        )
