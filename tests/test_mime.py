"""A raw mail becomes one message record."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.mime import MAX_TEXT_BYTES, NotAMessageError, parse
from store.model import Attachment, Participant
from tests.ical_builder import event
from tests.mail_builder import raw_mail

MIXED = """\
This is a multipart message.
--b1
Content-Type: multipart/alternative; boundary=b2

--b2
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe aus K=F6ln
--b2
Content-Type: text/html; charset=utf-8

<p>Anders</p>
--b2--
--b1
Content-Type: application/pdf; name="old.pdf"
Content-Disposition: attachment; filename*=utf-8''Angebot%20%C3%BC.pdf
Content-Transfer-Encoding: base64

QUJD
--b1
Content-Type: text/calendar; method=REQUEST; charset=utf-8

BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//y//EN
METHOD:REQUEST
BEGIN:VEVENT
UID:1@client.example
DTSTAMP:20240514T090000Z
DTSTART:20240520T090000Z
DTEND:20240520T100000Z
SEQUENCE:0
ORGANIZER:mailto:ann@client.example
ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:rep@vendor.example
SUMMARY:Review
END:VEVENT
END:VCALENDAR
--b1--
"""


def test_names_addresses_and_registrable_domains_of_all_roles() -> None:
    """Encoded words are decoded, groups flattened, addresses lower-cased."""
    people = parse(
        raw_mail(
            sender="Desk <desk@example.org>",
            reply_to="j2@example.org",
            to='team: a@x.example, "B, C" <b@x.example>;, d@x.example',
            cc="e@x.example (Eve)",
            **{"from": "=?utf-8?q?Wei=C3=9F=2C_J?= <J@Mail.Example.co.uk>"},
        )
    ).message.participants
    assert people[0] == Participant("from", "j@mail.example.co.uk", "Weiß, J", "example.co.uk")
    assert people[1] == Participant("sender", "desk@example.org", "Desk", "example.org")
    assert [(p.role, p.address, p.name) for p in people[2:]] == [
        ("reply_to", "j2@example.org", ""),
        ("to", "a@x.example", ""),
        ("to", "b@x.example", "B, C"),
        ("to", "d@x.example", ""),
        ("cc", "e@x.example", "Eve"),
    ]


def test_archived_exchange_names_and_directory_addresses() -> None:
    """X-From names the author; an unquoted comma belongs to a name; a directory name stays."""
    people = parse(
        raw_mail(
            **{
                "from": "ken@corp.example",
                "x-from": "Ken Lay",
                "to": "Allen, Phil K. </O=CORP/OU=NA/CN=RECIPIENTS/CN=PALLEN>, x@y.example",
                "cc": "IMCEANOTES-jo+40host+2Eexample+40CORP@CORP.example",
            }
        )
    ).message.participants
    assert people[0].name == "Ken Lay"
    assert (people[1].name, people[1].address, people[1].domain) == (
        "Allen, Phil K.",
        "/o=corp/ou=na/cn=recipients/cn=pallen",
        "",
    )
    assert people[3].address == "jo@host.example"


@pytest.mark.parametrize(
    ("written", "instant", "offset"),
    [
        (
            "Tue, 14 May 2024 11:09:30 +0200 (CEST)",
            datetime(2024, 5, 14, 9, 9, 30, tzinfo=UTC),
            120,
        ),
        ("14 May 24 11:09 EST", datetime(2024, 5, 14, 16, 9, tzinfo=UTC), -300),
        ("Tue, 14 May 2024 11:09:30 -0000", datetime(2024, 5, 14, 11, 9, 30, tzinfo=UTC), None),
        ("Tue, 14 May 2024 11:09:30 +9900", datetime(2024, 5, 14, 11, 9, 30, tzinfo=UTC), None),
        ("2024-05-14T11:09:30+02:00", datetime(2024, 5, 14, 9, 9, 30, tzinfo=UTC), 120),
        ("Mon, 1 Jan 0000 00:00:00 +0000", None, None),
        ("Fri, 31 Dec 9999 23:59:59 +0000", None, None),
        ("Tue, 31 Feb 2024 11:09:30 +0200", None, None),
        ("Mon, 31 Dec 1979 16:00:00 -0800", None, None),
        ("Tue, 1 Jan 1980 00:00:00 -0800", None, None),
        ("yesterday", None, None),
        ("", None, None),
    ],
)
def test_dates_are_instants_or_unknown(
    written: str, instant: datetime | None, offset: int | None
) -> None:
    """Obsolete forms are read; impossible times and zones are unknown."""
    message = parse(raw_mail(date=written)).message
    assert (message.sent_at, message.offset_minutes) == (instant, offset)


def test_received_is_the_topmost() -> None:
    """The last server on the way wrote the first Received header."""
    raw = b"Received: by b; Tue, 14 May 2024 09:10:00 +0000\n"
    raw += b"Received: by a; Tue, 14 May 2024 09:00:00 +0000\n" + raw_mail()
    assert parse(raw).message.received_at == datetime(2024, 5, 14, 9, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "subject",
    [
        "Offer 7",
        "RE: Offer 7",
        "Re[2]: AW: offer  7",
        "[list] Re: Fwd: Offer 7",
        "SV: VS: Offer 7",
        "回复: Offer 7",
        "Réf : Offer 7",
        "Antw: Offer 7 (fwd)",
    ],
)
def test_subject_key_is_without_prefixes_tags_and_case(subject: str) -> None:
    """Answers and forwarded mails share the key of the first mail."""
    assert parse(raw_mail(subject=subject)).message.subject_key == "offer 7"


def test_ids_hints_labels_and_language() -> None:
    """Ids come without brackets; labels from Gmail, the archive and outside are sorted."""
    message = parse(
        raw_mail(
            message_id="<[abc]@x>",
            in_reply_to="<p@x> (comment)",
            references="<r1@x>\n <r2@x> <r1@x>",
            thread_index="AdqXAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            x_gmail_labels='Posteingang,"Kunden, neu",=?UTF-8?Q?Ge=C3=B6ffnet?=',
            x_folder="\\Ann_Dec2000\\Sent",
            content_language="de-DE",
        ),
        labels=("Archive",),
    ).message
    assert message.message_id == "[abc]@x"
    assert message.in_reply_to == "p@x"
    assert message.references == ("r1@x", "r2@x")
    assert len(message.thread_hint) == 29
    assert message.labels == (
        "Archive",
        "Geöffnet",
        "Kunden, neu",
        "Posteingang",
        "\\Ann_Dec2000\\Sent",
    )
    assert message.language == "de"


def test_text_attachments_and_calendar_of_a_mixed_mail() -> None:
    """Plain text is preferred; attachments keep name and type; the calendar decides the kind."""
    parsed = parse(raw_mail(MIXED, content_type='multipart/mixed; boundary="b1"'))
    assert parsed.message.text == "Grüße aus Köln"
    assert parsed.message.words == 3
    assert parsed.message.attachments[0] == Attachment("Angebot ü.pdf", "application/pdf")
    assert parsed.kind == "calendar"
    assert parsed.calendars[0].startswith(b"BEGIN:VCALENDAR")


def test_event_revisions_know_the_mail_that_carried_them() -> None:
    """The calendar part's events come with the record, each once."""
    parsed = parse(raw_mail(MIXED, content_type='multipart/mixed; boundary="b1"'))
    (revision,) = parsed.revisions
    assert (revision.uid, revision.method) == ("1@client.example", "REQUEST")
    assert revision.message_provider_id == parsed.message.provider_id


