"""The commands that reading mail by IMAP needs, over a connection that is made anew when cut."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from imapclient import exceptions

from ingest.imap_connection import (
    Connection,
    Listed,
    Login,
    Opened,
    Server,
    Status,
    connect,
    shut,
)
from ingest.imap_faults import (
    AnotherFolderError,
    HangsUpError,
    UnreadableError,
    classify,
    lost,
)
from ingest.retry import QuarantineError, Retry
from store.errors import InputError

T = TypeVar("T")

#: What the library takes on one line holds more numbers than this.
_MOST_NUMBERS: Final = 50_000
#: A server that hangs up so often at the same messages does so because of them,
_MOST_CUTS: Final = 3
#: unless it does so at whatever it is asked for.
_MOST_HANGUPS: Final = 4


class _Place(NamedTuple):
    """The folder that is open."""

    folder: str
    uidvalidity: int


class ImapClient:
    """One mailbox. Folders are opened by EXAMINE, so no mail is ever marked as seen or changed.

    Methods raise what ``Retry.call`` raises. ``QuarantineError``: the server refuses this one
    folder or message; ``CursorExpiredError``: the open folder is numbered anew.
    """

    def __init__(self, server: Server, login: Login, retry: Retry) -> None:
        self.host = server.host
        self._server = server
        self._login = login
        self._retry = retry
        self._connection: Connection | None = None
        self._open: _Place | None = None
        self._hangups = 0

    def can(self, capability: str) -> bool:
        """Whether the server has a capability."""
        return self._surely(lambda connection: bool(connection.has_capability(capability)))

    def folders(self) -> list[Listed]:
        """All folders."""
        return self._surely(lambda connection: connection.folders())

    def foreign(self) -> tuple[str, ...]:
        """What the names of folders begin with that belong to others or to everybody."""

        def asked(connection: Connection) -> tuple[str, ...]:
            if not connection.has_capability("NAMESPACE"):
                return ()
            told = connection.namespace()
            spaces = [*(told.other or ()), *(told.shared or ())]
            return tuple(prefix for prefix, _ in spaces if prefix)

        return self._surely(asked)

    def status(self, folder: str) -> Status | None:
        """What a folder holds, ``None`` where the server does not tell."""
        try:
            return self._call(lambda connection: connection.status(folder))
        except QuarantineError:
            return None

    def open(self, folder: str, *, uidvalidity: int = 0, modseq: int = 0) -> Opened:
        """Open a folder; see ``ingest.imap_connection.Connection.examine``."""
        self._open = None
        opened = self._call(
            lambda connection: connection.examine(folder, uidvalidity=uidvalidity, modseq=modseq)
        )
        self._open = _Place(folder, opened.uidvalidity)
        return opened

    def uids(self, low: int, high: int, *, messages: int) -> set[int]:
        """Numbers from ``low`` up to before ``high`` in the open folder of so many messages."""
        if low >= high:
            return set()
        if messages <= _MOST_NUMBERS:
            found = self._search(f"UID {low}:{high - 1}")
        else:
            # From the end: what vanishes meanwhile moves others down, where they are still met.
            ends = range(messages, 0, -_MOST_NUMBERS)
            parts = [self._search(f"{max(end - _MOST_NUMBERS + 1, 1)}:{end}") for end in ends]
            found = set().union(*parts)
        return {one for one in found if low <= one < high}

    def _search(self, which: str) -> set[int]:
        return self._call(lambda connection: set(connection.search(which)))

    def fetch(self, uids: Iterable[int], items: Sequence[str]) -> dict[int, Mapping[bytes, Any]]:
        """These items of messages in the open folder; what is gone is left out."""
        wanted = sorted(uids)
        cuts = 0

        def asked(connection: Connection) -> dict[int, Mapping[bytes, Any]]:
            nonlocal cuts
            try:
                found = dict(connection.fetch(wanted, items))
            except (exceptions.IMAPClientError, OSError) as error:
                cuts += lost(error)
                if cuts < _MOST_CUTS or self._hangups == _MOST_HANGUPS:
                    raise
                self._hangups += 1
                raise HangsUpError from error
            self._hangups = 0
            return found

        return self._call(asked)

    def with_header(self, header: str, value: str) -> set[int]:
        """Numbers of messages in the open folder whose ``header`` holds ``value``."""
        return self._call(lambda connection: set(connection.search(["HEADER", header, value])))

    def append(self, folder: str, message: bytes, flags: Sequence[bytes]) -> None:
        """Put a mail into a folder; tried once, so it raises what ``classify`` knows."""
        self._attempt(lambda connection: connection.append(folder, message, flags))

    def close(self) -> None:
        """Sign out; the next command would sign in again."""
        connection, self._connection, self._open = self._connection, None, None
        if connection is not None:
            try:
                connection.logout()
            except (exceptions.IMAPClientError, OSError):
                shut(connection)

    def _surely(self, action: Callable[[Connection], T]) -> T:
        """What the server must be able to tell."""
        try:
            return self._call(action)
        except QuarantineError as error:
            raise InputError(
                str(error), "Try again later; if it stays so, ask whoever runs the server."
            ) from error

    def _call(self, action: Callable[[Connection], T]) -> T:
        return self._retry.call(
            lambda: self._attempt(action), lambda error: classify(error, self.host)
        )

    def _attempt(self, action: Callable[[Connection], T]) -> T:
        try:
            return action(self._connected())
        except (exceptions.IMAPClientError, OSError) as error:
            if lost(error):
                self._drop()
            raise
        except (AttributeError, TypeError, LookupError) as error:
            self._drop()
            raise UnreadableError from error

    def _connected(self) -> Connection:
        """The connection, made where there is none, with the folder open that was."""
        if self._connection is None:
            self._connection = connect(self._server, self._login)
            if self._open is not None:
                again = self._connection.examine(self._open.folder)
                if again.uidvalidity != self._open.uidvalidity:
                    raise AnotherFolderError
        return self._connection

    def _drop(self) -> None:
        """Close a connection that is no longer good for anything."""
        connection, self._connection = self._connection, None
        if connection is not None:
            shut(connection)
