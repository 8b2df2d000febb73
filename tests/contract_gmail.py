"""The contract's adapter for Gmail, over the fake."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Self

from ingest.gmail import Gmail
from tests.contract import Peer, raw_message
from tests.google_builder import gmail
from tests.google_fake import FakeGoogle, running


class GmailPeer(Peer):
    """A mailbox with pages of two items. ``numbers``: the id of what was added."""

    name = "gmail"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.numbers: dict[str, str] = {}
        self._stack = ExitStack()
        self._broken: dict[str, bytes] = {}

    def __enter__(self) -> Self:
        self.google = self._stack.enter_context(running(FakeGoogle()))
        self.google.mailbox.page_size = 2
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def requests(self) -> int:  # type: ignore[override]
        """Requests over HTTP; a batch is one."""
        return len(self.google.requests)

    def source(self) -> Gmail:
        """A new source."""
        return gmail(self.google.url)

    def add_message(self, name: str) -> None:
        """Into the inbox."""
        self.numbers[name] = self.google.mailbox.add(raw_message(name))

    def delete_message(self, name: str) -> None:
        """Into the trash, every second one for good."""
        if len(name) % 2:
            self.google.mailbox.delete(self.numbers[name])
        else:
            self.google.mailbox.label(self.numbers[name], add=("TRASH",), remove=("INBOX",))

    def move_message(self, name: str) -> None:
        """Archived."""
        self.google.mailbox.label(self.numbers[name], add=("Label_7",), remove=("INBOX",))

    def break_item(self, name: str) -> None:
        """Nonsense instead of a mail."""
        stored = self.google.mailbox.messages[self.numbers[name]]
        self._broken[name], stored.raw = stored.raw, b"\x00\x01 nonsense"

    def mend_item(self, name: str) -> None:
        """The mail again."""
        self.google.mailbox.messages[self.numbers[name]].raw = self._broken[name]

    def expire(self) -> None:
        """The history so far is forgotten."""
        self.google.mailbox.forget()


PEERS = [GmailPeer]
