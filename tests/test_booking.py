"""Notices of Calendly, HubSpot, Microsoft Bookings and cal.com: who moved which meeting."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.analysis import analyze
from analyzer.settings import Settings
from ingest.mime import ParsedMessage, parse
from ingest.spoken_times import read
from store.model import EventRevision
from tests import notice_builder as notices
from tests.builders import Story, instant
from tests.mail_builder import raw_mail

BOOKED_ON = "Mon, 23 Feb 2026 08:00:00 +0000"
CHANGED_ON = "Mon, 02 Mar 2026 08:00:00 +0000"
#: 3 March, 15:00 UTC, and 6 March, 19:00 UTC, as each tool writes them.
FIRST = "10:00am - Tuesday, March 3, 2026 (Eastern Time - US & Canada)"
SECOND = "02:00pm - Friday, 6 March 2026 (Eastern Time - US & Canada)"
FIRST_HUBSPOT = "March 3, 2026 10:00 AM EST (UTC -05:00)"
SECOND_HUBSPOT = "March 6, 2026 2:00 PM EST (UTC -05:00)"
FIRST_CAL = "Tuesday, March 3, 2026 | 10:00am - 10:30am (America/New_York)"
SECOND_CAL = "Friday, March 6, 2026 | 2:00pm - 2:30pm (America/New_York)"
FIRST_BOOKINGS = (
    "Tuesday, March 3, 2026\n10:00 AM - 10:30 AM\n(UTC-05:00) Eastern Time (US & Canada)"
)

ADDRESS = "Invitee Email:\nann@acme.example\n"
TIME = f"\nEvent Date/Time:\n{FIRST}\n"

BOOKED = {
    "calendly": notices.calendly(notices.CALENDLY_BOOKED, when=FIRST, sent=BOOKED_ON),
    "hubspot": notices.hubspot(notices.HUBSPOT_BOOKED, when=FIRST_HUBSPOT, sent=BOOKED_ON),
    "cal.com": notices.cal("A new event has been scheduled.", when=FIRST_CAL, sent=BOOKED_ON),
    "bookings": notices.bookings("New booking from", when=FIRST_BOOKINGS, sent=BOOKED_ON),
}
CANCELLED_BY_THEM = {
    "calendly": notices.calendly(
        notices.CALENDLY_CANCELED, when=FIRST, by="Ann Lee", sent=CHANGED_ON
    ),
    "hubspot": notices.hubspot(
        notices.HUBSPOT_CANCELED, when=FIRST_HUBSPOT, by="Ann Lee", sent=CHANGED_ON
    ),
}
MOVED_BY_THEM = {
    "calendly": notices.calendly(
        notices.CALENDLY_MOVED, before=FIRST, when=SECOND, by="Ann Lee", sent=CHANGED_ON
    ),
    "hubspot": notices.hubspot(
        notices.HUBSPOT_MOVED,
        before=FIRST_HUBSPOT,
        when=SECOND_HUBSPOT,
        by="Ann Lee",
        sent=CHANGED_ON,
    ),
}
CAL_ICS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:calcom/ics
METHOD:REQUEST
BEGIN:VEVENT
UID:abc@Cal.com
SUMMARY:Demo
DTSTAMP:{stamp}
DTSTART:{start}
DURATION:PT30M
SEQUENCE:{sequence}
STATUS:{status}
ORGANIZER;CN="Ken Roe":mailto:ken@ours.example
ATTENDEE;PARTSTAT=ACCEPTED;CN="Ann Lee":mailto:ann@acme.example
END:VEVENT
END:VCALENDAR
"""
RESCHEDULED_BY_ANN = "<div><p>Rescheduled by</p><p>ann@acme.example</p></div>"


def ics(start: str, *, stamp: str, status: str = "CONFIRMED", sequence: int = 0) -> str:
    """The calendar part of a cal.com mail."""
    return CAL_ICS.format(start=start, stamp=stamp, status=status, sequence=sequence)


def only(parsed: ParsedMessage) -> EventRevision:
    """The one revision of a notice."""
    assert len(parsed.revisions) == 1
    return parsed.revisions[0]


