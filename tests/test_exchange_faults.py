"""What an Exchange Server can answer instead of what was asked for, and what the user is told."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree  # type: ignore[import-untyped]

from ingest.client import Session
from ingest.exchange_access import Login, account
from ingest.exchange_client import ExchangeClient
from ingest.graph_state import Wanted
from ingest.retry import OfflineError, Retry
from store.errors import BrickwallError, InputError, SignInError, SignInProblem
from tests import ews_schema
from tests.certificates import for_localhost
from tests.conftest import need
from tests.contract import raw_message
from tests.ews_builder import BASIC, NTLM, client, read, settled, subjects
from tests.ews_fake import PASSWORD, TOKEN, USER, Ews, ews
from tests.ews_soap import Cut, Reply, busy, soap_fault
from tests.ews_xml import element

MAIL = Wanted(calendar=False)
HTML = b"<html><body>Sign in to our network</body></html>"


@pytest.fixture
def fake() -> Iterator[Ews]:
    """A server with two mails in the inbox."""
    with ews() as running:
        running.mailbox.receive(raw_message("ann"))
        running.mailbox.receive(raw_message("bea"))
        yield running


def failing(fake: Ews, login: Login = BASIC) -> BrickwallError:
    """What a sync ends in."""
    with pytest.raises((SignInError, InputError)) as caught:
        read(fake, wanted=MAIL, login=login)
    return caught.value


#: What passes -> how long is waited for it; ``None``: as we like.
PASSING = {
    "busy, in the answer": (busy("SyncFolderItems", 12_000), 12.0),
    "busy, instead of an answer": (soap_fault("ErrorServerBusy", back_off_ms=7_500), 7.5),
    "busy without a time": (soap_fault("ErrorServerBusy"), None),
    "too many connections": (soap_fault("ErrorExceededConnectionCount"), None),
    "mailbox moves": (soap_fault("ErrorMailboxMoveInProgress"), None),
    "mailbox store away": (soap_fault("ErrorMailboxStoreUnavailable"), None),
    "something inside": (soap_fault("ErrorInternalServerError"), None),
    "throttled over HTTP": (Reply(429, headers={"Retry-After": "9"}), 9.0),
    "unavailable": (Reply(503, headers={"Retry-After": "30"}), 30.0),
    "unavailable, no time": (Reply(503), None),
    "server error": (Reply(500, HTML), None),
    "gateway": (Reply(502), None),
    "gateway too slow": (Reply(504), None),
    "its page for errors": (
        Reply(302, headers={"Location": "/ews/genericerrorpage.htm?aspxerrorpath=/ews/x"}),
        None,
    ),
    "a web page": (Reply(200, HTML), None),
    "nothing": (Reply(200, b""), None),
    "cut connection": (Cut(), None),
    "cut body": (Cut(200), None),
    "refused once": (Reply(401), None),
}


@pytest.mark.parametrize(("reply", "wait_seconds"), PASSING.values(), ids=PASSING.keys())
def test_what_passes_is_waited_for(
    fake: Ews, reply: Reply | Cut, wait_seconds: float | None
) -> None:
    """As long as the server asks; then everything is read, nothing twice."""
    fake.fail(reply, operation="SyncFolderItems")
    pauses: list[float] = []
    assert sorted(subjects(read(fake, wanted=MAIL, pauses=pauses))) == ["Offer ann", "Offer bea"]
    assert pauses == [0.5 if wait_seconds is None else wait_seconds]


def test_an_answer_that_is_cut_short_unnoticed_is_not_believed(fake: Ews) -> None:
    """The place stands before the changes: those that were cut off would be lost for good."""
    cursor = settled(fake, wanted=MAIL)
    fake.mailbox.receive(raw_message("cleo"))
    whole = fake.answer
    cut: list[Reply] = []

    def cutting(content: bytes) -> Reply | Cut:
        reply = whole(content)
        if cut or not isinstance(reply, Reply) or b"Create>" not in reply.body:
            return reply
        cut.append(reply)
        return Reply(body=reply.body[: reply.body.index(b"<t:Create>")])

    fake.answer = cutting  # type: ignore[method-assign]
    assert subjects(read(fake, cursor, wanted=MAIL)) == ["Offer cleo"]
    assert cut


def test_a_mailbox_that_is_busy_for_one_item_is_waited_for(fake: Ews) -> None:
    """It is said of the item, but concerns all."""
    [first, _] = fake.mailbox.messages.values()
    first.error = "ErrorServerBusy"
    pauses: list[float] = []
    asking = client(fake, pauses=pauses)
    with pytest.raises(InputError, match="has too much to do"):
        asking.messages(list(fake.mailbox.messages), headers_only=False)
    assert len(pauses) == 5


def test_a_server_that_stays_out_of_order_ends_the_sync(fake: Ews) -> None:
    """In one line, with the code that an administrator searches for."""
    fake.fail(*[soap_fault("ErrorInternalServerError")] * 6, operation="GetItem")
    error = failing(fake)
    assert error.cause == ("Exchange is out of order for the moment (ErrorInternalServerError)")
    assert "what was read before is kept" in error.remedy


@pytest.mark.parametrize("login", [BASIC, NTLM], ids=["basic", "ntlm"])
def test_a_refused_sign_in_says_what_to_check(fake: Ews, login: Login) -> None:
    """And how the server lets others in."""
    wrong = Login(login.auth, login.user, "wrong")
    error = failing(fake, wrong)
    assert isinstance(error, SignInError)
    assert error.problem is SignInProblem.WRONG_PASSWORD
    assert error.cause == "Exchange does not accept the sign-in"
    assert "--user 'OURS\\ann'" in error.remedy
    assert "The server takes: ntlm, basic, oauth (--auth)" in error.remedy
    assert fake.requests == []


def test_a_server_without_ntlm_says_what_it_takes(fake: Ews) -> None:
    """The password is not tried in another way by itself."""
    fake.takes = {"basic"}
    assert "The server takes: basic (--auth)" in failing(fake, NTLM).remedy


def test_a_sign_in_that_is_refused_again_is_over(fake: Ews) -> None:
    """A server in need refuses once; twice means it. A third try might lock the account."""
    fake.fail(Reply(401), Reply(401), operation="SyncFolderItems")
    assert isinstance(failing(fake), SignInError)
    assert fake.requests.count("SyncFolderItems") == 2


class Tokens:
    """Gives the first of some tokens, the next once that is refused."""

    def __init__(self, *tokens: str) -> None:
        self.waiting = list(tokens)

    def __call__(self, *, renew: bool = False) -> str:
        """The token."""
        if renew:
            self.waiting.pop(0)
        return self.waiting[0]


def test_a_token_that_is_refused_is_renewed_once(fake: Ews) -> None:
    """Then the sync goes on."""
    login = Login("oauth", token=Tokens("an-old-token", TOKEN))
    assert len(subjects(read(fake, wanted=MAIL, login=login))) == 2


def test_tokens_that_stay_refused_want_a_new_sign_in(fake: Ews) -> None:
    """After one new token."""
    error = failing(fake, Login("oauth", token=Tokens("an-old-token", "another", "not-asked-for")))
    assert isinstance(error, SignInError)


REFUSALS = {
    "locked": (
        Reply(403, b"The referenced account is currently locked out"), "your account is locked",
    ),
    "forbidden": (Reply(403), "Exchange refuses access (HTTP 403)"),
    "not here": (Reply(404), "there is no Exchange at this address (HTTP 404)"),
    "elsewhere": (
        Reply(302, headers={"Location": "https://login.example/"}), "Exchange sends us elsewhere",
    ),
    "no access": (soap_fault("ErrorAccessDenied"), "does not let you into this mailbox"),
    "no mailbox": (soap_fault("ErrorNonExistentMailbox"), "does not let you into this mailbox"),
    "disabled": (soap_fault("ErrorAccountDisabled"), "no longer accepts the sign-in"),
    "password too old": (soap_fault("ErrorPasswordExpired"), "no longer accepts the sign-in"),
    "our fault": (soap_fault("ErrorSchemaValidation"), "did not understand the request"),
}  # fmt: skip


@pytest.mark.parametrize(("reply", "cause"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_is_told_at_once(fake: Ews, reply: Reply, cause: str) -> None:
    """Without trying again; each with what to do."""
    fake.fail(*[reply] * 9)
    error = failing(fake)
    assert cause in error.cause
    assert error.remedy
    assert len(fake.requests) == 1


def test_a_mailbox_without_inbox_is_named(fake: Ews) -> None:
    """An address of a list, for instance."""
    fake.mailbox.special = {}
    assert "no mailbox under this address" in failing(fake).cause


def test_a_folder_that_may_not_be_read_ends_the_sync(fake: Ews) -> None:
    """It is not taken for gone."""
    fake.answers.denied = "ErrorAccessDenied"
    assert "does not let you into this mailbox" in failing(fake).cause


@pytest.mark.parametrize("newest", ["Exchange2013", "Exchange2016"])
def test_an_older_server_is_asked_in_its_own_version(newest: str) -> None:
    """Which is kept, so that the next run needs not to find out."""
    with ews() as fake:
        fake.newest = newest
        asking = client(fake)
        asking.zone_name()
        assert asking.version == f"15.2.1544.11 {newest}"
        fake.requests.clear()
        client(fake, version=asking.version).zone_name()
        assert len(fake.requests) == 1


def test_a_name_that_nobody_knows_looks_like_being_offline(
    fake: Ews, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is nothing to the daemon."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert isinstance(failing(fake), OfflineError)


def unanswered(port: int, session: Session) -> ExchangeClient:
    """A client of whatever is at a port."""
    url = f"http://127.0.0.1:{port}/EWS/Exchange.asmx"
    made = account("rep@ours.example", url, BASIC, session)
    return ExchangeClient(made, Retry(sleep=lambda _: None, random=lambda: 0.0))


def test_a_server_that_takes_no_connections_is_named() -> None:
    """After some attempts."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        asking = unanswered(unused.getsockname()[1], Session())
        with pytest.raises(InputError, match="does not take connections"):
            asking.zone_name()


