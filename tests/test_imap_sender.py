"""Drafts by IMAP, and looking for mail that another way has sent, on Dovecot."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.imap_sender import ImapDrafts, seen
from ingest.senders import UnsureError
from store.errors import InputError
from tests.dovecot import Mailbox
from tests.imap_builder import Clock
from tests.imap_wire import Wire
from tests.sender_builder import imap_client, imap_drafts
from tests.sending import mail, message_id


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mailbox with nothing in it."""
    with Mailbox() as made:
        yield made


def save(mailbox: Mailbox, *, port: int = 0, clock: Clock | None = None) -> None:
    """Leave a draft."""
    clock = clock or Clock()
    connected = imap_client(mailbox, port=port, clock=clock)
    try:
        ImapDrafts(connected, clock.retry()).save_draft(mail())
    finally:
        connected.close()


def test_a_draft_lies_in_the_folder_that_is_for_drafts(mailbox: Mailbox) -> None:
    """By its special use; to the byte, and marked as a draft."""
    if not mailbox.client.folder_exists("Drafts"):
        mailbox.client.create_folder("Drafts")
    save(mailbox)
    assert imap_drafts(mailbox) == [mail()]


def test_without_special_use_it_is_found_by_its_name() -> None:
    """In whatever language the mail program made it."""
    with Mailbox(plain=True) as mailbox:
        mailbox.client.create_folder("Entwürfe")
        save(mailbox)
        assert imap_drafts(mailbox, "Entwürfe") == [mail()]


def test_a_mailbox_without_a_folder_for_drafts_is_said() -> None:
    """No folder is made in it."""
    with Mailbox(plain=True) as mailbox, pytest.raises(InputError, match="no folder for drafts"):
        save(mailbox)


@pytest.mark.parametrize("after", [1, 300, 700, 1_100, *range(1_200, 1_340, 20), 1_900])
def test_a_cut_connection_never_leaves_two_drafts(mailbox: Mailbox, after: int) -> None:
    """It is made again, or the user is asked to look."""
    if not mailbox.client.folder_exists("Drafts"):
        mailbox.client.create_folder("Drafts")
    with Wire(mailbox.dovecot.port) as wire:
        wire.cuts = [after]
        told = ""
        try:
            save(mailbox, port=wire.port)
        except UnsureError as error:
            told = error.remedy
    assert len(imap_drafts(mailbox)) == 1 or "among your drafts" in told
    assert len(imap_drafts(mailbox)) <= 1


@pytest.mark.parametrize("folder", ["INBOX", "Sent"])
def test_a_mail_that_has_come_is_seen(mailbox: Mailbox, folder: str) -> None:
    """By its Message-ID, or by brickwall's own header where it got another one."""
    connected = imap_client(mailbox)
    try:
        assert seen(connected, message_id()) is None
        renamed = mail(2).replace(b"\r\nMessage-ID: <", b"\r\nMessage-ID: <renamed-")
        mailbox.add(mail(1), folder)
        mailbox.add(renamed, folder)
        assert seen(connected, message_id(1)) is True
        assert seen(connected, message_id(2)) is True
        assert seen(connected, message_id(3)) is None
    finally:
        connected.close()
    assert b"\\Seen" not in mailbox.flags([1], folder)[1]
