"""What goes wrong with an IMAP server in the middle of a reading, and what comes of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.source import Batch, CursorExpiredError
from store.errors import InputError
from tests.contract import raw_message, subject
from tests.contract_imap import ImapPeer
from tests.dovecot import Mailbox
from tests.imap_builder import Clock, gone, messages, scripted, source, subjects, synced
from tests.imap_wire import Scripted, Wire
from tests.peers import free_port
from tests.synced import Synced

NAMES = [f"m{number}" for number in range(8)]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mailbox of eight mails."""
    with Mailbox() as made:
        for name in NAMES:
            made.add(raw_message(name))
        yield made


@pytest.mark.parametrize("after", [1, 200, 900, 1_500, 2_100, 2_600, 3_300, 4_000])
def test_a_cut_connection_is_made_again_and_nothing_is_lost(mailbox: Mailbox, after: int) -> None:
    """Wherever it is cut: in a greeting, a listing, in the middle of a mail."""
    clock = Clock()
    with Wire(mailbox.dovecot.port) as wire:
        wire.cuts = [after]
        found = source(mailbox, port=wire.port, clock=clock, page_messages=3).batches(None)
        assert subjects(found) == [subject(name) for name in reversed(NAMES)]
    assert len(clock.slept) == 1


def test_a_line_that_stays_cut_ends_the_sync_in_words(mailbox: Mailbox) -> None:
    """What was read before is kept, and the next sync goes on from there."""
    with Wire(mailbox.dovecot.port) as wire:
        wire.cuts = [2_600, *[700] * 20]
        reading = source(mailbox, port=wire.port, page_messages=3).batches(None)
        read: list[Batch] = []
        with pytest.raises(InputError, match="was cut"):
            read.extend(reading)
    rest = source(mailbox, page_messages=3).batches(read[-1].cursor if read else None)
    assert subjects([*read, *rest]) == [subject(name) for name in reversed(NAMES)]


def test_a_folder_numbered_anew_while_the_line_was_cut_is_read_anew(mailbox: Mailbox) -> None:
    """The old numbers would mean other mails."""
    reading = source(mailbox, page_messages=3).batches(None)
    first = next(reading)
    del reading
    with Wire(mailbox.dovecot.port) as wire:
        rest = source(mailbox, port=wire.port, page_messages=2).batches(first.cursor)
        second = next(rest)
        mailbox.number_anew("INBOX")
        wire.cut()
        others = list(rest)
    assert subjects([first, second]) == [subject(name) for name in reversed(NAMES[-5:])]
    assert subjects(others) == [subject(name) for name in reversed(NAMES)]
    assert all(batch.relists for batch in others if batch.stream == "mail:INBOX")


def test_a_mail_at_which_the_server_gives_up_stops_no_other(mailbox: Mailbox) -> None:
    """Dovecot hangs up at a file that is shorter than it remembers."""
    mailbox.write("INBOX", 5, b"broken\r\n")
    batches = list(source(mailbox).batches(None))
    assert sorted(subjects(batches)) == [subject(name) for name in NAMES if name != "m4"]
    (failure,) = [failure for batch in batches for failure in batch.failures]
    assert failure.item.endswith(";5")
    assert "hangs up" in failure.why


def test_a_renamed_folder_is_the_same_mail_elsewhere(mailbox: Mailbox) -> None:
    """New places first, then the old ones are given up."""
    for name in NAMES:
        mailbox.add(raw_message(f"x{name}"), "Deals")
    cursor = synced(mailbox)
    mailbox.client.rename_folder("Deals", "Done")
    batches = list(source(mailbox).batches(cursor))
    assert [batch.stream for batch in batches] == ["mail:Done", "mail:Done", "mail:Deals"]
    assert batches[-1].complete
    assert batches[-1].relists
    assert list(source(mailbox).batches(batches[-1].cursor)) == []


def test_a_small_folder_that_is_gone_takes_its_mail_with_it(mailbox: Mailbox) -> None:
    """Up to a fifth of all mail."""
    mailbox.add(raw_message("deal"), "Deals")
    cursor = synced(mailbox)
    mailbox.client.delete_folder("Deals")
    (batch,) = source(mailbox).batches(cursor)
    assert [key.split(";")[0] for key in batch.tombstones] == ["Deals"]
    assert "Deals" not in batch.cursor


def test_a_cursor_of_another_version_leads_to_a_full_listing(mailbox: Mailbox) -> None:
    """As does one that cannot be read."""
    told = json.loads(synced(mailbox))
    for cursor in (json.dumps({**told, "version": 0}), "[]", "{"):
        with pytest.raises(CursorExpiredError):
            list(source(mailbox).batches(cursor))


_LABELS = b'("\\\\Inbox" "&AOQ-/B" foo)'


