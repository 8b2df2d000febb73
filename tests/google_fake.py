"""A Google of our own for what no other server offers: batches, limits, exceptions of series.

Written from Google's documentation; every request and every answer is held against the discovery
documents, and the fake itself is driven by Google's own client library in its tests. It is no
judge of what Google does, only of what it says that it does.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from tests import google_discovery as discovery
from tests.google_fake_calendar import FakeCalendar
from tests.google_fake_mailbox import FakeMailbox, RefusedError
from tests.google_fake_meet import SCOPE, FakeMeet
from tests.google_fields import selected

TOKEN: Final = "ya29.a-token-of-the-fake"
#: Units of the quota by method; others cost one.
PRICES: Final = {
    "gmail.users.messages.get": 20,
    "gmail.users.messages.list": 5,
    "gmail.users.messages.send": 100,
    "gmail.users.history.list": 2,
}
MAX_BATCH: Final = 100


class Answer(NamedTuple):
    """What is sent back. ``cut``: so many bytes of the body, then the connection ends."""

    status: int
    body: bytes
    headers: Mapping[str, str] = {}
    cut: int | None = None


@dataclass
class Fault:
    """What happens instead, to requests whose path matches, so many ``times``."""

    path: str
    answer: Answer
    times: int = 1
    after: int = 0


@dataclass
class FakeGoogle:
    """One account. ``requests``: those over HTTP, ``calls``: also those inside of batches.

    ``units_per_minute``: what the quota allows by ``clock``; 0: anything. ``scopes``: what was
    granted, the last part of each. ``tokens``: those that are good; ``None``: any.
    """

    address: str = "rep@ours.example"
    units_per_minute: int = 0
    clock: Callable[[], float] = lambda: 0.0
    scopes: frozenset[str] = frozenset({"gmail.readonly"})
    tokens: set[str] | None = field(default_factory=lambda: {TOKEN})
    requests: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    token_answers: list[Answer] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    _spent: list[tuple[float, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.mailbox = FakeMailbox(self.address)
        self.calendar = FakeCalendar(self.address)
        self.meet = FakeMeet()

    def fail(self, path: str, status: int, body: object = "", **more: Any) -> None:
        """Answer the next request (or ``times`` of them) to ``path`` in this way."""
        headers = more.pop("headers", {})
        cut = more.pop("cut", None)
        text = body if isinstance(body, str) else json.dumps(body)
        self.faults.append(Fault(path, Answer(status, text.encode(), headers, cut), **more))

    def answer(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one HTTP request. ``headers``: names in lower case."""
        self.requests.append(f"{verb} {target}")
        path = urlsplit(target).path
        found = self._fault(path)
        if found:
            return found
        if path in ("/token", "/revoke"):
            self.forms.append(dict(parse_qsl(body.decode())))
            return self.token_answers.pop(0)
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens is not None and token not in self.tokens:
            return _error(401, "UNAUTHENTICATED", "authError")
        if verb == "POST" and path == "/batch":
            return self._batch(headers, body)
        return self._call(verb, target, body)

    def _fault(self, path: str) -> Answer | None:
        for fault in self.faults:
            if re.search(fault.path, path) and fault.times > 0:
                if fault.after > 0:
                    fault.after -= 1
                    continue
                fault.times -= 1
                return fault.answer
        return None

    def _batch(self, headers: Mapping[str, str], body: bytes) -> Answer:
        found = re.search(r'boundary="?([^";]+)"?', headers["content-type"])
        assert found
        boundary = found[1].encode()
        pieces = body.split(b"--" + boundary)[1:-1]
        if len(pieces) > MAX_BATCH:
            return _error(400, "INVALID_ARGUMENT", "badRequest")
        parts = []
        for piece in pieces:
            outer, inner = re.split(rb"\r?\n\r?\n", piece.strip(b"\r\n"), maxsplit=1)
            name = re.search(rb"(?i)content-id:\s*<([^>]*)>", outer)
            verb, target, _ = inner.split(b"\n", 1)[0].decode().split(" ", 2)
            answer = self._fault(urlsplit(target).path) or self._call(verb, target)
            assert name
            parts.append(_part(name[1], answer))
        reply = b"".join(b"--batch_fake\r\n" + part + b"\r\n" for part in parts)
        kind = {"Content-Type": "multipart/mixed; boundary=batch_fake"}
        return Answer(200, reply + b"--batch_fake--\r\n", kind)

    def _call(self, verb: str, target: str, body: bytes = b"") -> Answer:
        path, query = urlsplit(target).path, dict(parse_qsl(urlsplit(target).query))
        try:
            made = discovery.call(verb, path)
        except LookupError:
            return _error(404, "NOT_FOUND", "notFound")
        self.calls.append(made.id)
        self.complaints += discovery.complaints(made, query)
        if body:
            sent = json.loads(body)
            self.complaints += discovery.body_complaints(made, sent)
            message = sent.get("message") or sent
            query |= {name: message[name] for name in ("raw", "threadId") if name in message}
        if self._over_quota(PRICES.get(made.id, 1)):
            return _error(429, "RESOURCE_EXHAUSTED", "rateLimitExceeded")
        try:
            told = self._told(made, query)
            self.complaints += discovery.answer_complaints(made, told)
            return Answer(200, json.dumps(selected(told, query.get("fields", ""))).encode())
        except RefusedError as error:
            return _error(error.status, error.word, error.reason)

    def _told(self, made: discovery.Call, query: Mapping[str, str]) -> Any:
        arguments = {name: unquote(value) for name, value in made.path.items()} | dict(query)
        side = {"gmail": self.mailbox, "calendar": self.calendar, "meet": self.meet}[made.api[0]]
        if made.api[0] == "meet" and SCOPE not in self.scopes:
            raise RefusedError(403, "PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
        if made.api[0] == "gmail" and "gmail.metadata" in self.scopes:
            self.mailbox.refuse_beyond_headers(made.id, query)
        answer: Any = side.methods[made.id](arguments)  # type: ignore[attr-defined]
        return answer

    def _over_quota(self, units: int) -> bool:
        now = self.clock()
        self._spent = [(at, spent) for at, spent in self._spent if at > now - 60]
        if self.units_per_minute and sum(s for _, s in self._spent) + units > self.units_per_minute:
            return True
        self._spent.append((now, units))
        return False


@contextmanager
def running(fake: FakeGoogle) -> Iterator[FakeGoogle]:
    """Serve ``fake`` on a free port of the loopback; fails at the end if it had to complain."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake))
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
    assert fake.complaints == []


def _handler(fake: FakeGoogle) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = fake.answer(self.command, self.path, _lowered(dict(self.headers)), body)
            self.send_response_only(answer.status)
            for name, value in {**_usual(), **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[: answer.cut])
            if answer.cut is not None:
                self.close_connection = True

        do_GET = do_POST = _serve  # noqa: N815 - names of the standard library

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _usual() -> dict[str, str]:
    return {"Content-Type": "application/json", "Date": formatdate(usegmt=True)}


def _part(name: bytes, answer: Answer) -> bytes:
    headers = {"Content-Type": "application/json; charset=UTF-8", **answer.headers}
    lines = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
    return (
        b"Content-Type: application/http\r\nContent-ID: <response-" + name + b">\r\n\r\n"
        b"HTTP/1.1 %d Status\r\n%s\r\n" % (answer.status, lines.encode()) + answer.body
    )


def error_body(status: int, word: str, reason: str) -> dict[str, Any]:
    """An error as Google writes it."""
    errors = [{"message": word, "domain": "global", "reason": reason}]
    return {"error": {"code": status, "message": word, "errors": errors, "status": word}}


def _error(status: int, word: str, reason: str) -> Answer:
    return Answer(status, json.dumps(error_body(status, word, reason)).encode())
