"""The library IMAPClient with what it lacks, and how a connection to a server is made safely."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from imapclient import IMAPClient, SocketTimeout, exceptions
from imapclient.imap_utf7 import decode as decoded_name
from imapclient.response_parser import parse_fetch_response, parse_response

from ingest import imap_faults, tls, uid_set
from ingest.client import LOOPBACK
from ingest.secrets import Token
from store.errors import SignInError, SignInProblem

PORTS: Final = {"tls": 993, "starttls": 143, "none": 143}
_CONNECT_SECONDS: Final = 20.0
_COUNTS: Final = ("MESSAGES", "UIDNEXT", "UIDVALIDITY")


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is. ``security``: tls | starttls | none (on this machine only).

    ``port``: 0 for the usual one. ``ca_file``: PEM file of trusted certificates, ``""``: the usual
    ones. ``timeout_seconds``: the longest silence of the server.
    """

    host: str
    port: int = 0
    security: str = "tls"
    ca_file: str = ""
    timeout_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Login:
    """Who reads it. ``token``: gives OAuth access tokens, instead of the password ``secret``."""

    user: str
    secret: str = field(default="", repr=False)
    token: Token | None = field(default=None, repr=False)


class Status(NamedTuple):
    """What a folder holds; ``messages``: how many."""

    messages: int
    uidnext: int
    uidvalidity: int


class Listed(NamedTuple):
    """One folder of a server. ``flags``: in lower case, special use among them (RFC 6154)."""

    name: str
    delimiter: str
    flags: frozenset[str]
    status: Status | None


class Opened(NamedTuple):
    """A folder just opened. ``modseq``: 0 where the server counts no changes.

    ``vanished``: sequence set of what is gone since the last time, ``""`` where that is not told.
    """

    messages: int
    uidnext: int
    uidvalidity: int
    modseq: int
    vanished: str


class Connection(IMAPClient):  # type: ignore[misc] # the library has no types
    """A connection that can also list folders with their counts and tell what has vanished."""

    def folders(self) -> list[Listed]:
        """All folders; with what they hold where the server tells that in one (RFC 5819)."""
        if not self.has_capability("LIST-STATUS"):
            return [_listed(one, None) for one in self.list_folders()]
        special = "SPECIAL-USE " if self.has_capability("SPECIAL-USE") else ""
        wanted = f"RETURN ({special}STATUS ({' '.join(_COUNTS)}))"
        typ, data = self._imap._simple_command("LIST", '""', '"*"', wanted)  # noqa: SLF001
        self._checkok("LIST", typ, data)
        _, listed = self._imap._untagged_response(typ, data, "LIST")  # noqa: SLF001
        _, told = self._imap._untagged_response(typ, data, "STATUS")  # noqa: SLF001
        counts = dict(_named_counts(told))
        return [_listed(one, counts.get(one[2])) for one in self._proc_folder_list(listed)]

    def status(self, folder: str) -> Status | None:
        """What a folder holds, ``None`` where the server does not tell."""
        return _status(self.folder_status(folder, _COUNTS))

    def fetch(self, messages: Sequence[int], data: Sequence[str]) -> dict[int, Any]:
        """As the library does it, but with numbers in a row as a span: lines stay short."""
        if not messages:
            return {}
        imap = self._imap
        tag = imap._command("UID", "FETCH", uid_set.text(messages), f"({' '.join(data)})")  # noqa: SLF001
        typ, told = imap._command_complete("FETCH", tag)  # noqa: SLF001
        self._checkok("fetch", typ, told)
        _, told = imap._untagged_response(typ, told, "FETCH")  # noqa: SLF001
        found = parse_fetch_response(told, self.normalise_times, uid_is_key=True)
        return {uid: found[uid] for uid in messages if uid in found}

    def examine(self, folder: str, *, uidvalidity: int = 0, modseq: int = 0) -> Opened:
        """Open ``folder`` so that nothing in it can be changed.

        With what was known the last time the server tells what has vanished since (RFC 7162).
        """
        counting = self.has_capability("QRESYNC")
        if counting and self._imap.state == "AUTH":
            self.enable("QRESYNC")
        if modseq and counting:
            self._imap.untagged_responses = {}
            since = f"(QRESYNC ({uidvalidity} {modseq}))"
            name = self._normalise_folder(folder)
            typ, data = self._imap._simple_command("EXAMINE", name, since)  # noqa: SLF001
            self._checkok("EXAMINE", typ, data)
            self._imap.state = "SELECTED"
            self._imap.is_readonly = True
            told = self._process_select_response(self._imap.untagged_responses)
        else:
            told = self.select_folder(folder, readonly=True)
        gone = [line.decode("ascii", "replace") for line in told.get(b"VANISHED", ())]
        status = None if b"UIDNEXT" in told else self.status(folder)
        return Opened(
            told.get(b"EXISTS", 0),
            told.get(b"UIDNEXT") or (status.uidnext if status else 0),
            told.get(b"UIDVALIDITY", 0),
            told.get(b"HIGHESTMODSEQ", 0),
            ",".join(line.rpartition(" ")[2] for line in gone),
        )


