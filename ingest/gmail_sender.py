"""Sending through Gmail, and its drafts, with Google's own client library.

The library brings the requests of the interface from its own description of it; they go over our
session, so that proxy, certificates, sign-in and retries are the same as everywhere.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import cached_property
from importlib import resources
from typing import Any, Final

from googleapiclient.discovery import build_from_document  # type: ignore[import-untyped]
from googleapiclient.errors import HttpError  # type: ignore[import-untyped]
from httplib2 import Response  # type: ignore[import-untyped]

from ingest.client import Session
from ingest.gmail_client import SERVICE
from ingest.google_client import Access, GoogleError, classify
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
        self._http = _Http(session, access)
        self._retry = retry
        self._endpoint = endpoint
        self._headers_only = headers_only

    def send(self, message: bytes) -> None:
        """See ``ingest.senders.Sender``."""
        self._once(self._mails.send(userId="me", body=_raw(message), fields="id"))

    def save_draft(self, message: bytes) -> None:
        """See ``ingest.senders.Drafts``."""
        drafts = self._users.drafts()
        request = drafts.create(userId="me", body={"message": _raw(message)}, fields="id")
        self._once(request, draft=True)

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

    @cached_property
    def _users(self) -> Any:
        document = {**_document(), "rootUrl": f"{self._endpoint}/", "baseUrl": f"{self._endpoint}/"}
        return build_from_document(document, http=self._http).users()

    def _read(self, request: Any) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._retry.call(lambda: _executed(request), _fault)
        return found

    def _once(self, request: Any, *, draft: bool = False) -> None:
        send_once(
            self._retry,
            lambda: _executed(request),
            _fault,
            refused=_refused,
            service=SERVICE,
            draft=draft,
        )


class _Http:
    """Our session as Google's library wants it: signed, and signed anew where it is refused."""

    def __init__(self, session: Session, access: Access) -> None:
        self._session = session
        self._access = access

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> tuple[Response, bytes]:
        """One request and its answer."""
        answer = self._sent(uri, method, body, headers, self._access.token())
        if answer[0].status == 401:
            answer = self._sent(uri, method, body, headers, self._access.renew())
        return answer

    def _sent(
        self,
        uri: str,
        method: str,
        body: str | bytes | None,
        headers: Mapping[str, str] | None,
        token: str,
    ) -> tuple[Response, bytes]:
        signed = {**(headers or {}), "authorization": f"Bearer {token}"}
        answer = self._session.request(method, uri, data=body, headers=signed)
        told = {name.lower(): value for name, value in answer.headers.items()}
        return Response({**told, "status": str(answer.status_code)}), answer.content

    def close(self) -> None:
        """The session belongs to somebody else."""


def _document() -> dict[str, Any]:
    folder = resources.files("googleapiclient") / "discovery_cache" / "documents"
    found: dict[str, Any] = json.loads((folder / "gmail.v1.json").read_text("utf-8"))
    return found


def _raw(message: bytes) -> dict[str, str]:
    return {"raw": base64.urlsafe_b64encode(message).decode()}


def _executed(request: Any) -> Any:
    """What is answered; refusals as those of all requests to Google."""
    try:
        return request.execute(num_retries=0)
    except HttpError as error:
        raise GoogleError(error.resp.status, dict(error.resp), error.content) from error


def _fault(error: Exception) -> Fault | None:
    return classify(error, SERVICE)


def _refused(error: Exception) -> bool:
    """Whether Gmail says that it took nothing; from 500 on it may have."""
    return isinstance(error, GoogleError) and error.status < 500
