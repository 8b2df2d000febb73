"""When two event revisions are the same."""

from __future__ import annotations

from datetime import timedelta, timezone
from itertools import permutations
from typing import Any

import pytest

from ingest import itip
from store.model import Attendance, EventRevision
from store.revision import identified, identity
from tests.import_builder import calendar
from tests.import_builder import event as entry
from tests.store_builder import NOW, event

LATER = NOW + timedelta(hours=5)
CALENDAR = event("a")._replace(learned_from="calendar", method="")

SAID: list[tuple[str, Any]] = [
    ("uid", "other"),
    ("recurrence_at", NOW),
    ("sequence", 2),
    ("method", "PUBLISH"),
    ("organizer", "boss@ours.example"),
    ("sent_by", "pa@ours.example"),
    ("start", LATER),
    ("end", LATER),
    ("all_day", True),
    ("status", "CANCELLED"),
    ("rrule", "FREQ=DAILY"),
    ("exdate", "20260302T080000Z"),
    ("summary", "Other"),
    ("attendances", ()),
    ("attendances", (CALENDAR.attendances[0]._replace(partstat="DECLINED"),)),
]
UNSAID: list[tuple[str, Any]] = [
    ("provider_id", "other"),
    ("message_provider_id", "m"),
    ("source_key", "key"),
]
TIMES: list[tuple[str, Any]] = [("dtstamp", LATER), ("occurred_at", LATER), ("dtstamp", None)]


@pytest.mark.parametrize(("field", "value"), SAID)
def test_whatever_an_entry_shows_anew_is_another_revision(field: str, value: Any) -> None:
    """Every difference that says something."""
    assert identity(CALENDAR._replace(**{field: value})) != identity(CALENDAR)


@pytest.mark.parametrize(("field", "value"), UNSAID + TIMES)
def test_looking_again_at_an_entry_is_no_revision(field: str, value: Any) -> None:
    """Neither the time of the look, nor a time of change that moves with a reminder."""
    assert identity(CALENDAR._replace(**{field: value})) == identity(CALENDAR)


@pytest.mark.parametrize(("field", "value"), TIMES)
def test_a_mail_that_says_it_again_is_another_revision(field: str, value: Any) -> None:
    """Each mail is an act of its sender."""
    mail = event("a")
    assert identity(mail._replace(**{field: value})) != identity(mail)


@pytest.mark.parametrize(("field", "value"), UNSAID)
def test_the_same_mail_through_two_accounts_is_one_revision(field: str, value: Any) -> None:
    """Whatever the accounts call it."""
    assert identity(event("a")._replace(**{field: value})) == identity(event("a"))


def test_an_answer_that_a_calendar_shows_is_another_one_at_another_time() -> None:
    """No, yes and no again are three answers."""
    answer = CALENDAR._replace(method="REPLY")
    assert identity(answer._replace(occurred_at=LATER)) != identity(answer)


def test_the_order_of_attendees_says_nothing() -> None:
    """Servers list them as they like."""
    people = [Attendance(f"p{n}@x.example", "", "", "ACCEPTED", "") for n in range(3)]
    found = {identity(CALENDAR._replace(attendances=order)) for order in permutations(people)}
    assert len(found) == 1


def test_an_instant_is_the_same_in_every_zone() -> None:
    """Libraries give other zones for the same time."""
    vienna = timezone(timedelta(hours=1))
    assert identity(CALENDAR._replace(start=NOW.astimezone(vienna))) == identity(CALENDAR)


def exported(stamp: str, modified: str) -> EventRevision:
    """An entry of a calendar file."""
    text = entry().replace("DTSTAMP:20250101T100000Z", f"DTSTAMP:{stamp}")
    (found,) = itip.parse(calendar(f"{text}LAST-MODIFIED:{modified}\r\n"))
    return found


def test_a_calendar_that_is_exported_again_brings_nothing_new() -> None:
    """Only the time of the export is another."""
    first = exported("20250101T100000Z", "20250101T100000Z")
    again = exported("20250601T100000Z", "20250101T100000Z")
    assert first.provider_id == again.provider_id


def test_in_a_file_the_time_of_the_last_change_counts() -> None:
    """All that tells a meeting that moved there and back from one that never moved."""
    first = exported("20250101T100000Z", "20250101T100000Z")
    moved_back = exported("20250101T100000Z", "20250301T100000Z")
    assert first.provider_id != moved_back.provider_id


def test_the_identity_becomes_the_provider_id() -> None:
    """And says nothing about itself."""
    once = identified(CALENDAR)
    assert once.provider_id == identity(CALENDAR)
    assert identified(once) == once