def connect(server: Server, login: Login) -> Connection:
    """A connection over which ``login`` has signed in; a token that is refused is renewed once.

    Raises ``SignInError`` where that is the problem, else what the library or the token raises.
    """
    if login.token is None:
        return _signed_in(server, login, login.secret)
    secret = login.token()
    try:
        return _signed_in(server, login, secret)
    except SignInError as error:
        if error.problem is not SignInProblem.REVOKED:
            raise
    return _signed_in(server, login, login.token(renew=True))


def _signed_in(server: Server, login: Login, secret: str) -> Connection:
    try:
        connection = _dialled(server)
        try:
            _sign_in(connection, login, secret)
        except BaseException:
            shut(connection)
            raise
    except Exception as error:
        told = imap_faults.sign_in_error(error, server.host, token=login.token is not None)
        if told is None or told is error:
            raise
        raise told from error
    return connection


def shut(connection: Connection) -> None:
    """Close a connection that may be broken."""
    with suppress(exceptions.IMAPClientError, OSError):
        connection.shutdown()


def _dialled(server: Server) -> Connection:
    """A connection that nobody on the way can read, unless it stays on this machine."""
    if server.security == "none" and server.host not in LOOPBACK:
        raise imap_faults.unencrypted(server.host)
    context = None if server.security == "none" else tls.context(server.ca_file)
    encrypted = server.security == "tls"
    connection = Connection(
        server.host,
        server.port or PORTS[server.security],
        ssl=encrypted,
        ssl_context=context if encrypted else None,
        timeout=SocketTimeout(
            min(server.timeout_seconds, _CONNECT_SECONDS), server.timeout_seconds
        ),
    )
    connection.normalise_times = False
    if server.security == "starttls":
        try:
            connection.starttls(context)
            connection.capabilities()  # forgets those from before: they could be anybody's
        except exceptions.CapabilityError as error:
            shut(connection)
            raise imap_faults.no_starttls(server.host) from error
        except BaseException:
            shut(connection)
            raise
    return connection


def _sign_in(connection: Connection, login: Login, secret: str) -> None:
    if login.token is not None:
        bearer = connection.has_capability("AUTH=OAUTHBEARER")
        if bearer and not connection.has_capability("AUTH=XOAUTH2"):
            connection.oauthbearer_login(login.user, secret)
        else:
            connection.oauth2_login(login.user, secret)
        connection._cached_capabilities = None  # noqa: SLF001 - more is offered once signed in
    elif login.user.isascii() and secret.isascii():
        connection.login(login.user, secret)
    else:
        connection.plain_login(login.user, secret)


def _listed(told: Sequence[Any], status: Status | None) -> Listed:
    flags, delimiter, name = told
    return Listed(
        name,
        (delimiter or b"").decode("ascii", "replace"),
        frozenset(flag.decode("ascii", "replace").lower() for flag in flags),
        status,
    )


def _named_counts(lines: Sequence[Any]) -> list[tuple[str, Status | None]]:
    parsed = parse_response([line for line in lines if line])
    pairs = zip(parsed[::2], parsed[1::2], strict=False)
    return [
        (_name(name), _status(dict(zip(told[::2], told[1::2], strict=False))))
        for name, told in pairs
    ]


def _name(told: object) -> str:
    """A number in quotes is parsed as a number."""
    return str(decoded_name(told)) if isinstance(told, bytes) else str(told)


def _status(told: dict[bytes, Any]) -> Status | None:
    counts = [told.get(name.encode()) for name in _COUNTS]
    numbers = [count for count in counts if isinstance(count, int)]
    return Status(*numbers) if len(numbers) == len(counts) else None