def test_a_server_that_is_silent_for_too_long_is_not_waited_for() -> None:
    """As the configuration says."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        asking = unanswered(silent.getsockname()[1], Session(timeout_seconds=0.02))
        with pytest.raises(InputError, match="cut or too slow"):
            asking.zone_name()


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """A folder with a certificate of localhost, signed by an authority that nobody knows."""
    for_localhost(tmp_path)
    return tmp_path


def test_the_configured_authority_wins_over_the_environment(
    certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sessions of exchangelib would take the one in REQUESTS_CA_BUNDLE."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates / "cert.pem"))
    with ews(certificates) as fake:
        trusting = Session(ca_file=str(certificates / "ca.pem"))
        for login in (BASIC, NTLM, Login("oauth", token=Tokens(TOKEN))):
            assert client(fake, login=login, session=trusting).zone_name()


def test_a_certificate_that_is_not_trusted_is_told_as_such(certificates: Path) -> None:
    """At once, and before any password is sent."""
    with ews(certificates) as fake:
        with pytest.raises(InputError, match="certificate of Exchange is not accepted"):
            client(fake).zone_name()
        assert fake.posts == 0


def test_ntlm_signs_in_a_connection_once(fake: Ews) -> None:
    """Three requests for the first answer, one for each that follows."""
    asking = client(fake, login=NTLM)
    for _ in range(4):
        asking.zone_name()
    assert fake.posts == 3 + 3


def test_nothing_of_a_password_is_shown() -> None:
    """Not even where everything is shown."""
    login = Login("ntlm", USER, PASSWORD)
    made = account("rep@ours.example", "https://mail.ours.example/x", login, Session())
    assert PASSWORD not in repr([login, made.protocol, made.protocol.config])


def test_the_fake_is_held_to_the_schemas() -> None:
    """What does not fit is named."""
    need(ews_schema.is_here(), "the schemas of Exchange are not here: ../shared/schemas/ews")
    asked = element("m:FolderShape", element("t:BaseShape", text="IdOnly"))
    ids = element("m:FolderIds", element("t:DistinguishedFolderId", Id="inbox"))
    assert ews_schema.problems(element("m:GetFolder", asked, ids)) == []
    ids[0].set("Id", "in-tray")
    assert "in-tray" in ews_schema.problems(element("m:GetFolder", asked, ids))[0]
    assert ews_schema.problems(etree.Element("{urn:x}Other"))
