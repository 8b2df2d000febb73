"""Mail and calendar of Microsoft 365 (and outlook.com) as one account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from brickwall.providers import (
    Account,
    Connection,
    Estimate,
    Request,
    Tools,
    also_reads,
    check_granted,
    promises,
)
from ingest import graph_profile, microsoft_auth
from ingest.client import Session
from ingest.graph import GraphSource
from ingest.graph_attendance import GraphAttendance
from ingest.graph_client import PAGE_ITEMS, REQUESTS_PER_MINUTE, GraphClient
from ingest.graph_event import Owner
from ingest.graph_sender import GraphSender
from ingest.graph_state import Wanted
from ingest.microsoft_auth import FEATURES, Authority, Browser, Clock, SignIn
from ingest.microsoft_refusals import App
from ingest.pace import Pace
from ingest.source import Source
from store.errors import SignInError, SignInProblem

#: What one page of a hundred messages takes, as a rule.
_PAGE_SECONDS: Final = 2.5
FORGOTTEN: Final = (
    "The sign-in is forgotten here. Microsoft ends the access of one app only on its own page: "
    "https://myapps.microsoft.com (outlook.com: https://account.live.com/consent/Manage)."
)


def reads(request: Request) -> Sequence[str]:
    """What will be read and why."""
    texts = (
        "who wrote to whom, when, and the subject; the texts are never read"
        if request.headers_only
        else "who wrote to whom, when, and what, to see who answers, moves or lets you wait"
    )
    return [
        f"Your mail (without drafts, junk and deleted items): {texts}.",
        "Your own calendars: which meetings were moved or cancelled, when, and who answered.",
        *also_reads(request, "Microsoft Teams"),
        *promises(request),
    ]


def connect(request: Request, tools: Tools) -> Connection:
    """Sign in, look once at what will be read, and find all own addresses."""
    endpoint = tools.endpoints.microsoft.graph_endpoint
    scopes = microsoft_auth.scopes(
        headers_only=request.headers_only, features=request.features, endpoint=endpoint
    )
    signing = sign_in_of(tools, scopes)
    if request.device_code:
        granted = signing.with_code(tools.say)
    else:
        browser = Browser(tools.browse, tools.say)
        granted = signing.through_browser(browser, hint=request.address)
    _check(granted, scopes)
    profile = graph_profile.look(_client(tools, signing))
    features = frozenset(
        feature
        for feature, needed in FEATURES.items()
        if granted.issuperset(map(str.lower, needed))
    )
    off = signing.clock_is_off
    return Connection(
        name=profile.addresses[0] if profile.addresses else request.address,
        addresses=profile.addresses,
        zone=profile.zone,
        granted=features & request.features,
        notes=(f"The clock of this computer is {off} off; please set it.",) if off else (),
    )


def estimate(account: Account, tools: Tools) -> Estimate | None:
    """By the number of messages; meetings cost next to nothing."""
    messages = graph_profile.count_messages(_client(tools, _signed_in(account, tools)))
    return Estimate(messages, 0, messages / PAGE_ITEMS * _PAGE_SECONDS)


def sources(account: Account, tools: Tools) -> list[Source]:
    """Who came to calls, where that was allowed, and the mailbox.

    That is one source, since one request asks all of its parts what is new.
    """
    client = _client(tools, _signed_in(account, tools))
    owner = Owner(account.addresses, account.zone or tools.zone)
    wanted = Wanted(headers_only=account.headers_only)
    mailbox = GraphSource(client, owner, now=tools.now, wanted=wanted)
    if "attendance" not in account.granted:
        return [mailbox]
    return [GraphAttendance(client, owner, now=tools.now), mailbox]


def sender(account: Account, tools: Tools) -> GraphSender:
    """Through Microsoft 365."""
    return _allowed(account, tools, "send")


def drafts(account: Account, tools: Tools) -> GraphSender:
    """The folder of drafts."""
    return _allowed(account, tools, "drafts")


def _allowed(account: Account, tools: Tools, feature: str) -> GraphSender:
    check_granted(account, feature)
    client = _client(tools, _signed_in(account, tools))
    return GraphSender(client, tools.retry, headers_only=account.headers_only)


def disconnect(account: Account, tools: Tools) -> None:
    """Forget the sign-in here, and say where Microsoft ends it."""
    _signed_in(account, tools).forget()
    tools.say(FORGOTTEN)


def _check(granted: frozenset[str], scopes: Sequence[str]) -> None:
    """Whoever unticks mail or calendar is told so now, not by a refusal later."""
    needed = [scope.rpartition("/")[2] for scope in scopes[:2]]
    missing = [scope for scope in needed if scope.lower() not in granted]
    if missing:
        raise SignInError(
            f"You did not allow brickwall to read what it needs: {', '.join(missing)}",
            "Sign in again: brickwall connect microsoft, and accept all that is asked.",
            SignInProblem.CONSENT_DENIED,
        )


def _signed_in(account: Account, tools: Tools) -> SignIn:
    scopes = microsoft_auth.scopes(
        headers_only=account.headers_only,
        features=account.granted,
        endpoint=tools.endpoints.microsoft.graph_endpoint,
    )
    return sign_in_of(tools, scopes)


def sign_in_of(tools: Tools, scopes: tuple[str, ...]) -> SignIn:
    """The sign-in of the client in ``credentials.json`` for these scopes."""
    told, endpoints = tools.clients.client("microsoft"), tools.endpoints.microsoft
    app = App(told.client_id, told.tenant, endpoints.authority, scopes)
    return SignIn(
        Authority(app, known=endpoints.check_authority),
        _session(tools),
        tools.secrets,
        tools.retry,
        Clock(tools.now, tools.clock, tools.sleep),
    )


def _client(tools: Tools, signing: SignIn) -> GraphClient:
    return GraphClient(
        _session(tools),
        signing,
        tools.retry,
        endpoint=tools.endpoints.microsoft.graph_endpoint,
        pace=Pace(REQUESTS_PER_MINUTE, clock=tools.clock, sleep=tools.sleep),
    )


def _session(tools: Tools) -> Session:
    network = tools.endpoints.network
    return Session(
        proxy=network.proxy, ca_file=network.ca_file, timeout_seconds=network.timeout_seconds
    )