def answers(command: str) -> Iterable[bytes]:
    """A server like Gmail, with two mails."""
    raw = raw_message("ann").replace(b"Message-ID", b"X-Note: a\r\nMessage-ID")
    told = {
        "LOGIN": [b"OK [CAPABILITY IMAP4rev1 X-GM-EXT-1 SPECIAL-USE LIST-STATUS] in"],
        "LIST": [
            b'* LIST (\\HasNoChildren) "/" "INBOX"',
            b'* LIST (\\All \\HasNoChildren) "/" "[Gmail]/All Mail"',
            b'* STATUS "[Gmail]/All Mail" (MESSAGES 2 UIDNEXT 8 UIDVALIDITY 9)',
            b"OK done",
        ],
        "EXAMINE": [
            b"* 2 EXISTS",
            b"* OK [UIDVALIDITY 9] valid",
            b"* OK [UIDNEXT 8] next",
            b"OK [READ-ONLY] open",
        ],
        "UID FETCH 1:7": [
            b"* 1 FETCH (UID 3 RFC822.SIZE 9999999 X-GM-THRID 127 X-GM-LABELS %s)" % _LABELS,
            b"* 2 FETCH (UID 7 RFC822.SIZE 300 FLAGS () X-GM-LABELS (\\Draft))",
            b"OK done",
        ],
        "UID SEARCH": [b"* SEARCH 3 7", b"OK done"],
        "UID FETCH 3 (RFC": [b"* 1 FETCH (UID 3 RFC822.SIZE 9999999 FLAGS ())", b"OK done"],
        "UID FETCH 3": [b"* 1 FETCH (UID 3 BODY[]<0> {%d}\r\n%b)" % (len(raw), raw), b"OK done"],
    }
    return next((told[name] for name in told if command.startswith(name)), [b"OK done"])


def test_gmail_tells_labels_and_threads() -> None:
    """Of its folder with all mail, without drafts."""
    with Scripted(answers) as server:
        batches = list(scripted(server.port).batches(None))
    (message,) = messages(batches)
    assert message.labels == ("Inbox", "foo", "ä/B")
    assert message.thread_hint == "127"
    assert batches[0].left_out == {"drafts": 1}


def refusing(*refused: str) -> Scripted:
    """A server like Gmail that refuses some commands."""

    def answer(command: str) -> Iterable[bytes]:
        if command in refused:
            return [b"NO [SERVERBUG] Internal error"]
        return answers(command)

    return Scripted(answer)


def test_a_mail_that_the_server_refuses_is_put_aside_alone() -> None:
    """The request for many is taken apart to find which."""
    about = "(RFC822.SIZE INTERNALDATE FLAGS X-GM-LABELS X-GM-THRID)"
    refused = [f"UID FETCH {numbers} {about}" for numbers in ("1:7", "3,7", "7")]
    with refusing(*refused) as server:
        batches = list(scripted(server.port).batches(None))
    (failure,) = [failure for batch in batches for failure in batch.failures]
    assert failure.item == "[Gmail]/All Mail;9;7"
    assert "SERVERBUG" in failure.why


def test_a_folder_that_cannot_be_opened_stops_no_other() -> None:
    """It is put aside by its name, and leaves the quarantine once it can be opened."""
    with refusing('EXAMINE "[Gmail]/All Mail"') as server:
        batches = list(scripted(server.port).batches(None))
    (failure,) = [failure for batch in batches for failure in batch.failures]
    assert failure.item == "[Gmail]/All Mail"
    stream = batches[0].stream
    with refusing('EXAMINE "[Gmail]/All Mail"') as server:
        assert gone(scripted(server.port).reread({stream: [failure.item]})) == []
    with Scripted(answers) as server:
        assert gone(scripted(server.port).reread({stream: [failure.item]})) == [failure.item]


@pytest.mark.parametrize(
    ("listed", "words"),
    [([], "shows no folder"), ([b"* LIST nonsense"], "cannot be understood")],
)
def test_a_server_that_shows_no_folder_is_not_believed(listed: list[bytes], words: str) -> None:
    """Nothing is taken for gone."""

    def answer(command: str) -> Iterable[bytes]:
        told = listed if command.startswith("LIST") else [b"* CAPABILITY IMAP4rev1"]
        return [*told, b"OK done"]

    with Scripted(answer) as server, pytest.raises(InputError, match=words):
        list(scripted(server.port).batches(None))


def test_a_large_folder_that_is_gone_is_not_believed_at_once(tmp_path: Path) -> None:
    """More than a fifth of all mail: the flag that allows it is named."""
    with ImapPeer(tmp_path) as peer, closing(Synced(peer, tmp_path / "brickwall.db")) as synced:
        for name in ("ann", "bea", "cleo"):
            peer.add_message(name)
            peer.move_message(name)
        peer.add_message("dora")
        assert synced.sync().error is None
        peer.mailbox.client.delete_folder("Archive")
        error = synced.sync().error
        assert isinstance(error, InputError)
        assert "--allow-mass-removal" in error.remedy
        assert not synced.removed()
        assert synced.sync(allow_mass_removal=True).error is None
        assert set(synced.removed()) == {subject(name) for name in ("ann", "bea", "cleo")}


def test_nobody_listening_is_told_in_words() -> None:
    """After some attempts."""
    with pytest.raises(InputError, match="does not take connections"):
        list(scripted(free_port()).batches(None))
