"""The live accounts: which providers there are, and what each module in here has to give.

A module is imported only when an account of it is used, so that starting up stays quick; inside
it, provider libraries may be imported at the top. Each module has the functions of ``Provider``:

``reads(request) -> Sequence[str]``
    What will be read and why, and what is never read or done: said before anything else happens.
``connect(request, tools) -> Connection``
    Signs in, leaves the secrets with ``tools.secrets.write`` (they go into the vault only when
    everything has worked), tests the access with one cheap call for each thing that will be read,
    finds own addresses (aliases) and time zone.
``estimate(account, tools) -> Estimate | None``
    What a first sync has before it, with few requests; ``None`` where it cannot be known.
``sources(account, tools) -> list[Source]``
    The sources of the account, in the order in which they are read: calendars first, since they
    are short and their history begins with the first reading. Their names are the streams under
    which their cursors are kept ("mail", "calendar"), so they never change and hold no secret.
    May sign in (renew a token), with one retry policy: ``tools.retry``.
``sender(account, tools) -> Sender``
    The way to send the rep's digest through the account, where that was allowed.
``drafts(account, tools) -> Drafts``
    Where drafts for the rep are left, where that was allowed.
``disconnect(account, tools) -> None``
    Revokes the access at the provider where it can be revoked; nothing where it cannot.

All of them raise ``store.errors.SignInError`` with cause, remedy and ``SignInProblem`` where
signing in is the problem, ``ingest.retry.OfflineError`` where nothing can be reached, and
``InputError`` for everything else that has to do with the account. They print nothing but through
``tools.say``.

``tests/memory_provider.py`` is a whole one, in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

from brickwall.credentials import Clients
from brickwall.endpoints import Endpoints
from store.errors import SignInError, SignInProblem

if TYPE_CHECKING:
    from ingest.retry import Retry
    from ingest.secrets import Secrets
    from ingest.senders import Drafts, Sender
    from ingest.source import Source

#: What ``brickwall connect`` calls a provider -> its module.
MODULES: Final[dict[str, str]] = {
    "gmail": "brickwall.providers.google",
    "microsoft": "brickwall.providers.microsoft",
    "exchange": "brickwall.providers.exchange",
    "imap": "brickwall.providers.imap",
    "caldav": "brickwall.providers.caldav",
}

#: Those that cannot tell whose account it is: the address has to be said.
NEED_ADDRESS: Final = frozenset({"exchange", "imap", "caldav"})
#: Name of the setting that tells that an account's server was found, not named.
FOUND: Final = "found"
#: Features that need a permission of their own, which is asked for only with them.
FEATURES: Final = ("send", "drafts", "attendance")


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for with ``brickwall connect``; ``""`` where nothing was said.

    ``address``: the account's address, a hint where signing in tells it. ``server``: host, host
    with port, or URL. ``user``: the name to sign in with, where it is not the address. ``auth``:
    ``ntlm`` | ``basic`` | ``oauth`` (Exchange), ``password`` | ``google`` | ``microsoft`` (IMAP,
    the latter two sign in with the browser), ``password`` | ``xoauth2`` (CalDAV).
    ``security``: ``tls`` | ``starttls`` | ``none`` (IMAP; ``none`` on this machine only).
    ``headers_only``: never ask for the right to read texts. ``features``: of ``FEATURES``, those
    that the user wants too.
    """

    provider: str
    address: str = ""
    server: str = ""
    user: str = ""
    auth: str = ""
    security: str = ""
    headers_only: bool = False
    device_code: bool = False
    features: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Connection:
    """What signing in has found out.

    ``name``: the account's main address. ``addresses``: all own ones, the main one first.
    ``zone``: IANA name, ``""`` when the provider tells none. ``settings``: what ``sources`` needs
    later (server, user, how to sign in ...), nothing secret. ``granted``: the features for which
    the permission was given. ``notes``: lines to tell the user.
    """

    name: str
    addresses: tuple[str, ...]
    zone: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    granted: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """A connected account, as it is kept (``brickwall/accounts.py``). Nothing in it is secret."""

    provider: str
    name: str
    addresses: tuple[str, ...]
    zone: str
    headers_only: bool
    granted: frozenset[str]
    settings: Mapping[str, str]
    connected_at: datetime


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a first sync has before it. ``seconds``: at the pace that the provider allows."""

    messages: int
    events: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Tools:
    """What the application lends a provider module for one account.

    ``say`` shows a line. ``ask`` asks for a text, ``ask_secret`` for a password (not shown); both
    raise ``SignInError`` where nobody can be asked. ``browse`` opens an address in the browser and
    returns whether that worked. ``zone``: the user's, where the provider tells none. ``sleep`` and
    ``clock`` (monotonic) count seconds.
    """

    endpoints: Endpoints
    clients: Clients
    secrets: Secrets
    retry: Retry
    zone: str
    say: Callable[[str], None]
    ask: Callable[[str], str]
    ask_secret: Callable[[str], str]
    browse: Callable[[str], bool]
    now: Callable[[], datetime]
    clock: Callable[[], float]
    sleep: Callable[[float], None]


class Provider(Protocol):
    """The functions of a provider module; see above."""

    def reads(self, request: Request) -> Sequence[str]:
        """What will be read and why."""
        ...

    def connect(self, request: Request, tools: Tools) -> Connection:
        """Sign in and test the access."""
        ...

    def estimate(self, account: Account, tools: Tools) -> Estimate | None:
        """What a first sync has before it."""
        ...

    def sources(self, account: Account, tools: Tools) -> list[Source]:
        """The sources of the account."""
        ...

    def sender(self, account: Account, tools: Tools) -> Sender:
        """The way to send the digest."""
        ...

    def drafts(self, account: Account, tools: Tools) -> Drafts:
        """Where drafts are left."""
        ...

    def disconnect(self, account: Account, tools: Tools) -> None:
        """Take the access back."""
        ...


#: What a feature lets brickwall do; said before it is asked for.
_ALLOWS: Final = {
    "send": "brickwall may send through this account, and sends to you alone: your digest, your "
    "brief.",
    "drafts": "brickwall may leave drafts where you ask for one; you send them, or not.",
}
#: What is read only with a feature; said before it is asked for.
_READS: Final = {
    "attendance": "Who came to your calls in {service}, and when: shows who stayed away.",
}
#: Providers that know who came to calls.
_KNOWS_CALLS: Final = frozenset({"gmail", "microsoft"})
_NOT_KEPT: Final = "attachments are not kept"


def also_reads(request: Request, service: str) -> list[str]:
    """What is read only because the user wants it; ``service``: where calls are held."""
    wanted = [text for feature, text in _READS.items() if feature in request.features]
    return [text.format(service=service) for text in wanted]


def connect_again(account: Account, feature: str = "") -> str:
    """The command that signs in to an account again, and allows a feature too where one is named.

    What else is needed (server, way of signing in ...) is known from before.
    """
    more = f" --with {feature}" if feature else ""
    return f"brickwall connect {account.provider} {account.name}{more}"


def not_asked_for(account: Account) -> str:
    """What the account could tell besides, and how to allow it; ``""`` where there is nothing."""
    if account.provider not in _KNOWS_CALLS or "attendance" in account.granted:
        return ""
    return f"who came to calls is not read; if you want it: {connect_again(account, 'attendance')}"


def promises(request: Request) -> list[str]:
    """What is never done with an account, and what only because the user wants it."""
    allowed = [text for feature, text in _ALLOWS.items() if feature in request.features]
    if not allowed:
        return [f"Nothing is changed or sent, {_NOT_KEPT}, and nothing leaves this computer."]
    return [*allowed, f"Nothing else is changed or sent, and {_NOT_KEPT}."]


def check_granted(account: Account, feature: str) -> None:
    """Raise ``SignInError`` where the user has not allowed a feature."""
    if feature not in account.granted:
        what = {"send": "send your digest", "drafts": "save drafts"}[feature]
        raise SignInError(
            f"{account.name}: brickwall was not allowed to {what} here",
            f"Allow it: {connect_again(account, feature)}",
            SignInProblem.CONSENT_DENIED,
        )


def load(name: str) -> Provider:
    """The module of provider ``name``, imported now."""
    return cast("Provider", import_module(MODULES[name]))
