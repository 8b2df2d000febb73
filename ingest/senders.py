"""Sending mail to the rep, and leaving drafts: what every way of it has to give.

A mail that may have gone is never sent again on a guess: ``send`` raises ``UnsureError`` then, and
``was_sent`` is asked. All other errors of ``send`` mean that it certainly did not go.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Callable, Iterable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final, Protocol

from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError

from ingest.retry import Action, Fault, Retry, chain
from store.errors import InputError

#: Names a mail of brickwall's own, with its Message-ID: some servers give mails another one.
HEADER: Final = "X-Brickwall-Delivery"

_IS_LOOKED_FOR: Final = "It is looked for among your sent mail before it is sent again."
_LOOK_AT_DRAFTS: Final = "Look whether it is among your drafts; if it is not, try again."
_BEFORE: Final = (
    socket.gaierror,
    ssl.SSLCertVerificationError,
    ConnectionRefusedError,
    NewConnectionError,
    ConnectTimeoutError,
    ProxyError,
)
_NO_ROUTE: Final = frozenset({errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL})


class UnsureError(InputError):
    """A mail may have gone, or not: nobody has told."""


class Sender(Protocol):
    """One way to send."""

    def send(self, message: bytes) -> None:
        """Send a whole mail (RFC 5322, lines ended by CRLF) to those in its To.

        Raises ``UnsureError`` where it may have gone. What else is raised (``SignInError``,
        ``InputError``, ``OfflineError``) means that it has not.
        """
        ...

    def was_sent(self, message_id: str) -> bool | None:
        """Whether a mail with this Message-ID is among the sent mail; ``None``: cannot be known.

        Raises as reading does.
        """
        ...


class Drafts(Protocol):
    """Where drafts are kept that the rep finds in their mail program, and may send."""

    def save_draft(self, message: bytes) -> None:
        """Leave a mail as a draft; raises as ``Sender.send`` does."""
        ...


def send_once(
    retry: Retry,
    action: Callable[[], object],
    classify: Callable[[Exception], Fault | None],
    *,
    refused: Callable[[Exception], bool],
    service: str,
    draft: bool = False,
) -> None:
    """Do what must not be done twice: it is tried again only where it certainly was not done.

    ``refused``: whether an exception is an answer that says so. ``draft``: nothing is sent.
    Raises ``UnsureError`` where the answer did not come, or says nothing.
    """

    def fault(error: Exception) -> Fault | None:
        found = classify(error)
        if found is None or found.action is not Action.RETRY:
            return found
        if refused(error) or never_reached(error):
            return found
        raise UnsureError(
            f"{service} has not said whether it took the mail: {found.cause}",
            _LOOK_AT_DRAFTS if draft else _IS_LOOKED_FOR,
        ) from error

    retry.call(action, fault)


def never_reached(error: BaseException) -> bool:
    """Whether a connection failed before anything could be sent over it."""
    return any(
        isinstance(one, _BEFORE) or getattr(one, "errno", None) in _NO_ROUTE for one in chain(error)
    )


def recipients(message: bytes) -> tuple[str, tuple[str, ...]]:
    """Who sends a mail and who gets it, for the envelope.

    Raises ``ValueError`` for a mail that nobody should send: without either, with hidden or further
    recipients, or with an address that would be more than an address.
    """
    parsed = message_from_bytes(message, policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    if parsed["cc"] or parsed["bcc"]:
        raise ValueError("only the rep is written to")
    (sender,) = _addresses(parsed, "from")
    to = tuple(_addresses(parsed, "to"))
    if not to:
        raise ValueError("nobody is written to")
    return sender, to


def _addresses(message: EmailMessage, header: str) -> Iterable[str]:
    found = [one.addr_spec for value in message.get_all(header, ()) for one in value.addresses]
    for one in found:
        if one.count("@") != 1 or not one.isprintable() or set(one) & set(' <>,;"'):
            raise ValueError(f"{header} is no address")
    return found


def named(headers: Iterable[tuple[str, str]], message_id: str) -> bool:
    """Whether these headers are those of the mail that left with a Message-ID."""
    return any(
        name.lower() in ("message-id", HEADER.lower()) and value.strip() == message_id
        for name, value in headers
    )
