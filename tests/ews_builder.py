"""A source on a fake Exchange, as tests need it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

from ingest.client import Session
from ingest.exchange import USUAL, ExchangeSource, Pages
from ingest.exchange_access import Login, account
from ingest.exchange_client import ExchangeClient
from ingest.graph_event import Owner
from ingest.graph_state import EVERYTHING, Wanted
from ingest.retry import Retry
from ingest.source import Batch, Known
from store.model import EventRevision, Message
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


def read(
    fake: Ews, cursor: str | None = None, *, known: Known | None = None, **options: Any
) -> list[Batch]:
    """All batches of one sync."""
    made = source(fake, **options)
    if known is not None:
        made.remember(known)
    return list(made.batches(cursor))


def settled(fake: Ews, **options: Any) -> str:
    """The cursor once everything has been read; then nothing has been asked yet."""
    cursor = read(fake, **options)[-1].cursor
    fake.requests.clear()
    return cursor


def messages(batches: Iterable[Batch]) -> list[Message]:
    """The messages in batches, in order."""
    return [one for batch in batches for one in batch.records if isinstance(one, Message)]


def revisions(batches: Iterable[Batch]) -> list[EventRevision]:
    """The event revisions in batches."""
    return [one for batch in batches for one in batch.records if isinstance(one, EventRevision)]


def subjects(batches: Iterable[Batch]) -> list[str]:
    """The subjects of the messages in batches, in order."""
    return [message.subject for message in messages(batches)]
