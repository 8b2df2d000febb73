"""Mail and calendars of an Exchange Server as one account."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, TypeVar
from urllib.parse import urlsplit

from brickwall.providers import (
    FOUND,
    Account,
    Connection,
    Estimate,
    Request,
    Tools,
    check_granted,
    promises,
)
from ingest import exchange_access, exchange_discovery, exchange_folders
from ingest.addresses import normalised
from ingest.client import Session
from ingest.exchange import ExchangeSource
from ingest.exchange_access import Login
from ingest.exchange_client import ExchangeClient
from ingest.exchange_mail import PAGE_MESSAGES
from ingest.exchange_sender import ExchangeSender
from ingest.graph_event import Owner
from ingest.graph_state import Wanted
from ingest.microsoft_auth import Authority, Browser, Clock, SignIn
from ingest.microsoft_refusals import App
from ingest.retry import QuarantineError
from ingest.secrets import Token
from ingest.source import Source
from ingest.zones import zone_of
from store.errors import InputError, SignInError, SignInProblem, UsageError

T = TypeVar("T")

_PASSWORD: Final = "password"  # noqa: S105 - a name
_SMTP: Final = "smtp:"
#: Exchange knows no rights of single programs: these are used only where the user wants them.
_FEATURES: Final = frozenset({"send", "drafts"})
#: How long one of several hosts, most of which are not there, is waited for.
_DISCOVERY_SECONDS: Final = 10.0
#: What a page of messages with their attachments takes, as a rule.
_PAGE_SECONDS: Final = 3.0
_FORGOTTEN: Final = (
    "The sign-in is forgotten here. The server knows nothing of brickwall that could be taken back."
)
_MICROSOFT_FIELDS: Final = re.compile(r"\bmicrosoft\.(?=client_id|tenant|authority)")


def reads(request: Request) -> Sequence[str]:
    """What will be read and why."""
    texts = (
        "who wrote to whom, when, and the subject; the texts are never read"
        if request.headers_only
        else "who wrote to whom, when, and what, to see who answers, moves or lets you wait"
    )
    lines = [
        f"Your mail (without drafts, junk and deleted items): {texts}.",
        "Your calendars: which meetings were moved or cancelled, when, and who answered.",
        *promises(request),
    ]
    if request.auth != "oauth":
        lines.append("Your password is kept encrypted here and sent to your server alone.")
    return lines


def connect(request: Request, tools: Tools) -> Connection:
    """Find the server, sign in, look once at what will be read, and find all own addresses."""
    address = request.address.strip()
    if "@" not in address:
        raise UsageError(
            f"{address!r} is no mail address",
            "For example: brickwall connect exchange ann@x.example",
        )
    auth = request.auth or "ntlm"
    user = request.user or address
    url = exchange_access.server_url(request.server) if request.server else ""
    login = _first_login(tools, auth, user, url)
    found = {} if url else {FOUND: "yes"}
    if not url:
        address, url = _found(address, login, tools)
    client = _client(address, url, login, tools, version="")
    exchange_folders.find(client)
    settings = {"server": url, "user": user, "auth": auth, "version": client.version, **found}
    if auth != "oauth":
        tools.secrets.write({_PASSWORD: login.password})
    return Connection(
        name=address,
        addresses=_own_addresses(client, address),
        zone=_zone(client),
        settings=settings,
        granted=request.features & _FEATURES,
    )


def estimate(account: Account, tools: Tools) -> Estimate | None:
    """By the number of messages; meetings cost next to nothing."""
    tree = exchange_folders.find(_client_of(account, tools))
    messages = sum(folder.items for folder in tree.folders.evidence())
    entries = sum(calendar.items for calendar in tree.own_calendars())
    return Estimate(messages, entries, messages / PAGE_MESSAGES * _PAGE_SECONDS)


def sources(account: Account, tools: Tools) -> list[Source]:
    """The mailbox: one source, since its folders are read together, the newest mail first."""
    client = _client_of(account, tools)
    owner = Owner(account.addresses, account.zone or tools.zone)
    wanted = Wanted(headers_only=account.headers_only)
    return [ExchangeSource(client, owner, now=tools.now, wanted=wanted)]


def sender(account: Account, tools: Tools) -> ExchangeSender:
    """Through the server."""
    check_granted(account, "send")
    return ExchangeSender(_client_of(account, tools), tools.retry)


def drafts(account: Account, tools: Tools) -> ExchangeSender:
    """The folder of drafts."""
    check_granted(account, "drafts")
    return ExchangeSender(_client_of(account, tools), tools.retry)


def disconnect(account: Account, tools: Tools) -> None:
    """Forget the sign-in here; there is nothing else to end."""
    del account
    tools.secrets.write({})
    tools.say(_FORGOTTEN)


def _first_login(tools: Tools, auth: str, user: str, url: str) -> Login:
    """Ask for what signs in."""
    if auth != "oauth":
        return Login(auth, user, tools.ask_secret(f"Password of {user}"))
    if not url:
        raise UsageError(
            "To sign in with OAuth the server has to be named",
            "For example: brickwall connect exchange ann@ours.example --auth oauth --server "
            "mail.ours.example",
        )
    signing = _sign_in(tools, url)
    browser = Browser(tools.browse, tools.say)
    _in_our_words(lambda: signing.through_browser(browser, hint=user))
    return Login("oauth", token=_Tokens(signing))


def _kept_login(account: Account, tools: Tools) -> Login:
    settings = account.settings
    if settings["auth"] == "oauth":
        return Login("oauth", token=_Tokens(_sign_in(tools, settings["server"])))
    password = tools.secrets.read().get(_PASSWORD, "")
    if not password:
        raise SignInError(
            f"The password of {account.name} is not kept any more",
            f"Sign in again: brickwall connect exchange {account.name}",
            SignInProblem.REVOKED,
        )
    return Login(settings["auth"], settings["user"], password)


def _found(address: str, login: Login, tools: Tools) -> exchange_discovery.Found:
    def trusted(host: str) -> bool:
        told = tools.ask(
            f"The server of {address} is said to be {host}, which is not in the domain of your "
            "address. May it have your password? Type yes if you know it"
        )
        return told.strip().lower() in ("y", "yes", "j", "ja")

    session = _session(tools, longest_seconds=_DISCOVERY_SECONDS)
    return exchange_discovery.find(address, login, session, trusted)


def _client_of(account: Account, tools: Tools) -> ExchangeClient:
    settings = account.settings
    login = _kept_login(account, tools)
    return _client(
        account.name, settings["server"], login, tools, version=settings.get("version", "")
    )


def _client(address: str, url: str, login: Login, tools: Tools, *, version: str) -> ExchangeClient:
    made = exchange_access.account(address, url, login, _session(tools), version)
    return ExchangeClient(made, tools.retry, token=login.token)


def _session(tools: Tools, *, longest_seconds: float | None = None) -> Session:
    network = tools.endpoints.network
    seconds = min(network.timeout_seconds, longest_seconds or network.timeout_seconds)
    return Session(proxy=network.proxy, ca_file=network.ca_file, timeout_seconds=seconds)


def _own_addresses(client: ExchangeClient, address: str) -> tuple[str, ...]:
    """The main address and its aliases, as far as the directory tells; it need not."""
    listed: list[str] = []
    with suppress(InputError, QuarantineError):
        listed = client.own_addresses(address)
    told = [one[len(_SMTP) :] if one.lower().startswith(_SMTP) else one for one in listed]
    found = [normalised(one) for one in (address, *told) if ":" not in one]
    return tuple(dict.fromkeys(one for one in found if "@" in one))


def _zone(client: ExchangeClient) -> str:
    """The zone set in Outlook on the web; ``""`` for those who have never been there."""
    name = ""
    with suppress(InputError, QuarantineError):
        name = client.zone_name()
    found = zone_of(name, {}) if name else None
    return found[1] if found and "/" in found[1] else ""


def _sign_in(tools: Tools, url: str) -> SignIn:
    told = tools.clients.client("exchange")
    authority = tools.endpoints.exchange.authority
    app = App(told.client_id, told.tenant, authority, _scopes(url, told.tenant))
    known = (urlsplit(authority).hostname or "").endswith("microsoftonline.com")
    return SignIn(
        Authority(app, known=known),
        _session(tools),
        tools.secrets,
        tools.retry,
        Clock(tools.now, tools.clock, tools.sleep),
    )


def _scopes(url: str, tenant: str) -> tuple[str, ...]:
    """Reading as the user; AD FS names a server by its address with a slash at its end."""
    parts = urlsplit(url)
    server = f"{parts.scheme}://{parts.netloc}"
    return (
        f"{server}//user_impersonation" if tenant == "adfs" else f"{server}/EWS.AccessAsUser.All",
    )


class _Tokens(Token):
    """Tokens of a sign-in with Microsoft, whose refusals speak of Exchange."""

    def __init__(self, signing: SignIn) -> None:
        self._signing = signing

    def __call__(self, *, renew: bool = False) -> str:
        """The token that is good now."""
        return _in_our_words(lambda: self._signing(renew=renew))


def _in_our_words(action: Callable[[], T]) -> T:
    try:
        return action()
    except SignInError as error:
        remedy = error.remedy.replace("connect microsoft", "connect exchange")
        raise SignInError(
            error.cause.replace("Microsoft 365", "Exchange"),
            _MICROSOFT_FIELDS.sub("exchange.", remedy),
            error.problem,
        ) from error
