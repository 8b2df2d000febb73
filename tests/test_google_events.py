"""Entries of Google Calendar, as its interface writes them, become event revisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest import google_events, itip
from ingest.retry import QuarantineError
from store.model import Attendance

ZONE = "Europe/Vienna"
START = datetime(2026, 11, 20, 9, tzinfo=UTC)


def entry(**more: Any) -> dict[str, Any]:
    """A meeting as ``events.list`` gives it; ``None`` takes a property away."""
    told = {
        "id": "abc123",
        "status": "confirmed",
        "updated": "2026-11-02T09:00:00.000Z",
        "summary": "Demo  with\nBob",
        "iCalUID": "abc123@google.com",
        "sequence": 2,
        "organizer": {"email": "Rep@Ours.example", "displayName": "Rep", "self": True},
        "creator": {"email": "rep@ours.example", "self": True},
        "start": {"dateTime": "2026-11-20T10:00:00+01:00", "timeZone": "Europe/Vienna"},
        "end": {"dateTime": "2026-11-20T11:00:00+01:00", "timeZone": "Europe/Vienna"},
        "attendees": [
            {"email": "rep@ours.example", "organizer": True, "self": True},
            {
                "email": "Bob@Theirs.example",
                "displayName": "Bob Lee",
                "responseStatus": "declined",
                "comment": "Move\nit",
            },
            {"email": "ann@theirs.example", "optional": True, "responseStatus": "tentative"},
            {"email": "room@resource.calendar.google.com", "resource": True},
            {"displayName": "Somebody without address"},
        ],
        "eventType": "default",
        **more,
    }
    return {name: value for name, value in told.items() if value is not None}


def test_a_meeting_is_a_revision_with_its_answers() -> None:
    """Who organizes it, when it is, who answered what and why."""
    found = google_events.revision(entry(), ZONE)
    assert (found.start, found.end) == (START, START + timedelta(hours=1))
    assert (found.zone, found.all_day, found.floating) == ("Europe/Vienna", False, False)
    assert (found.uid, found.source_key, found.sequence) == ("abc123@google.com", "abc123", 2)
    assert (found.organizer, found.organizer_name) == ("rep@ours.example", "Rep")
    assert (found.sent_by, found.method, found.learned_from) == ("", "", "calendar")
    assert (found.status, found.summary) == ("CONFIRMED", "Demo with Bob")
    assert found.occurred_at == datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert found.attendances == (
        Attendance("rep@ours.example", "", "REQ-PARTICIPANT", "NEEDS-ACTION", ""),
        Attendance("bob@theirs.example", "Bob Lee", "REQ-PARTICIPANT", "DECLINED", "Move it"),
        Attendance("ann@theirs.example", "", "OPT-PARTICIPANT", "TENTATIVE", ""),
        Attendance("room@resource.calendar.google.com", "", "RESOURCE", "NEEDS-ACTION", ""),
    )  # fmt: skip


def test_what_changes_all_the_time_makes_no_new_revision() -> None:
    """Colours and reminders move ``updated``."""
    later = entry(updated="2026-11-05T09:00:00.000Z", colorId="5")
    first, second = (google_events.revision(told, ZONE) for told in (entry(), later))
    assert first.provider_id == second.provider_id
    answered = google_events.revision(entry(attendees=[]), ZONE)
    assert answered.provider_id != first.provider_id


def test_whole_days_are_days_of_the_calendar() -> None:
    """The end is the day after the last."""
    told = entry(start={"date": "2026-11-20"}, end={"date": "2026-11-22"})
    found = google_events.revision(told, ZONE)
    assert found.start == datetime(2026, 11, 19, 23, tzinfo=UTC)
    assert found.end == datetime(2026, 11, 21, 23, tzinfo=UTC)
    assert (found.all_day, found.floating, found.zone) == (True, True, ZONE)


def test_a_time_without_offset_is_in_its_zone() -> None:
    """Series of older calendars have such."""
    told = entry(start={"dateTime": "2026-11-20T10:00:00", "timeZone": "America/New_York"})
    assert google_events.revision(told, ZONE).start == START + timedelta(hours=6)


def test_a_series_says_the_same_as_its_ics() -> None:
    """The rule as it is, dates left out and added in UTC: as the same series in an export."""
    recurrence = [
        "RRULE:FREQ=WEEKLY;COUNT=9;BYDAY=FR",
        "EXDATE;TZID=Europe/Vienna:20261127T100000,20261204T100000",
        "RDATE;TZID=Europe/Vienna:20261202T100000",
    ]
    lines = [
        "BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:abc123@google.com",
        "DTSTART;TZID=Europe/Vienna:20261120T100000", *recurrence, "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    (exported,) = itip.parse("\r\n".join(lines).encode(), zone=ZONE)
    found = google_events.revision(entry(recurrence=recurrence), ZONE)
    assert found.rrule == exported.rrule == "FREQ=WEEKLY;COUNT=9;BYDAY=FR"
    assert found.exdate == exported.exdate == "20261127T090000Z\n20261204T090000Z"
    assert found.rdate == exported.rdate == "20261202T090000Z"
    assert (found.uid, found.start) == (exported.uid, exported.start)


def test_whole_days_left_out_of_a_series_are_days_of_the_calendar() -> None:
    """EXDATE with VALUE=DATE."""
    told = entry(
        start={"date": "2026-11-20"},
        end={"date": "2026-11-21"},
        recurrence=["RRULE:FREQ=DAILY", "EXDATE;VALUE=DATE:20261121"],
    )
    assert google_events.revision(told, ZONE).exdate == "20261120T230000Z"


def test_a_date_that_differs_knows_its_original_time() -> None:
    """That is what it is known by, in its series."""
    told = entry(
        id="abc123_20261120T090000Z",
        recurringEventId="abc123",
        originalStartTime={"dateTime": "2026-11-20T10:00:00+01:00"},
        start={"dateTime": "2026-11-24T10:00:00+01:00"},
        end={"dateTime": "2026-11-24T11:00:00+01:00"},
    )
    found = google_events.revision(told, ZONE)
    assert (found.recurrence_at, found.start) == (START, START + timedelta(days=4))
    assert (found.uid, found.source_key) == ("abc123@google.com", "abc123_20261120T090000Z")


def test_the_rest_of_a_split_series_is_the_same_series() -> None:
    """From a change of this and all following dates comes a new entry with a marked UID."""
    told = entry(id="abc123_R20261127T090000", iCalUID="abc123_R20261127T090000@google.com")
    assert google_events.revision(told, ZONE).uid == "abc123@google.com"


def test_a_deleted_date_takes_the_rest_from_its_series() -> None:
    """Google tells its id and its original time, no more."""
    gone = {
        "id": "abc123_20261127T090000Z",
        "status": "cancelled",
        "recurringEventId": "abc123",
        "originalStartTime": {"dateTime": "2026-11-27T10:00:00+01:00"},
    }
    assert google_events.series_of(gone) == "abc123"
    series = entry(recurrence=["RRULE:FREQ=WEEKLY"])
    found = google_events.deleted_date(gone, series, ZONE)
    original = START + timedelta(days=7)
    assert (found.recurrence_at, found.start) == (original, original)
    assert found.end == original + timedelta(hours=1)
    assert (found.status, found.rrule, found.uid) == ("CANCELLED", "", "abc123@google.com")
    assert found.attendances[1].address == "bob@theirs.example"
    assert (found.occurred_at, found.source_key) == (None, gone["id"])


def test_a_cancelled_meeting_that_google_still_shows_is_cancelled() -> None:
    """With the time of the cancellation."""
    told = entry(status="cancelled")
    assert not google_events.is_gone(told)
    assert google_events.series_of(told) == ""
    assert google_events.revision(told, ZONE).status == "CANCELLED"


def test_of_a_deleted_meeting_only_its_id_is_left() -> None:
    """Nothing can be read of it."""
    assert google_events.is_gone({"id": "abc123", "status": "cancelled"})
    assert not google_events.is_gone(entry())


@pytest.mark.parametrize("kind", ["outOfOffice", "focusTime", "workingLocation", "birthday"])
def test_what_is_no_meeting_is_left_out(kind: str) -> None:
    """With words for the user."""
    assert google_events.why_left_out(entry(eventType=kind))


@pytest.mark.parametrize("kind", ["default", "fromGmail", None])
def test_meetings_are_not_left_out(kind: str | None) -> None:
    """Nor what Gmail found in a mail."""
    assert google_events.why_left_out(entry(eventType=kind)) == ""


def test_who_wrote_it_for_another_acts_for_them() -> None:
    """An assistant with access to the calendar."""
    told = entry(creator={"email": "pa@ours.example"})
    found = google_events.revision(told, ZONE)
    assert (found.organizer, found.sent_by) == ("rep@ours.example", "pa@ours.example")


def test_a_calendar_that_is_nobodys_organizes_nothing() -> None:
    """The organizer is who wrote the entry."""
    told = entry(organizer={"email": "c_1@group.calendar.google.com"})
    found = google_events.revision(told, ZONE)
    assert (found.organizer, found.sent_by) == ("rep@ours.example", "")


@pytest.mark.parametrize(
    "more",
    [
        {"start": None},
        {"start": {}},
        {"start": {"date": "2026-02-30"}},
        {"start": {"dateTime": "soon"}},
        {"start": {"dateTime": "0001-01-01T00:00:00Z"}},
        {"start": "2026-11-20"},
        {"iCalUID": None},
        {"attendees": ["bob"]},
        {"sequence": "many"},
        {"updated": "yesterday"},
    ],
)
def test_what_cannot_be_read_says_why(more: dict[str, Any]) -> None:
    """It goes into quarantine; the calendar goes on."""
    with pytest.raises(QuarantineError, match='"Demo with Bob" cannot be read'):
        google_events.revision(entry(**more), ZONE)


def test_a_date_of_a_series_that_cannot_be_read_says_why() -> None:
    """As any other entry."""
    gone = {"id": "x", "status": "cancelled", "recurringEventId": "abc123"}
    with pytest.raises(QuarantineError, match="cannot be read"):
        google_events.deleted_date(gone, entry(), ZONE)


def test_hostile_text_is_bounded_and_on_one_line() -> None:
    """Anybody can write into a calendar by an invitation."""
    attendees = [{"email": f"a{n}@theirs.example"} for n in range(2_000)]
    told = entry(summary="\x1b[31m" + "x" * 9_999, attendees=attendees, sequence=10**30)
    found = google_events.revision(told, ZONE)
    assert len(found.summary) <= 1_000
    assert "\x1b" not in found.summary
    assert len(found.attendances) == 500
    assert found.sequence == 2**31 - 1
