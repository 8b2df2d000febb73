"""Signing in to an IMAP server: never readable on the way, and every refusal with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.imap_client import ImapClient
from ingest.imap_connection import Login, Server
from ingest.retry import OfflineError
from store.errors import InputError, SignInError, SignInProblem
from tests.certificates import for_localhost
from tests.dovecot import PASSWORD, Mailbox, dovecot, token
from tests.graph_builder import Tokens
from tests.imap_builder import Clock, at
from tests.imap_wire import Scripted
from tests.peers import free_port

BEFORE, SOON = (datetime.now(UTC) + timedelta(hours=hours) for hours in (-1, 1))


def signed_in(server: Server, login: Login, clock: Clock | None = None) -> bool:
    """Whether signing in works."""
    client = ImapClient(server, login, (clock or Clock()).retry())
    try:
        return "INBOX" in {folder.name for folder in client.folders()}
    finally:
        client.close()


def refused(server: Server, login: Login) -> SignInError:
    """Why signing in does not work; it is tried once, and says no secret."""
    clock = Clock()
    with pytest.raises(SignInError) as caught:
        signed_in(server, login, clock)
    assert clock.slept == []
    assert caught.value.remedy
    secret = login.token() if login.token else login.secret
    assert secret not in caught.value.cause + caught.value.remedy + repr(login)
    return caught.value


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_a_password_signs_in(security: str) -> None:
    """By TLS, by STARTTLS, and in the clear on this machine."""
    with Mailbox() as mailbox:
        assert signed_in(mailbox.dovecot.server(security), mailbox.login)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_token_signs_in(security: str) -> None:
    """By XOAUTH2."""
    with Mailbox() as mailbox:
        tokens = Tokens(token(mailbox.address, ends_at=SOON))
        assert signed_in(mailbox.dovecot.server(security), Login(mailbox.address, token=tokens))
        assert tokens.renewed == 0


def test_a_token_that_is_refused_is_renewed_once() -> None:
    """It may have run out earlier than was told, or been taken back."""
    with Mailbox() as mailbox:
        tokens = Tokens(*(token(mailbox.address, ends_at=at) for at in (BEFORE, SOON)))
        assert signed_in(mailbox.dovecot.server("tls"), Login(mailbox.address, token=tokens))
        assert tokens.renewed == 1


def test_a_token_that_is_refused_again_is_told() -> None:
    """And what may be the reason; nobody is asked a third time."""
    with Mailbox() as mailbox:
        tokens = Tokens(token(mailbox.address, ends_at=BEFORE))
        error = refused(mailbox.dovecot.server("tls"), Login(mailbox.address, token=tokens))
    assert tokens.renewed == 1
    assert error.problem is SignInProblem.REVOKED
    assert "does not accept the token" in error.cause


def test_a_server_that_is_busy_with_a_token_does_not_cost_a_new_one() -> None:
    """Tokens are renewed for a refusal alone."""
    tokens = Tokens("ya29.good")
    answer = [b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2", b"OK done"]

    def busy(command: str) -> Iterable[bytes]:
        return [b"NO [UNAVAILABLE] later"] if command.startswith("AUTHENTICATE") else answer

    with Scripted(busy) as server, pytest.raises(InputError):
        signed_in(at(server.port), Login("x", token=tokens))
    assert tokens.renewed == 0


def test_a_wrong_password_is_told() -> None:
    """Not tried again: that locks accounts."""
    with Mailbox() as mailbox:
        error = refused(mailbox.dovecot.server("tls"), Login(mailbox.address, "wrong-horse"))
    assert error.problem is SignInProblem.WRONG_PASSWORD
    assert error.cause == "localhost does not accept the name or the password"


def test_a_password_beyond_ascii_is_sent_as_it_is() -> None:
    """Refused as any other wrong one, not by the library."""
    with Mailbox() as mailbox:
        error = refused(mailbox.dovecot.server("tls"), Login(mailbox.address, "Pfläumchen"))
    assert error.problem is SignInProblem.WRONG_PASSWORD


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    """A company's own authority can be named."""
    for security in ("tls", "starttls"):
        error = refused(dovecot().server(security, ca_file=""), Login("x", PASSWORD))
        assert error.problem is SignInProblem.CERTIFICATE
        assert "network.ca_file" in error.remedy


