"""One retry policy and one mapping of errors for all sources."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from ingest.retry import (
    Action,
    Fault,
    OfflineError,
    QuarantineError,
    Retry,
    ThrottledError,
    connection_fault,
    error_of,
    http_fault,
    retry_after_seconds,
    unreadable_fault,
)
from ingest.source import CursorExpiredError
from store.errors import InputError, SignInError


@dataclass
class Sleeper:
    """Remembers how long was slept."""

    slept: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        """One pause."""
        self.slept.append(seconds)


class Failing:
    """Fails with the given errors, one a call, and then returns ``"done"``."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)
        self.calls = 0

    def __call__(self) -> str:
        """One call."""
        self.calls += 1
        if self._errors:
            raise self._errors.pop(0)
        return "done"


def retry(sleep: Sleeper, *, random: float = 0.5, **options: float) -> Retry:
    """A retry whose jitter is fixed."""
    return Retry(sleep=sleep, random=lambda: random, **options)  # type: ignore[arg-type]


def always(fault: Fault | None) -> Callable[[Exception], Fault | None]:
    """Every error is this fault."""
    return lambda error: fault


BUSY = Fault(Action.RETRY, "Gmail is out of order", "Wait a little.")


def test_what_fails_for_a_while_is_called_again_after_growing_pauses() -> None:
    """Until it succeeds."""
    sleep, action = Sleeper(), Failing(*[OSError()] * 4)
    assert retry(sleep, random=0.0).call(action, always(BUSY)) == "done"
    assert sleep.slept == [0.5, 1, 2, 4]


def test_pauses_differ_between_runs() -> None:
    """So that not everybody comes back at the same moment."""
    pauses = []
    for random in (0.0, 0.99):
        sleep = Sleeper()
        retry(sleep, random=random).call(Failing(OSError()), always(BUSY))
        pauses += sleep.slept
    assert pauses[0] < pauses[1] <= 1


def test_after_too_many_attempts_it_stops_with_cause_and_remedy() -> None:
    """What happened and what to do, not the library's exception."""
    action = Failing(*[OSError()] * 9)
    with pytest.raises(InputError) as error:
        retry(Sleeper(), attempts=3).call(action, always(BUSY))
    assert (error.value.cause, error.value.remedy) == (BUSY.cause, BUSY.remedy)
    assert action.calls == 3


def test_the_provider_says_how_long_to_wait() -> None:
    """Never less than it asked for."""
    sleep = Sleeper()
    retry(sleep).call(Failing(OSError()), always(BUSY._replace(wait_seconds=17)))
    assert 17 <= sleep.slept[0] <= 18


def test_all_pauses_of_a_run_share_one_budget() -> None:
    """Else a provider in trouble would hold a sync for hours."""
    sleep = Sleeper()
    run = retry(sleep, budget_seconds=60)
    slow = always(BUSY._replace(wait_seconds=25))
    run.call(Failing(OSError(), OSError()), slow)
    with pytest.raises(InputError):
        run.call(Failing(OSError()), slow)
    assert sum(sleep.slept) <= 60


@given(st.lists(st.floats(0, 400), max_size=30), st.floats(0, 300))
def test_no_run_waits_longer_than_its_budget(asked: list[float], budget: float) -> None:
    """Whatever the provider asks for."""
    sleep = Sleeper()
    run = retry(sleep, budget_seconds=budget)
    for seconds in asked:
        with suppress(InputError):
            run.call(Failing(OSError()), always(BUSY._replace(wait_seconds=seconds)))
    assert sum(sleep.slept) <= budget + 1e-6


@pytest.mark.parametrize(
    ("action", "error"),
    [
        (Action.RESYNC, CursorExpiredError),
        (Action.SIGN_IN, SignInError),
        (Action.QUARANTINE, QuarantineError),
        (Action.STOP, InputError),
    ],
)
def test_what_does_not_pass_is_not_tried_again(action: Action, error: type[Exception]) -> None:
    """Each action ends in its own exception, at once."""
    call = Failing(OSError())
    sleep = Sleeper()
    with pytest.raises(error, match="why"):
        retry(sleep).call(call, always(Fault(action, "why")))
    assert (call.calls, sleep.slept) == (1, [])


@pytest.mark.parametrize("status", [429, 503])
def test_a_provider_that_stays_busy_is_told_from_one_that_refuses(status: int) -> None:
    """The daemon then leaves it alone for longer."""
    fault = http_fault(status, {}, service="Gmail")
    assert fault is not None
    assert type(error_of(fault)) is ThrottledError


