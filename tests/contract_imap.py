"""The contract's adapters for IMAP: Dovecot with all it can do, and as the plainest of servers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar, Self

from ingest.imap import ImapSource
from ingest.imap_client import ImapClient
from ingest.retry import Retry
from tests.contract import Peer, raw_message
from tests.dovecot import Mailbox

_FOLDERS = ("INBOX", "Archive")


class ImapPeer(Peer):
    """A mailbox with pages of two messages. ``where``: folder and number of what was added."""

    name = "imap"
    plain: ClassVar[bool] = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.where: dict[str, tuple[str, int]] = {}
        self._copies: dict[str, int] = {}

    def __enter__(self) -> Self:
        self.mailbox = Mailbox(plain=self.plain)
        return self

    def __exit__(self, *_: object) -> None:
        self.mailbox.__exit__()

    def source(self) -> ImapSource:
        """A new source."""
        retry = Retry(sleep=lambda _: None, random=lambda: 0.5)
        server = self.mailbox.dovecot.server()
        return ImapSource(ImapClient(server, self.mailbox.login, retry), "UTC", page_messages=2)

    def add_message(self, name: str) -> None:
        """Into the inbox."""
        self.where[name] = "INBOX", self.mailbox.add(raw_message(name))

    def delete_message(self, name: str) -> None:
        """Into the trash, every second one for good."""
        folder, number = self.where.pop(name)
        if len(name) % 2:
            self.mailbox.delete([number], folder)
        else:
            self.mailbox.move(number, folder, to="Rubbish")

    def move_message(self, name: str) -> None:
        """Into the archive."""
        folder, number = self.where[name]
        self.where[name] = "Archive", self.mailbox.move(number, folder, to="Archive")

    def copy_message(self, name: str) -> None:
        """Into the archive too."""
        folder, number = self.where[name]
        self._copies[name] = self.mailbox.copy(number, folder, to="Archive")

    def uncopy_message(self, name: str) -> None:
        """From the archive."""
        self.mailbox.delete([self._copies.pop(name)], "Archive")

    def break_item(self, name: str) -> None:
        """Nonsense instead of a mail, of the same length."""
        self._write(name, re.sub(rb"[^\r\n]", b".", raw_message(name)))

    def mend_item(self, name: str) -> None:
        """The mail again."""
        self._write(name, raw_message(name))

    def expire(self) -> None:
        """All folders are numbered anew, as after a server was restored from a backup."""
        self.mailbox.number_anew(*_FOLDERS)
        for number, name in enumerate(self.where, 1):
            self.where[name] = self.where[name][0], number

    def _write(self, name: str, raw: bytes) -> None:
        self.mailbox.write(*self.where[name], raw)


class PlainImapPeer(ImapPeer):
    """On a server without any extension."""

    name = "imap_plain"
    plain = True


PEERS = [ImapPeer, PlainImapPeer]
