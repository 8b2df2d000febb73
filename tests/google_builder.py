"""What the tests of Google need: sources over the fake, or over any server on the loopback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingest.client import Session
from ingest.gmail import Gmail
from ingest.gmail_client import GmailClient
from ingest.google_calendar import GoogleCalendar
from ingest.google_calendar_client import CalendarClient
from ingest.google_client import Google
from ingest.google_meet import GoogleMeet
from ingest.google_meet_client import MeetClient
from ingest.pace import Pace
from ingest.retry import Retry
from tests.google_fake import TOKEN


@dataclass
class Clock:
    """Seconds that pass only by sleeping."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        """Now."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.seconds += seconds


@dataclass
class FixedAccess:
    """Gives the same token, and a new one (as ``renews`` says) where it is refused."""

    value: str = TOKEN
    renews: Callable[[], str] = lambda: TOKEN

    def token(self) -> str:
        """The token now."""
        return self.value

    def renew(self) -> str:
        """Another one."""
        self.value = self.renews()
        return self.value


def retry(clock: Clock) -> Retry:
    """Retries without jitter, on a clock that does not really run."""
    return Retry(sleep=clock.sleep, random=lambda: 0.0)


def google(access: FixedAccess | None = None, timeout_seconds: float = 5.0) -> Google:
    """Signed requests."""
    return Google(Session(timeout_seconds=timeout_seconds), access or FixedAccess())


def gmail_client(
    url: str,
    *,
    access: FixedAccess | None = None,
    clock: Clock | None = None,
    headers_only: bool = False,
    units_per_minute: float = 1e9,
    timeout_seconds: float = 5.0,
) -> GmailClient:
    """The client of a mailbox at ``url``; not paced unless asked for."""
    clock = clock or Clock()
    return GmailClient(
        google(access, timeout_seconds),
        retry(clock),
        Pace(units_per_minute, clock=clock, sleep=clock.sleep),
        endpoint=url,
        headers_only=headers_only,
    )


def gmail(url: str, **options: object) -> Gmail:
    """The source of a mailbox at ``url``; options as ``gmail_client`` has them."""
    return Gmail(gmail_client(url, **options))  # type: ignore[arg-type]


def calendar_client(
    url: str, *, access: FixedAccess | None = None, clock: Clock | None = None
) -> CalendarClient:
    """The client of the calendars at ``url``."""
    return CalendarClient(google(access), retry(clock or Clock()), endpoint=url)


def calendar(
    url: str,
    *,
    access: FixedAccess | None = None,
    now: Callable[[], datetime] = lambda: datetime(2026, 11, 21, 9, tzinfo=UTC),
) -> GoogleCalendar:
    """The source of the calendars at ``url``."""
    return GoogleCalendar(calendar_client(url, access=access), "Europe/Vienna", now)


def meet(
    url: str,
    *,
    access: FixedAccess | None = None,
    clock: Clock | None = None,
    now: Callable[[], datetime] = lambda: datetime(2026, 11, 21, 9, tzinfo=UTC),
) -> GoogleMeet:
    """The source of the calls at ``url``."""
    client = MeetClient(google(access), retry(clock or Clock()), endpoint=url)
    return GoogleMeet(client, calendar_client(url, access=access, clock=clock), "UTC", now)
