"""One retry policy for all sources, and one mapping of errors to what is done about them.

Each provider has one pure function ``classify(exception) -> Fault | None``; ``http_fault`` and
``connection_fault`` tell what is common to all of them. ``Retry`` acts on it.
"""

from __future__ import annotations

import errno
import http.client
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Final, NamedTuple, TypeVar

from ingest.source import CursorExpiredError
from store.errors import InputError, SignInError, SignInProblem

T = TypeVar("T")

#: The longest pause that is not asked for by the provider.
LONGEST_PAUSE_SECONDS: Final = 64.0
#: Being offline seldom passes within seconds, and the user wants to know.
OFFLINE_ATTEMPTS: Final = 3

_LATER: Final = "Try again later; what was read before is kept."
_NO_NETWORK: Final = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}
)
_CUT: Final = (ConnectionError, TimeoutError, http.client.HTTPException, ssl.SSLError)


class Action(Enum):
    """What is done about a fault."""

    RETRY = auto()
    RESYNC = auto()
    SIGN_IN = auto()
    QUARANTINE = auto()
    STOP = auto()


class Fault(NamedTuple):
    """What went wrong, in words for the user, and what is done about it.

    ``cause``: what happened, to which account or service. ``remedy``: what the user can do.
    ``wait_seconds``: how long the provider asks to wait (Retry-After, BackOffMilliseconds).
    ``offline``: there seems to be no network, which the daemon takes calmly. ``problem``: why a
    sign-in is needed, where that is known.
    """

    action: Action
    cause: str
    remedy: str = ""
    wait_seconds: float | None = None
    offline: bool = False
    problem: SignInProblem = SignInProblem.UNKNOWN


class QuarantineError(Exception):
    """One bad item: the source makes a ``Failure`` of it (its text is why) and goes on."""


class ThrottledError(InputError):
    """A provider that asks to slow down, or is out of order, longer than was waited for."""


class OfflineError(InputError):
    """There seems to be no network: clear words at the command line, nothing for the daemon."""