def test_what_is_no_fault_goes_on_as_it_is() -> None:
    """A mistake in the program is not hidden behind a retry."""
    call = Failing(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        retry(Sleeper()).call(call, always(None))
    assert call.calls == 1


def test_being_offline_is_told_soon_and_apart_from_other_errors() -> None:
    """The daemon takes it calmly; at the command line it is an error with words."""
    call = Failing(*[socket.gaierror()] * 9)
    with pytest.raises(OfflineError, match="offline"):
        retry(Sleeper()).call(call, lambda error: connection_fault(error, service="Gmail"))
    assert call.calls == 3


STATUSES = [
    (401, Action.SIGN_IN),
    (403, Action.STOP),
    (400, Action.STOP),
    (302, Action.STOP),
    (404, Action.QUARANTINE),
    (410, Action.RESYNC),
    (408, Action.RETRY),
    (429, Action.RETRY),
    (500, Action.RETRY),
    (501, Action.STOP),
    (502, Action.RETRY),
    (503, Action.RETRY),
    (504, Action.RETRY),
]


@pytest.mark.parametrize(("status", "action"), STATUSES)
def test_every_status_has_one_action(status: int, action: Action) -> None:
    """With words that name the service and the status."""
    fault = http_fault(status, {}, service="Gmail", sign_in="brickwall connect gmail")
    assert fault is not None
    assert fault.action is action
    assert "Gmail" in fault.cause
    assert str(status) in fault.cause or "brickwall connect gmail" in fault.remedy


@pytest.mark.parametrize("status", [200, 204, 206])
def test_success_is_no_fault(status: int) -> None:
    """Nothing to do."""
    assert http_fault(status, {}, service="Gmail") is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "120"}, 120),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"Retry-After": "-3"}, 0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        (
            {
                "Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT",
                "Date": "Wed, 21 Oct 2026 07:28:00 GMT",
            },
            30,
        ),
        (
            {
                "Retry-After": "Wed, 21 Oct 2026 07:27:00 GMT",
                "Date": "Wed, 21 Oct 2026 07:28:00 GMT",
            },
            0,
        ),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT"}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    """A date counts from the server's own date, because our clock may be wrong."""
    assert retry_after_seconds(headers) == seconds


def wrapped(inner: Exception) -> Exception:
    """``inner`` as a library hides it."""
    return requests.exceptions.ConnectionError(RuntimeError("in vain", inner))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), "offline"),
        (OSError(errno.ENETUNREACH, "unreachable"), "offline"),
        (ConnectionRefusedError(), "does not take connections"),
        (ConnectionResetError(), "cut"),
        (http.client.IncompleteRead(b"", 3), "cut"),
        (http.client.RemoteDisconnected("closed"), "cut"),
        (TimeoutError(), "too slow"),
        (ssl.SSLEOFError(), "cut"),
    ],
)
def test_failed_connections_are_tried_again(error: Exception, words: str) -> None:
    """However deep a library hides what happened."""
    for one in (error, wrapped(error)):
        fault = connection_fault(one, service="Gmail")
        assert fault is not None
        assert fault.action is Action.RETRY
        assert words in fault.cause
        assert fault.offline == (words == "offline")


@pytest.mark.parametrize(
    ("why", "remedy"), [("certificate has expired", "date and time"), ("self-signed", "authority")]
)
def test_a_bad_certificate_stops_and_says_what_to_check(why: str, remedy: str) -> None:
    """A wrong clock of this computer looks like an expired certificate."""
    error = ssl.SSLCertVerificationError()
    error.verify_message = why
    fault = connection_fault(wrapped(error), service="mail.example")
    assert fault is not None
    assert fault.action is Action.STOP
    assert why in fault.cause
    assert remedy in fault.remedy


@pytest.mark.parametrize("error", [ValueError(), FileNotFoundError(), OSError(errno.ENOSPC, "")])
def test_what_has_nothing_to_do_with_the_network_is_left_alone(error: Exception) -> None:
    """A full disk is not a bad connection."""
    assert connection_fault(error, service="Gmail") is None


def test_a_real_refused_connection_is_recognised() -> None:
    """As requests raises it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    session = requests.Session()
    session.trust_env = False
    with session, pytest.raises(requests.exceptions.ConnectionError) as error:
        session.get(f"http://127.0.0.1:{port}/", timeout=5)
    fault = connection_fault(error.value, service="Gmail")
    assert fault is not None
    assert "does not take connections" in fault.cause
    assert "name and port" in fault.remedy


def test_a_web_page_in_place_of_data_is_tried_again() -> None:
    """A proxy's error page passes; a sign-in page of a network stays, and is named."""
    fault = unreadable_fault("Gmail")
    assert fault.action is Action.RETRY
    assert "proxy" in fault.remedy