def test_html_is_read_without_its_quotation() -> None:
    """Blocks become lines; what the program marked as quoted is dropped."""
    html = (
        "<html><head><style>p{}</style></head><body><p>Yes,&nbsp;<b>Tuesday</b> is&#8203; fine.</p>"
        "<div class=gmail_quote><div class=gmail_attr>On Monday Ann wrote:</div>"
        "<blockquote class=gmail_quote>Tuesday?</blockquote></div></body></html>"
    )
    message = parse(raw_mail(html, content_type="text/html")).message
    assert message.text.replace("\u200b", "") == "Yes, Tuesday is fine."


def test_what_follows_outlooks_reply_header_in_html_is_cut() -> None:
    """OWA marks only the header; all behind it is older."""
    html = "<p>New</p><div id=divRplyFwdMsg><b>From:</b> Ann</div><p>Old</p>"
    assert parse(raw_mail(html, content_type="text/html")).message.text == "New"


@pytest.mark.parametrize(
    ("label", "data"),
    [
        ("utf-8", "Grüße aus München".encode("cp1252")),
        ("us-ascii", "Grüße aus München".encode()),
        ("x-unknown", "Grüße aus München".encode()),
    ],
)
def test_wrong_charsets_are_seen_through(label: str, data: bytes) -> None:
    """A label that cannot be true is not believed."""
    raw = raw_mail("", content_type=f"text/plain; charset={label}") + data
    assert parse(raw).message.text == "Grüße aus München"


