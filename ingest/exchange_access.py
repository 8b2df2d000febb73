"""The way to an Exchange Server with exchangelib: address, sign-in, proxy and certificates.

exchangelib shall wait for nothing, remember nothing and guess nothing by itself: what goes wrong is
handed to ``ingest.retry``, proxy and certificates are those of ``ingest.client``, and the server is
signed in to in the one way that was asked for, so that a password never goes a weaker way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import exchangelib.protocol  # type: ignore[import-untyped]
import requests
from exchangelib import BASIC, DELEGATE, NTLM, UTC, Account, Build, Credentials, Version
from exchangelib.configuration import Configuration  # type: ignore[import-untyped]
from exchangelib.transport import NOAUTH  # type: ignore[import-untyped]
from exchangelib.util import is_xml  # type: ignore[import-untyped]
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from ingest.client import Session, is_loopback
from ingest.exchange_faults import AnswerError, UnreadableError
from ingest.secrets import Token
from store.errors import UsageError

PATH: Final = "/EWS/Exchange.asmx"
#: What is asked for first; an older server says so, and exchangelib tries what is older.
NEWEST: Final = "15.2.0.0 Exchange2016"
_AUTH_TYPES: Final = {"ntlm": NTLM, "basic": BASIC, "oauth": NOAUTH}
_VERSION: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)\.(\d+) (Exchange\d{4}(?:_SP\d)?)")
_BODY_CHARACTERS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Login:
    """How to sign in. ``auth``: ntlm | basic, with user and password, or oauth, with ``token``."""

    auth: str
    user: str = ""
    password: str = field(default="", repr=False)
    token: Token | None = None


def server_url(told: str) -> str:
    """The address of the web services of a server that is named by host, host and port, or URL.

    Raises ``UsageError`` for what is no address, or one that is not encrypted.
    """
    parts = urlsplit(told if "://" in told else f"https://{told}")
    try:
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        named = False
    if not named or parts.scheme not in ("https", "http") or parts.username or " " in told:
        raise UsageError(
            f"{told!r} is not the name of a server", "For example: --server mail.ours.example"
        )
    path = parts.path if parts.path.strip("/") else PATH
    url = f"{parts.scheme}://{parts.netloc}{path}"
    if parts.scheme == "http" and not is_loopback(url):
        raise UsageError(
            f"{told} is not encrypted: whoever listens could read your password and your mail",
            "Use https://, or only the name of the server.",
        )
    return url


def account(address: str, url: str, login: Login, session: Session, version: str = "") -> Account:
    """The mailbox of ``address`` for exchangelib's services, at the web services under ``url``.

    ``session``: proxy, certificates and patience. ``version``: as ``version_of`` gave it before.
    Nothing is sent yet.
    """
    config = configuration(url, login, version)
    made = Account(
        address, access_type=DELEGATE, config=config, default_timezone=UTC, locale="en_US"
    )
    # exchangelib keeps what it connects with for the next who signs in there, wherever that is.
    del exchangelib.protocol.Protocol[config]
    made.protocol = type.__call__(_Protocol, config=config, session=session, login=login)
    return made


def version_of(made: Account) -> str:
    """The version that the server has told, for ``account``."""
    build = made.version.build
    numbers = (build.major_version, build.minor_version, build.major_build, build.minor_build)
    return f"{'.'.join(str(number) for number in numbers)} {made.version.api_version}"


def configuration(url: str, login: Login, version: str = "") -> Configuration:
    """As exchangelib wants it."""
    told = _VERSION.fullmatch(version) or _VERSION.fullmatch(NEWEST)
    assert told is not None
    credentials = None if login.auth == "oauth" else Credentials(login.user, login.password)
    return Configuration(
        credentials=credentials,
        service_endpoint=url,
        auth_type=_AUTH_TYPES[login.auth],
        version=Version(Build(*(int(number) for number in told.groups()[:4])), told[5]),
        retry_policy=Policy(),
    )


class Networked(exchangelib.protocol.BaseProtocol):  # type: ignore[misc]
    """Sessions of exchangelib with our proxy, certificates, patience and tokens."""

    USERAGENT = "brickwall"
    RETRY_WAIT = 0

    def __init__(self, *, config: Configuration, session: Session, login: Login) -> None:
        super().__init__(config=config)
        self._network = session
        self._token = login.token

    def create_session(self) -> requests.Session:
        """One connection to the server."""
        session: requests.Session = super().create_session()
        session.mount(self.service_endpoint, _Adapter(self._network))
        if self._token is not None:
            session.auth = _Bearer(self._token)
        return session


class _Protocol(Networked, exchangelib.protocol.Protocol):  # type: ignore[misc]
    """To the web services."""


class _Adapter(HTTPAdapter):
    """Sends with what our own sessions send with, whatever exchangelib or the environment say."""

    def __init__(self, network: Session) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1, pool_block=True, max_retries=0)
        self._network = network

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        """As ``requests`` does it."""
        told = self._network.sending(request.url or "")
        told.pop("allow_redirects")
        return super().send(request, **{**options, **told})


class _Bearer(AuthBase):
    def __init__(self, token: Token) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token()}"
        return request


class Policy(exchangelib.protocol.RetryPolicy):  # type: ignore[misc]
    """Fault-tolerant for exchangelib: every refusal is handed on whole, none is acted upon."""

    fail_fast = True
    back_off_until = None

    def back_off(self, seconds: float) -> None:
        """Never called where failing fast."""
        raise NotImplementedError

    def raise_response_errors(self, response: requests.Response) -> None:
        """Let whole answers of Exchange pass; some of them come as HTTP 500.

        exchangelib reads an answer that is cut short as far as it goes, and would take the place
        up to which was read from one that does not hold all of it.
        """
        if response.status_code == 200 or (
            response.status_code == 500 and is_xml(response.content)
        ):
            if response.content.rstrip().endswith(b"Envelope>"):
                return
            raise UnreadableError("the answer is cut short")
        raise AnswerError(response.status_code, response.headers, response.text[:_BODY_CHARACTERS])
