"""Mail servers that take no passwords: signed in to once, with Google or Microsoft, for good.

The authorities are emulate (Google) and oidc-provider (Microsoft), the mailbox is on a Dovecot that
asks them whose a token is.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from brickwall import mail_tokens, providers
from brickwall.config import Config
from brickwall.endpoints import Endpoints, Google, Microsoft
from brickwall.mail_tokens import IMAP, SMTP
from brickwall.paths import Home
from brickwall.providers import Tools
from brickwall.tools import Talk, Toolbox
from ingest.secrets import MemorySecrets
from store.errors import InputError, SignInError, SignInProblem
from tests import dovecot, peers
from tests.contract import raw_message, subject
from tests.dovecot import Dovecot, Mailbox
from tests.google_browser import is_sent_back, signs_in_at_emulate
from tests.google_fake import Answer, FakeGoogle, running
from tests.live_builder import Live, live
from tests.oidc_peer import Oidc, Person, oidc
from tests.smtp_peer import TOKEN, USER, smtp

__all__ = ["live"]

REP = "rep@ours.example"
OUTLOOK = "https://outlook.office.com"


@pytest.fixture(scope="module")
def microsoft(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oidc]:
    """A sign-in whose access tokens are good for five seconds, its refresh tokens for once."""
    scopes = (f"{OUTLOOK}/IMAP.AccessAsUser.All", f"{OUTLOOK}/SMTP.Send")
    with oidc(tmp_path_factory.mktemp("oidc"), scopes=scopes) as started:
        yield started


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The emulator, which knows the rep."""
    seed = {"google": {"users": [{"email": REP, "name": "Rep"}]}}
    with peers.emulate(seed, tmp_path_factory.mktemp("emulate")) as address:
        yield address


@pytest.fixture
def user(live: Live, monkeypatch: pytest.MonkeyPatch) -> Live:
    """A user at a desktop, with the real provider and the clients of both companies."""
    monkeypatch.setitem(providers.MODULES, "imap", "brickwall.providers.imap")
    monkeypatch.setattr("brickwall.cli.talk.has_screen", lambda: True)
    live.home.mkdir(exist_ok=True)
    clients = {
        "google": {"client_id": "cid", "client_secret": "GOCSPX-x"},
        "microsoft": {"client_id": "brickwall", "tenant": "tenant"},
    }
    (live.home / "credentials.json").write_text(json.dumps(clients), encoding="utf-8")
    return live


def configure(user: Live, server: Dovecot, *lines: str, also: Path | None = None) -> None:
    """``lines`` of the configuration; ``also``: one more authority of certificates."""
    trusted = user.home / "ca.pem"
    more = also.read_text(encoding="utf-8") if also else ""
    trusted.write_text(Path(server.ca_file).read_text(encoding="utf-8") + more, encoding="utf-8")
    text = [*lines, "[network]", f'ca_file = "{trusted.as_posix()}"', ""]
    (user.home / "config.toml").write_text("\n".join(text), encoding="utf-8")


def at_the_browser(patch: pytest.MonkeyPatch, act: Callable[[str], object]) -> None:
    """Somebody acts on each page that is opened."""

    def browse(url: str) -> bool:
        threading.Thread(target=act, args=(url,)).start()
        return True

    patch.setattr("webbrowser.open", browse)


def connect(user: Live, server: Dovecot, issuer: str) -> int:
    """Connect the rep's mailbox."""
    where = f"localhost:{server.tls_port}"
    return user.run("connect", "imap", REP, "--server", where, "--auth", issuer)


def secrets_file(user: Live) -> bytes:
    """What the vault keeps, encrypted."""
    return b"".join(data for name, data in user.files().items() if name.endswith(".secrets"))


