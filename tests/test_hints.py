"""Answers and cancellations whose calendar part is gone are hints where they name a time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.analysis import analyze
from analyzer.settings import Settings
from ingest.mime import ParsedMessage, parse
from tests.builders import Story, instant
from tests.mail_builder import raw_mail
from tests.notice_builder import remember

GOOGLE = "Demo @ Tue Mar 3, 2026 10am - 10:30am (EST) (ken@ours.example)"
OUTLOOK = """\
When: Tuesday, March 03, 2026 10:00 AM-10:30 AM (UTC-05:00) Eastern Time (US & Canada).
Where: Room 1

*~*~*~*~*~*~*~*~*~*

I am ill, sorry.
"""


def mail(subject: str, body: str = "", sender: str = "Ann Lee <ann@acme.example>") -> ParsedMessage:
    """A mail to the rep, 31 hours before the meeting."""
    return parse(
        raw_mail(
            body,
            subject=subject,
            to="ken@ours.example",
            date="Mon, 02 Mar 2026 08:00:00 +0000",
            **{"from": sender},
        )
    )


@pytest.mark.parametrize(
    ("prefix", "partstat"),
    [
        ("Accepted", "ACCEPTED"),
        ("Zugesagt", "ACCEPTED"),
        ("Accepté ", "ACCEPTED"),
        ("Declined", "DECLINED"),
        ("Abgelehnt", "DECLINED"),
        ("Tentatively Accepted", "TENTATIVE"),
    ],
)
def test_an_answer_is_a_reply_of_its_sender(prefix: str, partstat: str) -> None:
    """With the time in Google's subject."""
    parsed = mail(f"{prefix}: {GOOGLE}")
    (told,) = parsed.revisions
    assert parsed.kind == "calendar"
    assert (told.learned_from, told.method, told.summary) == ("hint", "REPLY", "Demo")
    assert (told.start, told.end) == (instant("2026-03-03 15:00"), instant("2026-03-03 15:30"))
    assert [(a.address, a.partstat) for a in told.attendances] == [("ann@acme.example", partstat)]
    assert told.organizer == "ken@ours.example"


def test_a_cancellation_is_its_senders_who_is_the_organizer() -> None:
    """With the time in Outlook's first line."""
    (told,) = mail("Canceled: Demo", OUTLOOK).revisions
    assert (told.method, told.status) == ("CANCEL", "CANCELLED")
    assert (told.organizer, told.start) == ("ann@acme.example", instant("2026-03-03 15:00"))
    assert [a.address for a in told.attendances] == ["ken@ours.example"]


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Declined: Demo", "Sorry, I cannot come.\n"),
        ("Declined: Demo", "When: every Monday from 1:00 PM to 1:30 PM\n"),
        (f"Re: Declined: {GOOGLE}", ""),
        (f"Updated: {GOOGLE}", ""),
        (f"Invitation: {GOOGLE}", ""),
        ("Accepted: your offer of March 3, 2026", "We take it.\n"),
        ("Canceled", OUTLOOK),
    ],
)
def test_what_names_no_meeting_of_one_time_stays_a_mail_of_a_person(
    subject: str, body: str
) -> None:
    """No time, a series, an answer to such a mail, and updates, which name the new time alone."""
    parsed = mail(subject, body)
    assert (parsed.kind, parsed.revisions) == ("person", ())


def test_a_calendar_part_makes_the_subject_superfluous() -> None:
    """What it says counts, nothing is told twice."""
    body = (
        "--b\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\n"
        "BEGIN:VEVENT\nUID:1@x\nDTSTART:20260303T150000Z\n"
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@acme.example\nEND:VEVENT\nEND:VCALENDAR\n--b--\n"
    )
    raw = raw_mail(
        body, subject=f"Declined: {GOOGLE}", content_type='multipart/mixed; boundary="b"'
    )
    assert [revision.learned_from for revision in parse(raw).revisions] == ["itip"]


@given(st.text(max_size=120), st.text(max_size=200))
def test_any_subject_and_text_are_read_without_failing(subject: str, body: str) -> None:
    """Behind a prefix that promises an answer."""
    line = "".join(c if c.isprintable() else " " for c in subject)
    mail(f"Declined: {line}", f"When: {body}")


def test_analysis_takes_a_hint_for_the_meeting_of_that_person_and_time() -> None:
    """Late refusal and cancellation by them, with the notice they gave."""
    story = Story(me="ken@ours.example")
    start = "2026-03-03 15:00"
    story.invite("ken@ours.example", to="ann@acme.example", start=start, at="2026-02-23")
    story.invite("bob@basf.example", to="ken@ours.example", start=start, at="2026-02-23")
    remember(story, mail(f"Declined: {GOOGLE}"))
    remember(story, mail("Canceled: Talk", OUTLOOK, sender="Bob <bob@basf.example>"))
    found = analyze(story.facts(), Settings(zone="UTC"), datetime(2026, 4, 1, tzinfo=UTC))
    told = found.changes[["kind", "actor", "notice_hours", "learned"]].sort_values("kind")
    assert [tuple(row) for row in told.itertuples(index=False)] == [
        ("cancelled", "them", 31.0, "hint"),
        ("declined", "them", 31.0, "hint"),
    ]
    assert len(found.meetings) == 2
