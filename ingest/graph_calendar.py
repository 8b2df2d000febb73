"""The events of a calendar of Exchange, by Graph's delta over a window of time.

The window shows every date of a series; what is kept is its rule, the dates that were cancelled
(the delta drops them without a word, only the series tells them) and the dates that differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from ingest import graph_event
from ingest.graph_client import Answer, GraphClient, path_of
from ingest.graph_event import EXCEPTION, OCCURRENCE, SERIES, Owner
from ingest.graph_faults import SERVICE, failure_of
from ingest.graph_json import Json, parts, text
from ingest.graph_strand import Found, Phase, Strand
from ingest.source import Record
from store.model import Failure

#: How far back and ahead events are looked at; Graph allows 1,825 days in all.
BEFORE: Final = timedelta(days=731)
AFTER: Final = timedelta(days=400)
#: A window that ends sooner than this is replaced by a new one.
RENEWED_WITHIN: Final = timedelta(days=120)

_FIELDS: Final = (
    "iCalUId",
    "subject",
    "type",
    "start",
    "end",
    "originalStartTimeZone",
    "isAllDay",
    "isCancelled",
    "isOrganizer",
    "organizer",
    "attendees",
    "responseStatus",
    "recurrence",
    "lastModifiedDateTime",
    "cancelledOccurrences",
    "exceptionOccurrences",
)
_SERIES: Final = "?$select=" + ",".join(_FIELDS) + "&$expand=exceptionOccurrences"
_UNREADABLE: Final = (TypeError, KeyError, AttributeError, OverflowError)


@dataclass(slots=True)
class CalendarStrand(Strand):
    """The events of a calendar. ``since``/``until``: the window, ISO times in UTC.

    ``calendar``: its id. ``series``: ids of the series in it, each with the ids of its dates that
    differ, so that it is noticed when one of these is no longer there. ``orphans``: it is listed
    again because another calendar was deleted, to tell what went with that one.
    """

    calendar: str = ""
    since: str = ""
    until: str = ""
    series: dict[str, list[str]] = field(default_factory=dict)
    orphans: bool = False

    @property
    def all(self) -> int:
        """Nobody tells how many events there are: at least one more, as long as they are listed."""
        return max(self.size, self.done + (self.phase is Phase.LISTING))

    @property
    def window(self) -> tuple[datetime, datetime]:
        """From when on and until when events are seen."""
        return datetime.fromisoformat(self.since), datetime.fromisoformat(self.until)

    def outlived(self, now: datetime) -> bool:
        """Whether the window ends too soon."""
        return now > self.window[1] - RENEWED_WITHIN

    def end_listing(self) -> None:
        """From now on only changes are read."""
        Strand.end_listing(self)
        self.orphans = False

    def renew(self, now: datetime, *, relists: bool, orphans: bool = False) -> None:
        """List everything anew, in the window that is right ``now``."""
        self.orphans = orphans
        fresh = strand(self.stream, self.calendar, now)
        self.since, self.until = fresh.since, fresh.until
        self.begin_again(fresh.link, relists=relists)


def strand(stream: str, calendar: str, now: datetime) -> CalendarStrand:
    """The listing of the calendar of that id from its beginning."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    since, until = (today - BEFORE).isoformat(), (today + AFTER).isoformat()
    window = "?startDateTime={}&endDateTime={}".format(
        *(time.replace("+00:00", "Z") for time in (since, until))
    )
    link = path_of("calendars", calendar, "calendarView", "delta") + window
    return CalendarStrand(stream, link, calendar=calendar, since=since, until=until)


