"""Mail by IMAP, read from Dovecot: as it usually is, and without any extension."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ingest import imap_mail
from tests.contract import raw_message, subject
from tests.dovecot import Mailbox
from tests.ical_builder import event
from tests.imap_builder import gone, messages, source, subjects, synced
from tests.imap_wire import Wire
from tests.mail_builder import raw_mail


@pytest.fixture(params=[False, True], ids=["extended", "plain"])
def mailbox(request: pytest.FixtureRequest) -> Iterator[Mailbox]:
    """A mailbox of three mails, on both kinds of server."""
    with Mailbox(plain=request.param) as made:
        for name in ("ann", "bea", "cleo"):
            made.add(raw_message(name))
        yield made


def test_the_newest_mail_comes_first(mailbox: Mailbox) -> None:
    """In every folder."""
    batches = list(source(mailbox).batches(None))
    assert subjects(batches) == [subject(name) for name in ("cleo", "bea", "ann")]


def test_what_is_read_is_not_marked_as_seen(mailbox: Mailbox) -> None:
    """Nobody may be able to tell that brickwall has read it."""
    list(source(mailbox).batches(None))
    list(source(mailbox, headers_only=True).batches(None))
    assert all(b"\\Seen" not in flags for flags in mailbox.flags([1, 2, 3]).values())


def test_drafts_junk_and_trash_are_no_evidence(mailbox: Mailbox) -> None:
    """By special use or by name, with the folders inside of them; drafts by flag wherever."""
    for folder in ("Drafts", "Rubbish", "Rubbish/2019", "Spamverdacht", "Papierkorb"):
        mailbox.add(raw_message("no"), folder)
    mailbox.add(raw_message("unsent"), flags=[b"\\Draft"])
    mailbox.add(raw_message("sent"), "Sent")
    batches = list(source(mailbox).batches(None))
    assert sorted(subjects(batches)) == [subject(n) for n in ("ann", "bea", "cleo", "sent")]
    assert {why: n for batch in batches for why, n in batch.left_out.items()} == {"drafts": 1}


def test_sent_mail_is_read_first_and_the_folder_is_the_label(mailbox: Mailbox) -> None:
    """Its name as the user sees it, also beyond ASCII."""
    mailbox.add(raw_message("sent"), "Sent")
    mailbox.add(raw_message("deal"), "Kunden/Müller & Söhne")
    found = messages(source(mailbox).batches(None))
    assert [(m.subject, m.labels) for m in (found[0], found[-1])] == [
        (subject("sent"), ("Sent",)),
        (subject("deal"), ("Kunden/Müller & Söhne",)),
    ]


def test_a_message_is_known_by_its_content_and_called_by_its_place(mailbox: Mailbox) -> None:
    """So that a move doubles nothing; a mail without Received came when the server says."""
    batches = list(source(mailbox).batches(None))
    (folder,) = [one for one in json.loads(batches[-1].cursor)["mail"] if one["messages"]]
    first = messages(batches)[0]
    assert first.source_key == f"INBOX;{folder['uidvalidity']};3"
    assert first.received_at == datetime(2026, 11, 2, 9, tzinfo=UTC)
    mailbox.move(3, "INBOX", to="Archive")
    (moved,) = messages(source(mailbox).batches(batches[-1].cursor))
    assert moved.provider_id == first.provider_id
    assert moved.labels == ("Archive",)


def test_an_invitation_brings_its_meeting(mailbox: Mailbox) -> None:
    """Floating times are the owner's."""
    head = 'Content-Type: text/calendar; method=REQUEST; charset="utf-8"\r\n'
    calendar = event(start="20261203T100000", method="REQUEST").decode()
    body = f"From: bob@theirs.example\r\nSubject: Demo\r\n{head}\r\n{calendar}"
    mailbox.add(body.encode())
    revision = next(source(mailbox).batches(None)).records[1]
    assert getattr(revision, "start", None) == datetime(2026, 12, 3, 9, tzinfo=UTC)


def test_with_headers_only_no_text_is_fetched(mailbox: Mailbox) -> None:
    """Seen at the wire."""
    with Wire(mailbox.dovecot.port) as wire:
        found = messages(source(mailbox, port=wire.port, headers_only=True).batches(None))
    assert [m.text for m in found] == ["", "", ""]
    assert found[0].subject == subject("cleo")
    assert not [command for command in wire.commands if "BODY.PEEK[]" in command]
    assert len({m.provider_id for m in found}) == 3


