"""Sending by SMTP: over TLS, signed in, the server's certificate checked.

A mail is the server's from its answer to the end of the data on. Until then nothing was sent,
whatever goes wrong, and it may be tried again; when the connection is cut in between, nobody knows.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from ingest import passwords, tls
from ingest.client import LOOPBACK
from ingest.retry import Action, Fault, Retry, connection_fault
from ingest.secrets import Token
from ingest.senders import UnsureError, recipients, send_once
from store.errors import SignInError, SignInProblem

AGAIN: Final = "brickwall connect smtp"
_LATER: Final = "Try again later."
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_CONNECT_SECONDS: Final = 20.0
_GO_ON: Final = 354
_DONE: Final = 250
_CLOSING: Final = 421
_SIGNED_IN: Final = 235
_FOR_GOOD: Final = 500


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Who takes mail. ``security``: starttls | tls | none (on this machine only).

    ``ca_file``: PEM file of trusted certificates, ``""``: the usual ones. ``timeout_seconds``: the
    longest silence of the server.
    """

    host: str
    port: int
    security: str = "starttls"
    ca_file: str = ""
    timeout_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class SmtpLogin:
    """Who sends. ``token``: gives OAuth access tokens, instead of the password ``secret``."""

    user: str
    secret: str = field(default="", repr=False)
    token: Token | None = field(default=None, repr=False)


class _NotTakenError(Exception):
    """The server says no. ``code``: its reply code; from 500 on for good."""

    def __init__(self, code: int, said: bytes) -> None:
        self.code = code
        self.said = " ".join(said.decode("utf-8", "replace").split())[:200]
        super().__init__(f"{code} {self.said}")


