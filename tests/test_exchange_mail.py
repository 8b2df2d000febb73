"""Mail of an Exchange Server: what is read, in which order, and how often the server is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from math import ceil

import pytest

from ingest import exchange_mail, mime
from ingest.exchange import Pages
from ingest.graph_state import Wanted
from ingest.source import ChangedError
from tests.contract import raw_message
from tests.ews_builder import SMALL, messages, read, revisions, settled, source, subjects
from tests.ews_fake import Ews, ews
from tests.ical_builder import event
from tests.mail_builder import raw_mail

MAIL = Wanted(calendar=False)
HEADERS_ONLY = Wanted(calendar=False, headers_only=True)
INVITATION = """\
--b
Content-Type: text/plain

See you there.
--b
Content-Type: text/calendar; method={method}

{content}
--b--
"""


@pytest.fixture
def fake() -> Iterator[Ews]:
    """A server with an empty mailbox."""
    with ews() as running:
        yield running


def dated(number: int, **headers: str) -> bytes:
    """A mail of one of the days of June, by its number."""
    at = datetime(2026, 6, 1, 9, tzinfo=UTC) + timedelta(days=number)
    usual = {"date": f"{at:%a, %d %b %Y %H:%M:%S +0000}", "message-id": f"<{number}@x.y>"}
    return raw_mail(**{**usual, "subject": f"Day {number}", **headers})


def meeting_mail(method: str, *lines: str, **headers: str) -> bytes:
    """A mail about a meeting."""
    content = event("SUMMARY:Demo", *lines, method=method).decode()
    return raw_mail(
        INVITATION.format(method=method, content=content),
        content_type='multipart/alternative; boundary="b"',
        **headers,
    )


def test_the_newest_mail_of_all_folders_comes_first(fake: Ews) -> None:
    """Exchange itself tells the oldest first, folder by folder."""
    for number in (1, 4, 2):
        fake.mailbox.receive(dated(number))
    for number in (3, 0, 5):
        fake.mailbox.receive(dated(number), "sentitems")
    found = read(fake, wanted=MAIL, pages=SMALL)
    assert subjects(found) == ["Day 5", "Day 4", "Day 3", "Day 2", "Day 1", "Day 0"]
    assert [batch.stream for batch in found if batch.complete] == ["mail:sentitems", "mail:inbox"]
    assert all(batch.complete for batch in found[-2:])


def test_a_first_sync_costs_a_request_for_many_ids_and_one_for_some_messages(fake: Ews) -> None:
    """The minimum: 512 changes, and as many messages at once as is sensible."""
    for number in range(120):
        fake.mailbox.receive(dated(number))
    read(fake, wanted=MAIL, pages=Pages(messages=50))
    assert fake.requests.count("GetItem") == ceil(120 / 50)
    assert fake.requests.count("SyncFolderItems") == 2
    assert len(fake.requests) == 3 + 2 + 2


def test_without_news_each_folder_is_asked_once(fake: Ews) -> None:
    """And nothing else: not which folders there are, not which version the server has."""
    fake.mailbox.receive(dated(1))
    cursor = settled(fake)
    assert read(fake, cursor) == []
    assert fake.requests == ["SyncFolderItems"] * 3


def test_a_delta_costs_a_request_for_each_folder_and_for_each_fifty_messages(fake: Ews) -> None:
    """And one for the folders, since something is new."""
    cursor = settled(fake, wanted=MAIL)
    for number in range(200):
        fake.mailbox.receive(dated(number))
    assert len(subjects(read(fake, cursor, wanted=MAIL))) == 200
    assert sorted(fake.requests) == sorted(
        ["SyncFolderItems"] * 2 + ["SyncFolderHierarchy"] + ["GetItem"] * 4
    )


def test_that_a_mail_was_read_or_flagged_is_no_news(fake: Ews) -> None:
    """It is not fetched again; only the place in the folder moves on."""
    name = fake.mailbox.receive(dated(1))
    cursor = settled(fake, wanted=MAIL)
    fake.mailbox.touch(name, "read")
    [batch] = read(fake, cursor, wanted=MAIL)
    assert not batch.records
    fake.mailbox.touch(name)
    [batch] = read(fake, batch.cursor, wanted=MAIL, known=lambda _, keys: set(keys))
    assert not batch.records
    assert "GetItem" not in fake.requests
    assert read(fake, batch.cursor, wanted=MAIL) == []


def test_a_message_is_read_like_raw_mail_with_what_exchange_knows(fake: Ews) -> None:
    """Its id as key, its folder as label, its conversation as thread."""
    raw = raw_message("ann")
    name = fake.mailbox.receive(raw)
    [told] = messages(read(fake, wanted=MAIL))
    expected = mime.parse(raw).message
    assert told == expected._replace(
        provider_id=told.provider_id,
        source_key=name,
        labels=("Posteingang",),
        thread_hint=told.thread_hint,
        received_at=expected.sent_at,
    )
    assert told.thread_hint.startswith("AAQk")


def test_a_mail_keeps_its_identity_when_exchange_makes_its_raw_form_anew(fake: Ews) -> None:
    """As other versions do, and moves between servers; without Message-ID it goes by content."""
    fake.mailbox.receive(dated(1, x_version="15.1"))
    fake.mailbox.receive(dated(1, x_version="15.2") + b"\r\n--\r\nmade anew\r\n")
    fake.mailbox.receive(raw_mail("One", message_id=""))
    fake.mailbox.receive(raw_mail("Other", message_id=""))
    names = [message.provider_id for message in messages(read(fake, wanted=MAIL))]
    assert len(set(names)) == 3


def test_drafts_and_things_that_are_no_mail_are_left_out(fake: Ews) -> None:
    """Wherever they lie; folders of drafts, junk and deleted items are not looked into."""
    fake.mailbox.receive(dated(1), draft=True)
    fake.mailbox.receive(dated(2), tag="Contact")
    for folder in ("drafts", "junkemail", "deleteditems", "outbox"):
        fake.mailbox.receive(dated(3), folder)
    found = read(fake, wanted=MAIL)
    assert subjects(found) == []
    assert [batch.left_out for batch in found if batch.left_out] == [
        {"drafts": 1, "other items": 1}
    ]


def test_a_users_folders_are_read_and_feeds_are_not(fake: Ews) -> None:
    """By what kind of thing they hold; those that came by IMAP have a kind of their own."""
    customers = fake.mailbox.add_folder("Customers")
    acme = fake.mailbox.add_folder("ACME", customers, folder_class="IPF.Imap")
    feeds = fake.mailbox.add_folder("RSS", folder_class="IPF.Note.OutlookHomepage")
    for folder in (acme, feeds):
        name = fake.mailbox.receive(dated(1))
        fake.mailbox.messages[name].folder = folder
    [told] = messages(read(fake, wanted=MAIL))
    assert told.labels == ("Customers/ACME",)


def test_a_new_folder_is_read_as_soon_as_anything_is_new(fake: Ews) -> None:
    """In the same run."""
    cursor = settled(fake, wanted=MAIL)
    fake.mailbox.add_folder("Customers")
    fake.mailbox.receive(dated(1), "Customers")
    fake.mailbox.receive(dated(2))
    found = read(fake, cursor, wanted=MAIL)
    assert subjects(found) == ["Day 2", "Day 1"]
    assert read(fake, found[-1].cursor, wanted=MAIL) == []


def test_a_new_folder_is_found_within_a_day_though_nothing_else_is_new(fake: Ews) -> None:
    """A rule may put all new mail into it."""
    now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    cursor = read(fake, wanted=MAIL, now=lambda: now)[-1].cursor
    fake.mailbox.add_folder("Customers")
    fake.mailbox.receive(dated(1), "Customers")
    assert read(fake, cursor, wanted=MAIL, now=lambda: now + timedelta(hours=23)) == []
    found = read(fake, cursor, wanted=MAIL, now=lambda: now + timedelta(hours=24))
    assert subjects(found) == ["Day 1"]


def test_a_renamed_folder_keeps_its_stream_and_a_deleted_one_is_given_up(fake: Ews) -> None:
    """New mail has the new name as label."""
    folder = fake.mailbox.add_folder("Customers")
    cursor = settled(fake, wanted=MAIL)
    fake.mailbox.rename_folder(folder, "Clients")
    fake.mailbox.receive(dated(1), "Clients")
    fake.mailbox.receive(dated(2))
    found = read(fake, cursor, wanted=MAIL)
    fake.mailbox.receive(dated(3), "Clients")
    found = read(fake, found[-1].cursor, wanted=MAIL)
    assert [batch.stream for batch in found if batch.records] == ["mail:Customers"]
    assert messages(found)[0].labels == ("Clients",)
    fake.mailbox.remove_folder(folder)
    found = read(fake, found[-1].cursor, wanted=MAIL)
    fake.requests.clear()
    assert read(fake, found[-1].cursor, wanted=MAIL) == []
    assert fake.requests == ["SyncFolderItems"] * 2


def test_an_interrupted_first_sync_goes_on_and_fetches_nothing_twice(fake: Ews) -> None:
    """Even when something was deleted and something came in between."""
    names = [fake.mailbox.receive(dated(number)) for number in range(6)]
    begun = list(islice(source(fake, wanted=MAIL, pages=SMALL).batches(None), 2))
    stored = {message.source_key for message in messages(begun)}
    assert stored == set(names[2:])
    fake.mailbox.delete(names[5])
    fake.mailbox.delete(names[0])
    fake.mailbox.receive(dated(9))
    fake.requests.clear()

    def known(_stream: str, keys: Iterable[str]) -> set[str]:
        return stored.intersection(keys)

    found = read(fake, begun[-1].cursor, wanted=MAIL, pages=SMALL, known=known)
    assert subjects(found) == ["Day 9", "Day 1"]
    assert fake.requests.count("GetItem") == 1
    [end] = [batch for batch in found if batch.complete and batch.stream == "mail:inbox"]
    assert set(end.tombstones) == {names[5], names[0]}
    assert set(end.named) == {names[2], names[3], names[4]}
    assert (end.position, end.size) == (5, 5)


def test_one_folder_whose_place_is_forgotten_is_listed_anew_alone(fake: Ews) -> None:
    """And compared; the others go on."""
    name = fake.mailbox.receive(dated(1))
    cursor = settled(fake, wanted=MAIL)
    place = fake.answers._place({"of": fake.mailbox.folder("inbox"), "at": 1})
    assert place in cursor
    lost = cursor.replace(place, "bm9uc2Vuc2U=")
    found = read(fake, lost, wanted=MAIL, known=lambda _, keys: set(keys))
    [end] = [batch for batch in found if batch.stream.startswith("mail:")]
    assert (end.stream, end.mode, end.complete, end.relists) == ("mail:inbox", "full", True, True)
    assert end.named == (name,)


def test_the_list_of_folders_that_is_forgotten_is_asked_for_anew(fake: Ews) -> None:
    """Folders that are known stay what they are."""
    cursor = settled(fake, wanted=MAIL)
    fake.answers.age += 1
    found = read(fake, cursor, wanted=MAIL)
    assert {batch.stream for batch in found} == {"mail:sentitems", "mail:inbox"}
    assert read(fake, found[-1].cursor, wanted=MAIL) == []


def test_a_cursor_of_another_version_is_named(fake: Ews) -> None:
    """Everything is read anew then."""
    cursor = settled(fake, wanted=MAIL)
    for other in ('{"version":0}', "nonsense", cursor.replace('"listed"', '"heard"')):
        with pytest.raises(ChangedError):
            read(fake, other)


def test_large_messages_are_fetched_a_few_at_a_time(
    fake: Ews, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole page of large attachments would fill the memory."""
    monkeypatch.setattr(exchange_mail, "PAGE_BYTES", 2_500)
    for number in range(4):
        body = "x" * 3_000 if number == 0 else "x" * 500
        fake.mailbox.receive(dated(number) + body.encode())
    assert len(subjects(read(fake, wanted=MAIL))) == 4
    assert fake.requests.count("GetItem") == 2


