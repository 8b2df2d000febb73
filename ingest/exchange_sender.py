"""Sending through an Exchange Server, and its drafts."""

from __future__ import annotations

from typing import Final

from exchangelib import errors  # type: ignore[import-untyped]

from ingest.exchange_client import ExchangeClient
from ingest.exchange_faults import BUSY, SERVICE, AnswerError, classify
from ingest.retry import Retry
from ingest.senders import HEADER, recipients, send_once

_SENT: Final = "sentitems"
_DRAFTS: Final = "drafts"
_GATEWAY_BUSY: Final = 503


class ExchangeSender:
    """Sends as the user, and keeps drafts. ``retry``: the one of ``client``."""

    def __init__(self, client: ExchangeClient, retry: Retry) -> None:
        self._client = client
        self._retry = retry

    def send(self, message: bytes) -> None:
        """See ``ingest.senders.Sender``."""
        self._once(message, _SENT, send=True)

    def save_draft(self, message: bytes) -> None:
        """See ``ingest.senders.Drafts``."""
        self._once(message, _DRAFTS, send=False)

    def was_sent(self, message_id: str) -> bool | None:
        """See ``ingest.senders.Sender``."""
        return self._client.has_mail(message_id, HEADER, _SENT)

    def _once(self, message: bytes, folder: str, *, send: bool) -> None:
        to = recipients(message)[1] if send else ()
        send_once(
            self._retry,
            lambda: self._client.new_mail(message, to, folder, send=send),
            classify,
            refused=_refused,
            service=SERVICE,
            draft=not send,
        )


def _refused(error: Exception) -> bool:
    """Whether Exchange says that it took nothing."""
    if isinstance(error, AnswerError):
        return error.status < 500 or error.status == _GATEWAY_BUSY
    return isinstance(error, BUSY) and not isinstance(error, errors.ErrorTimeoutExpired)
