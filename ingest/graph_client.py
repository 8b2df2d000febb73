"""Microsoft Graph over HTTP: one request at a time, up to twenty in one ``$batch``.

A mailbox serves four requests at once; Graph itself runs the parts of a ``$batch`` four at a time,
so one request after the other is all that is allowed, and quick enough.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple, cast
from urllib.parse import quote

import requests

from ingest.graph_faults import GraphError, UnreadableError, classify, is_busy
from ingest.graph_json import Json, parts, text
from ingest.pace import Pace
from ingest.retry import Action, Retry
from ingest.secrets import Token

#: What one ``$batch`` may hold.
MAX_PARTS: Final = 20
#: Messages or events that one answer is asked to hold.
PAGE_ITEMS: Final = 100
#: 10,000 requests in ten minutes for one mailbox, parts of a batch counted each; a tenth is left
#: for whatever else the user runs.
REQUESTS_PER_MINUTE: Final = 900
_VERSION: Final = "/v1.0"
#: How often one part of a batch is tried while the others are answered.
_PART_TRIES: Final = 3
#: Without the first, a message that is moved to another folder would be another message.
_PREFER: Final = f'IdType="ImmutableId", odata.maxpagesize={PAGE_ITEMS}, outlook.timezone="UTC"'
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_\-\s]*={0,2}\s*")
_URL_SAFE: Final = str.maketrans("-_", "+/")


class Post(NamedTuple):
    """A part of a batch that asks by sending JSON, and changes nothing."""

    path: str
    content: str


class Answer(NamedTuple):
    """The answer to one part of a batch. ``body``: what its JSON held, or the bytes of a mail."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def error(self) -> GraphError | None:
        """Why there is nothing in it, ``None`` where there is."""
        return None if self.status < 300 else GraphError(self.status, self.headers, self.body)


class GraphClient:
    """The signed-in user's part of Graph.

    ``endpoint``: address without version, such as ``https://graph.microsoft.com``. Whatever host
    a link in an answer names, only the endpoint is ever asked, so the token goes nowhere else.

    Methods raise what ``Retry.call`` raises.
    """

    def __init__(
        self,
        session: requests.Session,
        token: Token,
        retry: Retry,
        *,
        endpoint: str = "https://graph.microsoft.com",
        pace: Pace | None = None,
    ) -> None:
        self._session = session
        self._token = token
        self._retry = retry
        self._base = endpoint.rstrip("/") + _VERSION
        self._pace = pace

    def get(self, path: str) -> dict[str, Any]:
        """The JSON object at ``path`` (``/me/...``, or a link that an answer gave)."""
        return self._retry.call(lambda: _object(self._send("GET", path)), classify)

    def page(self, link: str) -> dict[str, Any]:
        """The page of a list at ``link``, which says where to ask on."""
        return self._retry.call(lambda: _page(self._send("GET", link)), classify)

    def rest(self, page: Json) -> Iterator[Json]:
        """The items of a list that begins with ``page``, those of its other pages too."""
        yield from parts(page, "value")
        while link := text(page, "@odata.nextLink"):
            page = self.get(link)
            yield from parts(page, "value")

    def raw(self, path: str) -> bytes:
        """The bytes at ``path``."""
        return self._retry.call(lambda: self._send("GET", path).content, classify)

    def batch(self, paths: Sequence[str | Post]) -> list[Answer]:
        """The answers to several GETs and questions, in order.

        One that fails where others do not is given back with its status, after some attempts; what
        concerns all (throttling, sign-in, network) is raised.
        """
        answers: dict[str | Post, Answer] = {}
        for some in _chunks(dict.fromkeys(paths), MAX_PARTS):
            waiting = _Waiting(some)
            self._retry.call(lambda batch=waiting: self._ask(batch), classify)  # type: ignore[misc]
            answers.update(waiting.answers)
        return [answers[path] for path in paths]

    def post_text(self, path: str, text: bytes) -> None:
        """Send text to ``path``, once; raises what ``classify`` knows."""
        self._send("POST", path, text)

    def _ask(self, waiting: _Waiting) -> None:
        """Ask for what is still waited for. Raises ``GraphError`` where something still is."""
        parts = [_part(number, asked) for number, asked in enumerate(waiting.paths)]
        response = self._send("POST", "/$batch", {"requests": parts}, units=len(parts))
        found = _object(response).get("responses")
        if not isinstance(found, list):
            raise UnreadableError
        by_number = {str(one.get("id")): one for one in found if isinstance(one, dict)}
        waiting.take([by_number.get(str(number), {}) for number in range(len(parts))])
        if waiting.problem is None:
            return
        if waiting.problem.status == 401:
            self._token(renew=True)
            self._ask(waiting)
        else:
            raise waiting.problem

    def _send(
        self, method: str, path: str, body: object = None, *, units: int = 1
    ) -> requests.Response:
        if self._pace is not None:
            self._pace.take(units)
        response = self._once(method, path, body, self._token())
        if response.status_code == 401:
            response = self._once(method, path, body, self._token(renew=True))
        if response.status_code >= 300:
            raise GraphError(response.status_code, response.headers, _told(response))
        return response

    def _once(self, method: str, path: str, body: object, token: str) -> requests.Response:
        headers = {**_headers(), "Authorization": f"Bearer {token}"}
        content = {"data": body} if isinstance(body, bytes) else {"json": body}
        if isinstance(body, bytes):
            headers["Content-Type"] = "text/plain"
        return self._session.request(
            method, self._base + relative(path), headers=headers, allow_redirects=False, **content
        )


