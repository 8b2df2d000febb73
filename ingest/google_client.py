"""Requests to Google's interfaces: signed, one by one or in batches, and what their errors mean."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

import requests

from ingest.client import Session
from ingest.google_batch import BrokenBatchError, Part, parts, written
from ingest.retry import Action, Fault, connection_fault, http_fault, unreadable_fault

Json: TypeAlias = dict[str, Any]

#: Calls in one batch: Google takes 100, and recommends 50.
BATCH_SIZE: Final = 50

_SIGN_IN: Final = "Sign in again: brickwall connect gmail"
_SLOW_DOWN: Final = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RESOURCE_EXHAUSTED"}
)
#: Google counts by the minute and seldom says how long to wait: after some of these it is over.
_LIMIT_SECONDS: Final = 15.0
_NO_BATCHES: Final = (404, 405, 501)


class Access(Protocol):
    """Who signs the requests; ``ingest.google_auth.Access`` does."""

    def token(self) -> str:
        """The access token, renewed where it is about to end."""
        ...

    def renew(self) -> str:
        """A new access token, where the old one was refused."""
        ...


class GoogleError(Exception):
    """An answer that is no success. ``reasons``: the words by which Google tells errors apart."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        told = _told(body)
        super().__init__(f"HTTP {status} {told.message}".strip())
        self.status = status
        self.headers = headers
        self.reasons = told.reasons


class _Told(NamedTuple):
    message: str
    reasons: frozenset[str]


class Google:
    """Signed requests over one session. Never tries again, but for a token that had run out."""

    def __init__(self, session: Session, access: Access) -> None:
        self._session = session
        self._access = access
        self._batches = True

    def get(self, url: str) -> Json:
        """The JSON object at ``url``.

        Raises ``GoogleError``, ``requests.RequestException``, ``ValueError`` for what is no JSON,
        and ``SignInError`` where the access cannot be renewed: see ``classify``.
        """
        answer = self.signed("GET", url)
        return read(answer.status_code, answer.headers, answer.content)

    def batch(
        self, endpoint: str, paths: Sequence[str]
    ) -> Iterator[tuple[int, Json | GoogleError]]:
        """Many GETs in one request: (position in ``paths``, answer or error) as they come in.

        ``endpoint``: of the interface; ``paths`` are there and begin with a slash. One that is not
        answered does not come; the caller asks for it again. A server that knows no batches is
        asked one by one. Raises as ``get`` does.
        """
        if self._batches:
            body, content_type = written(paths)
            headers = {"Content-Type": content_type}
            with self.signed(
                "POST", f"{endpoint}/batch", data=body, headers=headers, stream=True
            ) as answer:
                self._batches = answer.status_code not in _NO_BATCHES
                if self._batches:
                    yield from _answers(answer)
                    return
        for position, path in enumerate(paths):
            try:
                yield position, self.get(endpoint + path)
            except GoogleError as error:
                yield position, error

    def renew(self) -> None:
        """Ask for a new access token: a call inside of a batch was refused as not signed in."""
        self._access.renew()

    def signed(self, method: str, url: str, **options: Any) -> requests.Response:
        """One request with the access token, renewed once where it is refused.

        ``options``: as ``requests`` takes them. Raises ``requests.RequestException`` and
        ``SignInError``.
        """
        answer = self._send(method, url, self._access.token(), options)
        if answer.status_code == 401:
            answer.close()
            answer = self._send(method, url, self._access.renew(), options)
        return answer

    def _send(
        self, method: str, url: str, token: str, options: Mapping[str, Any]
    ) -> requests.Response:
        headers = {**options.get("headers", {}), "Authorization": f"Bearer {token}"}
        return self._session.request(method, url, **{**options, "headers": headers})


def read(status: int, headers: Mapping[str, str], body: bytes) -> Json:
    """The JSON object of an answer. Raises ``GoogleError``, ``ValueError``."""
    if not 200 <= status < 300:
        raise GoogleError(status, headers, body)
    return object_of(json.loads(body))


def object_of(found: object) -> Json:
    """What came as JSON, which must be an object. Raises ``ValueError``."""
    if not isinstance(found, dict):
        raise ValueError("the answer is not an object")  # noqa: TRY004 - as any other bad JSON
    return found


def classify(error: Exception, service: str) -> Fault | None:
    """What is done about what a request to Google raised; ``service``: Gmail, Google Calendar."""
    if isinstance(error, GoogleError):
        return _answer_fault(error, service)
    if isinstance(error, requests.RequestException):
        cut = Fault(Action.RETRY, f"the connection to {service} was cut or too slow")
        return connection_fault(error, service=service) or cut
    if isinstance(error, (ValueError, BrokenBatchError)):
        return unreadable_fault(service)
    return connection_fault(error, service=service)


def _answer_fault(error: GoogleError, service: str) -> Fault | None:
    if error.status == 429 or (error.status == 403 and error.reasons & _SLOW_DOWN):
        return _slow_down(error, service)
    fault = http_fault(error.status, error.headers, service=service, sign_in=_SIGN_IN)
    if error.status not in (400, 403):
        return fault
    for reason, told in _REFUSALS.items():
        if reason in error.reasons:
            action, cause, remedy = told
            return Fault(action, f"{service} {cause}", remedy)
    return fault


def _slow_down(error: GoogleError, service: str) -> Fault | None:
    fault = http_fault(429, error.headers, service=service)
    waits = fault is not None and fault.wait_seconds is not None
    return fault if fault is None or waits else fault._replace(wait_seconds=_LIMIT_SECONDS)


_REFUSALS: Final[Mapping[str, tuple[Action, str, str]]] = {
    **dict.fromkeys(
        ("insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        (
            Action.SIGN_IN,
            "was not among what you allowed",
            f"{_SIGN_IN}, and tick every box that Google shows",
        ),
    ),
    **dict.fromkeys(
        ("accessNotConfigured", "SERVICE_DISABLED"),
        (
            Action.STOP,
            "is not switched on in the Google project of your OAuth client",
            "Switch it on at https://console.cloud.google.com/apis/library, wait some minutes.",
        ),
    ),
    "failedPrecondition": (
        Action.STOP,
        "is not switched on for this account",
        "Choose another account: brickwall connect gmail",
    ),
    "domainPolicy": (
        Action.STOP,
        "is switched off by your organisation",
        "Ask your Google Workspace administrator, or import a Takeout: brickwall import.",
    ),
    "dailyLimitExceeded": (
        Action.STOP,
        "has had as many requests as it takes in a day",
        "Try again tomorrow; what was read before is kept.",
    ),
}


def _answers(answer: requests.Response) -> Iterator[tuple[int, Json | GoogleError]]:
    if answer.status_code != 200:
        raise GoogleError(answer.status_code, answer.headers, answer.content)
    chunks = answer.iter_content(1 << 14)
    for part in parts(answer.headers.get("Content-Type", ""), chunks):
        yield part.position, _part_answer(part)


def _part_answer(part: Part) -> Json | GoogleError:
    try:
        return read(part.status, part.headers, part.body)
    except GoogleError as error:
        return error


def _told(body: bytes) -> _Told:
    try:
        error = json.loads(body)["error"]
        details = [*error.get("errors", ()), *error.get("details", ())]
        reasons = {str(one["reason"]) for one in details if one.get("reason")}
        reasons.add(str(error.get("status", "")))
        return _Told(str(error.get("message", ""))[:300], frozenset(reasons - {""}))
    except (ValueError, KeyError, TypeError, AttributeError):
        return _Told("", frozenset())
