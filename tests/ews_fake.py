"""An Exchange Server that listens on the loopback: HTTP, sign-in and SOAP around its answers.

It has been written by us, so it is held to Microsoft's schemas: every request and every answer is
checked where they are at hand, and a test fails where one does not fit (``problems``). NTLM is
accepted by pyspnego, which others wrote.
"""

from __future__ import annotations

import base64
import os
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

import spnego
from lxml import etree  # type: ignore[import-untyped]

from tests import ews_schema
from tests.ews_answers import Answers
from tests.ews_mailbox import Mailbox
from tests.ews_soap import SOAP, Cut, Reply, enveloped, soap_fault, user_settings
from tests.ews_xml import TYPES, Element, element

PATH: Final = "/EWS/Exchange.asmx"
USER: Final = "OURS\\rep"
PASSWORD: Final = "correct-horse-7"
TOKEN: Final = "a-good-token"
_VERSIONS: Final = ("Exchange2010_SP2", "Exchange2013", "Exchange2013_SP1", "Exchange2016")


#: Given the name of an operation, another answer instead of the right one, or ``None``.
Fault: TypeAlias = Callable[[str], "Reply | Cut | None"]


@dataclass
class Ews:
    """The running fake. ``requests``: operations that were answered after a sign-in.

    ``posts``: all requests over HTTP, those of NTLM's handshake too. ``takes``: ways of signing in.
    ``tokens``: those that are good, ``None`` for any. ``asked_hosts``: by what name, each time.
    ``newest``: the newest version of requests that it knows. ``settings``: of autodiscover.
    """

    answers: Answers
    url: str = ""
    takes: set[str] = field(default_factory=lambda: {"ntlm", "basic", "bearer"})
    tokens: set[str] | None = field(default_factory=lambda: {TOKEN})
    newest: str = "Exchange2016"
    requests: list[str] = field(default_factory=list)
    posts: int = 0
    problems: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    asked_hosts: list[str] = field(default_factory=list)

    @property
    def mailbox(self) -> Mailbox:
        """What lies in it."""
        return self.answers.mailbox

    def fail(self, *replies: Reply | Cut, operation: str = "") -> None:
        """Give these instead of the next answers to requests for an operation."""
        waiting = list(replies)

        def fault(asked: str) -> Reply | Cut | None:
            return waiting.pop(0) if waiting and operation in asked else None

        self.faults.append(fault)

    def answer(self, content: bytes) -> Reply | Cut:
        """The answer to one signed-in request."""
        envelope = etree.fromstring(content)
        request = envelope.find(f"{{{SOAP}}}Body")[0]
        name = etree.QName(request).localname
        if name == "GetUserSettingsRequestMessage":
            return Reply(body=user_settings(request, self.settings))
        self.requests.append(name)
        for fault in self.faults:
            if (wrong := fault(name)) is not None:
                return wrong
        told = envelope.find(f".//{{{TYPES}}}RequestServerVersion")
        version = _VERSIONS[0] if told is None else told.get("Version")
        if version not in _VERSIONS[: _VERSIONS.index(self.newest) + 1]:
            return soap_fault("ErrorInvalidServerVersion")
        if wrong_request := self._check(f"request {name}", envelope):
            return soap_fault("ErrorSchemaValidation", wrong_request)
        return Reply(body=self._enveloped(name, self.answers.answer(request)))

    def _enveloped(self, name: str, answer: Element) -> bytes:
        told = {
            "MajorVersion": "15",
            "MinorVersion": "2",
            "MajorBuildNumber": "1544",
            "MinorBuildNumber": "11",
            "Version": self.newest,
        }
        envelope = enveloped(element("t:ServerVersionInfo", **told), answer)
        self._check(f"answer {name}", envelope)
        return bytes(etree.tostring(envelope, xml_declaration=True, encoding="utf-8"))

    def _check(self, what: str, envelope: Element) -> str:
        """The schemas are those of one version; which one is asked for is checked by ``answer``."""
        parts = [
            part
            for part in envelope.iterfind("{*}Header/*")
            if part.tag.startswith(f"{{{TYPES}")
            and etree.QName(part).localname != "RequestServerVersion"
        ]
        parts += list(envelope.iterfind("{*}Body/*"))
        found = [problem for part in parts for problem in ews_schema.problems(part)]
        self.problems += [f"{what}: {problem}" for problem in found]
        return found[0] if found else ""


