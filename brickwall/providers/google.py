"""Gmail and Google Calendar as one account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

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
from ingest import google_auth
from ingest.client import Session
from ingest.gmail import Gmail
from ingest.gmail_client import MESSAGE_UNITS, GmailClient, Profile
from ingest.google_auth import Access, Browser, Client
from ingest.google_calendar import GoogleCalendar
from ingest.google_calendar_client import CalendarClient
from ingest.google_client import Google, classify
from ingest.google_meet import GoogleMeet
from ingest.google_meet_client import MeetClient
from ingest.pace import Pace
from ingest.retry import QuarantineError, error_of
from ingest.source import Source
from store.errors import InputError, SignInError, SignInProblem

if TYPE_CHECKING:
    from ingest.gmail_sender import GmailSender

T = TypeVar("T")

SERVICE: Final = "Google"
_CALENDAR: Final = "calendar"
_WITHOUT_CALENDAR: Final = (
    "You did not allow the calendars: changes of meetings are then known from mails only. To allow "
    "them too: brickwall connect gmail."
)


def reads(request: Request) -> Sequence[str]:
    """What will be read and why."""
    texts = (
        "who wrote to whom, when, and the subject; the texts are never read"
        if request.headers_only
        else "who wrote to whom, when, and what, to see who answers, moves or lets you wait"
    )
    return [
        f"Your mail (without drafts, spam and trash): {texts}.",
        "Your own calendars: which meetings were moved or cancelled, when, and who answered.",
        *also_reads(request, "Google Meet"),
        *promises(request),
    ]


def connect(request: Request, tools: Tools) -> Connection:
    """Sign in with the browser, look once at what will be read, and find all own addresses."""
    wanted = google_auth.scopes(headers_only=request.headers_only, features=request.features)
    granted = in_words(
        lambda: google_auth.sign_in(
            client_of(tools),
            wanted,
            Browser(tools.browse, tools.say),
            session_of(tools),
            tools.secrets,
            tools.now,
            hint=request.address,
        )
    )
    if wanted[0] not in granted:
        raise SignInError(
            "You did not allow brickwall to read your mail",
            "Sign in again: brickwall connect gmail, and leave all boxes ticked.",
            SignInProblem.CONSENT_DENIED,
        )
    both = _Clients(tools, tools.zone, headers_only=request.headers_only)
    profile = _profile(both)
    calendars = granted.issuperset(google_auth.CALENDARS)
    found = both.calendar.calendars() if calendars else []
    return Connection(
        name=profile.address,
        addresses=(profile.address, *(() if request.headers_only else both.gmail.aliases())),
        zone=next((one.zone for one in found if one.zone), ""),
        settings={_CALENDAR: "yes" if calendars else "no"},
        granted=frozenset(f for f, scope in google_auth.FEATURES.items() if scope in granted),
        notes=tuple(_notes(request, tools, calendars=calendars)),
    )


def estimate(account: Account, tools: Tools) -> Estimate | None:
    """How long the quota makes the first sync; a meeting costs next to nothing."""
    profile = _profile(_Clients(tools, account.zone, headers_only=account.headers_only))
    minutes = profile.messages * MESSAGE_UNITS / tools.endpoints.google.units_per_minute
    return Estimate(profile.messages, 0, 60 * minutes)


def sources(account: Account, tools: Tools) -> list[Source]:
    """The calendars and who came to calls, where they were allowed, and the mailbox."""
    both = _Clients(tools, account.zone, headers_only=account.headers_only)
    found: list[Source] = []
    zone = account.zone or tools.zone
    if account.settings.get(_CALENDAR) != "no":
        found.append(GoogleCalendar(both.calendar, zone, tools.now))
        if "attendance" in account.granted:  # without the calendars nobody knows for which meeting
            found.append(GoogleMeet(both.meet, both.calendar, zone, tools.now))
    return [*found, Gmail(both.gmail)]


def sender(account: Account, tools: Tools) -> GmailSender:
    """Through Gmail."""
    return _allowed(account, tools, "send")


def drafts(account: Account, tools: Tools) -> GmailSender:
    """Gmail's drafts."""
    return _allowed(account, tools, "drafts")


def _allowed(account: Account, tools: Tools, feature: str) -> GmailSender:
    check_granted(account, feature)
    from ingest.gmail_sender import GmailSender  # Google's library is heavy, and syncing needs none

    session = session_of(tools)
    return GmailSender(
        session,
        Access(client_of(tools), session, tools.secrets, tools.now),
        tools.retry,
        endpoint=tools.endpoints.google.gmail_endpoint,
        headers_only=account.headers_only,
    )


def disconnect(account: Account, tools: Tools) -> None:
    """Revoke the access at Google."""
    del account
    revoke(tools)


def revoke(tools: Tools) -> None:
    """Take back what was signed in for; nothing where there is nothing any more."""
    tools.retry.call(
        lambda: google_auth.revoke(client_of(tools), session_of(tools), tools.secrets),
        lambda error: classify(error, SERVICE),
    )


class _Clients:
    """The mailbox, the calendars and the calls of one account, over one session."""

    def __init__(self, tools: Tools, zone: str, *, headers_only: bool) -> None:
        endpoints = tools.endpoints.google
        session = session_of(tools)
        google = Google(session, Access(client_of(tools), session, tools.secrets, tools.now))
        self.gmail = GmailClient(
            google,
            tools.retry,
            Pace(endpoints.units_per_minute, clock=tools.clock, sleep=tools.sleep),
            endpoint=endpoints.gmail_endpoint,
            zone=zone or tools.zone,
            headers_only=headers_only,
        )
        self.calendar = CalendarClient(google, tools.retry, endpoint=endpoints.calendar_endpoint)
        self.meet = MeetClient(google, tools.retry, endpoint=endpoints.meet_endpoint)


def client_of(tools: Tools) -> Client:
    """The OAuth client of ``credentials.json``, at the configured addresses."""
    told, endpoints = tools.clients.client("google"), tools.endpoints.google
    return Client(
        told.client_id,
        told.client_secret,
        endpoints.auth_endpoint,
        endpoints.token_endpoint,
        endpoints.revoke_endpoint,
    )


def session_of(tools: Tools) -> Session:
    """A session over the configured network."""
    network = tools.endpoints.network
    return Session(
        proxy=network.proxy, ca_file=network.ca_file, timeout_seconds=network.timeout_seconds
    )


def _profile(both: _Clients) -> Profile:
    try:
        return both.gmail.profile()
    except QuarantineError as error:
        raise InputError(
            "This Google account has no mailbox", "Choose another account when you sign in."
        ) from error


def in_words(action: Callable[[], T]) -> T:
    """A sign-in, tried once: its code is good for one time. What goes wrong is put into words."""
    try:
        return action()
    except Exception as error:
        fault = classify(error, SERVICE)
        if fault is None:
            raise
        raise error_of(fault) from error


def _notes(request: Request, tools: Tools, *, calendars: bool) -> list[str]:
    notes = [] if calendars else [_WITHOUT_CALENDAR]
    if ends_at := tools.secrets.read().get("refresh_expires_at"):
        notes.append(
            f"Google ends this access on {ends_at[:10]}, because your OAuth client is in Testing "
            "mode. To keep it, publish the client: console.cloud.google.com > Google Auth "
            "Platform > Audience > Publish app; then connect again."
        )
    if request.headers_only:
        notes.append(
            "With headers only Google does not tell your other addresses: name them as "
            "me.addresses in the configuration."
        )
    return notes