def test_a_mailbox_is_read_long_after_the_token_of_microsoft_has_run_out(
    user: Live, microsoft: Oidc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sign-in; every refresh token is good once, so each new one must have been kept."""
    asked = requests.get(
        f"{microsoft.issuer}/.well-known/openid-configuration",
        verify=str(microsoft.ca_file),
        timeout=10,
    ).json()["userinfo_endpoint"]
    authority = microsoft.ca_file.read_text(encoding="utf-8")
    at_the_browser(monkeypatch, Person(microsoft, REP).agree)
    with dovecot.asking(asked, "sub", authority) as server:
        lines = f'[microsoft]\nauthority = "{microsoft.address}"\ncheck_authority = false'
        configure(user, server, lines, also=microsoft.ca_file)
        with Mailbox(address=REP, on=server) as mailbox:
            mailbox.add(raw_message("ann"))
            assert connect(user, server, "microsoft") == 0, user.said
            assert "no right to read alone" in user.said
            at_the_browser(monkeypatch, lambda _: pytest.fail("signed in again"))
            for name in ("bea", "cleo"):
                before = secrets_file(user)
                mailbox.add(raw_message(name))
                assert user.run("sync") == 0, user.said
                assert secrets_file(user) != before
        assert user.subjects() == {subject(name) for name in ("ann", "bea", "cleo")}
        assert "method=XOAUTH2" in server.log()
    assert user.run("disconnect", REP) == 0
    assert "Microsoft ends the access of one app only on its own page" in user.said


def test_a_mailbox_is_read_with_a_sign_in_at_google_until_it_is_given_back(
    user: Live, google: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then Google has revoked it too."""
    at_the_browser(monkeypatch, signs_in_at_emulate(REP))
    with dovecot.asking(f"{google}/oauth2/v2/userinfo", "email") as server:
        configure(
            user,
            server,
            "[google]",
            f'auth_endpoint = "{google}/o/oauth2/v2/auth"',
            f'token_endpoint = "{google}/oauth2/token"',
            f'revoke_endpoint = "{google}/oauth2/revoke"',
        )
        with Mailbox(address=REP, on=server) as mailbox:
            mailbox.add(raw_message("ann"))
            assert connect(user, server, "google") == 0, user.said
            assert user.run("sync") == 0, user.said
            assert user.subjects() == {subject("ann")}
        assert "method=XOAUTH2" in server.log()
        assert user.run("disconnect", REP) == 0
        assert "But the access" not in user.said
    assert not secrets_file(user)


def test_who_signs_in_as_somebody_else_does_not_get_into_the_mailbox(
    user: Live, google: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server says no; nothing is kept."""
    at_the_browser(monkeypatch, signs_in_at_emulate(REP))
    with dovecot.asking(f"{google}/oauth2/v2/userinfo", "email") as server:
        endpoints = (
            f'auth_endpoint = "{google}/o/oauth2/v2/auth"',
            f'token_endpoint = "{google}/oauth2/token"',
        )
        configure(user, server, "[google]", *endpoints)
        where = f"localhost:{server.tls_port}"
        arguments = ("imap", "boss@ours.example", "--server", where, "--auth", "google")
        assert user.run("connect", *arguments) == 12
    assert "as the owner of that mailbox" in user.said
    assert not (user.home / "accounts.json").exists()


@pytest.fixture
def fake() -> Iterator[FakeGoogle]:
    """A Google whose token endpoint answers as it is told."""
    with running(FakeGoogle()) as started:
        yield started


def given(**more: object) -> Answer:
    """Tokens."""
    told = {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer", **more}
    return Answer(200, json.dumps(told).encode())


def refused(error: str) -> Answer:
    """No token."""
    return Answer(400, json.dumps({"error": error}).encode())


def tools(folder: Path, secrets: MemorySecrets, google: str = "", microsoft: str = "") -> Tools:
    """What a provider module is lent."""
    clients = {"google": {"client_id": "c", "client_secret": "s"}, "microsoft": {"client_id": "c"}}
    (folder / "credentials.json").write_text(json.dumps(clients), encoding="utf-8")
    endpoints = Endpoints(
        google=replace(Google(), token_endpoint=f"{google}/token"),
        microsoft=Microsoft(authority=microsoft or Microsoft().authority),
    )
    talk = Talk(lambda _: None, lambda _: "", lambda _: "", lambda _: False)
    config = replace(Config(), endpoints=endpoints)
    home = Home(folder, folder)
    box = Toolbox(home, config, talk, lambda: datetime.now(UTC), sleep=lambda _: None)
    return box.lend(secrets)


def signed_in(ends_at: datetime) -> MemorySecrets:
    """Secrets of a sign-in at Google."""
    secrets = MemorySecrets()
    kept = {"refresh_token": "1//r", "access_token": "ya29.old", "expires_at": ends_at.isoformat()}
    secrets.write(kept)
    return secrets


def test_a_token_of_google_is_renewed_before_it_ends_and_when_it_is_refused(
    tmp_path: Path, fake: FakeGoogle
) -> None:
    """And kept before it is used; one that is good for long is used as it is."""
    secrets = signed_in(datetime.now(UTC) + timedelta(minutes=4))
    fake.token_answers = [given(), given(access_token="ya29.newer")]
    token = mail_tokens.kept("google", IMAP, tools(tmp_path, secrets, google=fake.url))
    assert (token(), token()) == (TOKEN, TOKEN)
    assert secrets.read()["access_token"] == TOKEN
    assert token(renew=True) == "ya29.newer"


def test_a_sign_in_that_google_ended_names_the_command_that_was_used(
    tmp_path: Path, fake: FakeGoogle
) -> None:
    """Not that of Gmail."""
    secrets = signed_in(datetime.now(UTC))
    fake.token_answers = [refused("invalid_grant")] * 2
    for use, command in ((IMAP, "brickwall connect imap"), (SMTP, "brickwall connect smtp")):
        token = mail_tokens.kept("google", use, tools(tmp_path, secrets, google=fake.url))
        with pytest.raises(SignInError) as caught:
            token()
        assert caught.value.problem is SignInProblem.REVOKED
        assert command in caught.value.remedy
        assert "connect gmail" not in caught.value.remedy


def test_a_google_that_is_out_of_order_is_no_refusal(tmp_path: Path, fake: FakeGoogle) -> None:
    """It is asked again, and said as what it is."""
    fake.token_answers = [Answer(503, b"")] * 9
    secrets = signed_in(datetime.now(UTC))
    token = mail_tokens.kept("google", IMAP, tools(tmp_path, secrets, google=fake.url))
    with pytest.raises(InputError):
        token()


@pytest.mark.parametrize(
    ("authority", "server"),
    [
        ("https://login.microsoftonline.com", "https://outlook.office.com"),
        ("https://login.microsoftonline.us", "https://outlook.office365.us"),
        ("https://login.partner.microsoftonline.cn", "https://partner.outlook.cn"),
    ],
)
def test_national_clouds_name_the_right_of_their_own_server(
    tmp_path: Path, authority: str, server: str
) -> None:
    """Microsoft's rights belong to a server."""
    lent = tools(tmp_path, MemorySecrets(), microsoft=authority)
    assert mail_tokens.rights("microsoft", IMAP, lent) == (f"{server}/IMAP.AccessAsUser.All",)
    assert mail_tokens.rights("microsoft", SMTP, lent) == (f"{server}/SMTP.Send",)
    assert mail_tokens.rights("google", SMTP, lent) == ("https://mail.google.com/",)


def test_a_digest_goes_through_a_server_that_wants_a_token(
    user: Live, tmp_path: Path, fake: FakeGoogle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed in once in the browser; the token that was refused is renewed and taken."""
    scope = "https://mail.google.com/"
    fake.token_answers = [
        given(refresh_token="1//r", scope=scope, access_token="ya29.refused"),
        given(),
        Answer(200, b""),
    ]
    at_the_browser(monkeypatch, is_sent_back(code="c0de"))
    user.connect()
    user.run("sync")
    with smtp(tmp_path) as peer:
        (user.home / "config.toml").write_text(
            '[digest]\nwhen_empty = "line"\n'
            f'[smtp]\nhost = "{peer.host}"\nport = {peer.port}\nuser = "{USER}"\n'
            f'[google]\nauth_endpoint = "{fake.url}/auth"\ntoken_endpoint = "{fake.url}/token"\n'
            f'revoke_endpoint = "{fake.url}/revoke"\n'
            f'[network]\nca_file = "{Path(peer.ca_file).as_posix()}"\n',
            encoding="utf-8",
        )
        assert user.run("connect", "smtp", "--auth", "google") == 0, user.said
        assert user.run("digest", "--send") == 0, user.said
    assert len(peer.mails) == 1
    assert user.run("disconnect", "smtp") == 0
    assert "But the access" not in user.said
    assert fake.token_answers == [], "the access was revoked"
