"""Attendance reports of Teams as Graph tells them: asked for by the links of meetings.

The link leads to a room, the room to its reports, one for each call; the list of them has no people
in it, so each is asked for. Only the organizer is told, and only with a work account.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from urllib.parse import quote

from ingest.addresses import normalised
from ingest.calls import Found, Meeting, RefusedError, held_for
from ingest.graph_client import Answer, GraphClient, path_of
from ingest.graph_faults import SERVICE
from ingest.graph_json import Json, instant, part, parts, text
from ingest.strings import one_line
from store.model import Conference, Failure, Joining

_MEETINGS: Final = "onlineMeetings"
_REPORTS: Final = "attendanceReports"
_EXPANDED: Final = "?$expand=attendanceRecords"
#: What Graph answers to an account without Teams, or without the right to ask.
_NO_TEAMS: Final = (400, 403, 405, 501)
_WHY: Final = (
    f"{SERVICE} does not tell this account who came to Teams calls; that needs a work account and "
    "the right OnlineMeetingArtifact.Read.All, which your administrator may have to allow"
)
_UNREADABLE: Final = (ValueError, KeyError, TypeError, AttributeError, OverflowError)


class Held(NamedTuple):
    """A meeting that is over: its id in the calendar, and the link to its room."""

    event: str
    link: str
    meeting: Meeting


class Report(NamedTuple):
    """A report that may be asked for: of which room, and for which meeting in it."""

    room: str
    name: str
    held: Held


class Reports:
    """What Teams reports of meetings. Methods raise what ``Retry.call`` raises."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    def read(self, helds: Sequence[Held], done: Container[str]) -> tuple[Found, list[Report]]:
        """The reports of these meetings that are not ``done``, and which they are.

        A meeting whose reports cannot be read is a failure under its id in the calendar. Raises
        ``RefusedError`` where Teams tells this account nothing.
        """
        found = Found()
        rooms = self._rooms(helds, found)
        reports = [one for one in self._listed(rooms, helds, found) if one.name not in done]
        paths = [path_of(_MEETINGS, one.room, _REPORTS, one.name) + _EXPANDED for one in reports]
        for report, answer in zip(reports, self._client.batch(paths), strict=True):
            if answer.error is not None:
                _put_aside(found, [report.held], answer)
            else:
                _take(found, report, answer.body)
        return found, reports

    def _rooms(self, helds: Sequence[Held], found: Found) -> dict[str, str]:
        """The id of the room behind each link, as far as there is one."""
        links = sorted({held.link for held in helds})
        answers = self._client.batch([_by_link(link) for link in links])
        if answers and all(one.status in _NO_TEAMS for one in answers):
            raise RefusedError(_WHY)
        rooms = {}
        for link, answer in zip(links, answers, strict=True):
            if answer.error is not None:
                _put_aside(found, [held for held in helds if held.link == link], answer)
            elif told := parts(answer.body, "value"):
                rooms[link] = text(told[0], "id")
        return rooms

    def _listed(
        self, rooms: Mapping[str, str], helds: Sequence[Held], found: Found
    ) -> Iterator[Report]:
        """The reports of these meetings; what else a room has is about other dates of it."""
        links = list(rooms)
        answers = self._client.batch([path_of(_MEETINGS, rooms[one], _REPORTS) for one in links])
        for link, answer in zip(links, answers, strict=True):
            here = {held.meeting: held for held in helds if held.link == link}
            if answer.error is not None:
                _put_aside(found, list(here.values()), answer)
                continue
            for told in self._client.rest(answer.body):
                span = _span(told)
                meeting = held_for(here, *span) if span else None
                if meeting is not None:
                    yield Report(rooms[link], text(told, "id"), here[meeting])


def _put_aside(found: Found, helds: Sequence[Held], answer: Answer) -> None:
    """Into quarantine; what is no longer there is not."""
    if answer.error is None or answer.status == 404:
        return
    if answer.status in (401, 403):
        raise RefusedError(_WHY)
    why = f"{SERVICE} cannot tell who came (HTTP {answer.status} {answer.error.code})."
    found.failures += [Failure(held.event, why) for held in helds]


def _take(found: Found, report: Report, told: Json) -> None:
    try:
        found.records.append(_conference(told, report))
    except _UNREADABLE as error:
        why = f"{SERVICE} tells who came in a way that cannot be read ({error})."
        found.failures.append(Failure(report.held.event, why))


def _conference(told: Json, report: Report) -> Conference:
    span, meeting = _span(told), report.held.meeting
    if span is None or not isinstance(told.get("attendanceRecords"), list):
        raise ValueError("no time, or no people")
    stays = [_stays(record, span[0]) for record in parts(told, "attendanceRecords")]
    return Conference(
        report.name[:500],
        "teams",
        meeting.uid,
        meeting.recurrence_at,
        meeting.start,
        meeting.end,
        *span,
        tuple(one for each in stays for one in each),
        meeting.invited,
        meeting.in_person,
    )


def _stays(record: Json, began_at: datetime) -> Iterator[Joining]:
    """One person, once for each time they were there.

    Of who signed in at another company often no address is told, but their account (its id), under
    whose name they came. Guests and those of other programs, who type their name, are of other
    types.
    """
    identity = part(record, "identity")
    kind = text(identity, "@odata.type").lower()
    has_account = bool(text(identity, "id")) and (not kind or "communicationsuser" in kind)
    name = one_line(text(identity, "displayName"))[:200]
    address = normalised(text(record, "emailAddress"))[:320]
    address = address if "@" in address else ""
    for stay in parts(record, "attendanceIntervals") or [{}]:
        joined_at = instant(text(stay, "joinDateTime")) or began_at
        left_at = instant(text(stay, "leaveDateTime"))
        yield Joining(name, address, bool(address) or has_account, joined_at, left_at)


def _span(told: Json) -> tuple[datetime, datetime] | None:
    """From when until when there was somebody; ``None`` while a call runs."""
    began, ended = (instant(text(told, f"meeting{one}DateTime")) for one in ("Start", "End"))
    return (began, ended) if began and ended else None


def _by_link(link: str) -> str:
    wanted = quote("JoinWebUrl eq '" + link.replace("'", "''") + "'", safe="")
    return f"/me/{_MEETINGS}?$filter={wanted}"
