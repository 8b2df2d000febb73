"""Notices of booking tools, written in the form in which these tools send them.

Forms: Calendly's and HubSpot's as programs of others read them, cal.com's from its published
templates (the plain text names no time, the HTML does), Microsoft Bookings' without any labels.
"""

from __future__ import annotations

from typing import Any

from ingest.mime import ParsedMessage
from tests.builders import Story
from tests.mail_builder import raw_mail

HOST = "Ken Roe <ken@ours.example>"

CALENDLY_BOOKED = """\
Hi Ken Roe,

A new event has been scheduled.

Event Type:
30 Minute Meeting

Invitee:
Ann Lee

Invitee Email:
ann@acme.example

Event Date/Time:
{when}

Location:
This is a Google Meet web conference. Join now

Invitee Time Zone:
Pacific Time - US & Canada

Questions:

Whom else may we write to?

other@elsewhere.example

View event in Calendly
"""

CALENDLY_CANCELED = """\
Hi Ken Roe,

The event below has been canceled.

Event Type:
30 Minute Meeting

Invitee:
Ann Lee

Invitee Email:
ann@acme.example

Event Date/Time:
{when}

Canceled by:
{by}

Reason:
Something urgent came up

View event in Calendly
"""

CALENDLY_MOVED = """\
Hi Ken Roe,

The event below has been rescheduled.

Event Type:
30 Minute Meeting

Invitee:
Ann Lee

Invitee Email:
ann@acme.example

Former Event Date/Time:
{before}

Updated Event Date/Time:
{when}

Rescheduled by:
{by}

View event in Calendly
"""

HUBSPOT_BOOKED = """\
New Meeting Booked
Demo call

Date / time: {when}
Location: https://meet.example/1
Name: Ann Lee
Email address: ann@acme.example <mailto:ann@acme.example>
Phone number: +1 555 0100
"""

HUBSPOT_CANCELED = """\
{by} canceled a meeting
Demo call

Originally planned date / time: {when}
Name: Ann Lee
Email address: ann@acme.example
"""

HUBSPOT_MOVED = """\
{by} rescheduled a meeting
Demo call

Originally planned date / time: {before}
New date / time: {when}
Name: Ann Lee
Email address: ann@acme.example
"""

CAL_PLAIN = """\
{title}
You and any other attendees have been emailed with this information.

What:
Demo between Ken Roe and Ann Lee

Invitee timezone:
America/New_York

Who:
Ken Roe - Organizer
ken@ours.example
Ann Lee
ann@acme.example

Where:
Cal Video

Need to reschedule or cancel? https://app.cal.com/booking/uid?changes=true
"""

CAL_HTML = """\
<html><body><table><tr><td>{title}</td></tr>
<tr><td>You and any other attendees have been emailed with this information.</td></tr></table>
{more}<div><p>What</p><p>Demo between Ken Roe and Ann Lee</p></div>
<div><p>When</p><p><span>{when}</span></p></div>
<div><p>Who</p><div>Ken Roe - Organizer <a href="mailto:ken@ours.example">ken@ours.example</a></div>
<div>Ann Lee - Guest <a href="mailto:ann@acme.example">ann@acme.example</a></div></div>
<div><p>Where</p><p>Cal Video</p></div>
<p>Need to reschedule or cancel?</p></body></html>
"""

BOOKINGS = """\
{title}
Ann Lee
Consultation with Ken Roe
{when}
Ann Lee
ann@acme.example
+1 555 0100
<https://outlook.office365.com/owa/calendar/Sales%40ours.example/bookings/>
"""


def mail(body: str, *, sender: str, subject: str, sent: str, **headers: str) -> bytes:
    """A notice to the host as plain text. ``sent``: the Date header."""
    given = {"from": sender, "to": HOST, "date": sent, "subject": subject, **headers}
    return raw_mail(body, **given)


def calendly(body: str, *, sent: str, subject: str = "Updated: Ann Lee", **told: str) -> bytes:
    """A notice of Calendly; ``told``: when, before, by."""
    sender = "Calendly <notifications@calendly.com>"
    return mail(body.format(**told), sender=sender, subject=subject, sent=sent)


def hubspot(
    body: str, *, sent: str, subject: str = "You've been booked by: Ann Lee", **told: str
) -> bytes:
    """A notice of HubSpot meetings; ``told``: when, before, by."""
    return mail(
        body.format(**told), sender="HubSpot <noreply@hubspot.com>", subject=subject, sent=sent
    )


def cal(title: str, *, when: str, sent: str, more: str = "", calendar: str = "") -> bytes:
    """A notice of cal.com: plain text, HTML and, where given, an iCalendar part."""
    parts = [
        ("text/plain; charset=utf-8", CAL_PLAIN.format(title=title)),
        ("text/html; charset=utf-8", CAL_HTML.format(title=title, when=when, more=more)),
    ]
    if calendar:
        parts.append(('text/calendar; charset=utf-8; method=REQUEST; name="event.ics"', calendar))
    body = "".join(f"--b\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts) + "--b--\n"
    return mail(
        body,
        sender="Cal.com <hello@cal.com>",
        subject=title,
        sent=sent,
        content_type='multipart/mixed; boundary="b"',
        reply_to="Ann Lee <ann@acme.example>",
    )


def bookings(
    title: str, *, when: str, sent: str, sender: str = "Sales <sales@ours.example>"
) -> bytes:
    """A notice of Microsoft Bookings, sent from the booking page's own mailbox."""
    return mail(
        BOOKINGS.format(title=title, when=when), sender=sender, subject=f"{title}: x", sent=sent
    )


def remember(story: Story, parsed: ParsedMessage) -> None:
    """Put a parsed mail and what it carries into a story."""
    message = parsed.message
    to = [p.address for p in message.participants if p.role == "to"]
    number = story.mail(
        message.participants[0].address,
        to=to,
        at=str(message.sent_at),
        subject=message.subject,
        kind=message.kind,
    )
    for revision in parsed.revisions:
        told: dict[str, Any] = revision._asdict()
        for name in ("provider_id", "message_provider_id", "attendances", "source_key"):
            told.pop(name, None)
        assert revision.start is not None
        story.event(
            told.pop("organizer"),
            to={a.address: a.partstat for a in revision.attendances},
            start=str(told.pop("start")),
            at=str(told.pop("occurred_at")),
            uid=told.pop("uid"),
            message=number,
            **told,
        )
