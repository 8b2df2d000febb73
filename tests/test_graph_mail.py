"""Mail of Microsoft 365: read as raw mail is, folder by folder, and how often Graph is asked."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest import graph_message, mime
from ingest.graph_state import Wanted
from tests.conftest import shared_data
from tests.contract import raw_message
from tests.graph_builder import MAIL, client, messages, read, revisions, settled, source
from tests.graph_fake import Graph, graph
from tests.graph_mailbox import Mailbox
from tests.graph_values import Json, moment, recipient
from tests.ical_builder import event
from tests.mail_builder import raw_mail

HEADERS_ONLY = Wanted(calendar=False, headers_only=True)

OUTLOOK_REPLY = """\
<html><body><p>Tuesday suits me.</p><div id="divRplyFwdMsg"><b>From:</b> Rep</div>
<p>Does Tuesday suit you?</p></body></html>
"""
MULTIPART = 'multipart/mixed; boundary="b"'
MIXED = """\
--b
Content-Type: text/plain

Please find our offer attached.
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename="Offer 7.pdf"

x
--b
Content-Type: {kind}
Content-Disposition: attachment; filename="{name}"

{content}
--b--
"""
USUAL = [
    raw_mail("Hello\n\nAnn\n"),
    raw_mail(OUTLOOK_REPLY, content_type="text/html", subject="RE: Offer", in_reply_to="<0@v.x>"),
    raw_mail("Yes.\n\n> Does it suit?\n", references="<a@v.x> <b@v.x>", in_reply_to="<b@v.x>"),
    raw_mail("I am away.\n", auto_submitted="auto-replied", subject="Automatic reply: Offer"),
    raw_mail(
        "It failed.\n", content_type="multipart/report; boundary=x", **{"from": "MAILER-DAEMON@x.y"}
    ),
    raw_mail("News!\n" * 200, list_unsubscribe="<https://x.y/z>", list_id="<news.x.y>"),
    raw_mail("Hi\n", subject="=?utf-8?q?F=C3=BCr_Sie?=", cc="=?utf-8?q?J=C3=BCrgen?= <j@x.y>"),
    raw_mail("For her.\n", sender="Assistant <pa@client.example.co.uk>", x_mailer="SalesLoft"),
]


@pytest.fixture
def fake() -> Iterator[Graph]:
    """A Graph with pages of two items."""
    with graph(page=2) as running:
        yield running


@pytest.mark.parametrize("raw", USUAL)
def test_a_message_in_json_is_read_like_raw_mail(fake: Graph, raw: bytes) -> None:
    """Kind, references, new text, people, attachments: all but what only Exchange knows."""
    fake.mailbox.receive(raw)
    [told] = messages(read(fake))
    expected = mime.parse(raw).message
    exchange = {
        name: getattr(told, name)
        for name in (
            "provider_id",
            "source_key",
            "web_link",
            "labels",
            "thread_hint",
            "received_at",
        )
    }
    assert told == expected._replace(**exchange)
    assert exchange["labels"] == ("Posteingang",)


def test_attachments_are_named_but_never_fetched(fake: Graph) -> None:
    """One request for their names."""
    raw = raw_mail(
        MIXED.format(kind="image/png", name="logo.png", content="x"), content_type=MULTIPART
    )
    fake.mailbox.receive(raw)
    [told] = messages(read(fake))
    assert told.attachments == mime.parse(raw).message.attachments
    assert [path for path in fake.parts if "value" in path] == []


@pytest.mark.parametrize(
    ("kind", "name"), [("text/calendar", "invite.ics"), ("application/octet-stream", "a.ics")]
)
def test_calendars_in_mail_are_read_from_the_raw_mail(fake: Graph, kind: str, name: str) -> None:
    """Booking tools attach them; Graph's JSON does not tell what is in them."""
    content = event("SUMMARY:Demo", method="REQUEST").decode()
    raw = raw_mail(MIXED.format(kind=kind, name=name, content=content), content_type=MULTIPART)
    fake.mailbox.receive(raw)
    found = read(fake)
    [message] = messages(found)
    carried = mime.parse(raw).revisions
    assert [one.uid for one in revisions(found)] == [one.uid for one in carried]
    assert {one.message_provider_id for one in revisions(found)} <= {message.provider_id}
    assert any(path.endswith("$value") for path in fake.parts)


def test_signed_mail_is_read_from_the_raw_mail(fake: Graph) -> None:
    """Exchange keeps its text inside of the signature."""
    raw = raw_mail("--b\nContent-Type: text/plain\n\nYes, please.\n--b--\n",
                   content_type='multipart/signed; boundary="b"')  # fmt: skip
    name = fake.mailbox.receive(raw)
    stored = fake.mailbox.messages[name]
    stored.json |= {"hasAttachments": True, "body": {"contentType": "text", "content": ""}}
    stored.attachments.append({"id": "A", "name": "smime.p7m", "contentType": "multipart/signed"})
    assert messages(read(fake))[0].text == "Yes, please."


