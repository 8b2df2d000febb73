"""What the refusals of an Exchange Server mean, and what is done about each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import requests
from exchangelib import errors  # type: ignore[import-untyped]

from ingest.retry import (
    Action,
    Fault,
    connection_fault,
    http_fault,
    unreadable_fault,
)
from store.errors import SignInProblem

SERVICE: Final = "Exchange"
SIGN_IN: Final = "brickwall connect exchange"
#: Where the server sends everybody while it has a fault of its own.
_OUTAGE: Final = "/ews/genericerrorpage.htm"
_LATER: Final = "Try again later; what was read before is kept."

#: What passes by itself; some of it is said of a single item but concerns the whole mailbox.
BUSY: Final = (
    errors.ErrorADOperation,
    errors.ErrorADSessionFilter,
    errors.ErrorADUnavailable,
    errors.ErrorConnectionFailed,
    errors.ErrorExceededConnectionCount,
    errors.ErrorInsufficientResources,
    errors.ErrorInternalServerTransientError,
    errors.ErrorMailboxFailover,
    errors.ErrorMailboxMoveInProgress,
    errors.ErrorMailboxStoreUnavailable,
    errors.ErrorServerBusy,
    errors.ErrorTimeoutExpired,
    errors.ErrorTooManyObjectsOpened,
)
_FORGOTTEN: Final = (errors.ErrorInvalidSyncStateData,)
_NO_FOLDER: Final = (
    errors.ErrorFolderNotFound,
    errors.ErrorSyncFolderNotFound,
    errors.ErrorItemNotFound,
)
_NO_SIGN_IN: Final = (
    errors.ErrorAccountDisabled,
    errors.ErrorPasswordChangeRequired,
    errors.ErrorPasswordExpired,
    errors.UnauthorizedError,
)
_NO_ACCESS: Final = (
    errors.ErrorAccessDenied,
    errors.ErrorImpersonationDenied,
    errors.ErrorMissingEmailAddress,
    errors.ErrorNonExistentMailbox,
    errors.ErrorNonPrimarySmtpAddress,
)
_TOO_OLD: Final = (
    errors.ErrorIncorrectSchemaVersion,
    errors.ErrorInvalidSchemaVersionForMailboxVersion,
    errors.ErrorInvalidServerVersion,
)
_NOT_UNDERSTOOD: Final = (
    errors.ErrorInvalidArgument,
    errors.ErrorInvalidOperation,
    errors.ErrorInvalidPropertyRequest,
    errors.ErrorInvalidRequest,
    errors.ErrorSchemaValidation,
)


class AnswerError(errors.TransportError):  # type: ignore[misc]
    """An answer that is no success. ``body``: what it begins with."""

    def __init__(self, status: int, headers: Mapping[str, str], body: str = "") -> None:
        self.status = status
        self.headers = headers
        self.body = body
        super().__init__(f"HTTP {status}")


class UnreadableError(errors.TransportError):  # type: ignore[misc]
    """An answer that is cut short."""


def classify(error: Exception) -> Fault | None:
    """What is behind an exception of exchangelib; ``None`` where it is none of these."""
    if isinstance(error, AnswerError):
        return _answer_fault(error)
    if isinstance(error, errors.EWSError):
        return _fault(error)
    if isinstance(error, requests.RequestException):
        return connection_fault(error, service=SERVICE)
    return None


def code_of(error: Exception) -> str:
    """What Exchange calls it, which is what an administrator searches for."""
    return type(error).__name__


def _fault(error: errors.EWSError) -> Fault:
    code = code_of(error)
    connection = connection_fault(error, service=SERVICE)
    if connection is not None:
        return connection
    if isinstance(error, _FORGOTTEN):
        return Fault(Action.RESYNC, f"{SERVICE} has forgotten how far we had read")
    if isinstance(error, errors.ErrorTimeoutExpired):
        return Fault(Action.RETRY, f"{SERVICE} did not answer", _LATER)
    if isinstance(error, BUSY):
        wait_seconds = getattr(error, "back_off", None) or None
        return Fault(Action.RETRY, f"{SERVICE} has too much to do ({code})", _LATER, wait_seconds)
    if isinstance(error, _NO_FOLDER):
        return Fault(Action.QUARANTINE, f"{SERVICE} no longer has it ({code})")
    if isinstance(error, _NO_SIGN_IN):
        return Fault(
            Action.SIGN_IN,
            f"{SERVICE} no longer accepts the sign-in ({code})",
            f"Look whether you can sign in elsewhere, in Outlook on the web; then: {SIGN_IN}.",
            problem=SignInProblem.POLICY,
        )
    return _refusal(error, code)


def _refusal(error: errors.EWSError, code: str) -> Fault:
    """What will not pass by itself, and answers that are none of Exchange."""
    if isinstance(error, _NO_ACCESS):
        return Fault(
            Action.STOP,
            f"{SERVICE} does not let you into this mailbox ({code})",
            "Check the address and the name you sign in with; else ask your administrator whether "
            "programs may use Exchange Web Services for it.",
        )
    if isinstance(error, _TOO_OLD):
        return Fault(
            Action.STOP,
            f"this version of {SERVICE} is not known ({code})",
            "brickwall reads Exchange Server 2013 and later.",
        )
    if isinstance(error, _NOT_UNDERSTOOD):
        return Fault(
            Action.STOP, f"{SERVICE} did not understand the request ({code})", "Report this."
        )
    if isinstance(error, errors.ResponseMessageError):
        return Fault(Action.RETRY, f"{SERVICE} is out of order for the moment ({code})", _LATER)
    return unreadable_fault(SERVICE)


def _answer_fault(error: AnswerError) -> Fault | None:
    if error.status == 401:
        return refused(error.headers)
    if "locked out" in error.body:
        return Fault(
            Action.SIGN_IN,
            "your account is locked, which too many wrong passwords do",
            "Wait, or ask your administrator to unlock it; then sign in again.",
            problem=SignInProblem.POLICY,
        )
    if error.status == 302 and _OUTAGE in error.headers.get("Location", "").lower():
        return Fault(Action.RETRY, f"{SERVICE} is out of order for the moment (HTTP 302)", _LATER)
    if error.status in (404, 405):
        return Fault(
            Action.STOP,
            f"there is no {SERVICE} at this address (HTTP {error.status})",
            "Name the server: --server mail.ours.example; if that is right, its Exchange Web "
            "Services are switched off, which only your administrator can change.",
        )
    return http_fault(error.status, error.headers, service=SERVICE, sign_in=SIGN_IN)


def refused(headers: Mapping[str, str]) -> Fault:
    """A refused sign-in: the server takes other ways of signing in, or name or password is wrong.

    ``headers``: those of the answer; WWW-Authenticate names the ways that it takes.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    offered = lowered.get("www-authenticate", "").lower()
    ways = [way for word, way in _WAYS.items() if word in offered]
    remedy = (
        "Check the password and the name: --user 'OURS\\ann', or --user ann@ours.example. Too many "
        "wrong passwords lock an account."
    )
    if ways:
        remedy += f" The server takes: {', '.join(ways)} (--auth)."
    return Fault(
        Action.SIGN_IN,
        f"{SERVICE} does not accept the sign-in",
        f"{remedy} To sign in again: {SIGN_IN}.",
        problem=SignInProblem.WRONG_PASSWORD,
    )


_WAYS: Final = {"ntlm": "ntlm", "negotiate": "ntlm", "basic": "basic", "bearer": "oauth"}
