"""The owner's own addresses, which IMAP does not tell: by whom the sent mail is from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ingest import owner
from ingest.imap_client import ImapClient
from ingest.imap_folders import is_sent
from ingest.retry import QuarantineError

#: So many of the newest mails of each sent folder are looked at,
NEWEST: Final = 400
#: looked for among so many of the last numbers.
_NUMBERS: Final = 4_000
_FROM: Final = "BODY.PEEK[HEADER.FIELDS (FROM)]"
_GIVEN: Final = b"BODY[HEADER.FIELDS (FROM)]"


def addresses(client: ImapClient) -> tuple[str, ...]:
    """Who writes what lies in the sent folders, the most frequent first; see ``owner.senders``.

    A folder that cannot be opened tells nothing. Raises what ``ImapClient`` raises.
    """
    names = [one.name for one in client.folders() if is_sent(one)]
    return owner.senders(head for name in names for head in _heads(client, name))


def _heads(client: ImapClient, folder: str) -> Iterator[bytes]:
    try:
        opened = client.open(folder)
        low = max(opened.uidnext - _NUMBERS, 1)
        uids = client.uids(low, opened.uidnext, messages=opened.messages)
        told = client.fetch(sorted(uids)[-NEWEST:], (_FROM,)) if uids else {}
    except QuarantineError:
        return
    yield from (one[_GIVEN] for one in told.values() if one.get(_GIVEN))
