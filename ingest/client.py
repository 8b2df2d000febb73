"""The HTTP session that providers are talked to with: where its proxy and certificates come from.

Nothing is tried again in here (``ingest.retry`` does that), no redirect is followed (an API sends
nobody elsewhere; the sign-in page of a network does), and no password is taken from ``.netrc``.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

import requests

#: Names of this very machine; what runs there is reached without a proxy, and needs no TLS.
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_DIRECT: Final = {"http": None, "https": None, "all": None}
_CONNECT_SECONDS: Final = 20.0


class Session(requests.Session):
    """One session for all requests to one account.

    ``proxy``: its address, ``""``: as the environment says. ``ca_file``: PEM file of trusted
    certificates, ``""``: the usual ones (REQUESTS_CA_BUNDLE). ``timeout_seconds``: the longest
    silence of a server.
    """

    def __init__(
        self, *, proxy: str = "", ca_file: str = "", timeout_seconds: float = 60.0
    ) -> None:
        super().__init__()
        self.proxies = {"http": proxy, "https": proxy} if proxy else {}
        self.auth = _unsigned
        self._ca_file = ca_file
        self._timeout = (min(timeout_seconds, _CONNECT_SECONDS), timeout_seconds)

    def sending(self, url: str | bytes) -> dict[str, Any]:
        """What a request to ``url`` is sent with, for libraries that bring their own session."""
        options: dict[str, Any] = {"timeout": self._timeout, "allow_redirects": False}
        if self._ca_file:
            # Given with the request, since REQUESTS_CA_BUNDLE wins over the session's own.
            options["verify"] = self._ca_file
        if is_loopback(url):
            options["proxies"] = dict(_DIRECT)
        elif self.proxies:
            options["proxies"] = dict(self.proxies)
        return options

    def request(  # type: ignore[override]
        self, method: str | bytes, url: str | bytes, **options: Any
    ) -> requests.Response:
        """As ``requests`` does it; raises its ``RequestException``."""
        # ``get`` asks for redirects by itself, whatever the session's defaults are.
        options["allow_redirects"] = False
        return super().request(method, url, **{**self.sending(url), **options})


def is_loopback(url: str | bytes) -> bool:
    """Whether ``url`` is on this machine."""
    host = urlsplit(url if isinstance(url, str) else url.decode()).hostname
    return host in LOOPBACK


def _unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
