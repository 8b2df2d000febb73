"""A source on a fake Exchange, as tests need it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from ingest.client import Session
from ingest.exchange import USUAL, ExchangeSource, Pages
from ingest.exchange_access import Login, account
from ingest.exchange_client import ExchangeClient
from ingest.graph_event import Owner
from ingest.graph_state import EVERYTHING, Wanted
from ingest.retry import Retry
from tests.ews_fake import PASSWORD, USER, Ews

OWNER: Final = Owner(("rep@ours.example", "sales@ours.example"), "Europe/Vienna")
BASIC: Final = Login("basic", USER, PASSWORD)
NTLM: Final = Login("ntlm", USER, PASSWORD)
#: Two items at once, so that little things have several pages.
SMALL: Final = Pages(messages=2, entries=2, changes=2)


def client(
    fake: Ews,
    *,
    login: Login = BASIC,
    pauses: list[float] | None = None,
    session: Session | None = None,
    version: str = "",
) -> ExchangeClient:
    """A client of the fake that waits no real time; ``pauses`` remembers what it would wait."""
    slept = [] if pauses is None else pauses
    retry = Retry(sleep=slept.append, random=lambda: 0.0)
    network = session or Session(timeout_seconds=5)
    made = account(OWNER.addresses[0], fake.url, login, network, version)
    return ExchangeClient(made, retry, token=login.token)


def source(
    fake: Ews,
    *,
    wanted: Wanted = EVERYTHING,
    pages: Pages = USUAL,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    owner: Owner = OWNER,
    login: Login = BASIC,
    pauses: list[float] | None = None,
) -> ExchangeSource:
    """A new source on the fake's mailbox."""
    asking = client(fake, login=login, pauses=pauses)
    return ExchangeSource(asking, owner, now=now, wanted=wanted, pages=pages)
