"""How much is asked of an IMAP server, counted at the wire; and what it vouches for."""

from __future__ import annotations

import pytest

from tests.contract import raw_message
from tests.dovecot import Mailbox
from tests.imap_builder import gone, messages, source, synced
from tests.imap_wire import Wire

_FRAME = ("CAPABILITY", "LOGIN", "LOGOUT")


def asked(mailbox: Mailbox, cursor: str | None) -> list[str]:
    """The commands of one reading, without those of every connection."""
    with Wire(mailbox.dovecot.port) as wire:
        list(source(mailbox, port=wire.port).batches(cursor))
    return [command for command in wire.commands if not command.startswith(_FRAME)]


def test_without_news_one_request_is_all() -> None:
    """All folders at once, where the server can tell that (RFC 5819)."""
    with Mailbox() as mailbox:
        mailbox.add(raw_message("ann"))
        mailbox.add(raw_message("bea"), "Customers/ACME")
        (command,) = asked(mailbox, synced(mailbox))
    assert command.startswith('LIST "" "*" RETURN (SPECIAL-USE STATUS')


def test_without_news_a_plain_server_is_asked_once_for_each_folder() -> None:
    """And for the list of them."""
    with Mailbox(plain=True) as mailbox:
        mailbox.add(raw_message("ann"))
        mailbox.add(raw_message("bea"), "Customers/ACME")
        mailbox.add(raw_message("no"), "Spam")
        commands = asked(mailbox, synced(mailbox))
    assert [command.split(" (")[0] for command in commands] == [
        'LIST "" "*"',
        'STATUS "INBOX"',
        'STATUS "Archive"',
        'STATUS "Customers/ACME"',
    ]


def test_for_news_only_the_folders_that_have_some_are_opened() -> None:
    """Read-only; the server itself tells what has vanished since (RFC 7162)."""
    with Mailbox() as mailbox:
        for name in ("ann", "bea", "cleo"):
            mailbox.add(raw_message(name))
        mailbox.add(raw_message("arch"), "Archive")
        cursor = synced(mailbox)
        mailbox.delete([2])
        mailbox.add(raw_message("dora"))
        commands = asked(mailbox, cursor)
    assert [command.split(" (")[0] for command in commands] == [
        'LIST "" "*" RETURN',
        "ENABLE QRESYNC",
        'EXAMINE "INBOX"',
        "UID FETCH 4",
        "UID FETCH 4",
    ]
    assert "(QRESYNC (" in commands[2]


def test_what_has_vanished_is_found_by_listing_the_numbers_where_nobody_tells() -> None:
    """Numbers only, no mail."""
    with Mailbox(plain=True) as mailbox:
        for name in ("ann", "bea", "cleo"):
            mailbox.add(raw_message(name))
        cursor = synced(mailbox)
        mailbox.delete([1, 3])
        commands = asked(mailbox, cursor)
        keys = gone(source(mailbox).batches(cursor))
    assert commands[-1] == "UID SEARCH UID 1:3"
    assert [key.rpartition(";")[2] for key in keys] == ["1", "3"]


@pytest.mark.parametrize("plain", [False, True], ids=["extended", "plain"])
def test_a_first_reading_takes_a_request_for_a_hundred_mails(plain: bool) -> None:
    """And one for the sizes of a thousand before; they also tell which there are."""
    with Mailbox(plain=plain) as mailbox:
        for number in range(220):
            mailbox.add(raw_message(f"m{number}"))
        commands = asked(mailbox, None)
    assert [command.split(" (")[0] for command in commands if command.startswith("UID")] == [
        "UID FETCH 1:220",
        "UID FETCH 121:220",
        "UID FETCH 21:120",
        "UID FETCH 1:20",
    ]


def test_sizes_are_asked_for_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a large folder holds is listed by number alone."""
    for module in ("imap", "imap_look"):
        monkeypatch.setattr(f"ingest.{module}.ABOUT_MESSAGES", 4)
    with Mailbox() as mailbox:
        for number in range(9):
            mailbox.add(raw_message(f"m{number}"))
        with Wire(mailbox.dovecot.port) as wire:
            found = messages(source(mailbox, port=wire.port, page_messages=2).batches(None))
    assert len(found) == 9
    sizes = [command.split(" (")[0] for command in wire.commands if "RFC822.SIZE" in command]
    assert sizes == ["UID FETCH 6:9", "UID FETCH 2:5", "UID FETCH 1"]


def test_a_mail_that_vanishes_after_its_size_was_told_is_no_failure() -> None:
    """Its owner deleted it on the phone meanwhile."""
    with Mailbox() as mailbox:
        for number in range(4):
            mailbox.add(raw_message(f"m{number}"))
        reading = source(mailbox, page_messages=2).batches(None)
        first = next(reading)
        mailbox.delete([1])
        found = [first, *reading]
    assert len(messages(found)) == 3
    assert not [failure for batch in found for failure in batch.failures]


def test_a_server_that_refuses_many_sizes_at_once_is_asked_page_by_page() -> None:
    """One mail is broken; all others come."""
    with Mailbox() as mailbox:
        for number in range(5):
            mailbox.add(raw_message(f"m{number}"))
        mailbox.write("INBOX", 5, b"broken\r\n")
        found = list(source(mailbox, page_messages=2).batches(None))
    assert len(messages(found)) == 4
    assert len([failure for batch in found for failure in batch.failures]) == 1


def test_in_a_large_folder_numbers_are_listed_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """No line may grow beyond what can be read at once."""
    monkeypatch.setattr("ingest.imap_client._MOST_NUMBERS", 2)
    monkeypatch.setattr("ingest.imap_look.ABOUT_MESSAGES", 1)
    with Mailbox() as mailbox:
        for name in ("ann", "bea", "cleo", "dora", "eve"):
            mailbox.add(raw_message(name))
        commands = asked(mailbox, None)
        assert len(messages(source(mailbox).batches(None))) == 5
    searches = [command for command in commands if command.startswith("UID SEARCH")]
    assert searches == ["UID SEARCH 4:5", "UID SEARCH 2:3", "UID SEARCH 1:1"]
