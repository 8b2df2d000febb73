"""Sending through Gmail, and its drafts, with Google's own client library."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from email.parser import BytesHeaderParser
from email.policy import SMTP
from typing import Any, Final

from ingest.client import Session
from ingest.gmail_client import SERVICE
from ingest.google_client import Access, Google, GoogleError, classify
from ingest.google_service import GMAIL, Service, executed
from ingest.retry import Fault, Retry
from ingest.senders import HEADER, named, send_once

#: How many of the newest sent mails are looked at one by one.
_NEWEST: Final = 25
_HEADERS: Final = ("Message-ID", HEADER)


class GmailSender:
    """Sends as the user, and keeps drafts. ``headers_only``: sent mail may not be searched."""

    def __init__(
        self,
        session: Session,
        access: Access,
        retry: Retry,
        *,
        endpoint: str = "https://gmail.googleapis.com",
        headers_only: bool = False,
    ) -> None:
        self._service = Service(Google(session, access), GMAIL, endpoint)
        self._retry = retry
        self._headers_only = headers_only

    def send(self, message: bytes) -> None:
        """See ``ingest.senders.Sender``."""
        self._once(self._mails.send(userId="me", body=_raw(message), fields="id"))

    def save_draft(self, message: bytes) -> None:
        """See ``ingest.senders.Drafts``; it is shown in the thread that it answers."""
        drafts = self._users.drafts()
        body = {"message": _raw(message) | self._thread(message)}
        self._once(drafts.create(userId="me", body=body, fields="id"), draft=True)

    def was_sent(self, message_id: str) -> bool | None:
        """See ``ingest.senders.Sender``."""
        if not self._headers_only:
            wanted = f"in:sent rfc822msgid:{message_id.strip('<>')}"
            if self._ids(q=wanted, maxResults=1):
                return True
        return any(
            named(self._headers(one), message_id)
            for one in self._ids(labelIds=["SENT"], maxResults=_NEWEST)
        )

    def _thread(self, message: bytes) -> dict[str, str]:
        """The thread of what a draft answers: Gmail does not find it by the headers alone."""
        answers = str(BytesHeaderParser(policy=SMTP).parsebytes(message).get("In-Reply-To", ""))
        if not answers or self._headers_only:
            return {}
        wanted = f"rfc822msgid:{answers.strip().strip('<>')}"
        request = self._mails.list(userId="me", q=wanted, maxResults=1, fields="messages/threadId")
        found = self._read(request).get("messages", ())
        return {"threadId": str(found[0]["threadId"])} if found else {}

    def _ids(self, **which: Any) -> list[str]:
        request = self._mails.list(userId="me", fields="messages/id", **which)
        return [str(one["id"]) for one in self._read(request).get("messages", ())]

    def _headers(self, number: str) -> list[tuple[str, str]]:
        request = self._mails.get(
            userId="me", id=number, format="metadata", metadataHeaders=list(_HEADERS)
        )
        told = self._read(request).get("payload", {}).get("headers", ())
        return [(str(one["name"]), str(one["value"])) for one in told]

    @property
    def _mails(self) -> Any:
        return self._users.messages()

    @property
    def _users(self) -> Any:
        return self._service.root.users()

    def _read(self, request: Any) -> Mapping[str, Any]:
        return self._retry.call(lambda: executed(request), _fault)

    def _once(self, request: Any, *, draft: bool = False) -> None:
        send_once(
            self._retry,
            lambda: executed(request),
            _fault,
            refused=_refused,
            service=SERVICE,
            draft=draft,
        )


def _raw(message: bytes) -> dict[str, str]:
    return {"raw": base64.urlsafe_b64encode(message).decode()}


def _fault(error: Exception) -> Fault | None:
    return classify(error, SERVICE)


def _refused(error: Exception) -> bool:
    """Whether Gmail says that it took nothing; from 500 on it may have."""
    return isinstance(error, GoogleError) and error.status < 500
