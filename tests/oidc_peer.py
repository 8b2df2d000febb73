"""The npm package oidc-provider as Microsoft's sign-in, and somebody at its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urljoin

import requests

from tests.certificates import for_localhost
from tests.conftest import need
from tests.peers import PEERS, free_port, node, running

_SCRIPT: Final = Path(__file__).with_name("oidc_provider.mjs")
_FORM: Final = re.compile(r'<form[^>]*action="([^"]+)"')
_FIELD: Final = re.compile(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"')
_ABORT: Final = re.compile(r'href="([^"]+/abort)"')
_MOST_PAGES: Final = 6


class Oidc(NamedTuple):
    """The running provider. ``address``: without tenant; ``ca_file``: who vouches for it."""

    address: str
    ca_file: Path

    @property
    def issuer(self) -> str:
        """As a plain OpenID provider."""
        return f"{self.address}/tenant/v2.0"


@contextmanager
def oidc(
    folder: Path, *, token_seconds: int = 5, code_seconds: int = 60, scopes: tuple[str, ...] = ()
) -> Iterator[Oidc]:
    """Run it; tokens and codes are good for so long. ``scopes``: that it knows besides Graph's."""
    package = PEERS / "node_modules" / "oidc-provider" / "lib" / "index.js"
    need(package.exists(), "oidc-provider is not installed: run `make peers`")
    ca_file = for_localhost(folder)
    port = free_port()
    environment = {
        "OIDC_PACKAGE": package.as_uri(),
        "OIDC_PORT": str(port),
        "OIDC_TOKEN_SECONDS": str(token_seconds),
        "OIDC_CODE_SECONDS": str(code_seconds),
        "OIDC_SCOPES": " ".join(scopes),
    }
    command = [node(), str(_SCRIPT)]
    with running(command, port=port, folder=folder, environment=environment):
        yield Oidc(f"https://localhost:{port}", ca_file)


class Person:
    """Somebody who signs in on the pages of the provider, in a browser that remembers them."""

    def __init__(self, provider: Oidc, name: str = "rep@ours.example") -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = str(provider.ca_file)
        self._name = name

    def agree(self, url: str) -> str:
        """Fill in every page that comes; the text of the last one."""
        page = self._session.get(url)
        for _ in range(_MOST_PAGES):
            if _FORM.search(page.text) is None:
                break
            page = self._submit(page)
        return page.text

    def refuse(self, url: str) -> str:
        """Say no on the first page that offers it."""
        page = self._session.get(url)
        abort = _ABORT.search(page.text)
        if abort:
            return self._submit(self._session.get(urljoin(page.url, unescape(abort[1])))).text
        return self._submit(page, abort="yes").text

    def _submit(self, page: requests.Response, **more: str) -> requests.Response:
        form = _FORM.search(page.text)
        assert form is not None, page.text[:500]
        fields = {name: unescape(value) for name, value in _FIELD.findall(page.text)}
        if 'name="login"' in page.text:
            fields |= {"login": self._name, "password": "anything"}
        return self._session.post(urljoin(page.url, unescape(form[1])), data=fields | more)
