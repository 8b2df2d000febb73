"""What IMAP has for sending: a folder for drafts, and sent or received mail to look into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ingest import folders
from ingest.imap_client import ImapClient
from ingest.imap_connection import Listed
from ingest.imap_faults import classify, lost
from ingest.imap_folders import is_sent
from ingest.retry import QuarantineError, Retry
from ingest.senders import HEADER, send_once
from store.errors import InputError

_DRAFT: Final = (b"\\Draft", b"\\Seen")


class ImapDrafts:
    """The drafts of a mailbox. ``retry``: the one of ``client``."""

    def __init__(self, client: ImapClient, retry: Retry) -> None:
        self._client = client
        self._retry = retry

    def save_draft(self, message: bytes) -> None:
        """See ``ingest.senders.Drafts``."""
        host = self._client.host
        folder = self._folder()
        try:
            send_once(
                self._retry,
                lambda: self._client.append(folder, message, _DRAFT),
                lambda error: classify(error, host),
                refused=lambda error: not lost(error),
                service=host,
                draft=True,
            )
        except QuarantineError as error:
            raise InputError(
                str(error), "Free some space in your mailbox, or try later."
            ) from error

    def _folder(self) -> str:
        listed = self._client.folders()
        for one in listed:
            if "\\drafts" in one.flags:
                return one.name
        for one in listed:
            if folders.left_out_label([one.name]) == "drafts":
                return one.name
        raise InputError(
            f"{self._client.host} shows no folder for drafts",
            "Save a draft with your mail program once; that makes the folder.",
        )


def seen(client: ImapClient, message_id: str) -> bool | None:
    """Whether a mail has come or was sent; ``None``: it is not there, which says little.

    Mail that others deliver may be late, filtered away or deleted. Raises as ``ImapClient`` does.
    """
    for folder in _looked_at(client.folders()):
        client.open(folder)
        if client.with_header("Message-ID", message_id) or client.with_header(HEADER, message_id):
            return True
    return None


def _looked_at(listed: list[Listed]) -> Iterator[str]:
    for one in listed:
        arrives = one.flags & {"\\all", "\\inbox"} or one.name.upper() == "INBOX"
        if arrives or is_sent(one):
            yield one.name
