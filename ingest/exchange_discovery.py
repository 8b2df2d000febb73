"""Finding the Exchange Server of an address by autodiscover, in the steps of exchangelib.

Nothing is remembered: exchangelib's own memory is a file of pickles in the folder for everybody's
temporary files. And no password goes to a host outside of the address's own domain, to which
anybody in the same network could point, unless the user agrees.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import requests
from exchangelib import errors  # type: ignore[import-untyped]
from exchangelib.autodiscover.discovery import (  # type: ignore[import-untyped]
    Autodiscovery,
    SrvRecord,
)
from exchangelib.autodiscover.protocol import (  # type: ignore[import-untyped]
    AutodiscoverProtocol,
)
from exchangelib.util import get_domain  # type: ignore[import-untyped]

from ingest.addresses import host_of, registrable_domain
from ingest.client import Session
from ingest.exchange_access import Login, Networked, configuration, server_url
from ingest.exchange_faults import AnswerError, classify, refused
from ingest.retry import Fault, error_of
from store.errors import InputError, SignInError, SignInProblem

_SETTINGS: Final = ("external_ews_url", "internal_ews_url", "auto_discover_smtp_address")
_MOST_REDIRECTS: Final = 10
#: Where Exchange Online is, which is read as Microsoft 365.
_ONLINE: Final = ("office365.com", "outlook.com", "office365.us", "outlook.cn")


class Found(NamedTuple):
    """The server of a mailbox. ``address``: its main one, ``url``: of its web services."""

    address: str
    url: str


def find(address: str, login: Login, session: Session, trusted: Callable[[str], bool]) -> Found:
    """The server that autodiscover names for ``address``.

    ``trusted``: whether the user lets a host outside of the address's domain have the password.

    Raises:
        SignInError: a server was found and does not accept the sign-in, or it is Exchange Online.
        InputError: no server was found, or the address is unknown; offline: ``OfflineError``.
    """
    steps = _Steps(address, login, session, trusted)
    try:
        settings = steps.discover().user_settings
    except errors.EWSError as error:
        raise _failed(address, steps.failures, error) from error
    url = settings.get("external_ews_url") or settings.get("internal_ews_url")
    if not url:
        raise _nowhere(address)
    host = urlsplit(url).hostname or ""
    if any(host == one or host.endswith(f".{one}") for one in _ONLINE):
        raise SignInError(
            f"The mailbox of {address} is in Microsoft 365, not on an Exchange Server",
            "Run: brickwall connect microsoft",
            SignInProblem.WRONG_SERVER,
        )
    return Found(settings.get("auto_discover_smtp_address") or address, server_url(url))


def _failed(address: str, failures: list[Exception], error: Exception) -> Exception:
    """What is told of all that was tried."""
    for failure in failures:
        if isinstance(failure, AnswerError) and failure.status == 401:
            return error_of(refused(failure.headers))
    if not isinstance(error, errors.AutoDiscoverError):
        fault = classify(error)
        return error_of(fault) if fault is not None else error
    faults = [classify(failure) for failure in failures]
    offline: list[Fault] = [fault for fault in faults if fault is not None and fault.offline]
    return error_of(offline[0]) if offline and len(offline) == len(faults) else _nowhere(address)


def _nowhere(address: str) -> InputError:
    return InputError(
        f"No Exchange Server was found for {address}",
        "Name it: --server mail.ours.example. Outlook shows it under File, Account Settings, and "
        "Outlook on the web in the address of the page.",
    )


class _Protocol(Networked, AutodiscoverProtocol):  # type: ignore[misc]
    """To the autodiscover service."""


class _Steps(Autodiscovery):  # type: ignore[misc]
    """exchangelib's steps. ``failures``: why those that were tried led to nothing."""

    def __init__(
        self, address: str, login: Login, session: Session, trusted: Callable[[str], bool]
    ) -> None:
        super().__init__(email=address)
        self.email: str = address
        self.failures: list[Exception] = []
        self._login = login
        self._network = session
        self._trusted = trusted
        self._domain = registrable_domain(host_of(address.lower()))
        self._agreed: dict[str, bool] = {}

    def discover(self) -> Any:
        """The settings of the user; another address that the server names leads there."""
        seen: set[str] = set()
        while self.email.lower() not in seen and len(seen) < _MOST_REDIRECTS:
            seen.add(self.email.lower())
            settings = self._step_1(hostname=get_domain(self.email))
            if not settings.redirect_address:
                return settings
            self.email = settings.redirect_address
        raise errors.AutoDiscoverCircularRedirect(self.email)

    def _attempt_response(self, url: str) -> tuple[bool, Any]:
        self._urls_visited.append(url.lower())
        if not self._may_ask(urlsplit(url).hostname or ""):
            return False, None
        protocol = _Protocol(
            config=configuration(url, self._login), session=self._network, login=self._login
        )
        try:
            return True, protocol.get_user_settings(user=self.email, settings=list(_SETTINGS))
        except AnswerError as error:
            elsewhere = error.headers.get("Location", "")
            if error.status in (301, 302, 307) and self._redirect_url_is_valid(url=elsewhere):
                return self._attempt_response(url=elsewhere)
            self.failures.append(error)
        except errors.EWSError as error:
            self.failures.append(error)
        return False, None

    def _may_ask(self, host: str) -> bool:
        if registrable_domain(host.lower()) == self._domain:
            return True
        if host not in self._agreed:
            self._agreed[host] = self._trusted(host)
        return self._agreed[host]

    def _get_unauthenticated_response(
        self, url: str, method: str = "post"
    ) -> tuple[None, requests.Response]:
        try:
            return None, self._network.request(method, url)
        except requests.RequestException as error:
            raise errors.TransportError(str(error)) from error

    def _get_srv_records(self, hostname: str) -> list[SrvRecord]:
        if self._network.proxies:  # whoever goes through a proxy often cannot look up names
            return []
        try:
            return list(super()._get_srv_records(hostname))
        except Exception:  # no resolver at all, for one; there are other ways to the server
            return []
