"""A Graph that listens on the loopback: real HTTP around ``tests.graph_answers``, and faults.

It has been written by us, so it is held to Graph's own description: every answer is checked against
the CSDL where that is at hand, and a test fails where one does not fit (``problems``).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, TypeAlias

from tests import graph_sent
from tests.graph_answers import Answers
from tests.graph_deltas import VERSION, Reply, error
from tests.graph_mailbox import Mailbox
from tests.graph_values import Json

TOKEN: Final = "a-good-token"
JSON: Final = "application/json"

#: Given a method and a path, another answer instead of the right one, or ``None``.
Fault: TypeAlias = Callable[[str, str], "Reply | Cut | None"]


@dataclass(frozen=True)
class Cut:
    """The connection ends after so many bytes of the answer; 0: without any."""

    after_bytes: int = 0


@dataclass
class Graph:
    """The running fake. ``requests``: over HTTP; ``parts``: those within batches as well.

    ``tokens``: those that are good, ``None`` for any.
    """

    answers: Answers
    requests: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    tokens: set[str] | None = field(default_factory=lambda: {TOKEN})
    faults: list[Fault] = field(default_factory=list)
    part_faults: list[Fault] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    @property
    def mailbox(self) -> Mailbox:
        """What lies in it."""
        return self.answers.mailbox

    @property
    def url(self) -> str:
        """Its address."""
        return self.answers.base

    def fail(self, *replies: Reply | Cut, path: str = "", part: bool = False) -> None:
        """Give these instead of the next answers to requests (or parts) whose path has ``path``."""
        waiting = list(replies)

        def fault(_method: str, asked: str) -> Reply | Cut | None:
            return waiting.pop(0) if waiting and path in asked else None

        (self.part_faults if part else self.faults).append(fault)

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Reply | Cut:
        """The answer to one request over HTTP."""
        self.requests.append(f"{method} {path}")
        if (wrong := _first(self.faults, method, path)) is not None:
            return wrong
        if not self._lets_in(headers.get("authorization", "")):
            return error(401, "InvalidAuthenticationToken", "Access token has expired.")
        if not path.startswith(VERSION + "/"):
            return error(404, "ResourceNotFound")
        if path == VERSION + "/$batch" and method == "POST":
            return self.answers.batch(body["requests"], self._part)
        if method == "POST" and path.removeprefix(VERSION) in graph_sent.TAKES:
            kind = headers.get("content-type", "")
            return graph_sent.take(self.mailbox, path.removeprefix(VERSION), kind, body)
        if method != "GET":
            return error(405, "MethodNotAllowed")
        self.parts.append(path.removeprefix(VERSION))
        return self.answers.get(path.removeprefix(VERSION), headers)

    def _lets_in(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        return scheme == "Bearer" and (self.tokens is None or token in self.tokens)

    def _part(self, part: Json) -> Reply:
        if not part["url"].startswith("/"):
            return error(400, "BadRequest", "Parts of a batch have relative addresses")
        self.parts.append(part["url"])
        wrong = _first(self.part_faults, part["method"], part["url"])
        if isinstance(wrong, Reply):
            return wrong
        headers = {name.lower(): value for name, value in part.get("headers", {}).items()}
        if (part["method"], part["url"]) == ("POST", "/me/translateExchangeIds"):
            kind = headers.get("content-type")
            good = kind == JSON
            return self.answers.translate(part["body"]) if good else error(400, "BadRequest")
        if part["method"] != "GET":
            return error(400, "BadRequest", "Nothing else is sent in batches")
        return self.answers.get(part["url"], headers)


def _first(faults: list[Fault], method: str, path: str) -> Reply | Cut | None:
    found = (fault(method, path) for fault in faults)
    return next((one for one in found if one is not None), None)


@contextmanager
def graph(**options: Any) -> Iterator[Graph]:
    """A Graph with an empty mailbox on a free port; ``options``: fields of ``Answers``.

    Fails where an answer was not what Graph could have said.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    base = f"http://127.0.0.1:{server.server_address[1]}"
    fake = Graph(Answers(Mailbox(), base, **options))
    server.daemon_threads = True
    server.fake = fake  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert not fake.answers.problems, fake.answers.problems[:5]
    assert fake.most_at_once <= 4, "a mailbox serves four requests at once"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve(None)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        text = self.headers.get("Content-Type", "").startswith("text/")
        self._serve(body if text else json.loads(body))

    def _serve(self, body: Any) -> None:
        fake: Graph = self.server.fake  # type: ignore[attr-defined]
        fake.at_once += 1
        fake.most_at_once = max(fake.most_at_once, fake.at_once)
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            self._send(fake.answer(self.command, self.path, headers, body))
        finally:
            fake.at_once -= 1

    def _send(self, reply: Reply | Cut) -> None:
        cut = reply if isinstance(reply, Cut) else None
        told = Reply(200, {}, {"value": []}) if isinstance(reply, Cut) else reply
        content = told.body if isinstance(told.body, bytes) else json.dumps(told.body).encode()
        if cut is not None and cut.after_bytes == 0:
            self.close_connection = True
            return
        self.send_response(told.status)
        for name, value in told.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: cut.after_bytes] if cut else content)
        self.close_connection = self.close_connection or cut is not None

    def log_message(self, *args: Any) -> None:
        """Nothing is printed."""