def test_of_a_huge_mail_the_beginning_is_fetched(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What somebody wrote stands in front of what is attached."""
    monkeypatch.setattr(imap_mail, "MAX_MESSAGE_BYTES", 2_000)
    mailbox.add(raw_mail("Dear rep, see below.\r\n" + "x" * 70 + "\r\n" * 5_000, end="\r\n"))
    with Wire(mailbox.dovecot.port) as wire:
        first, *_ = messages(source(mailbox, port=wire.port).batches(None))
    assert first.text.startswith("Dear rep, see below.")
    partial = [command for command in wire.commands if "BODY.PEEK[]<0." in command]
    assert partial == [f"UID FETCH 4 (BODY.PEEK[]<0.{8 << 20}>)"]


def test_many_large_mails_are_not_held_at_once(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are fetched in groups up to a size, small ones together."""
    monkeypatch.setattr(imap_mail, "MAX_FETCH_BYTES", 600)
    with Wire(mailbox.dovecot.port) as wire:
        assert len(messages(source(mailbox, port=wire.port).batches(None))) == 3
    bodies = [command for command in wire.commands if "BODY.PEEK[]" in command]
    assert bodies == ["UID FETCH 2:3 (BODY.PEEK[])", "UID FETCH 1 (BODY.PEEK[])"]


def test_a_mail_that_nobody_can_read_stops_no_other(mailbox: Mailbox) -> None:
    """It is put aside by the name under which it can be asked for again."""
    mailbox.add(b"\r\n\r\nno header at all\r\n")
    batches = list(source(mailbox).batches(None))
    assert len(messages(batches)) == 3
    (failure,) = [failure for batch in batches for failure in batch.failures]
    assert failure.item.endswith(";4")


def test_a_mail_in_quarantine_that_is_gone_leaves_it(mailbox: Mailbox) -> None:
    """As does one of a folder that was numbered anew since."""
    mailbox.add(b"\r\n\r\nno header at all\r\n")
    batches = list(source(mailbox).batches(None))
    (key,) = [failure.item for batch in batches for failure in batch.failures]
    mailbox.delete([4])
    old = key.replace(";4", "9;4")
    again = list(source(mailbox).reread({"mail:INBOX": [key, old], "calendar": ["x"]}))
    assert gone(again) == [key, old]


def test_an_interrupted_reading_goes_on_where_it_stopped(mailbox: Mailbox) -> None:
    """New mail comes first, nothing twice, and what vanished meanwhile is told."""
    reading = source(mailbox, page_messages=1).batches(None)
    first = next(reading)
    del reading
    mailbox.delete([3])
    mailbox.add(raw_message("dora"))
    rest = list(source(mailbox, page_messages=1).batches(first.cursor))
    assert subjects([first, *rest]) == [subject(n) for n in ("cleo", "dora", "bea", "ann")]
    assert [key.rpartition(";")[2] for key in gone(rest)] == ["3"]
    assert [batch.stream for batch in rest if batch.complete][:1] == ["mail:INBOX"]


def test_an_interrupted_catching_up_goes_on_where_it_stopped(mailbox: Mailbox) -> None:
    """Also long after the first reading."""
    cursor = synced(mailbox)
    for name in ("dora", "eve", "fay"):
        mailbox.add(raw_message(name))
    reading = source(mailbox, page_messages=1).batches(cursor)
    first = next(reading)
    del reading
    rest = list(source(mailbox, page_messages=1).batches(first.cursor))
    assert subjects([first, *rest]) == [subject(n) for n in ("fay", "eve", "dora")]


def test_what_is_gone_is_told_after_all_that_is_new(mailbox: Mailbox) -> None:
    """A mail that moved into a folder that is read later was never gone."""
    mailbox.add(raw_message("zoe"), "Zebra")
    cursor = synced(mailbox)
    mailbox.move(2, "INBOX", to="Zebra")
    batches = list(source(mailbox).batches(cursor))
    assert [(b.stream, len(b.records), len(b.tombstones)) for b in batches] == [
        ("mail:Zebra", 1, 0),
        ("mail:INBOX", 0, 1),
    ]


def test_flags_that_change_are_no_news(mailbox: Mailbox) -> None:
    """Reading a mail elsewhere brings no batch."""
    cursor = synced(mailbox)
    mailbox.client.select_folder("INBOX")
    mailbox.client.add_flags([1, 2], [b"\\Seen"])
    mailbox.client.close_folder()
    assert list(source(mailbox).batches(cursor)) == []


def test_a_mail_that_came_and_went_leaves_no_trace(mailbox: Mailbox) -> None:
    """But the folder is not looked at for it again and again."""
    cursor = synced(mailbox)
    mailbox.delete([mailbox.add(raw_message("dora"))])
    (batch,) = source(mailbox).batches(cursor)
    assert (batch.records, batch.tombstones) == ((), ())
    assert list(source(mailbox).batches(batch.cursor)) == []


def test_a_folder_that_is_numbered_anew_is_compared_alone(mailbox: Mailbox) -> None:
    """All of it is read again, the other folders are not."""
    mailbox.add(raw_message("arch"), "Archive")
    cursor = synced(mailbox)
    mailbox.number_anew("INBOX")
    batches = list(source(mailbox).batches(cursor))
    assert sorted(subjects(batches)) == [subject(n) for n in ("ann", "bea", "cleo")]
    assert {batch.stream for batch in batches} == {"mail:INBOX"}
    assert all(batch.relists and batch.mode == "full" for batch in batches)
    assert [batch.complete for batch in batches].count(True) == 1
    assert batches[-1].complete


def test_what_is_stored_is_not_fetched_again(mailbox: Mailbox) -> None:
    """In a full listing it is only named."""
    stored = {message.source_key for message in messages(source(mailbox).batches(None))}
    again = source(mailbox)
    again.remember(lambda stream, keys: stored.intersection(keys))
    batches = list(again.batches(None))
    assert messages(batches) == []
    assert {key for batch in batches for key in batch.named} == stored
