"""Gmail as a source: what is fetched, in which order, with how many requests; what is evidence."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import pytest

from ingest.gmail import Gmail
from ingest.gmail_client import UNITS_PER_MINUTE
from ingest.mime import parse
from ingest.source import Batch, CursorExpiredError
from store.model import EventRevision, Message
from tests.contract import raw_message, subject
from tests.google_builder import Clock, gmail, gmail_client
from tests.google_fake import FakeGoogle, running

INVITATION = (
    b"From: Bob <bob@theirs.example>\r\nTo: rep@ours.example\r\nSubject: Invitation\r\n"
    b"Message-ID: <i1@theirs.example>\r\nDate: Mon, 02 Nov 2026 10:00:00 +0100\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n"
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:u1@theirs.example\r\n"
    b"DTSTART:20261120T090000Z\r\nDTEND:20261120T100000Z\r\nDTSTAMP:20261102T090000Z\r\n"
    b"SUMMARY:Demo\r\nORGANIZER:mailto:bob@theirs.example\r\n"
    b"ATTENDEE:mailto:rep@ours.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    """A mailbox of our own."""
    with running(FakeGoogle()) as fake:
        yield fake


def filled(google: FakeGoogle, count: int) -> list[str]:
    """So many messages, oldest first."""
    return [google.mailbox.add(raw_message(f"m{number}")) for number in range(count)]


def all_of(source: Gmail, cursor: str | None = None) -> list[Batch]:
    """Everything that is new."""
    return list(source.batches(cursor))


def messages(batches: Iterable[Batch]) -> list[Message]:
    """The messages in batches, in their order."""
    return [r for batch in batches for r in batch.records if isinstance(r, Message)]


def subjects(batches: Iterable[Batch]) -> list[str]:
    """Their subjects."""
    return [message.subject for message in messages(batches)]


def read(google: FakeGoogle) -> str:
    """Sync all; the cursor afterwards. Requests are counted from here on."""
    cursor = all_of(gmail(google.url))[-1].cursor
    google.requests.clear()
    google.calls.clear()
    return cursor


def test_the_first_sync_is_newest_first_in_batches_of_fifty(google: FakeGoogle) -> None:
    """The history first, one page, three batches, then what has happened meanwhile."""
    filled(google, 120)
    batches = all_of(gmail(google.url))
    assert subjects(batches) == [subject(f"m{n}") for n in reversed(range(120))]
    assert [request.split("?")[0] for request in google.requests] == [
        "GET /gmail/v1/users/me/profile",
        "GET /gmail/v1/users/me/messages",
        *["POST /batch"] * 3,
        "GET /gmail/v1/users/me/history",
    ]
    assert [(b.mode, b.complete) for b in batches] == [("full", n == 2) for n in range(3)]
    assert [(b.position, b.size) for b in batches] == [(50, 120), (100, 120), (120, 120)]


def test_nothing_new_costs_one_request_and_gives_nothing(google: FakeGoogle) -> None:
    """The minimum."""
    filled(google, 3)
    cursor = read(google)
    assert all_of(gmail(google.url), cursor) == []
    assert len(google.requests) == 1


def test_a_day_of_mail_costs_its_batches_and_one_page_of_history(google: FakeGoogle) -> None:
    """200 new messages: 1 + 4."""
    filled(google, 3)
    cursor = read(google)
    filled(google, 200)
    batches = all_of(gmail(google.url), cursor)
    assert len(messages(batches)) == 200
    assert len(google.requests) == 5
    assert {batch.mode for batch in batches} == {"incremental"}
    assert all_of(gmail(google.url), batches[-1].cursor) == []


def test_an_empty_mailbox_is_complete(google: FakeGoogle) -> None:
    """So that a later resync can be compared."""
    (batch,) = all_of(gmail(google.url))
    assert (batch.records, batch.complete) == ((), True)
    filled(google, 1)
    assert len(messages(all_of(gmail(google.url), batch.cursor))) == 1


def test_labels_decide_what_is_evidence(google: FakeGoogle) -> None:
    """Drafts and chats are listed but left out; spam and trash are not even listed."""
    for label in ("DRAFT", "CHAT", "SPAM", "TRASH", "SENT"):
        google.mailbox.add(raw_message(label), label)
    (batch,) = all_of(gmail(google.url))
    assert subjects([batch]) == [subject("SENT")]
    assert batch.left_out == {"drafts": 1, "chat messages": 1}


def test_new_drafts_are_counted_without_being_fetched(google: FakeGoogle) -> None:
    """Every pause while writing makes another one."""
    cursor = read(google)
    for number in range(3):
        google.mailbox.delete(google.mailbox.add(raw_message(f"d{number}"), "DRAFT"))
    google.mailbox.add(raw_message("draft"), "DRAFT")
    (batch,) = all_of(gmail(google.url), cursor)
    assert batch.left_out == {"drafts": 1}
    assert google.calls == ["gmail.users.history.list"]


def test_labels_have_the_names_that_the_user_gave_them(google: FakeGoogle) -> None:
    """Sent mail is known by its label; what is read or not says nothing."""
    google.mailbox.add(raw_message("a"), "SENT", "Label_7", "UNREAD")
    assert messages(all_of(gmail(google.url)))[0].labels == ("Customers", "SENT")


@pytest.mark.parametrize("label", ["TRASH", "SPAM"])
def test_thrown_away_is_gone_and_taken_back_is_there_again(google: FakeGoogle, label: str) -> None:
    """A change of labels, not a deletion."""
    (number,) = filled(google, 1)
    cursor = read(google)
    google.mailbox.label(number, add=(label,), remove=("INBOX",))
    (gone,) = all_of(gmail(google.url), cursor)
    assert (gone.tombstones, gone.records) == ((number,), ())
    google.mailbox.label(number, add=("INBOX",), remove=(label,))
    (back,) = all_of(gmail(google.url), gone.cursor)
    assert subjects([back]) == [subject("m0")]


def test_deleted_for_good_is_a_tombstone(google: FakeGoogle) -> None:
    """Also when it came and went between two syncs, which fetches nothing."""
    (number,) = filled(google, 1)
    cursor = read(google)
    google.mailbox.delete(number)
    passing = google.mailbox.add(raw_message("passing"))
    google.mailbox.delete(passing)
    (batch,) = all_of(gmail(google.url), cursor)
    assert batch.tombstones == (number, passing)
    assert "gmail.users.messages.get" not in google.calls


def test_what_is_only_read_or_archived_moves_the_cursor_alone(google: FakeGoogle) -> None:
    """Otherwise it would be told again and again."""
    (number,) = filled(google, 1)
    cursor = read(google)
    google.mailbox.label(number, remove=("UNREAD", "INBOX"))
    (batch,) = all_of(gmail(google.url), cursor)
    assert (batch.records, batch.tombstones, batch.left_out) == ((), (), {})
    assert all_of(gmail(google.url), batch.cursor) == []


def test_a_message_that_is_gone_before_it_is_fetched_is_a_tombstone(google: FakeGoogle) -> None:
    """Not a failure."""
    filled(google, 2)
    number = filled(google, 1)[0]
    google.fail(f"/messages/{number}", 404)
    (batch,) = all_of(gmail(google.url))
    assert (len(messages([batch])), batch.tombstones, batch.failures) == (2, (number,), ())


def test_an_interrupted_first_sync_goes_on_where_it_was(google: FakeGoogle) -> None:
    """In the middle of a page; new mail comes first, and nothing is fetched twice."""
    filled(google, 120)
    first = next(iter(gmail(google.url).batches(None)))
    google.mailbox.add(raw_message("new"))
    rest = all_of(gmail(google.url), first.cursor)
    assert subjects(rest)[0] == subject("new")
    assert {b.mode for b in rest} == {"full"}, "it is part of the listing that is under way"
    assert sorted(subjects([first, *rest])) == sorted(
        [subject("new"), *(subject(f"m{n}") for n in range(120))]
    )
    assert google.calls.count("gmail.users.messages.get") == 121


def test_what_is_stored_is_named_and_not_fetched_again(google: FakeGoogle) -> None:
    """After a lost cursor only what is missing costs its price."""
    numbers = filled(google, 120)
    source = gmail(google.url)
    source.remember(lambda _, keys: set(keys) - {numbers[7]})
    (batch,) = all_of(source)
    assert subjects([batch]) == [subject("m7")]
    assert set(batch.named) == {*numbers} - {numbers[7]}
    assert google.calls.count("gmail.users.messages.get") == 1


def test_a_forgotten_history_is_an_expired_cursor(google: FakeGoogle) -> None:
    """Gmail keeps it for about a week."""
    filled(google, 1)
    cursor = read(google)
    google.mailbox.forget()
    with pytest.raises(CursorExpiredError):
        all_of(gmail(google.url), cursor)


def test_a_refused_page_is_an_expired_cursor(google: FakeGoogle) -> None:
    """The listing begins anew."""
    google.mailbox.page_size = 1
    filled(google, 3)
    cursor = next(iter(gmail(google.url).batches(None))).cursor
    told = json.loads(cursor)
    assert told["listing"]
    with pytest.raises(CursorExpiredError):
        all_of(gmail(google.url), json.dumps({**told, "page": "nonsense"}))


def test_a_cursor_of_another_version_is_expired(google: FakeGoogle) -> None:
    """Nothing in it can be trusted."""
    with pytest.raises(CursorExpiredError):
        all_of(gmail(google.url), json.dumps({"version": 0}))


def test_the_same_mail_from_a_takeout_is_the_same_message(google: FakeGoogle) -> None:
    """Its name is made of its content; the thread has the number that a Takeout writes."""
    raw = raw_message("a")
    google.mailbox.add(raw, thread="18c5a1b2c3d4e5f6")
    takeout = b"X-GM-THRID: 1785010616484029942\r\nX-Gmail-Labels: Inbox\r\n" + raw
    (found,) = messages(all_of(gmail(google.url)))
    assert found.provider_id == parse(takeout).message.provider_id
    assert found.thread_hint == parse(takeout).message.thread_hint
    assert found.source_key in google.mailbox.messages


def test_an_invitation_brings_its_event(google: FakeGoogle) -> None:
    """Tied to the message that carried it."""
    google.mailbox.add(INVITATION)
    (batch,) = all_of(gmail(google.url))
    (message,) = messages([batch])
    (event,) = (r for r in batch.records if isinstance(r, EventRevision))
    assert event.message_provider_id == message.provider_id
    assert (message.kind, event.summary) == ("calendar", "Demo")


def test_headers_only_reads_no_text(google: FakeGoogle) -> None:
    """The access allows nothing else; who, when, subject and labels are there."""
    google.scopes = frozenset({"gmail.metadata"})
    google.mailbox.add(raw_message("a"), "INBOX", "Label_7")
    (found,) = messages(all_of(gmail(google.url, headers_only=True)))
    assert (found.subject, found.text, found.words) == (subject("a"), "", 0)
    assert found.participants == parse(raw_message("a")).message.participants
    assert (found.message_id, found.labels) == ("a@theirs.example", ("Customers", "INBOX"))
    assert found.provider_id == f"gmail-{found.source_key}"


def test_a_header_cannot_make_another(google: FakeGoogle) -> None:
    """Gmail gives headers as text; a line end inside of one stays inside."""
    raw = b"From: a@theirs.example\r\nSubject: x\r\n folded\r\nTo: rep@ours.example\r\n\r\n"
    google.mailbox.add(raw)
    (found,) = messages(all_of(gmail(google.url, headers_only=True)))
    assert found.subject == "x folded"
    assert len(found.participants) == 2


def test_the_pace_keeps_within_the_quota(google: FakeGoogle) -> None:
    """A new project's quota is never exceeded, so Gmail never has to refuse."""
    clock = Clock()
    google.units_per_minute, google.clock = UNITS_PER_MINUTE, clock
    filled(google, 700)
    source = gmail(google.url, clock=clock, units_per_minute=UNITS_PER_MINUTE)
    assert len(messages(all_of(source))) == 700
    assert 60 <= clock.seconds <= 180


def test_without_a_pace_the_fake_does_refuse(google: FakeGoogle) -> None:
    """So the test above can fail; whoever runs into the limit waits and goes on."""
    clock = Clock()
    google.units_per_minute, google.clock = UNITS_PER_MINUTE, clock
    filled(google, 700)
    assert len(messages(all_of(gmail(google.url, clock=clock)))) == 700
    assert clock.slept


def test_the_profile_and_the_aliases_are_the_own_addresses(google: FakeGoogle) -> None:
    """An alias that is not yet confirmed is not one."""
    google.mailbox.aliases.append(("boss@ours.example", "pending"))
    client = gmail_client(google.url)
    assert client.profile().address == "rep@ours.example"
    assert client.aliases() == ("rep@ours.example", "sales+rep@ours.example")


def test_quarantined_messages_are_read_again(google: FakeGoogle) -> None:
    """Only those of the mailbox."""
    numbers = filled(google, 2)
    (batch,) = gmail(google.url).reread({"mail": (numbers[0],), "calendar:x": ("e1",)})
    assert subjects([batch]) == [subject("m0")]
