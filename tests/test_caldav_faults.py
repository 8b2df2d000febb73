"""What goes wrong with a CalDAV server, whom a password is shown, and what the user is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest import dav, dav_xml
from ingest.caldav_places import calendars, find
from ingest.client import Session
from ingest.dav import DavClient, DavLogin
from ingest.retry import OfflineError
from store.errors import BrickwallError, InputError, SignInError, SignInProblem
from tests.ical_builder import event
from tests.imap_builder import Clock
from tests.peers import free_port
from tests.radicale_peer import PASSWORD, Account, Asked, Spoiler, Told

_XML = [("Content-Type", "application/xml")]


@pytest.fixture
def account() -> Iterator[Account]:
    """An account with one meeting."""
    with Account() as made:
        made.put("e", event(uid="u"))
        yield made


def refused(account: Account, **changes: object) -> BrickwallError:
    """Why nothing can be found; the password is not in it."""
    client = account.client(**changes)  # type: ignore[arg-type]
    with pytest.raises((SignInError, InputError)) as caught:
        find(client)
    assert caught.value.remedy
    assert PASSWORD not in caught.value.cause + caught.value.remedy
    return caught.value


def found(account: Account, clock: Clock | None = None) -> list[str]:
    """Paths of the calendars that are found."""
    client = account.client((clock or Clock()).retry())
    return [one.name for one in calendars(client, find(client))]


def test_a_wrong_password_is_told_and_not_tried_again(account: Account) -> None:
    """That locks accounts."""
    error = refused(account, login=DavLogin(account.address, "wrong-horse"))
    assert isinstance(error, SignInError)
    assert error.problem is SignInProblem.WRONG_PASSWORD
    assert [one.path for one in account.asked] == ["/.well-known/caldav", "/"]
    assert "wrong-horse" not in repr(DavLogin(account.address, "wrong-horse"))


def test_a_token_is_sent_as_bearer(account: Account) -> None:
    """And told when it is no longer good."""
    assert DavLogin("rep", "abc", token=True).header == "Bearer abc"
    error = refused(account, login=DavLogin(account.address, "abc", token=True))
    assert isinstance(error, SignInError)
    assert error.problem is SignInProblem.REVOKED


def test_a_way_to_sign_in_that_is_not_known_is_told(account: Account) -> None:
    """As where a server takes Digest only."""
    account.server.spoil = lambda _a, _t: (
        "401 Unauthorized",
        [("WWW-Authenticate", 'Digest realm="x", nonce="y"')],
        b"",
    )
    error = refused(account)
    assert "of the kind Digest" in error.cause


def test_no_password_goes_unencrypted_to_another_machine() -> None:
    """Nothing is sent at all."""
    session = Session()
    session.request = None  # type: ignore[assignment]
    retry = Clock().retry()
    client = DavClient(session, DavLogin("x", PASSWORD), retry, server="http://dav.ours.example")
    with pytest.raises(SignInError, match="without encryption"):
        find(client)


def redirecting(location: str) -> Spoiler:
    """Sends whoever asks at the well-known address elsewhere."""

    def redirect(asked: Asked, told: Told) -> Told | None:
        here = asked.path == "/.well-known/caldav"
        return ("301 Moved Permanently", [("Location", location)], b"") if here else None

    return redirect


def test_a_redirect_within_the_server_is_followed_with_the_same_question(account: Account) -> None:
    """As the well-known address usually answers."""
    account.server.spoil = redirecting("/")
    assert found(account) == ["Sales"]
    assert [one.method for one in account.asked] == ["PROPFIND"] * 4


@pytest.mark.parametrize("server", ["https://evil.example/dav", "http://127.0.0.1:1/dav"])
def test_the_password_is_not_shown_to_somebody_else(account: Account, server: str) -> None:
    """Where the server sends us to another host, the user decides."""
    account.server.spoil = redirecting(server)
    error = refused(account)
    assert "may be somebody else's" in error.cause
    assert "--server https://" in error.remedy


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("caldav.icloud.com", "p42-caldav.icloud.com", True),
        ("dav.ours.example", "dav.ours.example", True),
        ("dav.ours.example", "dav.theirs.example", False),
        ("ann.github.io", "bob.github.io", False),
        ("10.0.0.1", "10.0.0.2", False),
    ],
)
def test_hosts_of_one_domain_belong_together(one: str, other: str, together: bool) -> None:
    """Large providers spread their users over many."""
    assert dav._same_house(one, other) is together


def test_a_server_that_sends_us_round_in_circles_is_told(account: Account) -> None:
    """After some turns."""
    account.server.spoil = redirecting("/.well-known/caldav")
    assert "in circles" in refused(account).cause
    assert len(account.asked) == 5


def test_an_address_without_calendars_is_told(account: Account) -> None:
    """A web server like any other."""
    account.server.spoil = lambda _a, _t: ("405 Method Not Allowed", [], b"")
    assert "shows no calendars" in refused(account).cause


FAULTS = {
    "429": ("429 Too Many Requests", [("Retry-After", "7")], b""),
    "500": ("500 Internal Server Error", [], b""),
    "503": ("503 Service Unavailable", [("Retry-After", "7")], b""),
    "web page": ("200 OK", [("Content-Type", "text/html")], b"<html>Welcome to the hotel</html>"),
    "cut XML": ("207 Multi-Status", _XML, b'<d:multistatus xmlns:d="DAV:"><d:resp'),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("method", ["PROPFIND", "sync-collection", "calendar-multiget"])
def test_what_passes_is_tried_again_and_nothing_is_lost(
    account: Account, fault: str, method: str
) -> None:
    """Wherever it happens; as long as the server asks for."""
    clock = Clock()
    source = account.source(retry=clock.retry())
    left = [FAULTS[fault]]

    def spoil(asked: Asked, told: Told) -> Told | None:
        hit = asked.method == method or method in asked.body
        return left.pop() if left and hit else None

    account.server.spoil = spoil
    batches = list(source.batches(None))
    assert not left
    assert [len(batch.records) for batch in batches] == [1, 0]
    assert clock.slept == [7.0 if fault in ("429", "503") else 0.5]


def test_a_server_that_stays_out_of_order_is_told(account: Account) -> None:
    """After some attempts; what was read before is kept."""
    account.server.spoil = lambda _a, _t: FAULTS["500"]
    assert "out of order" in refused(account).cause


def test_a_refusal_is_told(account: Account) -> None:
    """Where the account may not read its calendars."""
    source = account.source()
    account.server.spoil = lambda _a, _t: ("403 Forbidden", [], b"")
    with pytest.raises(InputError, match="refuses access"):
        list(source.batches(None))


def test_a_server_that_is_not_there_is_told(account: Account) -> None:
    """Nobody listens; or nobody has heard of it."""
    assert (
        "does not take connections"
        in refused(account, server=f"http://localhost:{free_port()}").cause
    )
    assert isinstance(refused(account, server="https://dav.ours.invalid"), OfflineError)


def test_a_calendar_that_goes_meanwhile_stops_no_other(account: Account) -> None:
    """Its place in the cursor stays as it was."""
    account.make("attic")
    source = account.source()

    def gone(asked: Asked, told: Told) -> Told | None:
        return ("404 Not Found", [], b"") if "/attic/" in asked.path else None

    account.server.spoil = gone
    batches = list(source.batches(None))
    assert {batch.stream.rpartition("/sales/")[1] for batch in batches} == {"/sales/"}


def test_an_entry_that_the_server_refuses_is_put_aside_alone(account: Account) -> None:
    """By its path."""
    account.put("f", event(uid="f"))
    source = account.source()

    def refusing(asked: Asked, told: Told) -> Told | None:
        if "multiget" in asked.body or asked.path.endswith("/f.ics"):
            return "403 Forbidden", [], b""
        return None

    account.server.spoil = refusing
    batches = list(source.batches(None))
    (failure,) = [failure for batch in batches for failure in batch.failures]
    assert failure.item.endswith("/f.ics")
    assert [len(batch.records) for batch in batches] == [1, 0]


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><d:multistatus xmlns:d="DAV:">&a;</d:multistatus>',
        b"<d:error xmlns:d='DAV:'/>",
        b"\xff\xfe",
        b"",
    ],
)
def test_xml_that_is_hostile_or_none_is_not_read(body: bytes) -> None:
    """No entity is ever expanded."""
    with pytest.raises(dav_xml.UnreadableError):
        dav_xml.multistatus(body)


def test_a_huge_answer_is_not_held(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes are bounded."""
    monkeypatch.setattr(dav, "MAX_ANSWER_BYTES", 100)
    assert "not data" in refused(account).cause


def test_names_cannot_break_out_of_a_question() -> None:
    """A token or a path is text, whatever stands in it."""
    asked = dav_xml.sync_collection('</d:sync-token><x y="&">') + dav_xml.multiget(["/<&>.ics"])
    assert b"<x" not in asked
    assert b"/&lt;&amp;&gt;.ics" in asked
