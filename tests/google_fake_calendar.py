"""The calendars of the fake Google: single meetings, series, dates that differ, deleted ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from dateutil.rrule import rrulestr

from tests.google_fake_mailbox import RefusedError

Event: TypeAlias = dict[str, Any]

_EPOCH: Final = datetime(2026, 11, 2, 9, tzinfo=UTC)
_ALONE: Final = {"timeMin", "timeMax", "updatedMin", "q", "orderBy", "iCalUID"}


class FakeCalendar:
    """``page_size``: the most that a page holds here, whatever is asked for."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.page_size = 2_500
        self.zone = "Europe/Vienna"
        self.calendars: dict[str, dict[str, Any]] = {}
        self.events: dict[str, dict[str, Event]] = {}
        self._changed: dict[tuple[str, str], int] = {}
        self._count = 0
        self._life = 0
        self.methods: dict[str, Callable[[Mapping[str, str]], Any]] = {
            "calendar.calendarList.list": self._calendars,
            "calendar.events.list": self._list,
            "calendar.events.get": self._get,
        }
        self.add_calendar(address, primary=True)

    def add_calendar(self, number: str, *, role: str = "owner", **more: Any) -> None:
        """Another calendar."""
        told = {"id": number, "accessRole": role, "timeZone": self.zone, "selected": True}
        self.calendars[number] = {"kind": "calendar#calendarListEntry", **told, **more}
        self.events[number] = {}

    def add(self, number: str, start: datetime, *, calendar: str = "", **more: Any) -> None:
        """A meeting of an hour. ``more``: its other properties, such as ``recurrence``."""
        me = {"email": self.address, "self": True}
        event = {
            "kind": "calendar#event",
            "id": number,
            "status": "confirmed",
            "created": _written(_EPOCH),
            "summary": number,
            "creator": me,
            "organizer": me,
            "start": moment(start),
            "end": moment(start + timedelta(hours=1)),
            "iCalUID": f"{number}@google.com",
            "sequence": 0,
            "reminders": {"useDefault": True},
            "eventType": "default",
        }
        self._put(calendar, {**event, **more})

    def change(self, number: str, *, calendar: str = "", **properties: Any) -> None:
        """Something of it is changed."""
        event = self.events[calendar or self.address][number]
        self._put(calendar, {**event, **properties})

    def move(self, number: str, start: datetime, *, calendar: str = "") -> None:
        """It gets another start; its organizer is told by a higher sequence."""
        sequence = self.events[calendar or self.address][number]["sequence"] + 1
        end = moment(start + timedelta(hours=1))
        self.change(number, calendar=calendar, start=moment(start), end=end, sequence=sequence)

    def delete(self, number: str, *, calendar: str = "") -> None:
        """It is deleted, a series with all dates that differ: only the id is left."""
        events = self.events[calendar or self.address]
        dates = [one["id"] for one in events.values() if one.get("recurringEventId") == number]
        for one in (number, *dates):
            gone = {"kind": "calendar#event", "id": one, "status": "cancelled"}
            self._put(calendar, gone, updated=False)

    def move_date(self, series: str, original: datetime, start: datetime) -> str:
        """A date of a series gets another start; its id."""
        event = self.events[self.address][series]
        number = f"{series}_{original.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        alone = {name: value for name, value in event.items() if name != "recurrence"}
        date = {"id": number, "recurringEventId": series, "originalStartTime": moment(original)}
        times = {"start": moment(start), "end": moment(start + timedelta(hours=1))}
        self._put("", {**alone, **date, **times})
        return number

    def delete_date(self, series: str, original: datetime) -> str:
        """A date of a series is deleted: little more than the original time is left; its id."""
        number = f"{series}_{original.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        gone = {
            "kind": "calendar#event",
            "id": number,
            "status": "cancelled",
            "recurringEventId": series,
            "originalStartTime": moment(original),
        }
        self._put("", gone, updated=False)
        return number

    def forget(self) -> None:
        """No token that was given is known any more."""
        self._life += 1

    def _put(self, calendar: str, event: Event, *, updated: bool = True) -> None:
        self._count += 1
        at = {"updated": _written(_EPOCH + timedelta(seconds=self._count))} if updated else {}
        where = calendar or self.address
        self.events[where][event["id"]] = {**event, **at, "etag": f'"{self._count}"'}
        self._changed[where, event["id"]] = self._count

    def _calendars(self, query: Mapping[str, str]) -> Any:
        roles = ["freeBusyReader", "reader", "writer", "owner"]
        least = roles.index(query.get("minAccessRole", "freeBusyReader"))
        found = [c for c in self.calendars.values() if roles.index(c["accessRole"]) >= least]
        return {"kind": "calendar#calendarList", "items": found, "nextSyncToken": "list"}

    def _where(self, query: Mapping[str, str]) -> str:
        where = query["calendarId"]
        where = self.address if where == "primary" else where
        if where not in self.calendars:
            raise RefusedError(404, "NOT_FOUND", "notFound")
        return where

    def _get(self, query: Mapping[str, str]) -> Any:
        found = self.events[self._where(query)].get(query["eventId"])
        if found is None:
            raise RefusedError(404, "NOT_FOUND", "notFound")
        return found

    def _list(self, query: Mapping[str, str]) -> Any:
        where = self._where(query)
        sync, page = query.get("syncToken", ""), query.get("pageToken", "")
        if sync and _ALONE & query.keys():
            raise RefusedError(400, "INVALID_ARGUMENT", "invalid")
        if query.get("singleEvents") == "true":
            return self._page(query, self._dates(where, query), int(page or 0), synced=False)
        since = self._number(sync, "sync", 410, "fullSyncRequired") if sync else 0
        offset = self._number(page, "page", 400, "invalid") if page else 0
        numbered = sorted((n, e) for (c, e), n in self._changed.items() if c == where and n > since)
        shown = [self.events[where][number] for _, number in numbered]
        if query.get("showDeleted") != "true" and not sync:
            shown = [event for event in shown if event["status"] != "cancelled"]
        return self._page(query, shown, offset)

    def _dates(self, where: str, query: Mapping[str, str]) -> list[Event]:
        """Every date in the span by itself; the fake knows no other way to ask for them."""
        since, until = (datetime.fromisoformat(query[one]) for one in ("timeMin", "timeMax"))
        events = self.events[where]
        alone = {(e.get("recurringEventId"), _key(e)): e for e in events.values()}
        found = [e for e in events.values() if "recurrence" not in e]
        for series in (one for one in events.values() if "recurrence" in one):
            dates = _expanded(series, until)
            found += [one for one in dates if (series["id"], _key(one)) not in alone]
        shown = [e for e in found if e["status"] != "cancelled" and "dateTime" in e["start"]]
        return [e for e in shown if _at(e["end"]) > since and _at(e["start"]) < until]

    def _page(
        self,
        query: Mapping[str, str],
        shown: Sequence[Event],
        offset: int,
        *,
        synced: bool = True,
    ) -> Any:
        size = min(int(query.get("maxResults", 250)), self.page_size)
        items = list(shown[offset : offset + size])
        told = {"kind": "calendar#events", "timeZone": self.zone, "items": items}
        if not synced:
            more = {"nextPageToken": str(offset + size)} if offset + size < len(shown) else {}
            return {**told, **more}
        if offset + size < len(shown):
            return {**told, "nextPageToken": f"page-{self._life}-{offset + size}"}
        return {**told, "nextSyncToken": f"sync-{self._life}-{self._count}"}

    def _number(self, token: str, kind: str, status: int, reason: str) -> int:
        parts = token.split("-")
        if len(parts) != 3 or parts[:2] != [kind, str(self._life)]:
            raise RefusedError(status, "GONE" if status == 410 else "INVALID_ARGUMENT", reason)
        return int(parts[2])


def moment(at: datetime) -> dict[str, str]:
    """A time as Google writes it."""
    return {"dateTime": _written(at), "timeZone": "Europe/Vienna"}


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def _at(told: Mapping[str, str]) -> datetime:
    return datetime.fromisoformat(told["dateTime"])


def _key(event: Event) -> str:
    return str(event.get("originalStartTime", {}).get("dateTime", ""))


def _expanded(series: Event, until: datetime) -> list[Event]:
    start, length = _at(series["start"]), _at(series["end"]) - _at(series["start"])
    rule = rrulestr("\n".join(series["recurrence"]), dtstart=start)
    bare = {name: value for name, value in series.items() if name != "recurrence"}
    return [
        {
            **bare,
            "id": f"{series['id']}_{at:%Y%m%dT%H%M%SZ}",
            "recurringEventId": series["id"],
            "originalStartTime": moment(at),
            "start": moment(at),
            "end": moment(at + length),
        }
        for at in rule.between(start, until, inc=True)
    ]
