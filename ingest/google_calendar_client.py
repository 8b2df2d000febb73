"""What of Google Calendar's interface is used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from ingest import google_events
from ingest.google_client import Google, GoogleError, Json, classify
from ingest.google_service import CALENDAR, Service, executed, listed
from ingest.retry import Action, Fault, QuarantineError, Retry
from ingest.source import CursorExpiredError

SERVICE: Final = "Google Calendar"
PAGE_SIZE: Final = 2_500
#: Where a meeting is held, as Google Meet knows it.
_ROOM: Final = "hangoutLink,conferenceData/conferenceId,location"


class Calendar(NamedTuple):
    """One calendar of the account, and its IANA zone."""

    id: str
    zone: str
    primary: bool


class Place(NamedTuple):
    """How far one calendar is read.

    ``sync``: token for what has changed since, ``""`` while the first listing is under way.
    ``page``: token of the page it is at. ``relists``: the listing is compared with what is stored,
    because Google forgot the token of an earlier one.
    """

    id: str
    sync: str = ""
    page: str = ""
    relists: bool = False


class CalendarClient:
    """What of Google Calendar's interface is used. Methods raise what ``Retry.call`` raises."""

    def __init__(
        self, google: Google, retry: Retry, *, endpoint: str = "https://www.googleapis.com"
    ) -> None:
        self._service = Service(google, CALENDAR, endpoint)
        self._retry = retry

    def calendars(self) -> list[Calendar]:
        """The calendars that the user owns and looks at, the main one first."""

        def page(token: str | None) -> Json:
            request = self._service.root.calendarList().list(
                minAccessRole="owner",
                maxResults=250,
                pageToken=token,
                fields="items(id,timeZone,primary,selected,accessRole),nextPageToken",
            )
            return self._read(request)

        found = listed(page, "items")
        own = [one for one in found if one.get("accessRole", "owner") == "owner"]
        shown = [one for one in own if one.get("primary") or one.get("selected")]
        shown.sort(key=lambda one: not one.get("primary"))
        return [
            Calendar(str(one["id"]), str(one.get("timeZone", "")), bool(one.get("primary")))
            for one in shown
        ]

    def entries(self, place: Place) -> Json:
        """A page of entries. A token that Google has forgotten: cursor expired."""
        request = self._service.root.events().list(
            calendarId=place.id,
            maxResults=PAGE_SIZE,
            showDeleted=True,
            syncToken=place.sync or None,
            pageToken=place.page or None,
            fields=f"timeZone,nextPageToken,nextSyncToken,items({google_events.FIELDS})",
        )
        return self._read(request, forgotten=(410, 400) if place.page else (410,))

    def entry(self, calendar: str, number: str) -> Json | None:
        """One entry, ``None`` where there is none any more."""
        events = self._service.root.events()
        request = events.get(calendarId=calendar, eventId=number, fields=google_events.FIELDS)
        try:
            return self._read(request)
        except (QuarantineError, CursorExpiredError):
            return None

    def dates(self, calendar: str, since: datetime, until: datetime) -> list[Json]:
        """What a calendar shows in that span, each date of a series for itself, with its room."""

        def page(token: str | None) -> Json:
            request = self._service.root.events().list(
                calendarId=calendar,
                singleEvents=True,
                timeMin=_written(since),
                timeMax=_written(until),
                maxResults=PAGE_SIZE,
                pageToken=token,
                fields=f"nextPageToken,items({google_events.FIELDS},{_ROOM})",
            )
            return self._read(request)

        return list(listed(page, "items"))

    def _read(self, request: Any, *, forgotten: Sequence[int] = ()) -> Json:
        def fault(error: Exception) -> Fault | None:
            if isinstance(error, GoogleError) and error.status in forgotten:
                return Fault(Action.RESYNC, f"{SERVICE} no longer knows what was read last")
            return classify(error, SERVICE)

        return self._retry.call(lambda: executed(request), fault)


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
