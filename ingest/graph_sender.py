"""Sending through Microsoft 365, and its drafts."""

from __future__ import annotations

import base64
from typing import Final
from urllib.parse import quote

from ingest.graph_client import GraphClient
from ingest.graph_faults import SERVICE, GraphError, classify
from ingest.retry import Retry
from ingest.senders import HEADER, send_once

_SENT: Final = "/me/mailFolders/sentitems/messages"
#: How Exchange keeps a header that it does not know itself.
_KEPT: Final = f"String {{00020386-0000-0000-C000-000000000046}} Name {HEADER}"
_GATEWAY_BUSY: Final = 503


class GraphSender:
    """Sends as the user, and keeps drafts. ``retry``: the one of ``client``.

    ``headers_only``: only Mail.ReadBasic was granted.
    """

    def __init__(self, client: GraphClient, retry: Retry, *, headers_only: bool = False) -> None:
        self._client = client
        self._retry = retry
        self._headers_only = headers_only

    def send(self, message: bytes) -> None:
        """See ``ingest.senders.Sender``."""
        self._once("/me/sendMail", message)

    def save_draft(self, message: bytes) -> None:
        """See ``ingest.senders.Drafts``."""
        self._once("/me/messages", message, draft=True)

    def was_sent(self, message_id: str) -> bool | None:
        """See ``ingest.senders.Sender``."""
        value = "'" + message_id.replace("'", "''") + "'"
        if self._has(f"internetMessageId eq {value}"):
            return True
        if self._headers_only:  # a mail whose Message-ID was replaced could not be told
            return None
        kept = f"ep/id eq '{_KEPT}' and ep/value eq {value}"
        return self._has(f"singleValueExtendedProperties/Any(ep: {kept})")

    def _has(self, wanted: str) -> bool:
        path = f"{_SENT}?$filter={quote(wanted)}&$select=id&$top=1"
        return bool(self._client.get(path).get("value"))

    def _once(self, path: str, message: bytes, *, draft: bool = False) -> None:
        text = base64.b64encode(message)
        send_once(
            self._retry,
            lambda: self._client.post_text(path, text),
            classify,
            refused=_refused,
            service=SERVICE,
            draft=draft,
        )


def _refused(error: Exception) -> bool:
    """Whether Graph says that it took nothing; from 500 on it may have, unless it is too busy."""
    return isinstance(error, GraphError) and (error.status < 500 or error.status == _GATEWAY_BUSY)
