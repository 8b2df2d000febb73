"""A source on a fake Graph, as tests need it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from ingest.client import Session
from ingest.graph import GraphSource
from ingest.graph_attendance import GraphAttendance
from ingest.graph_client import GraphClient
from ingest.graph_event import Owner
from ingest.graph_state import EVERYTHING, Wanted
from ingest.retry import Retry
from ingest.source import Batch
from store.model import EventRevision, Message
from tests.graph_fake import TOKEN, Graph

MAIL: Final = Wanted(calendar=False)
OWNER: Final = Owner(("rep@ours.example", "sales@ours.example"), "Europe/Vienna")


class Tokens:
    """Gives tokens as signing in does: the last of ``good`` once the one before is refused."""

    def __init__(self, *tokens: str) -> None:
        self.waiting = list(tokens) or [TOKEN]
        self.renewed = 0

    def __call__(self, *, renew: bool = False) -> str:
        """The token."""
        if renew:
            self.renewed += 1
            if len(self.waiting) > 1:
                self.waiting.pop(0)
        return self.waiting[0]


def client(
    graph: Graph, *, tokens: Tokens | None = None, pauses: list[float] | None = None
) -> GraphClient:
    """A client of the fake that waits no real time; ``pauses`` remembers what it would wait."""
    slept = [] if pauses is None else pauses
    retry = Retry(sleep=slept.append, random=lambda: 0.0)
    session = Session(timeout_seconds=5)
    return GraphClient(session, tokens or Tokens(), retry, endpoint=graph.url)


def source(
    graph: Graph,
    *,
    wanted: Wanted = EVERYTHING,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    tokens: Tokens | None = None,
    pauses: list[float] | None = None,
    owner: Owner = OWNER,
) -> GraphSource:
    """A new source on the fake's mailbox."""
    return GraphSource(client(graph, tokens=tokens, pauses=pauses), owner, now=now, wanted=wanted)


def attendance(
    graph: Graph,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    tokens: Tokens | None = None,
    pauses: list[float] | None = None,
) -> GraphAttendance:
    """A new source of who came to the Teams meetings of the fake."""
    return GraphAttendance(client(graph, tokens=tokens, pauses=pauses), OWNER, now=now)


def read(fake: Graph, cursor: str | None = None, **options: Any) -> list[Batch]:
    """All batches of one sync of the mail."""
    return list(source(fake, **{"wanted": MAIL, **options}).batches(cursor))


def messages(batches: list[Batch]) -> list[Message]:
    """The messages in them, in order."""
    return [one for batch in batches for one in batch.records if isinstance(one, Message)]


def revisions(batches: list[Batch]) -> list[EventRevision]:
    """The event revisions in them."""
    return [one for batch in batches for one in batch.records if isinstance(one, EventRevision)]


def subjects(batches: list[Batch]) -> list[str]:
    """The subjects of the messages in them, in order."""
    return [message.subject for message in messages(batches)]


def settled(fake: Graph, **options: Any) -> str:
    """The cursor once everything has been read."""
    cursor = read(fake, **options)[-1].cursor
    fake.requests.clear()
    fake.parts.clear()
    return cursor
