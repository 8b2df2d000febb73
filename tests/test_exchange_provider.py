"""``brickwall connect exchange`` and what follows: finding the server, signing in, reading."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from brickwall import providers
from brickwall.credentials import Clients
from brickwall.endpoints import Endpoints, Exchange, Network
from brickwall.providers import Account, Connection, Request, Tools, exchange
from ingest.retry import OfflineError, Retry
from ingest.secrets import MemorySecrets
from store.errors import BrickwallError, InputError, SignInError, SignInProblem, UsageError
from tests.certificates import for_localhost
from tests.contract import CUSTOMER, START, raw_message
from tests.ews_fake import PASSWORD, PATH, USER, Ews, ews
from tests.ews_mailbox import Invited
from tests.ews_proxy import Proxy, proxy
from tests.ews_soap import soap_fault
from tests.live_builder import Live, live
from tests.oidc_peer import Person, oidc
from tests.sending import mail

__all__ = ["live"]

HOSTS = (
    "ours.example",
    "autodiscover.ours.example",
    "mail.ours.example",
    "autodiscover.eu.ours.example",
    "autodiscover.hoster.example",
)
REP = "rep@ours.example"


@pytest.fixture
def fake() -> Iterator[Ews]:
    """A server with a mail and a meeting."""
    with ews() as running:
        running.mailbox.receive(raw_message("ann"))
        running.mailbox.add_entry("Demo", START, START, required=(Invited(CUSTOMER),))
        yield running


def tools(**fields: Any) -> Tools:
    """What the application lends to somebody who types the right password."""
    usual: dict[str, Any] = {
        "endpoints": Endpoints(network=Network(timeout_seconds=5)),
        "clients": Clients(Path("nowhere")),
        "secrets": MemorySecrets(),
        "retry": Retry(sleep=lambda _: None, random=lambda: 0.0),
        "zone": "Europe/Vienna",
        "say": lambda _: None,
        "ask": lambda _: "",
        "ask_secret": lambda _: PASSWORD,
        "browse": lambda _: False,
        "now": lambda: datetime.now(UTC),
        "clock": time.monotonic,
        "sleep": lambda _: None,
    }
    return Tools(**{**usual, **fields})


def request(fake: Ews, **fields: Any) -> Request:
    """What the user asks for, with the server's address."""
    return replace(Request("exchange", REP, server=fake.url, user=USER), **fields)


def account(connection: Connection, *, headers_only: bool = False) -> Account:
    """As it is kept."""
    return Account(
        "exchange", connection.name, connection.addresses, connection.zone, headers_only,
        connection.granted, connection.settings, datetime.now(UTC),
    )  # fmt: skip


def records(kept: Account, lent: Tools) -> int:
    """How many there are in the sources of an account."""
    found = [batch for one in exchange.sources(kept, lent) for batch in one.batches(None)]
    return sum(len(batch.records) for batch in found)


def failing(asked: Request, lent: Tools) -> BrickwallError:
    """Why somebody could not connect; nothing is kept then."""
    with pytest.raises((InputError, SignInError, UsageError)) as caught:
        exchange.connect(asked, lent)
    assert lent.secrets.read() == {}
    return caught.value


@pytest.mark.parametrize("auth", ["ntlm", "basic"])
def test_connecting_finds_addresses_and_zone_and_the_account_can_be_read(
    fake: Ews, auth: str
) -> None:
    """The password is kept in the vault, never in the settings."""
    lent = tools()
    connection = exchange.connect(request(fake, auth=auth), lent)
    assert (connection.name, connection.addresses) == (REP, (REP, "sales@ours.example"))
    assert connection.zone == "Europe/Berlin"
    assert connection.settings == {
        "server": fake.url, "user": USER, "auth": auth, "version": "15.2.1544.11 Exchange2016",
    }  # fmt: skip
    assert lent.secrets.read() == {"password": PASSWORD}
    assert records(account(connection), lent) == 2


def test_mail_to_the_rep_leaves_only_where_the_user_wants_that(fake: Ews) -> None:
    """Exchange itself would let any program do it."""
    lent = tools()
    without = account(exchange.connect(request(fake), lent))
    for ask in (exchange.sender, exchange.drafts):
        with pytest.raises(SignInError, match="was not allowed"):
            ask(without, lent)
    both = request(fake, features=frozenset({"send", "drafts"}))
    allowed = account(exchange.connect(both, lent))
    exchange.sender(allowed, lent).send(mail(1))
    exchange.drafts(allowed, lent).save_draft(mail(2))
    assert [one.raw for one in fake.mailbox.messages.values()][-2:] == [mail(1), mail(2)]


def test_who_never_was_in_outlook_on_the_web_has_no_zone_there(fake: Ews) -> None:
    """And a directory may tell nothing; neither is needed."""
    fake.answers.zone, fake.answers.aliases = "", ()
    connection = exchange.connect(request(fake), tools())
    assert (connection.zone, connection.addresses) == ("", (REP,))


