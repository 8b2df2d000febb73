"""Who or what wrote a message, by combined evidence."""

from __future__ import annotations

import pytest

from ingest.mime import parse
from tests.mail_builder import raw_mail

DSN = """\
--b
Content-Type: text/plain

Your message could not be delivered.
--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; x@y.example
Action: failed
--b--
"""


def kind(body: str = "Shall we meet on Tuesday?", **headers: str) -> str:
    """The kind of a mail with the usual headers, some changed."""
    return parse(raw_mail(body, **headers)).kind


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-replied"},
        {"auto_submitted": "auto-replied; owner-email=x@y.example"},
        {"x_autoreply": "yes"},
        {"precedence": "auto_reply"},
        {"subject": "Automatic reply: Offer"},
        {"subject": "Automatische Antwort: Angebot"},
        {"subject": "Réponse automatique : Offre"},
        {"subject": "Respuesta automática: Oferta"},
        {"subject": "Automatisch antwoord: Offerte"},
        {"subject": "自动回复: Offer"},
        {"subject": "Out of Office AutoReply: Offer"},
    ],
)
def test_automatic_answers_by_header_or_subject(headers: dict[str, str]) -> None:
    """One sure sign is enough, in any language."""
    assert kind(**headers) == "auto_reply"


def test_automatic_answer_of_lotus_notes_is_known_by_its_words() -> None:
    """Its subject and text are the same in every mailbox."""
    text = "I will be out of the office starting  01.04.2009 and will not return until 09.04.2009."
    assert kind(text, subject="Ann Fisher is out of the office.") == "auto_reply"


def test_rule_reply_without_mark_needs_title_words_and_an_answered_mail() -> None:
    """Outlook.com's rules leave no header: three weak signs together are enough."""
    text = "I am out of the office until Monday with limited access to email."
    assert kind(text, subject="Out of office", in_reply_to="<1@x>") == "auto_reply"
    assert kind(text, subject="Out of office") == "person"


def test_generated_mail_of_exchange_is_an_answer_when_it_says_so() -> None:
    """Exchange marks absence notes auto-generated, as machines mark their notices."""
    text = "I am on vacation until Monday."
    marks = {"auto_submitted": "auto-generated", "in_reply_to": "<1@x>"}
    assert kind(text, **marks) == "auto_reply"
    assert kind("Your build failed.", auto_submitted="auto-generated") == "bulk"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ("Shall we meet?", {"x_auto_response_suppress": "All"}),
        ("I'm out of the office today, can we talk on Thursday?", {"in_reply_to": "<1@x>"}),
        ("Thanks, enjoy!", {"subject": "Re: Automatic reply: Offer", "in_reply_to": "<1@x>"}),
        ("Ann is away, call me.", {"subject": "FW: Out of Office AutoReply: Offer"}),
        (
            "We fixed it. Pat",
            {"auto_submitted": "auto-generated", "x_servicenow_generated": "true"},
        ),
        ("It bounced, see below.", {"subject": "Fwd: Undeliverable: Offer"}),
        ("The delivery failed to arrive at our plant, call us.", {"subject": "Delivery"}),
        ("Please unsubscribe me.", {"subject": "Stop"}),
    ],
)
def test_people_stay_people(body: str, headers: dict[str, str]) -> None:
    """What machines and people share proves nothing."""
    assert kind(body, **headers) == "person"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (DSN, {"content_type": "multipart/report; report-type=delivery-status; boundary=b"}),
        (DSN, {"content_type": "multipart/mixed; boundary=b"}),
        ("x", {"x_failed_recipients": "a@b.example"}),
        (
            "Hi. This is the qmail-send program at x.example.\nI'm afraid I wasn't able to deliver",
            {"from": "MAILER-DAEMON@x.example", "subject": "failure notice"},
        ),
        (
            "Your message did not reach some or all of the intended recipients.",
            {
                "from": "System Administrator <postmaster@x.example>",
                "subject": "Undeliverable: Offer",
            },
        ),
        (
            "Diese Nachricht konnte nicht zugestellt werden.",
            {"from": "postmaster@x.example", "subject": "Unzustellbar: Angebot"},
        ),
        ("host not found", {"from": "MAILER-DAEMON <>", "subject": "Mail delivery failed"}),
        (
            "A message had a malformed address",
            {
                "from": "Mail Delivery System <mailer-daemon@x.example>",
                "return_path": "<>",
                "auto_submitted": "auto-replied",
                "subject": "Mail failure",
            },
        ),
    ],
)
def test_bounces_with_and_without_reports(body: str, headers: dict[str, str]) -> None:
    """RFC 3464 reports, and what qmail, Exchange, exim and others write instead."""
    assert kind(body, **headers) == "bounce"


def test_read_receipts_are_automatic_answers() -> None:
    """A disposition notification (RFC 8098) is no bounce and no answer."""
    report = "multipart/report; report-type=disposition-notification; boundary=b"
    assert kind(
        DSN.replace("delivery-status", "disposition-notification"), content_type=report
    ) == ("auto_reply")


@pytest.mark.parametrize(
    "headers",
    [
        {"list_id": "<news.x.example>"},
        {"list_unsubscribe": "<mailto:u@x.example>"},
        {"precedence": "bulk"},
        {"from": "no-reply@x.example"},
    ],
)
def test_lists_and_newsletters_are_bulk(headers: dict[str, str]) -> None:
    """Also what people write to a list is bulk."""
    assert kind(**headers) == "bulk"


def test_newsletter_without_list_headers_is_known_by_its_end() -> None:
    """Long, answers nothing, and says how to unsubscribe."""
    news = "Our news of the month. " * 40
    assert kind(news + "\nTo unsubscribe click here: http://x.example") == "bulk"
    quoted = "Remove us, please.\n\n-----Original Message-----\nFrom: a\nTo: b\nSubject: c\n\n"
    assert kind(quoted + news + "\nTo unsubscribe click here") == "person"


@pytest.mark.parametrize(("method", "expected"), [("REPLY", "calendar"), ("PUBLISH", "person")])
def test_scheduling_is_calendar_but_a_published_event_is_not(method: str, expected: str) -> None:
    """Only iTIP methods between people schedule (RFC 5546)."""
    body = f"BEGIN:VCALENDAR\nMETHOD:{method}\nEND:VCALENDAR\n"
    assert kind(body, content_type=f"text/calendar; method={method}") == expected