def test_a_mail_that_is_gone_when_it_is_fetched_is_no_failure(fake: Ews) -> None:
    """It comes again from where it went."""
    name = fake.mailbox.receive(dated(1))
    fake.mailbox.messages[name].error = "ErrorItemNotFound"
    assert all(not batch.failures for batch in read(fake, wanted=MAIL))


@pytest.mark.parametrize(
    ("raw", "error", "why"),
    [
        (dated(1), "ErrorMimeContentConversionFailed", "ErrorMimeContentConversionFailed"),
        (dated(1), "ErrorInternalServerError", "ErrorInternalServerError"),
        (dated(1), "ErrorAccessDenied", "ErrorAccessDenied"),
        (b"nonsense", "", "No mail header"),
        (b"", "", "no raw mail"),
    ],
)
def test_a_mail_that_cannot_be_read_is_put_aside(
    fake: Ews, raw: bytes, error: str, why: str
) -> None:
    """Whatever is wrong with it, the others come, and it can be tried again."""
    bad = fake.mailbox.receive(raw)
    fake.mailbox.messages[bad].error = error
    fake.mailbox.receive(dated(2))
    found = read(fake, wanted=MAIL)
    assert subjects(found) == ["Day 2"]
    [failure] = [failure for batch in found for failure in batch.failures]
    assert failure.item == bad
    assert why in failure.why
    again = source(fake, wanted=MAIL).reread({"mail:inbox": [bad], "mbox": ["other"]})
    assert [failure for batch in again for failure in batch.failures] == [failure]