@contextmanager
def ews(certificates: Path | None = None, **options: Any) -> Iterator[Ews]:
    """A server with an empty mailbox on a free port; ``options``: fields of ``Answers``.

    ``certificates``: a folder with ``cert.pem`` and ``key.pem``: then with TLS. Fails where a
    request or an answer was none that Exchange knows.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    if certificates is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme, host = ("https", "localhost") if certificates else ("http", "127.0.0.1")
    fake = Ews(Answers(Mailbox(), **options), f"{scheme}://{host}:{server.server_address[1]}{PATH}")
    server.daemon_threads = True
    server.fake = fake  # type: ignore[attr-defined]
    server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with _users():
            yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert not fake.problems, fake.problems[:5]


@contextmanager
def _users() -> Iterator[None]:
    """Where pyspnego looks up names and passwords."""
    before = os.environ.get("NTLM_USER_FILE")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "users"
        path.write_text(USER.replace("\\", ":") + f":{PASSWORD}\n")
        os.environ["NTLM_USER_FILE"] = str(path)
        try:
            yield
        finally:
            del os.environ["NTLM_USER_FILE"]
            if before is not None:
                os.environ["NTLM_USER_FILE"] = before


class _Handler(BaseHTTPRequestHandler):
    """One connection; NTLM signs in the connection, not the request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    _context: Any = None
    _signed_in = False

    def do_GET(self) -> None:
        """The description of the service, for those who are signed in."""
        fake: Ews = self.server.fake  # type: ignore[attr-defined]
        is_service = self.path.lower() == PATH.lower()
        self._send((self._sign_in(fake) or Reply(body=b"<wsdl/>")) if is_service else Reply(404))

    def do_HEAD(self) -> None:
        """As without content."""
        self.do_GET()

    def do_POST(self) -> None:
        fake: Ews = self.server.fake  # type: ignore[attr-defined]
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fake.posts += 1
        fake.asked_hosts.append(self.headers.get("Host", "").partition(":")[0])
        if self.path.lower() not in (PATH.lower(), "/autodiscover/autodiscover.svc"):
            self._send(Reply(404, b"<html>Not here</html>"))
            return
        refusal = self._sign_in(fake)
        self._send(refusal or fake.answer(content))

    def _sign_in(self, fake: Ews) -> Reply | None:
        """``None`` for those who may come in."""
        way, _, told = self.headers.get("Authorization", "").partition(" ")
        if self._signed_in and not told:
            return None
        offered = {"ntlm": "NTLM", "basic": 'Basic realm="ours"', "bearer": "Bearer"}
        ways = ", ".join(text for name, text in offered.items() if name in fake.takes)
        refused = Reply(401, headers={"WWW-Authenticate": ways})
        if way.lower() not in fake.takes:
            return refused
        if way == "Basic":
            good = base64.b64decode(told).decode() == f"{USER}:{PASSWORD}"
            return None if good else refused
        if way == "Bearer":
            return None if fake.tokens is None or told in fake.tokens else refused
        return self._ntlm(base64.b64decode(told), refused)

    def _ntlm(self, token: bytes, refused: Reply) -> Reply | None:
        if self._context is None:
            options = spnego.NegotiateOptions.use_ntlm
            self._context = spnego.server(protocol="ntlm", options=options)
        try:
            answer = self._context.step(token)
        except spnego.exceptions.SpnegoError:
            self._context = None
            return refused
        if self._context.complete:
            self._signed_in = True
            return None
        challenge = f"NTLM {base64.b64encode(answer).decode()}"
        return Reply(401, headers={"WWW-Authenticate": challenge})

    def _send(self, reply: Reply | Cut) -> None:
        cut = reply if isinstance(reply, Cut) else None
        told = Reply(body=b"<Envelope>" + b" " * 1_000) if isinstance(reply, Cut) else reply
        if cut is not None and cut.after_bytes == 0:
            self.close_connection = True
            return
        self.send_response(told.status)
        for name, value in {"Content-Type": "text/xml; charset=utf-8", **told.headers}.items():
            ways = value.split(", ") if name == "WWW-Authenticate" else [value]
            for one in ways:  # IIS tells each way by itself
                self.send_header(name, one)
        self.send_header("Content-Length", str(len(told.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(told.body[: cut.after_bytes] if cut else told.body)
        self.close_connection = self.close_connection or cut is not None

    def log_message(self, *args: Any) -> None:
        """Nothing is printed."""