class SmtpSender:
    """Sends over a server. ``login``: ``None`` where it asks for none.

    ``seen``: whether a mail can be found in the rep's mailbox, where that is connected.
    """

    def __init__(
        self,
        server: SmtpServer,
        login: SmtpLogin | None,
        retry: Retry,
        seen: Callable[[str], bool | None] = lambda _: None,
    ) -> None:
        self._server = server
        self._login = login
        self._retry = retry
        self._seen = seen

    def send(self, message: bytes) -> None:
        """See ``ingest.senders.Sender``."""
        sender, to = recipients(message)
        content = _LINE_END.sub(b"\r\n", message)
        self._once(lambda: self._send(sender, to, content))

    def was_sent(self, message_id: str) -> bool | None:
        """See ``ingest.senders.Sender``: SMTP itself keeps nothing of what was sent."""
        return self._seen(message_id)

    def check(self) -> None:
        """Sign in and out again; raises what ``send`` raises."""

        def signed_in() -> None:
            with self._connected():
                pass

        self._once(signed_in)

    def _once(self, action: Callable[[], None]) -> None:
        send_once(
            self._retry, action, self._fault, refused=lambda _: True, service=self._server.host
        )

    def _send(self, sender: str, to: tuple[str, ...], content: bytes) -> None:
        with self._connected() as connection:
            _taken(connection.mail(sender), _DONE)
            for one in to:
                _taken(connection.rcpt(one), _DONE)
            _taken(connection.docmd("DATA"), _GO_ON)
            try:
                connection.send(_dotted(content))
                reply = connection.getreply()
            except (smtplib.SMTPException, OSError) as error:
                raise UnsureError(
                    f"{self._server.host} was cut off before it said whether it took the mail",
                    "Look into your inbox whether it has come.",
                ) from error
            _taken(reply, _DONE)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A connection over which we have signed in."""
        connection = self._dialled()
        try:
            connection.ehlo_or_helo_if_needed()
            if self._login is not None:
                self._sign_in(connection, self._login)
            yield connection
        finally:
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
            connection.close()

    def _dialled(self) -> smtplib.SMTP:
        server = self._server
        seconds = min(server.timeout_seconds, _CONNECT_SECONDS)
        if server.security == "none":
            if server.host not in LOOPBACK:
                raise _unencrypted(server.host)
            return smtplib.SMTP(server.host, server.port, timeout=seconds)
        context = tls.context(server.ca_file)
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, timeout=seconds, context=context)
        connection = smtplib.SMTP(server.host, server.port, timeout=seconds)
        try:
            connection.starttls(context=context)
        except BaseException:
            connection.close()
            raise
        return connection

    def _sign_in(self, connection: smtplib.SMTP, login: SmtpLogin) -> None:
        if login.token is not None:
            try:
                _present(connection, login.user, login.token())
            except smtplib.SMTPAuthenticationError as error:
                if error.smtp_code < _FOR_GOOD:
                    raise
                _present(connection, login.user, login.token(renew=True))
        elif login.user.isascii() and login.secret.isascii():
            connection.login(login.user, login.secret)
        else:
            plain = b64encode(f"\0{login.user}\0{login.secret}".encode()).decode()
            code, said = connection.docmd("AUTH", f"PLAIN {plain}")
            if code != _SIGNED_IN:
                raise smtplib.SMTPAuthenticationError(code, said)

    def _fault(self, error: Exception) -> Fault | None:
        host = self._server.host
        if isinstance(error, smtplib.SMTPAuthenticationError):
            if error.smtp_code < _FOR_GOOD:
                return _busy(host, error.smtp_code)
            raise self._refused(error) from error
        if isinstance(error, _NotTakenError):
            return _answer_fault(error, host)
        if isinstance(error, smtplib.SMTPNotSupportedError):
            raise _not_offered(host, self._server.security) from error
        if isinstance(error, smtplib.SMTPResponseException):
            told = error.smtp_error
            said = told if isinstance(told, bytes) else str(told).encode()
            return _answer_fault(_NotTakenError(error.smtp_code, said), host)
        if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLCertVerificationError):
            raise _no_tls(host) from error
        found = connection_fault(error, service=host)
        if found is None and isinstance(error, smtplib.SMTPServerDisconnected):
            return Fault(Action.RETRY, f"the connection to {host} was cut", _LATER)
        return found

    def _refused(self, error: smtplib.SMTPAuthenticationError) -> SignInError:
        told = error.smtp_error
        said = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
        if self._login is not None and self._login.token:
            return passwords.sign_in_refused(self._server.host, again=AGAIN)
        return passwords.refused(self._server.host, said, again=AGAIN)


def _present(connection: smtplib.SMTP, user: str, token: str) -> None:
    told = f"user={user}\x01auth=Bearer {token}\x01\x01"
    connection.auth("XOAUTH2", lambda challenge=None: told if challenge is None else "")


def _taken(reply: tuple[int, bytes], wanted: int) -> None:
    if reply[0] != wanted and not (wanted == _DONE and reply[0] == _DONE + 1):
        raise _NotTakenError(*reply)


def _dotted(content: bytes) -> bytes:
    """As the data of a mail goes over the line: a dot before each dot that begins a line."""
    ended = content if content.endswith(b"\r\n") else content + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended) + b".\r\n"


def _answer_fault(error: _NotTakenError, host: str) -> Fault:
    if error.code < _FOR_GOOD:
        return _busy(host, error.code)
    return Fault(
        Action.STOP,
        f"{host} does not take the mail ({error})",
        "Check smtp.* and digest.to in the configuration; else ask whoever runs the server.",
    )


def _busy(host: str, code: int) -> Fault:
    asks = "closes the connection" if code == _CLOSING else "does not take mail for the moment"
    return Fault(Action.RETRY, f"{host} {asks} ({code})", _LATER)


def _unencrypted(host: str) -> SignInError:
    return SignInError(
        f"without encryption {host} and everybody on the way could read the digest",
        'Set smtp.security to "starttls" or "tls"; "none" is for a server on this machine only.',
        SignInProblem.POLICY,
    )


def _not_offered(host: str, security: str) -> SignInError:
    what = "STARTTLS" if security == "starttls" else "a way to sign in that brickwall knows"
    return SignInError(
        f"{host} does not offer {what} on this port",
        'Check smtp.port, or try smtp.security = "tls" (port 465); nothing is sent unencrypted.',
        SignInProblem.WRONG_SERVER,
    )


def _no_tls(host: str) -> SignInError:
    return SignInError(
        f"{host} does not speak TLS on this port",
        'Check smtp.port, or try smtp.security = "starttls" (port 587).',
        SignInProblem.WRONG_SERVER,
    )
