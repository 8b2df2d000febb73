"""What can go wrong with Google in the middle of a sync: what is tried again, and what is said."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from ingest.retry import OfflineError
from ingest.source import Batch
from store.errors import BrickwallError, InputError, SignInError
from store.model import Message
from tests.contract import raw_message
from tests.google_builder import Clock, FixedAccess, calendar, calendar_client, gmail, gmail_client
from tests.google_fake import TOKEN, FakeGoogle, error_body, running

COUNT = 60


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    """A mailbox of two batches."""
    with running(FakeGoogle()) as fake:
        for number in range(COUNT):
            fake.mailbox.add(raw_message(f"m{number}"))
        yield fake


def ids(batches: list[Batch]) -> list[str]:
    """What was fetched, in order."""
    return [r.source_key for b in batches for r in b.records if isinstance(r, Message)]


def refused(google: FakeGoogle, access: FixedAccess | None = None) -> BrickwallError:
    """The error in which a first sync ends."""
    with pytest.raises((InputError, SignInError)) as caught:
        list(gmail(google.url, access=access).batches(None))
    assert caught.value.remedy
    assert TOKEN not in caught.value.cause + caught.value.remedy
    assert "http" not in caught.value.cause
    return caught.value


LIMIT = error_body(403, "PERMISSION_DENIED", "userRateLimitExceeded")
FAULTS: dict[str, Callable[[FakeGoogle, str], None]] = {
    "429 with Retry-After": lambda g, p: g.fail(p, 429, headers={"Retry-After": "7"}),
    "429 without": lambda g, p: g.fail(p, 429),
    "403 for the quota": lambda g, p: g.fail(p, 403, LIMIT),
    "500": lambda g, p: g.fail(p, 500),
    "502 as a web page": lambda g, p: g.fail(p, 502, "<html>Bad gateway</html>"),
    "503": lambda g, p: g.fail(p, 503),
    "504": lambda g, p: g.fail(p, 504),
    "web page instead of data": lambda g, p: g.fail(
        p, 200, "<html>Welcome to the hotel</html>", headers={"Content-Type": "text/html"}
    ),
    "cut connection": lambda g, p: g.fail(p, 200, '{"messages": [', cut=5),
}


@pytest.mark.parametrize("path", ["/messages$", "/batch$", "/history$", "/messages/.*0005$"])
@pytest.mark.parametrize("fault", FAULTS)
def test_what_passes_is_tried_again_and_nothing_is_lost(
    google: FakeGoogle, fault: str, path: str
) -> None:
    """Wherever it happens: in a listing, in a batch, in one message of a batch."""
    FAULTS[fault](google, path)
    clock = Clock()
    fetched = ids(list(gmail(google.url, clock=clock).batches(None)))
    assert sorted(fetched) == sorted(google.mailbox.messages)
    assert len(clock.slept) == 1
    assert google.calls.count("gmail.users.messages.get") <= 2 * COUNT
    if fault == "429 with Retry-After":
        assert clock.slept == [7.0]


def test_only_what_is_missing_is_asked_for_again(google: FakeGoogle) -> None:
    """A message costs its price once."""
    google.fail("/messages/.*0005$", 500)
    google.fail("/messages/.*0009$", 429)
    assert len(ids(list(gmail(google.url).batches(None)))) == COUNT
    assert google.calls.count("gmail.users.messages.get") == COUNT


def test_a_batch_that_is_cut_off_keeps_what_has_come(google: FakeGoogle) -> None:
    """The rest is asked for again."""
    whole = google.answer

    def cut_once(verb: str, target: str, headers: dict[str, str], body: bytes) -> object:
        answer = whole(verb, target, headers, body)
        if target == "/batch" and google.requests.count("POST /batch") == 1:
            return answer._replace(cut=len(answer.body) // 2)
        return answer

    google.answer = cut_once  # type: ignore[method-assign, assignment]
    fetched = ids(list(gmail(google.url).batches(None)))
    assert sorted(fetched) == sorted(google.mailbox.messages)
    assert google.calls.count("gmail.users.messages.get") < COUNT + 50, "50 were in that batch"


def test_a_message_on_which_gmail_fails_for_good_is_put_aside(google: FakeGoogle) -> None:
    """It must not keep all the others back."""
    google.fail("/messages/.*0005$", 500, times=1_000)
    batches = list(gmail(google.url).batches(None))
    assert len(ids(batches)) == COUNT - 1
    (failure,) = (f for b in batches for f in b.failures)
    assert failure.item.endswith("0005")
    assert "HTTP 500" in failure.why


def test_a_service_that_is_down_puts_nothing_aside(google: FakeGoogle) -> None:
    """It is not the messages' fault."""
    google.fail("/messages/.", 500, times=100_000)
    assert "Gmail is out of order" in refused(google).cause