class _Waiting:
    """The parts of one batch that are not answered yet, and the answers of the others."""

    def __init__(self, paths: Iterable[str | Post]) -> None:
        self.paths = list(paths)
        self.answers: dict[str | Post, Answer] = {}
        self.problem: GraphError | None = None
        self._tries = 0

    def take(self, found: Sequence[Mapping[str, Any]]) -> None:
        """Keep final answers; ``problem`` is then why others are to be asked for again."""
        self._tries += 1
        self.problem = None
        again = []
        for path, part in zip(self.paths, found, strict=True):
            answer = _answer(part)
            error = answer.error
            if error is None or not self._passes(error):
                self.answers[path] = answer
            else:
                again.append(path)
                self.problem = _worse(self.problem, error)
        self.paths = again

    def _passes(self, error: GraphError) -> bool:
        """Whether asking again may help."""
        if error.status == 401:
            return self._tries == 1
        fault = classify(error)
        if fault is None or fault.action is not Action.RETRY:
            return False
        served = bool(self.answers) or len(self.paths) == 1
        alone = error.status == 500 and not is_busy(error) and served
        return not alone or self._tries < _PART_TRIES


def _worse(one: GraphError | None, other: GraphError) -> GraphError:
    """Of two errors the one that asks to wait longer."""
    if one is None:
        return other
    waits = [_wait_seconds(error) for error in (one, other)]
    return one if waits[0] >= waits[1] else other


def _wait_seconds(error: GraphError) -> float:
    fault = classify(error)
    return (fault.wait_seconds if fault else None) or 0.0


def path_of(*names: str) -> str:
    """The path below the user's own: ``/me/messages/<id>`` of ("messages", id)."""
    return "/me/" + "/".join(quote(name, safe="$") for name in names)


def relative(link: str) -> str:
    """The path in a link, from behind the version on; a path is given back as it is.

    Raises ``UnreadableError`` for what is no link into Graph.
    """
    if link.startswith("/"):
        return link
    _, found, path = link.partition(_VERSION + "/")
    if not found or not link.lower().startswith(("http://", "https://")):
        raise UnreadableError
    return "/" + path


def _part(number: int, asked: str | Post) -> dict[str, Any]:
    if isinstance(asked, Post):
        headers = {**_headers(), "Content-Type": "application/json"}
        told = {"method": "POST", "url": asked.path, "body": json.loads(asked.content)}
    else:
        headers, told = _headers(), {"method": "GET", "url": relative(asked)}
    return {"id": str(number), **told, "headers": headers}


def _headers() -> dict[str, str]:
    return {"Prefer": _PREFER}


def _answer(part: Mapping[str, Any]) -> Answer:
    """One part of a batch; one that is missing counts as a server that is out of order."""
    headers = part.get("headers")
    body = part.get("body")
    if isinstance(body, str):
        body = _decoded(body)
    status = part.get("status")
    told = {str(name): str(value) for name, value in headers.items()} if headers else {}
    return Answer(status if isinstance(status, int) else 502, told, body)


def _decoded(body: str) -> bytes:
    """What is no JSON comes in base64; but a server may also write the text itself."""
    if _BASE64.fullmatch(body):
        dense = "".join(body.split()).translate(_URL_SAFE).rstrip("=")
        try:
            return base64.b64decode(dense + "=" * (-len(dense) % 4))
        except binascii.Error:
            pass
    return body.encode("utf-8", "surrogateescape")


def _object(response: requests.Response) -> dict[str, Any]:
    found = response.json()
    if not isinstance(found, dict):
        raise UnreadableError
    return cast("dict[str, Any]", found)


def is_page(found: object) -> bool:
    """Whether it is a page of a delta that says where to ask on."""
    links = ("@odata.nextLink", "@odata.deltaLink")
    return isinstance(found, dict) and any(isinstance(found.get(link), str) for link in links)


def _page(response: requests.Response) -> dict[str, Any]:
    found = _object(response)
    if not is_page(found):
        raise UnreadableError
    return found


def _told(response: requests.Response) -> object:
    """What an unsuccessful answer says; web pages of proxies say nothing."""
    try:
        return response.json()
    except ValueError:
        return None


def _chunks(items: Iterable[str | Post], size: int) -> Iterator[list[str | Post]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
