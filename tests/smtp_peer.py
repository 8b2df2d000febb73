"""A real SMTP server (aiosmtpd) in process: TLS, AUTH, and what it says when it refuses."""

from __future__ import annotations

import asyncio
import base64
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.certificates import for_localhost
from tests.peers import free_port

USER = "rep@ours.example"
PASSWORD = "correct-horse-7"
TOKEN = "ya29.a-token"


@dataclass
class SmtpPeer:
    """The server. ``mails``: what it took; ``replies``: given to the next commands instead of yes.

    ``cut``: the connection ends instead of the answer to this command (DATA: after the body).
    ``lost``: with ``cut``, the mail was not taken.
    """

    port: int
    ca_file: str
    security: str
    mails: list[Envelope] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=dict)
    cut: str = ""
    lost: bool = False
    connections: int = 0
    sign_ins: list[str] = field(default_factory=list)
    host: str = "localhost"

    @property
    def raw(self) -> list[bytes]:
        """The mails as they came over the line."""
        return [one.content for one in self.mails if isinstance(one.content, bytes)]

    def _reply(self, command: str, server: SMTP, usual: str = "250 OK") -> str:
        if self.cut == command:
            self.cut = ""
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        waiting = self.replies.get(command)
        return waiting.pop(0) if waiting else usual

    async def handle_EHLO(  # noqa: N802 - as aiosmtpd calls it
        self, server: SMTP, session: Session, _: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Somebody is there."""
        self.connections += 1
        session.host_name = hostname
        told = self._reply("EHLO", server)
        return responses if told == "250 OK" else [told]

    async def handle_MAIL(  # noqa: N802 - as aiosmtpd calls it
        self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """From whom."""
        told = self._reply("MAIL", server)
        if told.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return told

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, server: SMTP, _: Session, envelope: Envelope, address: str, __: list[str]
    ) -> str:
        """To whom."""
        told = self._reply("RCPT", server)
        if told.startswith("250"):
            envelope.rcpt_tos.append(address)
        return told

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802 - as aiosmtpd calls it
        """The whole mail has come."""
        cut = self.cut == "DATA"
        told = self._reply("DATA", server)
        if told.startswith("250") and not (cut and self.lost):
            self.mails.append(envelope)
        return told

    async def auth_XOAUTH2(self, _: SMTP, arguments: list[str]) -> AuthResult:  # noqa: N802 - as aiosmtpd calls it
        """An OAuth token in place of a password."""
        told = base64.b64decode(arguments[1]).decode()
        self.sign_ins.append(told)
        good = told == f"user={USER}\x01auth=Bearer {TOKEN}\x01\x01"
        return AuthResult(success=good, handled=False)

    def authenticated(self, _: SMTP, __: Session, ___: Envelope, how: str, data: Any) -> AuthResult:
        """Whether name and password are right."""
        if data is MISSING or not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        self.sign_ins.append(how)
        good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)


@contextmanager
def smtp(
    folder: Path,
    *,
    security: str = "starttls",
    sign_in: bool = True,
    days: tuple[int, int] = (-1, 30),
) -> Iterator[SmtpPeer]:
    """A server on a free port. ``security``: as the configuration has it; ``days``: see
    ``tests.certificates.for_localhost``.
    """
    ca_file = for_localhost(folder, days=days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    peer = SmtpPeer(free_port(), str(ca_file), security)
    options: dict[str, Any] = {}
    if sign_in:
        options = {"auth_required": True, "authenticator": peer.authenticated}
    if security == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    else:
        options |= {"auth_require_tls": False}

    class Server(Controller):
        def factory(self) -> SMTP:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it warns of what the test is about
                return SMTP(self.handler, **options)

    server = Server(
        peer,
        hostname="localhost",
        port=peer.port,
        ssl_context=context if security == "tls" else None,
        ready_timeout=10,
    )
    server.start()
    peer.connections = 0
    try:
        yield peer
    finally:
        server.stop()