def test_a_message_that_is_refused_is_put_aside(google: FakeGoogle) -> None:
    """With Gmail's words."""
    google.fail("/messages/.*0005$", 400, error_body(400, "Invalid id value", "invalidArgument"))
    failures = [f for b in gmail(google.url).batches(None) for f in b.failures]
    assert "Invalid id value" in failures[0].why


def test_after_too_many_attempts_it_says_so(google: FakeGoogle) -> None:
    """What was read before is kept."""
    google.fail("/messages$", 503, times=1_000)
    assert "Gmail is out of order" in refused(google).cause
    assert len(google.requests) == 7


@pytest.mark.parametrize("path", ["/messages$", "/batch$"])
def test_an_access_that_ran_out_is_renewed_once(google: FakeGoogle, path: str) -> None:
    """Without a pause, and unseen by the user."""
    google.fail(path, 401)
    clock = Clock()
    assert len(ids(list(gmail(google.url, clock=clock).batches(None)))) == COUNT
    assert clock.slept == []


def test_an_access_that_runs_out_inside_of_a_batch_is_renewed(google: FakeGoogle) -> None:
    """The rest of the batch is asked for again."""
    renewed: list[str] = []

    def renews() -> str:
        renewed.append(TOKEN)
        return TOKEN

    google.fail("/messages/.*000[5-9]$", 401, times=5)
    source = gmail(google.url, access=FixedAccess(renews=renews))
    assert len(ids(list(source.batches(None)))) == COUNT
    assert len(renewed) == 1


def test_a_refused_access_asks_for_a_sign_in(google: FakeGoogle) -> None:
    """Renewing did not help."""
    error = refused(google, FixedAccess("stale", renews=lambda: "stale too"))
    assert isinstance(error, SignInError)
    assert "brickwall connect gmail" in error.remedy


@pytest.mark.parametrize(
    ("reason", "kind", "words"),
    [
        ("insufficientPermissions", SignInError, "tick every box"),
        ("accessNotConfigured", InputError, "console.cloud.google.com"),
        ("domainPolicy", InputError, "administrator"),
        ("dailyLimitExceeded", InputError, "tomorrow"),
        ("forbidden", InputError, "administrator"),
    ],
)
def test_a_403_is_told_apart_by_its_reason(
    google: FakeGoogle, reason: str, kind: type[Exception], words: str
) -> None:
    """It means six different things."""
    google.fail("/messages$", 403, error_body(403, "PERMISSION_DENIED", reason))
    error = refused(google)
    assert type(error) is kind
    assert words in error.remedy


def test_an_account_without_mailbox_is_named(google: FakeGoogle) -> None:
    """Not every Google account has one."""
    google.fail("/profile$", 400, error_body(400, "FAILED_PRECONDITION", "failedPrecondition"))
    assert "not switched on for this account" in refused(google).cause


def test_a_slow_answer_is_not_waited_for_for_ever(google: FakeGoogle) -> None:
    """It counts as cut."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(InputError, match="cut or too slow"):
            gmail_client(url, timeout_seconds=0.05).profile()


def test_a_host_that_cannot_be_found_is_offline() -> None:
    """Which the daemon takes calmly."""
    with pytest.raises(OfflineError, match="offline"):
        gmail_client("http://nowhere.invalid").profile()


def test_a_closed_port_takes_no_connections(google: FakeGoogle) -> None:
    """As a proxy that is not running."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(InputError, match="does not take connections"):
        gmail_client(url).profile()


def test_a_page_that_sends_elsewhere_is_not_followed(google: FakeGoogle) -> None:
    """The sign-in page of a network; the token must not go there."""
    google.fail("/profile$", 302, headers={"Location": google.url + "/elsewhere"})
    assert "sends us elsewhere" in refused(google).cause
    assert len(google.requests) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_calendars_bear_the_same_faults(google: FakeGoogle, fault: str) -> None:
    """In the list of calendars and in their entries."""
    for path in ("/calendarList$", "/events$"):
        FAULTS[fault](google, path)
    (batch,) = calendar(google.url).batches(None)
    assert batch.complete


def test_a_calendar_that_is_refused_says_which_service(google: FakeGoogle) -> None:
    """Gmail may still work."""
    google.fail("/calendarList$", 403, error_body(403, "X", "accessNotConfigured"))
    with pytest.raises(InputError, match="Google Calendar is not switched on"):
        calendar_client(google.url).calendars()
