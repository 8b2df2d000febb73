"""One meeting in the forms in which calendars and mails tell of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from ingest import google_events, graph_event, itip, mime
from ingest.graph_event import Owner
from store.model import EventRevision
from store.revision import identified
from tests import ical_builder
from tests.contract import CUSTOMER, REP
from tests.graph_values import attendee as graph_attendee
from tests.graph_values import moment, recipient, utc, weekly

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
START: Final = datetime(2026, 5, 21, 10, tzinfo=UTC)
NEW: Final = START + DAY
INVITED: Final = datetime(2026, 5, 4, 9, tzinfo=UTC)
LATE: Final = START - 3 * HOUR
UID: Final = "7kukuqrfedlm2f9t0q3m5v2c1o@google.com"
#: How long after a change the calendar is looked at.
SEEN: Final = timedelta(minutes=10)
STAMP: Final = "%Y%m%dT%H%M%SZ"


@dataclass
class Meeting:
    """A meeting as it stands. ``moved``: dates of a series, by number; ``gone``: its dates too."""

    start: datetime = START
    weeks: int = 1
    sequence: int = 0
    organizer: str = CUSTOMER
    partstat: str = "ACCEPTED"
    changed_at: datetime = INVITED
    answered_at: datetime = INVITED
    moved: dict[int, datetime] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    def date(self, number: int) -> datetime:
        """When a date was to be by its rule."""
        return self.start + number * WEEK

    @property
    def attendee(self) -> str:
        """The one of the two who does not organize."""
        return REP if self.organizer == CUSTOMER else CUSTOMER


Shown: TypeAlias = list[EventRevision]


def google(meeting: Meeting) -> Shown:
    """As Google Calendar answers: the entry, then the dates that differ."""
    response = {"ACCEPTED": "accepted", "DECLINED": "declined", "NEEDS-ACTION": "needsAction"}
    told = {
        "id": "7kukuqrfedlm2f9t0q3m5v2c1o",
        "status": "confirmed",
        "iCalUID": UID,
        "sequence": meeting.sequence,
        "updated": utc(meeting.changed_at),
        "summary": "Review",
        "organizer": {"email": meeting.organizer},
        "attendees": [
            {"email": meeting.organizer, "organizer": True, "responseStatus": "accepted"},
            {"email": meeting.attendee, "responseStatus": response[meeting.partstat]},
        ],
        **_google_times(meeting.start),
    }
    dates = {**meeting.moved, **dict.fromkeys(meeting.gone)}
    found = [{**told, **_google_date(meeting, number, at)} for number, at in dates.items()]
    if meeting.weeks > 1:
        told["recurrence"] = [f"RRULE:FREQ=WEEKLY;COUNT={meeting.weeks}"]
    return [google_events.revision(one, "UTC") for one in (told, *found)]


def _google_date(meeting: Meeting, number: int, at: datetime | None) -> dict[str, Any]:
    original = meeting.date(number)
    return {
        "id": f"7kukuqrfedlm2f9t0q3m5v2c1o_{original:{STAMP}}",
        "recurringEventId": "7kukuqrfedlm2f9t0q3m5v2c1o",
        "originalStartTime": {"dateTime": utc(original)},
        "status": "confirmed" if at else "cancelled",
        **_google_times(at or original),
    }


def _google_times(start: datetime) -> dict[str, Any]:
    return {"start": {"dateTime": utc(start)}, "end": {"dateTime": utc(start + HOUR)}}


def graph(meeting: Meeting) -> Shown:
    """As Graph answers."""
    response = {"ACCEPTED": "accepted", "DECLINED": "declined", "NEEDS-ACTION": "none"}
    mine = response[meeting.partstat] if meeting.attendee == REP else "organizer"
    told: dict[str, Any] = {
        "id": "AAMk",
        "type": "seriesMaster" if meeting.weeks > 1 else "singleInstance",
        "iCalUId": UID,
        "subject": "Review",
        "organizer": recipient(meeting.organizer),
        "isOrganizer": meeting.organizer == REP,
        "responseStatus": {"response": mine, "time": utc(meeting.answered_at)},
        "lastModifiedDateTime": utc(meeting.changed_at),
        "attendees": [
            graph_attendee(meeting.attendee, response[meeting.partstat], meeting.answered_at)
        ],
        "start": moment(meeting.start),
        "end": moment(meeting.start + HOUR),
    }
    found: list[dict[str, Any]] = [
        {
            **told,
            "id": f"AAMk-{number}",
            "type": "exception",
            "originalStart": utc(meeting.date(number)),
            "start": moment(at),
            "end": moment(at + HOUR),
        }
        for number, at in meeting.moved.items()
    ]
    if meeting.weeks > 1:
        told["recurrence"] = weekly(meeting.start, meeting.weeks)
        told["cancelledOccurrences"] = [
            f"OID.AAMk.{meeting.date(number):%Y-%m-%d}" for number in sorted(meeting.gone)
        ]
    owner = Owner((REP,), "UTC")
    return [one for item in (told, *found) for one in graph_event.revisions(item, owner)]


def caldav(meeting: Meeting) -> Shown:
    """As a CalDAV server answers: one resource with the series and its exceptions."""
    found = itip.parse(ical_builder.calendar(*vevents(meeting)))
    return [identified(one._replace(source_key="review.ics")) for one in found]


def vevents(meeting: Meeting) -> Iterator[str]:
    """The meeting or series as iCalendar, then its exceptions."""
    exdates = [f"EXDATE:{meeting.date(number):{STAMP}}" for number in sorted(meeting.gone)]
    yield vevent(meeting, meeting.start, *_rule(meeting), *exdates)
    for number, at in meeting.moved.items():
        yield vevent(meeting, at, f"RECURRENCE-ID:{meeting.date(number):{STAMP}}")


def _rule(meeting: Meeting) -> list[str]:
    return [f"RRULE:FREQ=WEEKLY;COUNT={meeting.weeks}"] if meeting.weeks > 1 else []


def vevent(meeting: Meeting, start: datetime, *lines: str) -> str:
    """One of them, with more lines."""
    return ical_builder.vevent(
        f"DTEND:{start + HOUR:{STAMP}}",
        f"DTSTAMP:{meeting.changed_at:{STAMP}}",
        f"LAST-MODIFIED:{meeting.changed_at:{STAMP}}",
        f"SEQUENCE:{meeting.sequence}",
        "SUMMARY:Review",
        f"ORGANIZER:mailto:{meeting.organizer}",
        f"ATTENDEE;PARTSTAT={meeting.partstat}:mailto:{meeting.attendee}",
        *lines,
        uid=UID,
        start=f"{start:{STAMP}}",
    )


def mailed(meeting: Meeting, method: str, at: datetime, *parts: str) -> mime.ParsedMessage:
    """An iMIP message about the meeting, from its organizer, or a REPLY from the attendee."""
    people = (meeting.organizer, meeting.attendee)
    sender, receiver = people[::-1] if method == "REPLY" else people
    text = ical_builder.calendar(*(parts or tuple(vevents(meeting))), method=method).decode()
    return mime.parse(
        f"Message-ID: <{method}-{at:{STAMP}}@mail.example>\r\n"
        f"Date: {at:%a, %d %b %Y %H:%M:%S} +0000\r\n"
        f"From: {sender}\r\nTo: {receiver}\r\nSubject: Review\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nReview\r\n"
        f"--b\r\nContent-Type: text/calendar; method={method}; charset=utf-8\r\n\r\n"
        f"{text}\r\n--b--\r\n".encode()
    )
