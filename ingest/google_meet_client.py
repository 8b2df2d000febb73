"""What of Google Meet's interface is used (version 2, conference records)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from ingest.calls import RefusedError
from ingest.google_client import Google, GoogleError, Json, classify
from ingest.google_service import MEET, Service, executed, listed
from ingest.retry import Action, Fault, QuarantineError, Retry

SERVICE: Final = "Google Meet"

_RECORD: Final = "name,startTime,endTime,space"
_PERSON: Final = (
    "earliestStartTime,latestEndTime,signedinUser/displayName,anonymousUser/displayName,"
    "phoneUser/displayName"
)
_RECORDS_PAGE: Final = 100
_PEOPLE_PAGE: Final = 250


class MeetClient:
    """Calls that the user was in or owns the room of. Methods raise what ``Retry.call`` raises."""

    def __init__(
        self, google: Google, retry: Retry, *, endpoint: str = "https://meet.googleapis.com"
    ) -> None:
        self._service = Service(google, MEET, endpoint)
        self._retry = retry

    def records(self, since: datetime) -> list[Json]:
        """Calls that began at ``since`` or later, the newest first; running ones have no end.

        Raises ``RefusedError`` where Meet may not be asked at all.
        """

        def page(token: str | None) -> Json:
            request = self._service.root.conferenceRecords().list(
                filter=f'start_time>="{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"',
                pageSize=_RECORDS_PAGE,
                pageToken=token,
                fields=f"conferenceRecords({_RECORD}),nextPageToken",
            )
            return self._retry.call(lambda: _unrefused(request), _fault)

        return list(listed(page, "conferenceRecords"))

    def record(self, name: str) -> Json:
        """One call. One that is no longer there, thirty days after it: ``QuarantineError``."""
        return self._read(self._service.root.conferenceRecords().get(name=name, fields=_RECORD))

    def participants(self, name: str) -> list[Json]:
        """Who was in a call, one entry for each account, typed name and number."""
        people = self._service.root.conferenceRecords().participants()

        def page(token: str | None) -> Json:
            request = people.list(
                parent=name,
                pageSize=_PEOPLE_PAGE,
                pageToken=token,
                fields=f"participants({_PERSON}),nextPageToken",
            )
            return self._read(request)

        return list(listed(page, "participants"))

    def code(self, space: str) -> str:
        """The code in the link of a room ("abc-mnop-xyz"); ``""`` where it is somebody else's."""
        try:
            told = self._read(self._service.root.spaces().get(name=space, fields="meetingCode"))
        except QuarantineError:
            return ""
        return str(told.get("meetingCode", ""))

    def _read(self, request: Any) -> Json:
        """One thing; not being allowed to see just this one is like its not being there."""

        def fault(error: Exception) -> Fault | None:
            found = _fault(error)
            if found is not None and _denied(error, found):
                return Fault(Action.QUARANTINE, found.cause)
            return found

        return self._retry.call(lambda: executed(request), fault)


def _fault(error: Exception) -> Fault | None:
    return classify(error, SERVICE)


def _denied(error: Exception, fault: Fault) -> bool:
    return isinstance(error, GoogleError) and error.status == 403 and fault.action != Action.RETRY


def _unrefused(request: Any) -> Json:
    try:
        return executed(request)
    except GoogleError as error:
        fault = _fault(error)
        if fault is not None and _denied(error, fault):
            raise RefusedError(fault.cause) from error
        raise
