"""Where the browser comes back to after a sign-in: a server on this machine, for one answer."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

_MOST_BYTES = 1 << 20
_PAGE = (
    b"<!doctype html><html lang='en'><meta charset='utf-8'><title>brickwall</title>"
    b"<p>brickwall has its answer. You can close this window.</p></html>"
)


class _Server(ThreadingHTTPServer):
    """A thread for each connection: browsers open some that they never use."""

    allow_reuse_address = False


class Loopback:
    """Waits for the browser on a free port of 127.0.0.1 while the block lasts.

    ``address``: to give as redirect URI. Only an answer with the awaited ``state`` counts, so that
    neither a browser that looks for an icon nor another page ends or takes over the sign-in.
    """

    def __init__(self) -> None:
        self._answers: SimpleQueue[str] = SimpleQueue()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, state: str, wait_seconds: float) -> str | None:
        """The whole address that the browser was sent to; ``None`` if none came in that time."""
        while True:
            try:
                url = self._answers.get(timeout=wait_seconds)
            except Empty:
                return None
            if parse_qs(urlsplit(url).query).get("state") == [state]:
                return url

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._take(self.path)

            def do_POST(self) -> None:
                """Microsoft sends its answer as a form, so that it stands in no history."""
                length = min(int(self.headers.get("Content-Length", 0)), _MOST_BYTES)
                form = self.rfile.read(length).decode("ascii", "replace")
                self._take(f"{self.path.partition('?')[0]}?{form}")

            def _take(self, path: str) -> None:
                is_answer = "state=" in path
                self.send_response(200 if is_answer else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                if is_answer:
                    self.wfile.write(_PAGE)
                    loopback._answers.put(loopback.address.rstrip("/") + path)

            def log_message(self, *_: object) -> None:
                """The address holds the code of the sign-in: it is never logged."""

        return Handler
