"""What an open folder holds: which numbers are new, which have vanished, how large mails are."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ingest import uid_set
from ingest.imap_client import ImapClient
from ingest.imap_connection import Opened
from ingest.imap_mail import About, MailReader
from ingest.imap_state import Strand

#: Of so many messages it is asked together how large they are, before any of them is fetched.
ABOUT_MESSAGES: Final = 1_000


@dataclass
class Look:
    """What a folder holds now: numbers in order, and those that have vanished since.

    ``about``: what the server tells of the next messages.
    """

    uids: list[int]
    vanished: set[int]
    modseq: int
    about: Mapping[int, About]

    def page(self, span: Sequence[int], size: int) -> list[int]:
        """The newest numbers in a span."""
        low, high = (bisect_left(self.uids, end) for end in span)
        return self.uids[max(low, high - size) : high][::-1]


def looked(client: ImapClient, reader: MailReader, strand: Strand, opened: Opened) -> Look:
    """Look at the folder that was just opened, and note in ``strand`` what is new in it."""
    about, fresh = _fresh(client, reader, strand, opened)
    strand.add(fresh, opened)
    uids = uid_set.numbers(strand.uids)
    vanished: set[int] = set()
    if len(uids) != opened.messages:
        vanished = uid_set.common(opened.vanished, uids)
    if len(uids) - len(vanished) != opened.messages:
        vanished = uids - client.uids(1, opened.uidnext, messages=opened.messages)
    return Look(sorted(uids - vanished), vanished, opened.modseq, about)


def _fresh(
    client: ImapClient, reader: MailReader, strand: Strand, opened: Opened
) -> tuple[Mapping[int, About], Iterable[int]]:
    """Numbers that were not there before; if these are few it is asked at once what they are."""
    low, high = strand.uidnext, opened.uidnext
    about = reader.about(range(low, high)) if high - low <= ABOUT_MESSAGES else {}
    return about, about or client.uids(low, high, messages=opened.messages)