class Retry:
    """Calls again what failed for a while. One object per run: it holds the run's budget.

    ``sleep``: waits so many seconds. ``random``: a number from 0 up to 1 (``random.random``).
    ``attempts``: how often one call is made at most. ``budget_seconds``: how long all pauses of
    the run may be together; a provider that asks for more is not waited for.
    """

    def __init__(
        self,
        *,
        sleep: Callable[[float], None],
        random: Callable[[], float],
        attempts: int = 6,
        budget_seconds: float = 300.0,
    ) -> None:
        self.budget_seconds = budget_seconds
        self._sleep = sleep
        self._random = random
        self._attempts = attempts

    def call(self, action: Callable[[], T], classify: Callable[[Exception], Fault | None]) -> T:
        """What ``action`` returns. It must be safe to repeat: reading is, sending is not.

        ``classify``: the fault behind an exception, ``None`` where it is none: then the exception
        itself goes on, as do those below when ``action`` raises them.

        Raises:
            CursorExpiredError: RESYNC.
            SignInError: SIGN_IN.
            QuarantineError: QUARANTINE.
            InputError: STOP, or RETRY after too many attempts or too long; ``OfflineError`` where
                there seems to be no network.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return action()
            except Exception as error:
                fault = classify(error)
                if fault is None:
                    raise
                if not self._again(fault, attempt):
                    raise error_of(fault) from error

    def _again(self, fault: Fault, attempt: int) -> bool:
        """Pause before another attempt; false where there is to be none."""
        attempts = min(self._attempts, OFFLINE_ATTEMPTS) if fault.offline else self._attempts
        if fault.action is not Action.RETRY or attempt >= attempts:
            return False
        pause_seconds = self._pause_seconds(fault, attempt)
        if pause_seconds > self.budget_seconds:
            return False
        self.budget_seconds -= pause_seconds
        self._sleep(pause_seconds)
        return True

    def _pause_seconds(self, fault: Fault, attempt: int) -> float:
        """What the provider asks for and up to a second more, else 1, 2, 4 ... with jitter."""
        if fault.wait_seconds is not None:
            return max(fault.wait_seconds, 0.0) + self._random()
        longest = min(2.0 ** (attempt - 1), LONGEST_PAUSE_SECONDS)
        return longest * (0.5 + 0.5 * self._random())


def error_of(fault: Fault) -> Exception:
    """The exception that a fault ends in once nothing more is tried."""
    if fault.action is Action.RESYNC:
        return CursorExpiredError(fault.cause)
    if fault.action is Action.QUARANTINE:
        return QuarantineError(fault.cause)
    if fault.action is Action.SIGN_IN:
        return SignInError(fault.cause, fault.remedy, fault.problem)
    kind = OfflineError if fault.offline else InputError
    if fault.action is Action.RETRY and not fault.offline:
        kind = ThrottledError
    return kind(fault.cause, fault.remedy or (_LATER if fault.action is Action.RETRY else ""))


def http_fault(
    status: int, headers: Mapping[str, str], *, service: str, sign_in: str = "brickwall connect"
) -> Fault | None:
    """What a plain HTTP status means; ``None`` for success.

    Providers look first whether they know better (Google's 403 for quota, a 404 for a forgotten
    cursor). ``headers``: names in any case. ``service``: the name that the user knows, such as
    Gmail. ``sign_in``: the command to sign in again.
    """
    if status < 300:
        return None
    if status in (408, 425, 429) or (status >= 500 and status not in (501, 505)):
        wait_seconds = retry_after_seconds(headers)
        return Fault(
            Action.RETRY, f"{service} {_busy(status)} (HTTP {status})", _LATER, wait_seconds
        )
    if status == 401:
        return Fault(
            Action.SIGN_IN, f"{service} no longer accepts the sign-in", f"Sign in again: {sign_in}"
        )
    if status in (404, 410):
        action = Action.QUARANTINE if status == 404 else Action.RESYNC
        return Fault(action, f"{service} no longer has it (HTTP {status})")
    cause, remedy = _REFUSED.get(status, ("did not understand the request", "Report this."))
    return Fault(Action.STOP, f"{service} {cause} (HTTP {status})", remedy)


_REFUSED: Final[Mapping[int, tuple[str, str]]] = {
    403: ("refuses access", "Ask your administrator whether brickwall may read this account."),
    407: ("cannot be reached: the proxy wants a sign-in", "Put it into the proxy's address."),
    **dict.fromkeys(
        (301, 302, 303, 307, 308, 511),
        (
            "sends us elsewhere",
            "Sign in to the network you are in, or check the configured address.",
        ),
    ),
}


def _busy(status: int) -> str:
    return "asks to slow down" if status == 429 else "is out of order for the moment"


def unreadable_fault(service: str) -> Fault:
    """An answer that is cut short, or a web page where data was to be."""
    return Fault(
        Action.RETRY,
        f"{service} answered with something that is not data",
        "If it stays so, a proxy or the sign-in page of a network may stand in between.",
    )


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """How long Retry-After asks to wait, given in seconds or as a date; ``None`` if it does not.

    A date is compared with the answer's own Date: this computer's clock may be wrong.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    told = lowered.get("retry-after", "").strip()
    if re.fullmatch(r"-?\d+(\.\d+)?", told):
        return max(float(told), 0.0)
    until, now = _date(told), _date(lowered.get("date", ""))
    return max((until - now).total_seconds(), 0.0) if until and now else None


def _date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return at if at.tzinfo else None


def connection_fault(error: BaseException, *, service: str) -> Fault | None:
    """What a failed connection means; ``None`` where ``error`` is something else.

    Looks through what libraries wrap around the errors of the system (requests, urllib3, httplib2,
    exchangelib, imaplib), so that it needs none of them.
    """
    errors = list(chain(error))
    for one in errors:
        if isinstance(one, ssl.SSLCertVerificationError):
            return _certificate_fault(one, service)
    for one in errors:
        if isinstance(one, socket.gaierror) or getattr(one, "errno", None) in _NO_NETWORK:
            return Fault(
                Action.RETRY,
                f"{service} cannot be reached: you seem to be offline",
                "Check the network, and the server's name if you gave one.",
                offline=True,
            )
    if any(isinstance(one, ConnectionRefusedError) for one in errors):
        remedy = f"Check the server's name and port, if you gave them. {_LATER}"
        return Fault(Action.RETRY, f"{service} does not take connections", remedy)
    if any(isinstance(one, _CUT) for one in errors):
        return Fault(Action.RETRY, f"the connection to {service} was cut or too slow", _LATER)
    return None


def _certificate_fault(error: ssl.SSLCertVerificationError, service: str) -> Fault:
    why = error.verify_message or "it cannot be verified"
    remedy = (
        "Check the server's name; a company's own authority is named as network.ca_file in the "
        "configuration."
    )
    if "expired" in why or "not yet valid" in why:
        remedy = (
            "Check the date and time of this computer; if they are right, tell the server's admin."
        )
    return Fault(Action.STOP, f"the certificate of {service} is not accepted: {why}", remedy)


def chain(error: BaseException) -> Iterator[BaseException]:
    """``error`` and every exception inside it, each once."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