@pytest.mark.parametrize("tool", BOOKED)
def test_a_booking_is_an_event_with_the_one_who_booked_it(tool: str) -> None:
    """Start as an instant, the other side's address, the rep as organizer; no mail of a person."""
    parsed = parse(BOOKED[tool])
    told = only(parsed)
    assert parsed.kind == "calendar"
    assert (told.learned_from, told.method, told.status) == ("booking", "REQUEST", "CONFIRMED")
    assert told.start == instant("2026-03-03 15:00")
    assert (told.organizer, told.actor) == ("ken@ours.example", "ann@acme.example")
    assert [a.address for a in told.attendances] == ["ann@acme.example"]
    assert told.occurred_at == instant("2026-02-23 08:00")


@pytest.mark.parametrize("tool", CANCELLED_BY_THEM)
def test_a_cancellation_names_its_actor_and_the_start_it_cancels(tool: str) -> None:
    """The address of who cancelled, found by the name under "Canceled by" or in the sentence."""
    told = only(parse(CANCELLED_BY_THEM[tool]))
    assert (told.method, told.status, told.actor) == ("CANCEL", "CANCELLED", "ann@acme.example")
    assert told.start == instant("2026-03-03 15:00")


def test_a_reason_is_kept_and_ends_with_its_paragraph() -> None:
    """What stands below ("View event in Calendly") is no reason."""
    assert only(parse(CANCELLED_BY_THEM["calendly"])).comment == "Something urgent came up"


@pytest.mark.parametrize("by", ["Ken Roe", "ken roe", "you", "ken@ours.example"])
def test_what_the_rep_cancelled_names_the_rep(by: str) -> None:
    """By the name they are greeted with, the name in To, "you", or the address."""
    raw = notices.calendly(notices.CALENDLY_CANCELED, when=FIRST, by=by, sent=CHANGED_ON)
    assert only(parse(raw)).actor == "ken@ours.example"


def test_a_name_that_is_neither_side_names_nobody() -> None:
    """A colleague of theirs, an administrator: unknown, not guessed."""
    raw = notices.calendly(notices.CALENDLY_CANCELED, when=FIRST, by="Bob Poe", sent=CHANGED_ON)
    assert only(parse(raw)).actor == ""


@pytest.mark.parametrize("tool", MOVED_BY_THEM)
def test_a_move_is_two_states_of_one_event(tool: str) -> None:
    """The old start until just before the notice, then the new one, by whom the notice names."""
    before, after = parse(MOVED_BY_THEM[tool]).revisions
    assert before.uid == after.uid
    assert (before.start, after.start) == (instant("2026-03-03 15:00"), instant("2026-03-06 19:00"))
    assert (before.actor, after.actor) == ("", "ann@acme.example")
    assert before.occurred_at is not None
    assert after.occurred_at is not None
    assert before.occurred_at < after.occurred_at == instant("2026-03-02 08:00")


def test_booked_moved_and_cancelled_share_the_event_of_the_first_start() -> None:
    """Notices of one booking are one event without any UID in them."""
    booked = only(parse(BOOKED["calendly"]))
    moved = parse(MOVED_BY_THEM["calendly"]).revisions
    assert {revision.uid for revision in (booked, *moved)} == {booked.uid}


def test_cal_com_names_the_time_in_html_only() -> None:
    """Its plain text tells who and what; the HTML beside it is read for the time."""
    told = only(parse(BOOKED["cal.com"]))
    assert (told.start, told.end) == (instant("2026-03-03 15:00"), instant("2026-03-03 15:30"))


def test_cal_com_asks_to_book_again_when_the_host_called_it_off() -> None:
    """A request to reschedule is a cancellation by the host."""
    title = (
        "You have requested Ann Lee to reschedule. "
        "You have cancelled the booking and Ann Lee should pick a new booking time with you."
    )
    told = only(parse(notices.cal(title, when=FIRST_CAL, sent=CHANGED_ON)))
    assert (told.status, told.actor) == ("CANCELLED", "ken@ours.example")


def test_a_notice_with_a_calendar_part_is_one_change() -> None:
    """The part's UID and start, the notice's actor: one revision, not two."""
    raw = notices.cal(
        "Updated - Your event has been rescheduled",
        when=SECOND_CAL,
        sent=CHANGED_ON,
        more=RESCHEDULED_BY_ANN,
        calendar=ics("20260306T190000Z", stamp="20260302T080000Z", sequence=1),
    )
    told = only(parse(raw))
    assert (told.uid, told.learned_from) == ("abc@Cal.com", "booking")
    assert (told.start, told.actor) == (instant("2026-03-06 19:00"), "ann@acme.example")


