"""``brickwall connect microsoft`` and what follows, between a real sign-in and a fake Graph."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from brickwall.credentials import Clients
from brickwall.endpoints import Endpoints, Microsoft, Network
from brickwall.providers import Account, Connection, Request, Tools, microsoft
from ingest import microsoft_auth
from ingest.retry import Retry
from ingest.secrets import MemorySecrets
from store.errors import ConfigurationError, InputError, SignInError, SignInProblem
from store.model import EventRevision, Message
from tests.contract import CUSTOMER, START, raw_message
from tests.graph_fake import Graph, graph
from tests.graph_values import attendee
from tests.oidc_peer import Oidc, Person, oidc
from tests.sending import mail, message_id

ME = {
    "id": "a-person",
    "mail": "Rep@Ours.example",
    "userPrincipalName": "rep@ours.onmicrosoft.example",
    "proxyAddresses": ["SMTP:Rep@Ours.example", "smtp:sales@ours.example", "X500:/o=Ex/cn=rep"],
}


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oidc]:
    """The sign-in."""
    calls = microsoft_auth.FEATURES["attendance"]
    rights = ("Mail.Send", "Mail.ReadWrite", *calls)
    with oidc(tmp_path_factory.mktemp("oidc"), scopes=rights) as running:
        yield running


@pytest.fixture
def fake() -> Iterator[Graph]:
    """A Graph that takes every token, with the data of one user."""
    with graph(me=ME, settings={"timeZone": "W. Europe Standard Time"}) as running:
        running.tokens = None
        running.mailbox.receive(raw_message("ann"))
        running.mailbox.add_event(START, START, attendees=[attendee(CUSTOMER)])
        yield running


def tools(provider: Oidc, fake: Graph, folder: Path, *, person: Person | None = None) -> Tools:
    """What the application lends; ``person`` sits at the browser."""
    credentials = folder / "credentials.json"
    told = {"microsoft": {"client_id": "brickwall", "tenant": "tenant"}}
    credentials.write_text(json.dumps(told), encoding="utf-8")
    somebody = person or Person(provider)

    def browse(url: str) -> bool:
        threading.Thread(target=somebody.agree, args=(url,)).start()
        return True

    return Tools(
        endpoints=Endpoints(
            microsoft=Microsoft(provider.address, fake.url, check_authority=False),
            network=Network(ca_file=str(provider.ca_file), timeout_seconds=10),
        ),
        clients=Clients(credentials),
        secrets=MemorySecrets(),
        retry=Retry(sleep=lambda _: None, random=lambda: 0.0),
        zone="Europe/Vienna",
        say=lambda _: None,
        ask=lambda _: "",
        ask_secret=lambda _: "",
        browse=browse,
        now=lambda: datetime.now(UTC),
        clock=time.monotonic,
        sleep=lambda _: None,
    )


def account(connection: Connection, *, headers_only: bool = False) -> Account:
    """As it is kept."""
    return Account(
        "microsoft", connection.name, connection.addresses, connection.zone, headers_only,
        connection.granted, connection.settings, datetime.now(UTC),
    )  # fmt: skip


def test_connecting_finds_addresses_and_zone(provider: Oidc, fake: Graph, tmp_path: Path) -> None:
    """And looks once at each thing that will be read."""
    lent = tools(provider, fake, tmp_path)
    found = microsoft.connect(Request("microsoft", address="rep@ours.example"), lent)
    assert found.name == "rep@ours.example"
    assert found.addresses == (
        "rep@ours.example",
        "rep@ours.onmicrosoft.example",
        "sales@ours.example",
    )
    assert (found.zone, found.notes, found.granted) == ("Europe/Berlin", (), frozenset())
    assert len(fake.requests) == 1
    assert lent.secrets.read()


def test_what_was_connected_is_read(provider: Oidc, fake: Graph, tmp_path: Path) -> None:
    """Mail and calendar in one source."""
    lent = tools(provider, fake, tmp_path)
    connected = account(microsoft.connect(Request("microsoft"), lent))
    estimate = microsoft.estimate(connected, lent)
    assert estimate is not None
    assert estimate.messages == 1
    [source] = microsoft.sources(connected, lent)
    records = [one for batch in source.batches(None) for one in batch.records]
    assert [one.subject for one in records if isinstance(one, Message)] == ["Offer ann"]
    assert [one.start for one in records if isinstance(one, EventRevision)] == [START]


def test_mail_to_the_rep_leaves_only_where_that_was_allowed(
    provider: Oidc, fake: Graph, tmp_path: Path
) -> None:
    """Sending and drafts are rights of their own."""
    lent = tools(provider, fake, tmp_path)
    without = account(microsoft.connect(Request("microsoft"), lent))
    for ask in (microsoft.sender, microsoft.drafts):
        with pytest.raises(SignInError, match="was not allowed") as error:
            ask(without, lent)
        assert error.value.remedy.startswith(
            "Allow it: brickwall connect microsoft rep@ours.example --with"
        )
    both = Request("microsoft", features=frozenset({"send", "drafts"}))
    allowed = account(microsoft.connect(both, lent))
    assert allowed.granted == {"send", "drafts"}
    microsoft.sender(allowed, lent).send(mail(1))
    microsoft.drafts(allowed, lent).save_draft(mail(2))
    raws = [one.raw for one in fake.mailbox.messages.values()]
    assert raws[-2:] == [mail(1), mail(2)]
    assert microsoft.sender(allowed, lent).was_sent(message_id(1)) is True


def test_who_came_to_calls_is_read_only_where_that_was_allowed(
    provider: Oidc, fake: Graph, tmp_path: Path
) -> None:
    """Two rights more are asked for, with that feature alone."""
    lent = tools(provider, fake, tmp_path)
    request = Request("microsoft", features=frozenset({"attendance"}))
    allowed = account(microsoft.connect(request, lent))
    assert allowed.granted == {"attendance"}
    calls, mailbox = microsoft.sources(allowed, lent)
    assert (calls.name, mailbox.name) == ("teams", "mailbox")
    assert [batch.left_out for batch in calls.batches(None)] == [{}]


def test_who_may_not_know_aliases_and_zone_is_connected_all_the_same(
    provider: Oidc, fake: Graph, tmp_path: Path
) -> None:
    """Personal accounts have none, and the right to the settings is not asked for."""
    fake.answers.settings = None
    fake.answers.me = {name: ME[name] for name in ("id", "mail", "userPrincipalName")}
    found = microsoft.connect(Request("microsoft"), tools(provider, fake, tmp_path))
    assert found.zone == ""
    assert found.addresses == ("rep@ours.example", "rep@ours.onmicrosoft.example")


def test_a_calendar_that_may_not_be_read_is_noticed_at_once(
    provider: Oidc, fake: Graph, tmp_path: Path
) -> None:
    """Not in the middle of the first sync."""
    fake.answers.missing = frozenset({"calendar"})
    with pytest.raises(InputError, match="does not let brickwall read"):
        microsoft.connect(Request("microsoft"), tools(provider, fake, tmp_path))


def test_rights_that_were_not_given_are_named(provider: Oidc, fake: Graph, tmp_path: Path) -> None:
    """The sign-in of this test knows no Mail.ReadBasic and leaves it out."""
    request = Request("microsoft", headers_only=True)
    with pytest.raises(SignInError, match=r"Mail\.ReadBasic") as caught:
        microsoft.connect(request, tools(provider, fake, tmp_path))
    assert caught.value.problem is SignInProblem.CONSENT_DENIED


def test_disconnecting_forgets_and_says_where_microsoft_ends_it(
    provider: Oidc, fake: Graph, tmp_path: Path
) -> None:
    """One app alone cannot end its access there by itself."""
    said: list[str] = []
    lent = replace(tools(provider, fake, tmp_path), say=said.append)
    connected = account(microsoft.connect(Request("microsoft"), lent))
    microsoft.disconnect(connected, lent)
    assert lent.secrets.read() == {}
    assert "https://myapps.microsoft.com" in said[0]
    with pytest.raises(SignInError):
        list(microsoft.sources(connected, lent)[0].batches(None))


def test_without_a_client_one_is_asked_for(provider: Oidc, fake: Graph, tmp_path: Path) -> None:
    """Before any browser opens."""
    lent = tools(provider, fake, tmp_path)
    lent.clients.path.unlink()
    with pytest.raises(ConfigurationError, match=r"credentials\.json"):
        microsoft.connect(Request("microsoft"), lent)


@pytest.mark.parametrize("headers_only", [False, True])
def test_what_will_be_read_is_said_before(*, headers_only: bool) -> None:
    """The truth about texts above all."""
    lines = " ".join(microsoft.reads(Request("microsoft", headers_only=headers_only)))
    assert ("never read" in lines) == headers_only