def test_what_will_be_read_is_said(fake: Ews) -> None:
    """The texts only where they are read, the password only where there is one."""
    usual = " ".join(exchange.reads(request(fake)))
    assert "and what, to see who answers" in usual
    assert "Your password is kept encrypted" in usual
    less = " ".join(exchange.reads(request(fake, headers_only=True, auth="oauth")))
    assert "the texts are never read" in less
    assert "password" not in less


def test_with_headers_only_no_text_is_read(fake: Ews) -> None:
    """Nor any raw mail."""
    lent = tools()
    kept = account(exchange.connect(request(fake), lent), headers_only=True)
    [source] = exchange.sources(kept, lent)
    found = [record for batch in source.batches(None) for record in batch.records]
    assert [getattr(record, "text", "") for record in found] == ["", ""]


def test_the_estimate_is_by_the_number_of_messages(fake: Ews) -> None:
    """In the folders that are read."""
    for number in range(99):
        fake.mailbox.receive(raw_message(f"mail{number}"))
        fake.mailbox.receive(raw_message(f"junk{number}"), "junkemail")
    lent = tools()
    found = exchange.estimate(account(exchange.connect(request(fake), lent)), lent)
    assert found is not None
    assert (found.messages, found.events, found.seconds) == (100, 1, 6.0)


def test_a_wrong_password_is_told_and_not_kept(fake: Ews) -> None:
    """Nor tried twice."""
    error = failing(request(fake), tools(ask_secret=lambda _: "wrong"))
    assert isinstance(error, SignInError)
    assert error.problem is SignInProblem.WRONG_PASSWORD


def test_what_is_not_encrypted_or_no_address_is_refused_before_anything_is_asked(
    fake: Ews,
) -> None:
    """Nobody types a password for that."""
    lent = tools(ask_secret=None)
    assert "not encrypted" in failing(request(fake, server="http://mail.ours.example"), lent).cause
    assert "no mail address" in failing(request(fake, address="rep"), lent).cause
    assert "has to be named" in failing(request(fake, auth="oauth", server=""), lent).cause


def test_a_password_that_is_lost_wants_a_new_sign_in(fake: Ews) -> None:
    """As after a restored backup without the vault."""
    lent = tools()
    kept = account(exchange.connect(request(fake), lent))
    lent.secrets.write({})
    with pytest.raises(SignInError, match="not kept any more"):
        exchange.sources(kept, lent)


def test_disconnecting_forgets_the_password(fake: Ews) -> None:
    """There is nothing to take back at the server, and that is said."""
    said: list[str] = []
    lent = tools(say=said.append)
    exchange.disconnect(account(exchange.connect(request(fake), lent)), lent)
    assert lent.secrets.read() == {}
    assert "knows nothing of brickwall" in said[0]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[tuple[Ews, Proxy, Network]]:
    """A company's network behind a proxy: autodiscover at its usual host, mail at another."""
    ca_file = for_localhost(tmp_path, names=HOSTS)
    with ews(tmp_path) as server, proxy() as between:
        port = int(server.url.split(":")[2].partition("/")[0])
        between.hosts = {"autodiscover.ours.example": port, "mail.ours.example": port}
        server.settings = {"ExternalEwsUrl": f"https://mail.ours.example{PATH}"}
        yield server, between, Network(between.address, str(ca_file), 5)


@pytest.mark.parametrize("auth", ["ntlm", "basic"])
def test_the_server_is_found_by_the_address(company: tuple[Ews, Proxy, Network], auth: str) -> None:
    """Through the configured proxy, with the configured authority, and as quickly as can be."""
    _, between, network = company
    lent = tools(endpoints=Endpoints(network=network))
    asked = Request("exchange", REP, user=USER, auth=auth)
    connection = exchange.connect(asked, lent)
    assert connection.settings["server"] == f"https://mail.ours.example{PATH}"
    assert records(account(connection), lent) == 0
    assert set(between.asked) == {"ours.example", *between.hosts}


def test_an_address_may_lead_to_another_one(company: tuple[Ews, Proxy, Network]) -> None:
    """Then that is the account's."""
    server, between, network = company
    between.hosts["autodiscover.eu.ours.example"] = between.hosts["mail.ours.example"]
    server.settings[REP] = "rep@eu.ours.example"
    lent = tools(endpoints=Endpoints(network=network))
    assert exchange.connect(Request("exchange", REP, user=USER), lent).name == "rep@eu.ours.example"


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_no_password_goes_outside_of_the_domain_unless_the_user_agrees(
    company: tuple[Ews, Proxy, Network], answer: str
) -> None:
    """Whoever sits in the same network could point there."""
    server, between, network = company
    port = between.hosts.pop("autodiscover.ours.example")
    between.hosts["autodiscover.hoster.example"] = port
    between.pages["autodiscover.ours.example"] = (
        b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
        b"https://autodiscover.hoster.example/autodiscover/autodiscover.svc\r\n\r\n"
    )
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return answer

    lent = tools(endpoints=Endpoints(network=network), ask=ask)
    asked = Request("exchange", REP, user=USER)
    if answer == "yes":
        assert exchange.connect(asked, lent).name == REP
    else:
        assert "No Exchange Server was found" in failing(asked, lent).cause
        assert server.posts == 0
    [question] = questions
    assert "autodiscover.hoster.example, which is not in the domain" in question


