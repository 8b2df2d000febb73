"""What a sync of an IMAP mailbox costs: commands against the minimum, our own time, memory.

    python -m benchmarks.measure_imap [MESSAGES]

The server is Dovecot, in processes of its own. The mailbox is that of ``measure_graph``: one
message in four has an attachment, one in twenty is an invitation; they lie in three folders of ten.
"""

from __future__ import annotations

import imaplib
import math
import sys
from typing import Any, Final

from benchmarks.measure_graph import raw
from benchmarks.sync_costs import DELTA, FIRST, NEW, NOTHING, report
from ingest.imap import PAGE_MESSAGES, ImapSource
from ingest.imap_client import ImapClient
from ingest.retry import Retry
from tests.dovecot import Mailbox

FOLDERS: Final = 10
#: CAPABILITY, LOGIN, LOGOUT.
_FRAME: Final = 3
_PLACES: Final = ("INBOX", "INBOX", "Sent", "Sent", "Archive")


class Counted:
    """Counts the commands of all connections."""

    def __init__(self) -> None:
        self.count = 0
        library: Any = imaplib.IMAP4  # each command has a tag
        self._tagged = library._new_tag  # noqa: SLF001
        library._new_tag = lambda connection: self._tag(connection)  # noqa: SLF001

    def _tag(self, connection: imaplib.IMAP4) -> Any:
        self.count += 1
        return self._tagged(connection)

    def since(self) -> int:
        """How many since the last time this was asked."""
        found, self.count = self.count, 0
        return found


def fill(mailbox: Mailbox, first: int, last: int) -> None:
    """Messages with these numbers."""
    for place in dict.fromkeys(_PLACES):
        if not mailbox.client.folder_exists(place):
            mailbox.client.create_folder(place)
    for number in range(first, last):
        mailbox.client.append(_PLACES[number % len(_PLACES)], raw(number))


def minima(messages: int) -> dict[str, int]:
    """All folders at once, one opening of each that has news, one fetch for each page.

    Once more, to tell whose folders are whose, in a first sync.
    """
    shares = [_PLACES.count(place) / len(_PLACES) for place in set(_PLACES)]

    def news(count: int) -> int:
        return sum(1 + math.ceil(count * share / PAGE_MESSAGES) for share in shares)

    once = _FRAME + 1
    return {FIRST: once + 1 + news(messages), NOTHING: once, NEW: once + news(DELTA)}


def main() -> None:
    """Print one line for each kind of sync."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    counted = Counted()
    with Mailbox() as mailbox:
        for number in range(FOLDERS - 3):
            mailbox.client.create_folder(f"Folder {number}")
        fill(mailbox, 0, messages)
        report(
            lambda: source(mailbox),
            minima(messages),
            items=messages,
            requests=counted.since,
            add=lambda more: fill(mailbox, messages, messages + more),
        )


def source(mailbox: Mailbox) -> ImapSource:
    """As the provider makes it; nothing is waited for."""
    retry = Retry(sleep=lambda _: None, random=lambda: 0.0)
    server = mailbox.dovecot.server("tls")
    return ImapSource(ImapClient(server, mailbox.login, retry), "Europe/Vienna")


if __name__ == "__main__":
    main()