def test_sent_mail_has_no_transport_headers(fake: Graph) -> None:
    """What is needed of them is told by other fields; the sender's zone is not known."""
    raw = raw_mail("Does Tuesday suit you?\n", **{"from": "rep@ours.example", "to": "a@x.y"})
    fake.mailbox.receive(raw, "sentitems")
    [told] = messages(read(fake))
    assert (told.message_id, told.sent_at) == (
        "1@client.example",
        datetime(2024, 5, 14, 9, 9, 30, tzinfo=UTC),
    )
    assert told.offset_minutes is None
    assert [(p.role, p.address) for p in told.participants] == [
        ("from", "rep@ours.example"),
        ("to", "a@x.y"),
    ]


def test_addresses_of_the_directory_alone_are_nobody(fake: Graph) -> None:
    """Exchange sometimes tells a path instead of an address."""
    name = fake.mailbox.receive(raw_message("ann"))
    people = [recipient("/O=EX/CN=RECIPIENTS/CN=KLAY", "Klay"), recipient("b@x.y")]
    fake.mailbox.messages[name].json["ccRecipients"] = people
    cc = [p.address for p in messages(read(fake))[0].participants if p.role == "cc"]
    assert cc == ["b@x.y"]


def moved_invitation(fake: Graph, **fields: Any) -> None:
    """An update that moves a meeting by a day, with what Graph adds to it."""
    ics = event("ORGANIZER:mailto:bob@theirs.example", "ATTENDEE:mailto:rep@ours.example",
                "SEQUENCE:2", "DTEND:20260303T110000Z", method="REQUEST").decode()  # fmt: skip
    raw = raw_mail(
        "--b\nContent-Type: text/plain\n\nMoved.\n"
        f"--b\nContent-Type: text/calendar; method=REQUEST\n\n{ics}\n--b--\n",
        content_type='multipart/alternative; boundary="b"',
        **{"from": "Bob <bob@theirs.example>"},
    )
    at = datetime(2026, 3, 2, 10, tzinfo=UTC)
    usual: Json = {
        "kind": "eventMessageRequest",
        "meetingMessageType": "meetingRequest",
        "startDateTime": moment(at + timedelta(days=1)),
        "endDateTime": moment(at + timedelta(days=1, hours=1)),
        "previousStartDateTime": moment(at),
        "previousEndDateTime": moment(at + timedelta(hours=1)),
        "isOutOfDate": False,
        "type": "singleInstance",
        "event": {
            "id": "E",
            "iCalUId": "1@client.example",
            "organizer": recipient("bob@theirs.example"),
        },
    }
    fake.mailbox.receive(raw, **{**usual, **fields})


@pytest.mark.parametrize("basic", [False, True])
def test_an_update_tells_when_the_meeting_was_to_be_before(*, basic: bool) -> None:
    """Also where no raw mail may be read: then Graph's fields tell the new time."""
    with graph(basic=basic) as fake:
        moved_invitation(fake)
        found = read(fake, wanted=HEADERS_ONLY if basic else MAIL)
    assert [message.kind for message in messages(found)] == ["calendar"]
    new, old = revisions(found)
    assert (new.method, new.start) == ("REQUEST", datetime(2026, 3, 3, 10, tzinfo=UTC))
    assert (old.learned_from, old.method) == ("hint", "")
    assert (old.start, old.end) == (
        datetime(2026, 3, 2, 10, tzinfo=UTC),
        datetime(2026, 3, 2, 11, tzinfo=UTC),
    )
    assert old.uid == new.uid == "1@client.example"
    assert old.occurred_at is not None
    assert new.occurred_at is not None
    assert old.occurred_at < new.occurred_at


def test_a_first_invitation_tells_no_time_before(fake: Graph) -> None:
    """Nor does an update that leaves the time as it was."""
    moved_invitation(fake, previousStartDateTime=None)
    moved_invitation(fake, previousStartDateTime=moment(datetime(2026, 3, 3, 10, tzinfo=UTC)))
    assert {one.learned_from for one in revisions(read(fake))} == {"itip"}


def test_with_headers_only_no_text_is_asked_for() -> None:
    """Graph would refuse it."""
    with graph(basic=True) as fake:
        name = fake.mailbox.receive(raw_message("ann"))
        fake.mailbox.messages[name].json["hasAttachments"] = True
        [told] = messages(read(fake, wanted=HEADERS_ONLY))
    assert (told.subject, told.text, told.kind) == ("Offer ann", "", "person")