def test_a_mailbox_that_is_online_is_told_as_such(company: tuple[Ews, Proxy, Network]) -> None:
    """Exchange Online is read through Graph."""
    server, _, network = company
    server.settings["ExternalEwsUrl"] = f"https://outlook.office365.com{PATH}"
    lent = tools(endpoints=Endpoints(network=network))
    error = failing(Request("exchange", REP, user=USER), lent)
    assert isinstance(error, SignInError)
    assert error.problem is SignInProblem.WRONG_SERVER
    assert error.remedy == "Run: brickwall connect microsoft"


def test_a_wrong_password_is_told_where_the_server_is_looked_for(
    company: tuple[Ews, Proxy, Network],
) -> None:
    """Not that there were no server."""
    _, _, network = company
    lent = tools(endpoints=Endpoints(network=network), ask_secret=lambda _: "wrong")
    error = failing(Request("exchange", REP, user=USER), lent)
    assert isinstance(error, SignInError)
    assert error.problem is SignInProblem.WRONG_PASSWORD


def test_where_no_server_is_found_it_has_to_be_named(
    company: tuple[Ews, Proxy, Network],
) -> None:
    """And where Outlook shows its name."""
    _, between, network = company
    between.hosts.clear()
    lent = tools(endpoints=Endpoints(network=network))
    error = failing(Request("exchange", REP, user=USER), lent)
    assert error.cause == f"No Exchange Server was found for {REP}"
    assert "--server mail.ours.example" in error.remedy


def test_without_a_network_nothing_is_found_and_that_is_told_as_such(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not as a missing server."""
    monkeypatch.setattr("exchangelib.autodiscover.Autodiscovery._get_srv_records", lambda *_: [])
    asked = Request("exchange", "rep@nobody.invalid", user=USER)
    assert isinstance(failing(asked, tools()), OfflineError)


def test_exchangelib_keeps_nothing_in_a_folder_for_everybody(
    company: tuple[Ews, Proxy, Network], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would write pickles into the folder for temporary files, and read what it finds there."""
    kept = tmp_path / "cache"
    monkeypatch.setattr("exchangelib.autodiscover.cache.AUTODISCOVER_PERSISTENT_STORAGE", kept)
    _, _, network = company
    lent = tools(endpoints=Endpoints(network=network))
    exchange.connect(Request("exchange", REP, user=USER), lent)
    assert not list(tmp_path.glob("cache*"))


def test_one_signs_in_with_oauth_where_the_server_wants_it(fake: Ews, tmp_path: Path) -> None:
    """The token is kept and renewed by the same sign-in as Microsoft 365."""
    fake.tokens, fake.takes = None, {"bearer"}
    scope = fake.url.replace(PATH, "/EWS.AccessAsUser.All")
    with oidc(tmp_path, token_seconds=600, scopes=(scope,)) as provider:
        credentials = tmp_path / "credentials.json"
        told = {"exchange": {"client_id": "brickwall", "tenant": "tenant"}}
        credentials.write_text(json.dumps(told), encoding="utf-8")

        def browse(url: str) -> bool:
            threading.Thread(target=Person(provider).agree, args=(url,)).start()
            return True

        lent = tools(
            endpoints=Endpoints(
                exchange=Exchange(provider.address),
                network=Network(ca_file=str(provider.ca_file), timeout_seconds=10),
            ),
            clients=Clients(credentials),
            browse=browse,
            ask_secret=None,
        )
        connection = exchange.connect(request(fake, auth="oauth"), lent)
        assert records(account(connection), lent) == 2
        assert set(lent.secrets.read()) == {"token_cache"}
        lent.secrets.write({})
        with pytest.raises(SignInError) as caught:
            records(account(connection), lent)
        assert caught.value.remedy == "Sign in again: brickwall connect exchange."


def test_from_the_command_line(fake: Ews, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connected, read, nothing new, and given back."""
    monkeypatch.setitem(providers.MODULES, "exchange", "brickwall.providers.exchange")
    asked = ("connect", "exchange", REP, "--server", fake.url, "--user", USER)
    assert live.run(*asked, typed=f"{PASSWORD}\n") == 0
    assert f"Connected: {REP} (exchange)." in live.said
    assert live.run("sync") == 0
    assert live.subjects() == {"Offer ann"}
    fake.requests.clear()
    content = live.content()
    assert live.run("sync") == 0
    assert (live.content(), fake.requests) == (content, ["SyncFolderItems"] * 3)
    assert not any(PASSWORD.encode() in told for told in live.files().values())
    fake.fail(*[soap_fault("ErrorPasswordExpired")] * 2)
    assert live.run("sync") == 12
    assert "ErrorPasswordExpired" in live.said
    assert live.run("disconnect", REP) == 0
