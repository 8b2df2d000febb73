"""The session with which providers are talked to: proxy, certificates, silence, redirects."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from ingest.client import Session, is_loopback
from ingest.google_client import classify
from ingest.retry import Action
from tests.certificates import for_localhost


class Recorder(BaseHTTPRequestHandler):
    """Answers with what it was asked for."""

    def do_GET(self) -> None:
        """The request line and who signed it."""
        if self.path.endswith("/away"):
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
        else:
            self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{self.path} {self.headers.get('Authorization')}".encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def served(context: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def plain() -> Iterator[int]:
    """A server without TLS."""
    yield from served()


@contextmanager
def secure(folder: Path, *, days: tuple[int, int] = (-1, 30)) -> Iterator[tuple[str, str]]:
    """A server with TLS: its address, and the file of its authority."""
    ca_file = for_localhost(folder, days=days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    for port in served(context):
        yield f"https://localhost:{port}/", str(ca_file)


def test_a_redirect_is_not_followed(plain: int) -> None:
    """The token would go along."""
    assert Session().get(f"http://127.0.0.1:{plain}/away").status_code == 302


def test_no_password_is_taken_from_a_netrc(
    plain: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would take the place of the token."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ann password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert Session().get(f"http://127.0.0.1:{plain}/").text == "/ None"
    headers = {"Authorization": "Bearer token"}
    answer = Session().get(f"http://127.0.0.1:{plain}/", headers=headers)
    assert answer.text == "/ Bearer token"


def test_the_proxy_is_used_but_not_for_this_machine(
    plain: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the configuration, else from the environment."""
    proxy = f"http://127.0.0.1:{plain}"
    target = "http://mail.theirs.example/x"
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    assert Session(proxy=proxy).get(target).text.startswith(target)
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.setenv("http_proxy", proxy)
    assert Session().get(target).text.startswith(target)
    assert Session().get(f"http://127.0.0.1:{plain}/x").text.startswith("/x")
    assert Session(proxy="http://127.0.0.1:1").get(f"http://127.0.0.1:{plain}/x").ok


def test_the_named_authority_is_trusted_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REQUESTS_CA_BUNDLE would win over the session's own."""
    nobody = tmp_path / "nobody.pem"
    nobody.write_text("")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(nobody))
    with secure(tmp_path) as (url, ca_file):
        assert Session(ca_file=ca_file).get(url).ok


@pytest.mark.parametrize(
    ("trusted", "days", "words"),
    [
        (False, (-1, 30), "network.ca_file"),
        (True, (-9, -2), "date and time of this computer"),
        (True, (2, 9), "date and time of this computer"),
    ],
)
def test_a_certificate_that_is_not_accepted_says_why(
    tmp_path: Path, trusted: bool, days: tuple[int, int], words: str
) -> None:
    """Nobody known vouches for it, or one of the two clocks is wrong; it will not get better."""
    with (
        secure(tmp_path, days=days) as (url, ca_file),
        pytest.raises(requests.exceptions.SSLError) as caught,
    ):
        Session(ca_file=ca_file if trusted else "").get(url)
    fault = classify(caught.value, "Gmail")
    assert fault is not None
    assert fault.action is Action.STOP
    assert "certificate of Gmail is not accepted" in fault.cause
    assert words in fault.remedy


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8080/x", True),
        ("https://localhost/", True),
        (b"http://[::1]:80/", True),
        ("https://localhost.theirs.example/", False),
        ("https://127.0.0.1@theirs.example/", False),
    ],
)
def test_this_machine_is_known_by_its_names(url: str | bytes, here: bool) -> None:
    """And by nothing that only looks like them."""
    assert is_loopback(url) is here
