"""Teams on the fake Graph: rooms of meetings, and the reports of who was in them.

After Graph's documentation: a room is found by its link alone, the list of reports has no people in
it, and of guests neither address nor account is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final
from urllib.parse import urlencode

from tests.graph_deltas import VERSION, RefusedError
from tests.graph_lists import selected
from tests.graph_mailbox import Mailbox
from tests.graph_values import Json, instant, utc

#: The right that a report needs.
RIGHT: Final = "OnlineMeetingArtifact.Read.All"


class Teams:
    """``base``: address of the service; ``page``: items on a page at most.

    ``allowed``: whether this account is told anything. ``whole``: all of a date of a series.
    """

    def __init__(
        self, mailbox: Mailbox, base: str, page: int, whole: Callable[[str, Json], Json]
    ) -> None:
        self.allowed = True
        self.rooms: dict[str, str] = {}
        self.reports: dict[str, dict[str, Json]] = {}
        self._mailbox = mailbox
        self._base = base
        self._page = page
        self._whole = whole
        self._ids = count(1)

    def room(self, link: str = "") -> str:
        """A new room; the link to it, with all the signs that such links have."""
        number = next(self._ids)
        context = "%7b%22Tid%22%3a%22t'1%22%7d"
        link = link or (
            f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{number}%40thread.v2/0"
            f"?context={context}"
        )
        self.rooms[link] = f"MSo{number}*0**19:meeting_{number}@thread.v2"
        self.reports[self.rooms[link]] = {}
        return link

    def report(self, link: str, began: datetime, people: Sequence[Json], minutes: int = 60) -> str:
        """A call in that room has ended; the name of its report."""
        name = f"c9b6db1c-d5eb-427d-a5c0-{next(self._ids):012}"
        self.reports[self.rooms[link]][name] = {
            "id": name,
            "totalParticipantCount": len(people),
            "meetingStartDateTime": utc(began),
            "meetingEndDateTime": utc(began + timedelta(minutes=minutes)),
            "attendanceRecords": list(people),
        }
        return name

    def routes(self) -> list[tuple[str, Callable[..., Json | bytes]]]:
        """Patterns of paths, and who answers them."""
        reports = r"/me/onlineMeetings/([^/]+)/attendanceReports"
        return [
            (r"/me/calendars/([^/]+)/calendarView", self._view),
            (r"/me/onlineMeetings", self._by_link),
            (reports, self._list),
            (reports + r"/([^/]+)", self._get),
        ]

    def _view(self, calendar: str, options: Mapping[str, str]) -> Json:
        if calendar not in self._mailbox.calendars:
            raise RefusedError(404, "ErrorItemNotFound", "The object was not found in the store.")
        since, until = (
            datetime.fromisoformat(options[one]).astimezone(UTC)
            for one in ("startDateTime", "endDateTime")
        )
        here = list(self._dates(calendar, since, until))
        most, first = self._page, int(options.get("$skip", 0))
        told = [selected(one, options, "event") for one in here[first : first + most]]
        found: Json = {"@odata.context": "#Collection(event)", "value": told}
        if here[first + most :]:
            query = urlencode({**options, "$skip": str(first + most)})
            found["@odata.nextLink"] = (
                f"{self._base}{VERSION}/me/calendars/{calendar}/calendarView?{query}"
            )
        return found

    def _dates(self, calendar: str, since: datetime, until: datetime) -> Iterator[Json]:
        """Every date of every event that meets the span, whole."""
        for name, event in self._mailbox.events.items():
            if event.calendar != calendar:
                continue
            if event.series:
                dates = self._mailbox.dates(name, since, until)
                yield from (self._whole(name, one) for one in dates)
            elif instant(event.json["end"]) > since and instant(event.json["start"]) < until:
                yield event.json

    def _by_link(self, options: Mapping[str, str]) -> Json:
        self._check()
        wanted = re.fullmatch(r"JoinWebUrl eq '((?:[^']|'')*)'", options.get("$filter", ""))
        if wanted is None:
            raise RefusedError(400, "BadRequest", "Filter by JoinWebUrl or meeting code.")
        link = wanted[1].replace("''", "'")
        found = [{"id": self.rooms[link], "joinWebUrl": link}] if link in self.rooms else []
        return {"@odata.context": "#Collection(onlineMeeting)", "value": found}

    def _list(self, room: str, _options: Mapping[str, str]) -> Json:
        self._check()
        told = [{**one, "attendanceRecords": []} for one in self._found(room).values()]
        return {"@odata.context": "#Collection(meetingAttendanceReport)", "value": told}

    def _get(self, room: str, name: str, options: Mapping[str, str]) -> Json:
        self._check()
        found = self._found(room).get(name)
        if found is None:
            raise RefusedError(404, "NotFound")
        told = {"@odata.context": "#meetingAttendanceReport", **found}
        if options.get("$expand") != "attendanceRecords":
            del told["attendanceRecords"]
        return told

    def _found(self, room: str) -> dict[str, Json]:
        if room not in self.reports:
            raise RefusedError(404, "NotFound")
        return self.reports[room]

    def _check(self) -> None:
        if not self.allowed:
            raise RefusedError(403, "Forbidden", f"{RIGHT} is needed.")


def was_there(
    name: str, address: str | None, *stays: tuple[datetime, int], account: str | None = None
) -> Json:
    """A record of somebody: each stay from when and for how many minutes.

    No address: a guest, or with an ``account`` (id) somebody who signed in at another company.
    """
    told: list[Any] = [
        {
            "joinDateTime": utc(at),
            "leaveDateTime": utc(at + timedelta(minutes=minutes)),
            "durationInSeconds": minutes * 60,
        }
        for at, minutes in stays
    ]
    return {
        "id": "65cb8e3a-1111-4c1b-9d2e-000000000001",
        "emailAddress": address,
        "identity": {"id": account or (address and "dc17674c"), "displayName": name},
        "role": "Attendee",
        "totalAttendanceInSeconds": sum(minutes for _, minutes in stays) * 60,
        "attendanceIntervals": told,
    }