def test_an_answer_without_its_meeting_is_known_by_people_and_time() -> None:
    """With headers only, once the meeting is gone from the calendar."""
    with graph(basic=True) as fake:
        moved_invitation(fake, kind="eventMessageResponse", event=None,
                         meetingMessageType="meetingDeclined")  # fmt: skip
        fields = ("previousStartDateTime", "previousEndDateTime")
        for message in fake.mailbox.messages.values():
            message.extra = {k: v for k, v in message.extra.items() if k not in fields}
        [told] = revisions(read(fake, wanted=HEADERS_ONLY))
    assert (told.learned_from, told.method) == ("hint", "REPLY")
    assert [(a.address, a.partstat) for a in told.attendances] == [
        ("bob@theirs.example", "DECLINED")
    ]


def test_what_is_stored_is_not_asked_for_again(fake: Graph) -> None:
    """A new listing names it."""
    moved_invitation(fake)
    cursor = settled(fake)
    [name] = fake.mailbox.messages
    fake.answers.expire()
    again = source(fake, wanted=MAIL)
    again.remember(lambda stream, keys: set(keys))
    found = list(again.batches(cursor))
    assert [one for batch in found for one in batch.named] == [name]
    assert messages(found) == []
    assert not any("/me/messages/" in path for path in fake.parts)


def test_a_message_that_graph_cannot_give_is_put_aside(fake: Graph) -> None:
    """And read when it is tried again."""
    for name in ("ann", "bea", "cleo"):
        fake.mailbox.receive(raw_message(name))
    bad = next(iter(fake.mailbox.messages.values()))
    bad.json["hasAttachments"], bad.status = True, 500
    found = read(fake)
    assert [f.item for b in found for f in b.failures] == [bad.json["id"]]
    assert len(messages(found)) == 2
    reader = source(fake, wanted=MAIL)
    assert [len(b.failures) for b in reader.reread({"mail:inbox": [bad.json["id"]]})] == [1]
    bad.status = 0
    [batch] = reader.reread({"mail:inbox": [bad.json["id"]], "elsewhere": ["x"]})
    assert [(m.subject, m.labels) for m in messages([batch])] == [("Offer ann", ("Posteingang",))]
    fake.mailbox.delete(bad.json["id"])
    [batch] = reader.reread({"mail:inbox": [bad.json["id"]]})
    assert batch.tombstones == (bad.json["id"],)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda item: item.update({"from": 7, "toRecipients": "x", "body": [], "subject": None}),
        lambda item: item.update({"internetMessageHeaders": [{"name": 1, "value": None}, 3]}),
        lambda item: item.update({"sentDateTime": "yesterday", "receivedDateTime": "0001-01-01"}),
    ],
)
def test_nonsense_in_a_field_is_taken_for_nothing(spoil: Callable[[Json], None]) -> None:
    """The rest of the message counts."""
    item: Json = {"id": "M", "internetMessageId": "<1@x>", "body": {"content": "Hi"}}
    spoil(item)
    parsed = graph_message.read(item, labels=("Inbox",), zone="UTC")
    assert parsed.message.message_id == "1@x"


def test_the_client_asks_for_what_the_docs_promise(fake: Graph) -> None:
    """Fields only, never an expansion: Graph sends whole attachments with it, or fails."""
    read(fake)
    deltas = [path for path in fake.parts if "messages/delta?$select" in path]
    assert deltas
    assert all("$orderby=receivedDateTime%20desc" in path for path in deltas)
    assert not any("expand" in path for path in deltas)
    assert client(fake).get("/me/mailFolders/inbox")


def test_real_mail_is_of_the_same_kind_in_json_and_raw() -> None:
    """And answers the same mails. Where a mail has text and HTML, Exchange keeps the HTML alone."""
    compared = differing = 0
    with tarfile.open(shared_data("mime/visible.tar.gz")) as archive:
        files = [member for member in archive if member.isfile()]
        for member in files[::12]:
            content = archive.extractfile(member)
            raw = content.read() if content else b""
            item = in_json(raw)
            if item is None:
                continue
            told = graph_message.read(item, labels=(), zone="UTC").message
            expected = mime.parse(raw).message
            compared += 1
            differing += told.kind != expected.kind
            assert (told.references, told.in_reply_to) == (
                expected.references,
                expected.in_reply_to,
            ), member.name
    assert compared > 100
    assert differing <= compared / 100


def in_json(raw: bytes) -> Json | None:
    """A mail as the fake would tell it, ``None`` where the standard library cannot read it.

    Mails with calendars are left out: they are read from the raw mail.
    """
    if b"text/calendar" in raw.lower():
        return None
    mailbox = Mailbox()
    try:
        name = mailbox.receive(raw)
    except (ValueError, TypeError, AttributeError, LookupError, AssertionError):
        return None
    message = mailbox.messages[name]
    return {**message.json, "attachments": message.attachments}
