"""Radicale, the CalDAV server that others wrote: one for all tests of a process.

It runs in a thread of its own, so that what is asked can be counted and answers be spoiled. Every
name is an account of its own with the calendar ``sales``, at first empty.
"""

from __future__ import annotations

import atexit
import base64
import itertools
import logging
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple, Self, TypeAlias
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import requests
from radicale import config
from radicale.app import Application

from ingest.caldav import CalDavSource
from ingest.caldav_places import Places, find
from ingest.client import Session
from ingest.dav import DavClient, DavLogin
from ingest.retry import Retry

PASSWORD: Final = "correct-horse-9"
_NUMBERS: Final = itertools.count(1)

#: Status, headers, body.
Told: TypeAlias = tuple[str, list[tuple[str, str]], bytes]


class Asked(NamedTuple):
    """A request. ``body``: its text."""

    method: str
    path: str
    body: str
    signed: bool


#: Answers a request itself, or changes what Radicale answered; ``None``: as it is.
Spoiler: TypeAlias = Callable[[Asked, Told], Told | None]


class Server:
    """The running server. ``asked``: all requests; ``spoil``: what spoils answers now."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="radicale-"))
        self.asked: list[Asked] = []
        self.spoil: Spoiler | None = None
        logging.getLogger("radicale").setLevel(logging.CRITICAL)
        self._application = Application(_configuration(self.folder))
        self._server = make_server(
            "127.0.0.1", 0, self._answer, server_class=_Server, handler_class=_Quiet
        )
        self.url = f"http://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        told: list[Any] = []
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        asked = Asked(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            body.decode(),
            "HTTP_AUTHORIZATION" in environ,
        )
        environ["wsgi.input"] = _Body(body)
        environ.pop("HTTP_ACCEPT_ENCODING", None)  # answers are to be read here too
        answer = b"".join(self._application(environ, lambda *args: told.extend(args[:2])))
        result: Told = (told[0], told[1], answer)
        if environ.get("HTTP_USER_AGENT") != "owner":
            self.asked.append(asked)
            result = (self.spoil(asked, result) if self.spoil else None) or result
        headers = [(name, value) for name, value in result[1] if name != "Content-Length"]
        start(result[0], [*headers, ("Content-Length", str(len(result[2])))])
        return [result[2]]


class _Body:
    """A body that was read already."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        size = len(self._data) if size < 0 else size
        given, self._data = self._data[:size], self._data[size:]
        return given


class _Server(WSGIServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is none of the test's business."""


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _configuration(folder: Path) -> config.Configuration:
    users = folder / "users"
    names = [f"rep{number}@ours.example" for number in range(1, 400)]
    users.write_text("".join(f"{name}:{PASSWORD}\n" for name in names))
    configuration = config.load()
    configuration.update(
        {
            "auth": {
                "type": "htpasswd",
                "htpasswd_filename": str(users),
                "htpasswd_encryption": "plain",
                "delay": "0",
            },
            "storage": {
                "filesystem_folder": str(folder / "collections"),
                "_filesystem_fsync": "False",
            },
            "logging": {"level": "critical"},
        },
        "test",
        privileged=True,
    )
    return configuration


@cache
def server() -> Server:
    """The server, started where it is not running yet."""
    started = Server()
    atexit.register(started.close)
    return started


class Account:
    """An account of its own, seen by its owner with another program."""

    def __init__(self) -> None:
        self.server = server()
        self.server.spoil = None
        self.address = f"rep{next(_NUMBERS)}@ours.example"
        self.home = f"/{self.address}/"
        self.begun = len(self.server.asked)
        self._session = requests.Session()
        self._session.trust_env = False
        pair = base64.b64encode(f"{self.address}:{PASSWORD}".encode()).decode()
        self._session.headers.update({"Authorization": f"Basic {pair}", "User-Agent": "owner"})
        self.make("sales")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()
        self.server.spoil = None

    @property
    def asked(self) -> Sequence[Asked]:
        """What was asked for this account so far."""
        return self.server.asked[self.begun :]

    def forget(self) -> None:
        """Count anew."""
        self.begun = len(self.server.asked)

    def path(self, name: str, calendar: str = "sales") -> str:
        """Where an entry lies."""
        return f"{self.home}{calendar}/{name}.ics"

    def make(self, calendar: str, *properties: str) -> None:
        """Make a calendar."""
        body = (
            '<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>'
            f"<d:displayname>{calendar.title()}</d:displayname>{''.join(properties)}"
            "</d:prop></d:set></c:mkcalendar>"
        )
        self._do("MKCALENDAR", f"{self.home}{calendar}/", body.encode())

    def remove(self, calendar: str) -> None:
        """Delete a calendar."""
        self._do("DELETE", f"{self.home}{calendar}/")

    def put(self, name: str, calendar: bytes, where: str = "sales") -> None:
        """Write an entry."""
        self._do("PUT", self.path(name, where), calendar, {"Content-Type": "text/calendar"})

    def delete(self, name: str, where: str = "sales") -> None:
        """Delete an entry."""
        self._do("DELETE", self.path(name, where))

    def forget_tokens(self, calendar: str = "sales") -> None:
        """All tokens given so far are forgotten."""
        folder = self.server.folder / "collections" / "collection-root" / self.address / calendar
        shutil.rmtree(folder / ".Radicale.cache" / "sync-token", ignore_errors=True)

    def client(
        self, retry: Retry | None = None, *, login: DavLogin | None = None, server: str = ""
    ) -> DavClient:
        """A client that signs in as the owner, at the address of the server."""
        return DavClient(
            Session(timeout_seconds=10),
            login or DavLogin(self.address, PASSWORD),
            retry or Retry(sleep=lambda _: None, random=lambda: 0.0),
            server=server or self.server.url,
        )

    def source(
        self, places: Places | None = None, *, retry: Retry | None = None, **options: Any
    ) -> CalDavSource:
        """A new source; where the calendars are was found out before."""
        client = self.client(retry)
        before = len(self.server.asked)
        places = places or find(client)
        del self.server.asked[before:]
        return CalDavSource(client, places, "Europe/Berlin", **options)

    def _do(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        answer = self._session.request(
            method, self.server.url + path, data=body, headers=headers or {}
        )
        assert answer.status_code < 300, (method, path, answer.status_code, answer.text)
