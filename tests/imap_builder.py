"""What the tests of IMAP share: sources over a mailbox, and what their batches hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ingest.imap import ImapSource
from ingest.imap_client import ImapClient
from ingest.imap_connection import Login, Server
from ingest.retry import Retry
from ingest.source import Batch
from store.model import Message
from tests.dovecot import PASSWORD, Mailbox


class Clock:
    """Does not wait, but knows how long it was asked to."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def retry(self, **options: Any) -> Retry:
        """Retry by this clock."""
        return Retry(sleep=self.slept.append, random=lambda: 0.0, **options)


def source(
    mailbox: Mailbox, *, port: int = 0, clock: Clock | None = None, **options: Any
) -> ImapSource:
    """A source over a mailbox; ``port``: of something in between."""
    server = mailbox.dovecot.server(port=port or mailbox.dovecot.port)
    client = ImapClient(server, mailbox.login, (clock or Clock()).retry())
    return ImapSource(client, "Europe/Berlin", **options)


def scripted(port: int, **options: Any) -> ImapSource:
    """A source over a server that is written by the test."""
    client = ImapClient(at(port), Login("rep@ours.example", PASSWORD), Clock().retry())
    return ImapSource(client, "Europe/Berlin", **options)


def at(port: int) -> Server:
    """A server on this machine."""
    return Server("localhost", port, "none", timeout_seconds=10.0)


def messages(batches: Iterable[Batch]) -> list[Message]:
    """All messages, in order."""
    return [r for batch in batches for r in batch.records if isinstance(r, Message)]


def subjects(batches: Iterable[Batch]) -> list[str]:
    """Their subjects."""
    return [message.subject for message in messages(batches)]


def gone(batches: Iterable[Batch]) -> list[str]:
    """All tombstones, in order."""
    return [key for batch in batches for key in batch.tombstones]


def synced(mailbox: Mailbox, **options: Any) -> str:
    """The cursor after a whole first reading."""
    return list(source(mailbox, **options).batches(None))[-1].cursor