def test_what_was_mended_is_read_and_what_is_gone_is_forgotten(fake: Ews) -> None:
    """With the name of its folder as label."""
    good, gone = fake.mailbox.receive(dated(1)), fake.mailbox.receive(dated(2))
    fake.mailbox.delete(gone)
    [batch] = source(fake, wanted=MAIL).reread({"mail:inbox": [good, gone]})
    assert messages([batch])[0].labels == ("Posteingang",)
    assert batch.tombstones == (gone,)


@pytest.mark.parametrize("method", ["REQUEST", "REPLY", "CANCEL"])
def test_messages_about_meetings_say_it_in_their_raw_mail(fake: Ews, method: str) -> None:
    """Exchange's own fields lack the UID."""
    raw = meeting_mail(method, "ATTENDEE;PARTSTAT=DECLINED:mailto:bob@theirs.example")
    fake.mailbox.receive(raw)
    found = read(fake, wanted=MAIL)
    [message], [told] = messages(found), revisions(found)
    assert message.kind == "calendar"
    assert (told.uid, told.method) == ("1@client.example", method)
    assert told.learned_from == "itip"
    assert told.message_provider_id == message.provider_id


def test_an_update_says_when_the_meeting_was_before(fake: Ews) -> None:
    """Only Exchange knows: the raw mail does not say it."""
    before = datetime(2026, 3, 2, 15, tzinfo=UTC)
    raw = meeting_mail("REQUEST", "DTEND:20260303T110000Z", "SEQUENCE:1")
    fake.mailbox.receive(raw, old=(before, before + timedelta(hours=1)))
    found = read(fake, wanted=MAIL)
    now, earlier = revisions(found)
    assert (now.method, now.start) == ("REQUEST", datetime(2026, 3, 3, 10, tzinfo=UTC))
    assert (earlier.learned_from, earlier.start) == ("hint", before)
    assert earlier.uid == now.uid