class CalendarReader:
    """Makes revisions of what a listing shows, and asks for what it leaves out."""

    def __init__(self, client: GraphClient, owner: Owner) -> None:
        self._client = client
        self._owner = owner

    def read(self, strand: CalendarStrand, items: Iterable[Json]) -> Found:
        """What ``items`` of a page say; notes in ``strand`` which dates of its series differ."""
        look = _Look(self._client, strand)
        for item in items:
            look.take(item)
        look.ask_again()
        found = Found(tombstones=sorted(look.gone), failures=look.failures)
        for name, item in look.seen.items():
            self._add(found, name, item)
        return found

    def reread(self, names: Sequence[str]) -> Found:
        """The events of these names, asked for one by one."""
        return self.read(CalendarStrand("", ""), [{"id": name} for name in names])

    def _add(self, found: Found, name: str, item: Json) -> None:
        try:
            revisions: Sequence[Record] = graph_event.revisions(item, self._owner)
        except ValueError as error:
            found.failures.append(Failure(name, f"{error}."))
        except _UNREADABLE as error:
            why = f"{SERVICE} tells it in a way that cannot be read ({type(error).__name__})."
            found.failures.append(Failure(name, why))
        else:
            found.records += revisions


class _Look:
    """One look at a page: what it shows, and what has to be asked for again by id.

    ``seen``: whole events by id. ``gone``: ids that Exchange no longer has.
    """

    def __init__(self, client: GraphClient, strand: CalendarStrand) -> None:
        self.seen: dict[str, Json] = {}
        self.gone: set[str] = set()
        self.failures: list[Failure] = []
        self._client = client
        self._strand = strand
        self._differed = {name for dates in strand.series.values() for name in dates}
        self._series: dict[str, None] = {}
        self._single: dict[str, None] = {}
        self._looked_at: set[str] = set()

    def take(self, item: Json) -> None:
        """One item of the page. What left the window comes as removed, but may still be there."""
        name, kind = text(item, "id"), text(item, "type")
        if kind == SERIES:
            self._series[name] = None
        elif "@removed" in item or not (kind == OCCURRENCE or graph_event.is_whole(item)):
            self._single[name] = None
        elif kind != OCCURRENCE:
            self.seen[name] = item

    def ask_again(self) -> None:
        """Ask until nothing is left to ask: single ones lead to series, series to their dates."""
        while self._single or self._series:
            single, series = list(self._single), list(self._series)
            self._single, self._series = {}, {}
            self._looked_at.update(single, series)
            paths = [path_of("events", name) for name in single]
            paths += [path_of("events", name) + _SERIES for name in series]
            answers = self._client.batch(paths)
            for name, answer in zip(single, answers[: len(single)], strict=True):
                self._put(name, answer, series=False)
            for name, answer in zip(series, answers[len(single) :], strict=True):
                self._put(name, answer, series=True)

    def _put(self, name: str, answer: Answer, *, series: bool) -> None:
        if answer.status == 404:
            self._forget(name)
        elif answer.error is not None:
            if answer.status in (401, 403):
                raise failure_of(answer.error)
            why = f"{SERVICE} cannot give it (HTTP {answer.status} {answer.error.code})."
            self.failures.append(Failure(name, why))
        elif series:
            self._put_series(name, answer.body)
        elif text(answer.body, "type") == SERIES:
            self._series[name] = None
        elif text(answer.body, "type") != OCCURRENCE or name in self._differed:
            self.seen[name] = answer.body

    def _put_series(self, name: str, item: Json) -> None:
        before = self._strand.series.get(name, [])
        differing = {text(one, "id"): one for one in parts(item, "exceptionOccurrences")}
        self._strand.series[name] = list(differing)
        self.seen[name] = item
        for number, one in differing.items():
            told = {"iCalUId": item.get("iCalUId"), "type": EXCEPTION, **one}
            if number not in self.seen:
                self.seen[number] = told
        self._check(set(before) - set(differing))

    def _forget(self, name: str) -> None:
        """A series goes with the dates of it; what was no series may have been a date of one."""
        self.gone.add(name)
        self.seen.pop(name, None)
        if name in self._strand.series:
            self.gone.update(self._strand.series.pop(name))
        elif name not in self._differed:
            self._check(self._strand.series, series=True)

    def _check(self, names: Iterable[str], *, series: bool = False) -> None:
        queue = self._series if series else self._single
        queue.update(dict.fromkeys(one for one in names if one not in self._looked_at))