def test_a_cancellation_whose_calendar_part_says_request_is_a_cancellation() -> None:
    """cal.com sends METHOD:REQUEST with STATUS:CANCELLED."""
    raw = notices.cal(
        "Your scheduled event was canceled",
        when=FIRST_CAL,
        sent=CHANGED_ON,
        calendar=ics("20260303T150000Z", stamp="20260302T080000Z", status="CANCELLED"),
    )
    told = only(parse(raw))
    assert (told.uid, told.method, told.status) == ("abc@Cal.com", "CANCEL", "CANCELLED")


def test_microsoft_bookings_is_known_by_the_page_of_the_senders_mailbox() -> None:
    """It sends from the customer's own domain; the same text of anybody else is a mail."""
    stranger = "Sales <sales@theirs.example>"
    raw = notices.bookings("New booking from", when=FIRST_BOOKINGS, sent=BOOKED_ON, sender=stranger)
    parsed = parse(raw)
    assert (parsed.kind, parsed.revisions) == ("person", ())


def test_a_windows_zone_name_counts_more_than_the_offset_before_it() -> None:
    """Windows writes the winter offset in summer too."""
    when = "Wednesday, July 1, 2026 10:00 AM (UTC+01:00) Amsterdam, Berlin, Bern, Rome, Vienna"
    told = read(when, "UTC")
    assert told is not None
    assert told.start == instant("2026-07-01 08:00")


@pytest.mark.parametrize("sender", ["Calendly <x@calendly.com.evil.example>", "Ann <a@x.example>"])
def test_another_sender_with_the_same_text_is_no_notice(sender: str) -> None:
    """The domain counts, not the name before it, nor a domain that only begins like it."""
    body = notices.CALENDLY_CANCELED.format(when=FIRST, by="Ann Lee")
    raw = notices.mail(body, sender=sender, subject="Canceled: Ann Lee", sent=CHANGED_ON)
    assert parse(raw).revisions == ()


@pytest.mark.parametrize(
    "body",
    [
        "Hi Ken,\n\nA recap of your week with Calendly.\n",
        "Reminder: it has been scheduled.\n\n" + ADDRESS + TIME,
        "A new event has been scheduled.\n\n" + TIME,
        "A new event has been scheduled.\n\n" + ADDRESS,
        "The event below has been canceled.\n\n" + ADDRESS + "\nEvent Date/Time:\nsoon\n",
    ],
)
def test_a_mail_of_a_tool_without_the_structure_tells_nothing(body: str) -> None:
    """News, reminders, notices without an address or without a time."""
    sender = "Calendly <notifications@calendly.com>"
    raw = notices.mail(body, sender=sender, subject="Canceled: Ann Lee", sent=CHANGED_ON)
    assert parse(raw).revisions == ()


def test_the_reps_own_booking_with_a_customer_names_the_customer_as_organizer() -> None:
    """Where the rep is the invitee, the host is whom answers go to."""
    body = notices.CALENDLY_BOOKED.format(when=FIRST).replace(
        "ann@acme.example", "ken@ours.example"
    )
    raw = notices.mail(
        body,
        sender="Calendly <notifications@calendly.com>",
        subject="Confirmed",
        sent=BOOKED_ON,
        reply_to="Ann Lee <ann@acme.example>",
    )
    assert only(parse(raw)).organizer == "ann@acme.example"


@given(st.text(max_size=400), st.sampled_from(["calendly.com", "hubspot.com", "cal.com"]))
def test_whatever_a_tools_mail_says_is_read_without_failing(body: str, domain: str) -> None:
    """Any text behind the labels leaves the mail readable."""
    labelled = f"has been rescheduled\n\nInvitee Email:\n{body}\n\nEvent Date/Time:\n{body}\n"
    parse(raw_mail(labelled, **{"from": f"<notifications@{domain}>"}))


def changes_of(*raws: bytes, story: Story | None = None) -> pd.DataFrame:
    """Changes that the analysis finds in these mails of the rep's."""
    known = story or Story(me="ken@ours.example")
    for raw in raws:
        notices.remember(known, parse(raw))
    found = analyze(known.facts(), Settings(zone="UTC"), datetime(2026, 4, 1, tzinfo=UTC))
    return found.changes