def test_undeclared_utf8_in_subject_and_name() -> None:
    """Raw UTF-8 in headers (RFC 6532) is read as such."""
    message = parse(raw_mail(subject="Größe", **{"from": "Jürgen <j@x.example>"})).message
    assert (message.subject, message.participants[0].name) == ("Größe", "Jürgen")


def test_broken_base64_is_still_read() -> None:
    """What the fast reader refuses, the slow one reads."""
    message = parse(raw_mail("SGVsbG8g!!d29ybGQ=", content_transfer_encoding="base64")).message
    assert message.text.startswith("Hello")


@pytest.mark.parametrize("raw", [b"", b"\n\n", bytes(range(256)), b"just some text\nno mail\n"])
def test_what_is_no_mail_is_refused_with_the_reason(raw: bytes) -> None:
    """The caller quarantines it and says why."""
    with pytest.raises(NotAMessageError, match="header"):
        parse(raw)


def test_thousand_nested_parts_are_survived_and_said() -> None:
    """Headers are kept, the warning says what was not read."""
    deep = "".join(
        f"--b{n}\nContent-Type: multipart/mixed; boundary=b{n + 1}\n\n" for n in range(1_000)
    )
    parsed = parse(raw_mail(deep, content_type="multipart/mixed; boundary=b0"))
    assert parsed.message.subject == "Offer"
    assert parsed.warnings == ("Its parts lie too deep in one another to be read.",)


@pytest.mark.parametrize(
    "charset", ["idna", "undefined", "rot13", "zlib", "base64", "\0", "x" * 999]
)
def test_text_in_a_charset_that_is_none_is_read_all_the_same(charset: str) -> None:
    """Python has codecs that no mail is written in; some refuse every text, some are no text."""
    parsed = parse(raw_mail("café here", content_type=f"text/plain; charset={charset}"))
    assert (parsed.message.text, parsed.warnings) == ("café here", ())


def test_a_time_zone_of_an_invitation_that_nothing_explains_is_said() -> None:
    """The event is there, read in the owner's zone; whoever reads the list can look at it."""
    invited = event("DTSTART;TZID=Nowhere:20260703T100000", start="", method="REQUEST").decode()
    parsed = parse(raw_mail(invited, content_type="text/calendar; method=REQUEST"))
    assert len(parsed.revisions) == 1
    assert [told.partition(":")[0] for told in parsed.warnings] == ["time zone Nowhere"]


def test_a_hundred_thousand_recipients_are_bounded() -> None:
    """Nobody is judged by such a mail; five hundred are kept."""
    many = ",\n ".join(f"user{n}@example.com" for n in range(100_000))
    assert len(parse(raw_mail(to=many)).message.participants) == 500


def test_stored_text_is_bounded_on_a_character_boundary() -> None:
    """Words and digest are of all new text, the text itself of its beginning."""
    message = parse(raw_mail("größe " * 5_000)).message
    assert MAX_TEXT_BYTES - 3 <= len(message.text.encode()) <= MAX_TEXT_BYTES
    assert message.words == 5_000


def test_sequence_tools_are_known_by_their_headers() -> None:
    """Only headers that such tools alone write count."""
    assert parse(raw_mail(x_outreach_mailing_id="7")).message.sequence_tool
    assert not parse(raw_mail(x_mailer="Microsoft Outlook 16.0")).message.sequence_tool


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=400), st.binary(max_size=400))
def test_any_bytes_give_storable_text_or_a_refusal(head: bytes, body: bytes) -> None:
    """No other error, no NUL, no surrogate, whatever comes."""
    for raw in (
        head + b"\n\n" + body,
        raw_mail() + body,
        b"Subject: " + head + b"\nTo: " + body + b"\nX-Folder: " + head,
    ):
        try:
            message = parse(raw).message
        except NotAMessageError:
            continue
        told = "".join(strings(message))
        assert "\0" not in told
        told.encode("utf-8")


def strings(value: object) -> list[str]:
    """All text in a record, however deep."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for inner in value for text in strings(inner)]
    return []
