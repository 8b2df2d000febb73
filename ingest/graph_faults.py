"""What Graph's refusals mean, and what is done about each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import requests

from ingest.retry import (
    Action,
    Fault,
    connection_fault,
    error_of,
    http_fault,
    unreadable_fault,
)

SERVICE: Final = "Microsoft 365"
SIGN_IN: Final = "brickwall connect microsoft"
_FORGOTTEN: Final = frozenset(
    (
        "syncstatenotfound",
        "syncstateinvalid",
        "errorinvalidsyncstatedata",
        "resyncrequired",
        "resyncchangesapplydifferences",
        "resyncchangesuploaddifferences",
    )
)
_BUSY: Final = frozenset(
    (
        "applicationthrottled",
        "errorserverbusy",
        "errormailboxstoreunavailable",
        "errortoomanyobjectsopened",
        "toomanyrequests",
    )
)
_NO_MAILBOX: Final = frozenset(
    ("mailboxnotenabledforrestapi", "mailboxnothostedinexchangeonline", "errornonexistentmailbox")
)


class GraphError(Exception):
    """An answer that is no success. ``code``: Graph's own, in lower case."""

    def __init__(self, status: int, headers: Mapping[str, str], body: object) -> None:
        error = body.get("error") if isinstance(body, dict) else None
        told = error if isinstance(error, dict) else {}
        self.status = status
        self.headers = headers
        self.code = str(told.get("code", "")).lower()
        super().__init__(f"HTTP {status} {told.get('code', '')}: {told.get('message', '')}"[:300])


class UnreadableError(Exception):
    """An answer that is not the JSON that was to come."""


def classify(error: Exception) -> Fault | None:
    """What is behind an exception of this client; ``None`` where it is none of these."""
    if isinstance(error, GraphError):
        return _graph_fault(error)
    if isinstance(error, UnreadableError | requests.exceptions.JSONDecodeError):
        return unreadable_fault(SERVICE)
    if isinstance(error, requests.RequestException):
        return connection_fault(error, service=SERVICE)
    return None


def failure_of(error: GraphError) -> Exception:
    """What the error of one part of a batch comes to: the exception to raise."""
    fault = _graph_fault(error)
    return error_of(fault) if fault is not None else error


def _graph_fault(error: GraphError) -> Fault | None:
    if error.code in _FORGOTTEN:
        return Fault(Action.RESYNC, f"{SERVICE} has forgotten how far we had read")
    fault = http_fault(error.status, error.headers, service=SERVICE, sign_in=SIGN_IN)
    if error.code in _NO_MAILBOX:
        return Fault(
            Action.STOP,
            f"{SERVICE} has no mailbox for this account",
            "If it is on a server of your company: brickwall connect exchange, or imap.",
        )
    if fault is not None and error.code in _BUSY:
        return fault._replace(action=Action.RETRY)
    if error.status == 403:
        return Fault(
            Action.STOP,
            f"{SERVICE} does not let brickwall read this ({error.code or 'HTTP 403'})",
            f"Sign in again and allow what is asked ({SIGN_IN}); where that is refused, your "
            "administrator decides. Without them: export a .pst in Outlook, brickwall import it.",
        )
    return fault


def passes(error: GraphError) -> bool:
    """Whether asking again may help."""
    fault = _graph_fault(error)
    return fault is not None and fault.action is Action.RETRY


def is_busy(error: GraphError) -> bool:
    """Whether the mailbox has too much to do, which concerns all requests to it."""
    return error.code in _BUSY