def test_a_certificate_for_another_authority_is_refused(tmp_path: Path) -> None:
    """Only the one that is named counts."""
    other = str(for_localhost(tmp_path))
    error = refused(dovecot().server("tls", ca_file=other), Login("x", PASSWORD))
    assert error.problem is SignInProblem.CERTIFICATE


def test_a_port_without_tls_is_told() -> None:
    """Instead of the words of OpenSSL."""
    error = refused(dovecot().server("tls", port=dovecot().port), Login("x", PASSWORD))
    assert error.problem is SignInProblem.WRONG_SERVER
    assert "starttls" in error.remedy


def test_no_password_goes_unencrypted_to_another_machine() -> None:
    """Not even a connection is made."""
    error = refused(Server("imap.ours.example", security="none"), Login("x", PASSWORD))
    assert error.problem is SignInProblem.POLICY


def test_without_starttls_no_password_is_sent() -> None:
    """Somebody on the way may have cut the offer out."""
    with Scripted(lambda _: [b"* CAPABILITY IMAP4rev1", b"OK done"]) as server:
        error = refused(Server("localhost", server.port, "starttls"), Login("x", PASSWORD))
    assert error.problem is SignInProblem.WRONG_SERVER
    assert not [command for command in server.commands if PASSWORD in command]


def test_a_server_that_is_not_there_is_told() -> None:
    """Nobody listens; or nobody has heard of it."""
    with pytest.raises(InputError, match="does not take connections"):
        signed_in(at(free_port()), Login("x", PASSWORD))
    with pytest.raises(OfflineError, match="offline"):
        signed_in(Server("imap.ours.invalid"), Login("x", PASSWORD))


def saying(*lines: bytes) -> Callable[[str], Iterable[bytes]]:
    """A server that answers LOGIN so."""

    def answer(command: str) -> Iterable[bytes]:
        return lines if command.startswith("LOGIN") else [b"* CAPABILITY IMAP4rev1", b"OK done"]

    return answer


@pytest.mark.parametrize(
    ("said", "problem", "words"),
    [
        (
            b"NO [ALERT] Application-specific password required: https://support.google.com",
            SignInProblem.APP_PASSWORD,
            "wants an app password",
        ),
        (b"NO [EXPIRED] Change it", SignInProblem.POLICY, "the password has run out"),
        (b"NO [PRIVACYREQUIRED] TLS first", SignInProblem.POLICY, "without encryption"),
        (b"NO [AUTHORIZATIONFAILED] no", SignInProblem.POLICY, "may not read"),
        (b"NO Login incorrect", SignInProblem.WRONG_PASSWORD, "name or the password"),
        (b"BAD invalid", SignInProblem.WRONG_PASSWORD, "name or the password"),
    ],
)
def test_refusals_are_told_apart(said: bytes, problem: SignInProblem, words: str) -> None:
    """By the codes of RFC 5530 and the words of providers."""
    with Scripted(saying(said)) as server:
        error = refused(at(server.port), Login("x", PASSWORD))
    assert error.problem is problem
    assert words in error.cause


@pytest.mark.parametrize("said", [b"NO [UNAVAILABLE] later", b"* BYE overloaded"])
def test_a_server_that_is_busy_is_asked_again(said: bytes) -> None:
    """That is no refusal of the password."""
    clock = Clock()
    with Scripted(saying(said)) as server, pytest.raises(InputError) as caught:
        signed_in(at(server.port), Login("x", PASSWORD), clock)
    assert len(clock.slept) == 5
    assert not isinstance(caught.value, SignInError)
