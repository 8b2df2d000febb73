"""Requests to a CalDAV server: signed only where that is safe, redirects included."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final, NamedTuple
from urllib.parse import urljoin, urlsplit

import requests

from ingest import dav_xml, passwords
from ingest.addresses import registrable_domain
from ingest.client import Session, is_loopback
from ingest.dav_xml import Multistatus
from ingest.retry import Action, Fault, Retry, connection_fault, http_fault, unreadable_fault
from store.errors import InputError, SignInError, SignInProblem

AGAIN: Final = "brickwall connect caldav"
MAX_ANSWER_BYTES: Final = 64 << 20
_MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = (301, 302, 307, 308)
#: How servers refuse what they need not know, or no longer know.
_REFUSED: Final = (400, 403, 405, 409, 410, 412, 415, 422, 501, 507)


@dataclass(frozen=True, slots=True)
class DavLogin:
    """Who reads. ``token``: ``secret`` is an OAuth access token, else a password."""

    user: str
    secret: str = field(repr=False)
    token: bool = False

    @property
    def header(self) -> str:
        """The Authorization header (RFC 6750, RFC 7617)."""
        if self.token:
            return f"Bearer {self.secret}"
        pair = f"{self.user}:{self.secret}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


class DavError(Exception):
    """An answer that is no success. ``conditions``: see ``ingest.dav_xml.conditions``."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.headers = headers
        self.conditions = dav_xml.conditions(body)


class Answer(NamedTuple):
    """What was answered, and by which address in the end."""

    url: str
    body: bytes

    @property
    def multistatus(self) -> Multistatus:
        """What it says of several resources. Raises ``dav_xml.UnreadableError``."""
        return dav_xml.multistatus(self.body)


class DavClient:
    """One account. ``server``: the address that the user gave; it decides who is trusted.

    Methods raise what ``Retry.call`` raises; ``QuarantineError``: there is no such thing, or with
    ``optional`` the server does not know what was asked.
    """

    def __init__(self, session: Session, login: DavLogin, retry: Retry, *, server: str) -> None:
        self.server = server
        self.host = urlsplit(server).hostname or server
        self._session = session
        self._login = login
        self._retry = retry

    def propfind(
        self, url: str, names: Iterable[str], *, depth: int = 0, optional: bool = False
    ) -> tuple[str, Multistatus]:
        """Properties of a resource, or of those in it, and its address in the end."""
        classify = self._optional if optional else self._classify
        return self._told("PROPFIND", url, dav_xml.propfind(names), depth, classify)

    def report(self, url: str, body: bytes, *, depth: int = 0) -> Multistatus:
        """The answer to a question that a server need not know."""
        return self._told("REPORT", url, body, depth, self._optional)[1]

    def get(self, url: str) -> bytes:
        """The content of a resource."""
        return self._retry.call(lambda: self._send("GET", url, b"", 0).body, self._optional)

    def _told(
        self,
        method: str,
        url: str,
        body: bytes,
        depth: int,
        classify: Callable[[Exception], Fault | None],
    ) -> tuple[str, Multistatus]:
        def asked() -> tuple[str, Multistatus]:
            answer = self._send(method, url, body, depth)
            return answer.url, answer.multistatus

        return self._retry.call(asked, classify)

    def _send(self, method: str, url: str, body: bytes, depth: int) -> Answer:
        headers = {"Depth": str(depth), "Content-Type": "application/xml; charset=utf-8"}
        for _ in range(_MOST_REDIRECTS):
            self._check(url)
            signed = {**headers, "Authorization": self._login.header}
            with self._session.request(
                method, url, data=body or None, headers=signed, stream=True
            ) as answer:
                location = answer.headers.get("Location", "")
                if answer.status_code not in _REDIRECTS or not location:
                    return _answer(url, answer)
            url = urljoin(url, location)
        raise InputError(f"{self.host} sends us round in circles", "Check the address.")

    def _check(self, url: str) -> None:
        """Raises ``InputError`` where the password may not go to ``url``."""
        parts = urlsplit(url)
        if parts.scheme != "https" and not is_loopback(url):
            raise SignInError(
                f"without encryption {parts.hostname} and everybody on the way could read your "
                "password",
                f"Use an address that begins with https://. Then: {AGAIN}",
                SignInProblem.POLICY,
            )
        if not _same_house(self.host, parts.hostname or ""):
            raise InputError(
                f"{self.host} sends us to {parts.hostname}, which may be somebody else's",
                f"If you trust it, connect again with --server https://{parts.netloc}",
            )

    def _optional(self, error: Exception) -> Fault | None:
        if isinstance(error, DavError) and error.status in _REFUSED:
            return Fault(Action.QUARANTINE, f"{self.host} refuses it (HTTP {error.status})")
        return self._classify(error)

    def _classify(self, error: Exception) -> Fault | None:
        if isinstance(error, DavError):
            if error.status == 401:
                raise self._refused(error) from error
            return http_fault(error.status, error.headers, service=self.host, sign_in=AGAIN)
        if isinstance(error, dav_xml.UnreadableError):
            return unreadable_fault(self.host)
        if isinstance(error, requests.RequestException):
            cut = Fault(Action.RETRY, f"the connection to {self.host} was cut or too slow")
            return connection_fault(error, service=self.host) or cut
        return None

    def _refused(self, error: DavError) -> SignInError:
        if self._login.token:
            return passwords.token_refused(self.host, again=AGAIN)
        offered = error.headers.get("WWW-Authenticate", "").lower()
        if offered and "basic" not in offered:
            way = offered.split()[0].capitalize()
            return SignInError(
                f"{self.host} wants a sign-in of the kind {way}, which brickwall does not know",
                "Ask whoever runs the server to allow Basic over TLS.",
                SignInProblem.POLICY,
            )
        return passwords.refused(self.host, again=AGAIN)


def _answer(url: str, answer: requests.Response) -> Answer:
    body = b""
    for block in answer.iter_content(1 << 16):
        body += block
        if len(body) > MAX_ANSWER_BYTES:
            raise dav_xml.UnreadableError
    if not 200 <= answer.status_code < 300:
        raise DavError(answer.status_code, answer.headers, body)
    return Answer(url, body)


def _same_house(one: str, other: str) -> bool:
    """Whether two hosts belong together, as ``caldav.icloud.com`` and ``p42-caldav.icloud.com``."""
    if one == other:
        return True
    return not _is_number(one) and registrable_domain(one) == registrable_domain(other)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
