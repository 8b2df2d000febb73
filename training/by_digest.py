"""Messages of the mail beside the repository, found by a digest of their Message-ID.

Labels are kept here without texts and names; this finds what they were said of.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import tarfile
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from brickwall.importing import import_paths
from store import database
from store.model import Intent, Message

SHARED: Final = Path(__file__).parents[2] / "shared" / "data"
#: Single mails of about 150 people, kept for their quotations.
SINGLE_MAILS: Final = SHARED / "quotation" / "visible.tar.gz"

_BEGINS: Final = re.compile(rb"(?m)^From \S+ Thu Jan  1 00:00:00 1970\n")
_MESSAGE_ID: Final = re.compile(rb"(?mi)^Message-ID:\s*<(.*?)>")
_SINGLE: Final = re.compile(r"quagga/Datasets/Enron/.*\.txt")
_FROM_LINE: Final = b"From - Thu Jan  1 00:00:00 1970\n"
#: Whose mailbox it is does not matter here: only what was written is looked at.
_NOBODY: Final = "reader@nowhere.example"
_END: Final = datetime(2026, 7, 1, tzinfo=UTC)


class Written(NamedTuple):
    """One message as the program reads it. ``text``: the author's own new text."""

    sender: str
    subject: str
    text: str


def digest(message_id: str) -> str:
    """What stands for a message here. ``message_id``: without its angle brackets."""
    return hashlib.sha256(message_id.encode()).hexdigest()[:20]


def of_mailbox(mailbox: str, wanted: Collection[str]) -> dict[str, Written]:
    """The messages of a mailbox whose digest is ``wanted``, cut as an import cuts them."""
    packed = (SHARED / "mail" / f"{mailbox}.mbox.gz").read_bytes()
    return _read(_chosen(_BEGINS.split(gzip.decompress(packed))[1:], wanted))


def of_single_mails(wanted: Collection[str]) -> dict[str, Written]:
    """The same for ``SINGLE_MAILS``."""
    with tarfile.open(SINGLE_MAILS) as archive:
        files = (archive.extractfile(m) for m in archive if _SINGLE.search(m.name))
        mails = [file.read() for file in files if file]
    return _read(_chosen([mail.replace(b"\nFrom ", b"\n>From ") for mail in mails], wanted))


def _chosen(mails: Iterable[bytes], wanted: Collection[str]) -> Iterator[bytes]:
    for mail in mails:
        told = _MESSAGE_ID.search(mail)
        if told and digest(told[1].decode("ascii", "replace")) in wanted:
            yield _FROM_LINE + mail.rstrip(b"\n") + b"\n\n"


def _read(mails: Iterable[bytes]) -> dict[str, Written]:
    """By digest: what an import hands to the labeller."""
    found: dict[str, Written] = {}

    def take(messages: Sequence[Message]) -> list[Intent]:
        for message in messages:
            sender = next((p.address for p in message.participants if p.role == "from"), "")
            found[digest(message.message_id)] = Written(sender, message.subject, message.text)
        return []

    with tempfile.TemporaryDirectory() as folder:
        mbox = Path(folder) / "chosen.mbox"
        mbox.write_bytes(b"".join(mails))
        with database.open(Path(folder) / "b.db") as opened:
            import_paths(
                [mbox],
                database=opened,
                zone="UTC",
                label=take,
                now=lambda: _END,
                me=(_NOBODY,),
                internal="keep",
                workers=1,
            )
    return found