def summary(changes: pd.DataFrame) -> list[tuple[str, str, float, str]]:
    """Kind, actor, notice in hours and how it was learned, of each change."""
    told = changes[["kind", "actor", "notice_hours", "learned"]]
    return [(str(k), str(a), float(h), str(w)) for k, a, h, w in told.itertuples(index=False)]


@pytest.mark.parametrize("tool", MOVED_BY_THEM)
def test_analysis_sees_one_move_by_them_with_its_notice(tool: str) -> None:
    """31 hours before the old start, by the invitee."""
    changes = changes_of(BOOKED[tool], MOVED_BY_THEM[tool])
    assert summary(changes) == [("moved", "them", 31.0, "booking")]


@pytest.mark.parametrize("tool", CANCELLED_BY_THEM)
def test_analysis_sees_one_cancellation_by_them(tool: str) -> None:
    """Notice and actor come from the tool."""
    changes = changes_of(BOOKED[tool], CANCELLED_BY_THEM[tool])
    assert summary(changes) == [("cancelled", "them", 31.0, "booking")]


def test_analysis_counts_what_the_rep_cancelled_against_nobody() -> None:
    """The tool says that it was the rep."""
    raw = notices.calendly(notices.CALENDLY_CANCELED, when=FIRST, by="Ken Roe", sent=CHANGED_ON)
    assert summary(changes_of(BOOKED["calendly"], raw)) == [("cancelled", "us", 31.0, "booking")]


def in_calendar(story: Story, uid: str, start: str, at: str, status: str = "CONFIRMED") -> None:
    """What the rep's calendar shows of the booking since ``at``."""
    story.event(
        "ken@ours.example",
        to="ann@acme.example",
        start=start,
        at=at,
        uid=uid,
        minutes=30,
        learned_from="calendar",
        method="",
        status=status,
    )


def test_the_booking_and_its_calendar_entry_are_one_meeting() -> None:
    """The notice has no UID: same person, same start."""
    story = Story(me="ken@ours.example")
    in_calendar(story, "u1", "2026-03-03 15:00", "2026-02-23 08:01")
    notices.remember(story, parse(BOOKED["calendly"]))
    found = analyze(story.facts(), Settings(zone="UTC"), datetime(2026, 4, 1, tzinfo=UTC))
    assert len(found.meetings) == 1
    assert found.changes.empty


@pytest.mark.parametrize("uid", ["u1", "u2"])
def test_a_move_told_by_notice_and_calendar_is_one_move(uid: str) -> None:
    """Whether the tool moves the entry or puts a new one in place of the old."""
    story = Story(me="ken@ours.example")
    in_calendar(story, "u1", "2026-03-03 15:00", "2026-02-23 08:01")
    if uid != "u1":
        in_calendar(story, "u1", "2026-03-03 15:00", "2026-03-02 07:59:50", "CANCELLED")
    in_calendar(story, uid, "2026-03-06 19:00", "2026-03-02 08:01")
    changes = changes_of(MOVED_BY_THEM["calendly"], story=story)
    assert summary(changes) == [("moved", "them", 31.0, "booking")]


def test_what_no_notice_names_is_asked_and_accuses_nobody() -> None:
    """Microsoft Bookings does not say who cancelled: late and without a trace, nobody knows."""
    raw = notices.bookings("Canceled booking from", when=FIRST_BOOKINGS, sent=CHANGED_ON)
    changes = changes_of(BOOKED["bookings"], raw)
    assert summary(changes) == [("cancelled", "unknown", 31.0, "booking")]


def test_a_move_told_by_notice_calendar_part_and_calendar_is_one_move() -> None:
    """The booking's own calendar entry, under the same UID, shows the same move."""
    story = Story(me="ken@ours.example")
    in_calendar(story, "abc@Cal.com", "2026-03-03 15:00", "2026-02-23")
    in_calendar(story, "abc@Cal.com", "2026-03-06 19:00", "2026-03-02 08:01")
    raw = notices.cal(
        "Updated - Your event has been rescheduled",
        when=SECOND_CAL,
        sent=CHANGED_ON,
        more=RESCHEDULED_BY_ANN,
        calendar=ics("20260306T190000Z", stamp="20260302T080000Z", sequence=1),
    )
    assert summary(changes_of(raw, story=story)) == [("moved", "them", 31.0, "booking")]
