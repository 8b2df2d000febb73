"""Sending through Microsoft 365, and its drafts."""

from __future__ import annotations

import base64
from typing import Final
from urllib.parse import quote

from ingest.graph_client import GraphClient
from ingest.graph_faults import SERVICE, GraphError, classify
from ingest.retry import Retry
from ingest.senders import named, send_once

_NEWEST: Final = 25
_SENT: Final = "/me/mailFolders/sentitems/messages"


class GraphSender:
    """Sends as the user, and keeps drafts. ``retry``: the one of ``client``."""

    def __init__(self, client: GraphClient, retry: Retry) -> None:
        self._client = client
        self._retry = retry

    def send(self, message: bytes) -> None:
        """See ``ingest.senders.Sender``."""
        self._once("/me/sendMail", message)

    def save_draft(self, message: bytes) -> None:
        """See ``ingest.senders.Drafts``."""
        self._once("/me/messages", message)

    def was_sent(self, message_id: str) -> bool | None:
        """See ``ingest.senders.Sender``."""
        wanted = quote("internetMessageId eq '" + message_id.replace("'", "''") + "'")
        if self._client.get(f"{_SENT}?$filter={wanted}&$select=id&$top=1").get("value"):
            return True
        newest = self._client.get(
            f"{_SENT}?$select=internetMessageHeaders&$orderby=sentDateTime%20desc&$top={_NEWEST}"
        )
        return any(
            named(((h["name"], h["value"]) for h in one.get("internetMessageHeaders") or ()),
                  message_id)
            for one in newest.get("value", ())
        )  # fmt: skip

    def _once(self, path: str, message: bytes) -> None:
        text = base64.b64encode(message)
        send_once(
            self._retry,
            lambda: self._client.post_text(path, text),
            classify,
            refused=_refused,
            service=SERVICE,
        )


def _refused(error: Exception) -> bool:
    """Whether Graph says that it took nothing; from 500 on it may have, unless it is too busy."""
    return isinstance(error, GraphError) and (error.status < 500 or error.status == 503)
