"""What IMAP servers refuse and how connections fail, and what is done about it."""

from __future__ import annotations

import re
import ssl
from typing import Final

from imapclient import exceptions

from ingest import passwords
from ingest.retry import Action, Fault, connection_fault
from store.errors import SignInError, SignInProblem

AGAIN: Final = "brickwall connect imap"
_LATER: Final = "Try again later; what was read before is kept."
_CODE: Final = re.compile(r"\[([A-Z][A-Z0-9-]*)")

#: Response codes (RFC 5530, Gmail) of what passes by itself.
_BUSY: Final = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "OVERQUOTA", "THROTTLED"})
#: Those that have to do with the account, not with one message or folder.
_CLOSED: Final = {
    "EXPIRED": "the password has run out",
    "PRIVACYREQUIRED": "it takes no password without encryption: use --security tls or starttls",
    "CONTACTADMIN": "ask whoever runs the server",
    "AUTHORIZATIONFAILED": "this name may not read that mailbox",
}

#: How OpenSSL names an answer that is no TLS, in its versions.
_NO_TLS: Final = ("WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE")


class AnotherFolderError(Exception):
    """After a lost connection the folder has another UIDVALIDITY than before."""


class HangsUpError(ConnectionError):
    """Again and again the server ends the connection at the same messages."""


class UnreadableError(Exception):
    """The library stumbles over an answer."""


def code_of(error: BaseException) -> str:
    """The response code in what a server said, ``""`` where it gave none."""
    found = _CODE.search(str(error))
    return found[1] if found else ""


def lost(error: Exception) -> bool:
    """Whether a connection is good for nothing any more: cut, or in the middle of an answer."""
    cut = isinstance(error, (exceptions.IMAPClientAbortError, OSError))
    return cut or "got more than" in str(error)


def classify(error: Exception, service: str) -> Fault | None:
    """What is done about what a command raised; ``service``: the server's name."""
    if isinstance(error, AnotherFolderError):
        return Fault(Action.RESYNC, f"{service} numbers a folder anew")
    if isinstance(error, SignInError):
        return None
    if isinstance(error, HangsUpError):
        return Fault(Action.QUARANTINE, f"{service} hangs up when asked for it")
    if code_of(error) in _BUSY:
        return Fault(Action.RETRY, f"{service} asks to slow down", _LATER)
    known = connection_fault(error, service=service)
    if known is not None:
        return known
    if lost(error):
        return Fault(Action.RETRY, f"the connection to {service} was cut", _LATER)
    if isinstance(error, (exceptions.ProtocolError, UnreadableError, ValueError)):
        return Fault(Action.QUARANTINE, f"{service} answers with what cannot be understood")
    if isinstance(error, exceptions.IMAPClientError):
        return Fault(Action.QUARANTINE, f"{service} cannot give it ({_said(error)})")
    return None


def sign_in_error(error: Exception, host: str, *, token: bool) -> Exception | None:
    """Why signing in did not work, ``None`` where that is not the problem.

    The library takes a connection that was cut meanwhile for a refusal.
    """
    cut = error.__context__
    if isinstance(error, exceptions.LoginError) and isinstance(
        cut, (exceptions.IMAPClientAbortError, OSError)
    ):
        return cut
    if isinstance(error, exceptions.LoginError) and code_of(error) not in _BUSY:
        closed = _CLOSED.get(code_of(error), "")
        if closed:
            cause = f"{host} refuses the sign-in: {closed}"
            return SignInError(cause, f"Then: {AGAIN}", SignInProblem.POLICY)
        if token:
            return passwords.sign_in_refused(host, again=AGAIN)
        return passwords.refused(host, str(error), again=AGAIN)
    if isinstance(error, ssl.SSLCertVerificationError):
        return _untrusted(error, host)
    if isinstance(error, ssl.SSLError) and any(one in str(error) for one in _NO_TLS):
        return SignInError(
            f"{host} does not speak TLS on this port",
            "Check the port, or try --security starttls.",
            SignInProblem.WRONG_SERVER,
        )
    return None


def no_starttls(host: str) -> SignInError:
    """The error for a server that cannot encrypt the connection once it is made."""
    return SignInError(
        f"{host} does not offer STARTTLS on this port",
        "Try --security tls (port 993); a password is never sent unencrypted.",
        SignInProblem.WRONG_SERVER,
    )


def unencrypted(host: str) -> SignInError:
    """The error for somebody who wants no encryption to another machine."""
    return SignInError(
        f"without encryption {host} and everybody on the way could read your password",
        "Use --security tls or starttls; none is for a server on this machine only.",
        SignInProblem.POLICY,
    )


def _untrusted(error: ssl.SSLCertVerificationError, host: str) -> SignInError:
    why = error.verify_message or "it cannot be verified"
    if "expired" in why or "not yet valid" in why:
        remedy = "Check the date and time of this computer; if they are right, tell the admin."
    else:
        remedy = (
            "Check the server's name; the certificate of a company's own authority can be named as "
            "network.ca_file in the configuration."
        )
    return SignInError(
        f"the certificate of {host} is not accepted: {why}", remedy, SignInProblem.CERTIFICATE
    )


def _said(error: Exception) -> str:
    """What a server said, short and without what only programs understand."""
    return " ".join(str(error).split())[:120]