@pytest.mark.parametrize("sent", [False, True])
def test_headers_alone_tell_who_when_and_what_about(fake: Ews, *, sent: bool) -> None:
    """Never a text; sent mail has no transport headers, so that other fields tell them."""
    raw = raw_mail(
        "Secret\n",
        cc='"Lee, Bob" <bob@x.y>, Jo <jo@x.y>',
        sender="pa@x.y",
        subject="=?utf-8?q?F=C3=BCr_Sie?=",
        in_reply_to="" if sent else "<0@v.x>",
    )
    fake.mailbox.receive(raw, sent=sent)
    [told] = messages(read(fake, wanted=HEADERS_ONLY))
    expected = mime.parse(raw).message
    assert (told.text, told.words) == ("", 0)
    assert (told.subject, told.message_id, told.sent_at, told.in_reply_to) == (
        expected.subject,
        expected.message_id,
        expected.sent_at,
        expected.in_reply_to,
    )
    assert sorted(told.participants) == sorted(expected.participants)


def test_headers_alone_have_the_identity_of_the_whole_mail(fake: Ews) -> None:
    """Who connects again with another choice finds nothing doubled."""
    fake.mailbox.receive(dated(1))
    [whole], [headers] = (
        messages(read(fake, wanted=MAIL)),
        messages(read(fake, wanted=HEADERS_ONLY)),
    )
    assert whole.provider_id == headers.provider_id
