"""Builders of records and sources for tests of the store and of syncing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.source import Batch, CursorExpiredError, Record, Source
from ingest.sync import Options, Outcome, never, sync
from store.database import Database
from store.model import Attendance, Deal, EventRevision, Failure, Intent, Message, Participant

DEFAULT = Options()
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def message(name: str, *, labels: tuple[str, ...] = ("INBOX",), text: str = "Hello") -> Message:
    """A message of a person; everything in it follows from its name."""
    number = sum(name.encode())
    return Message(
        provider_id=name,
        message_id=f"<{name}@mail.example>",
        in_reply_to="",
        references=("<a@mail.example>", "<b@mail.example>"),
        thread_hint="",
        sent_at=NOW + timedelta(minutes=number),
        received_at=None,
        offset_minutes=60 if number % 2 else None,
        kind="person",
        subject=f"Offer {name}",
        subject_key=f"offer {name}",
        text=text,
        words=1,
        text_digest=-number,
        attachments=(),
        labels=labels,
        participants=(
            Participant("from", f"p{number % 3}@customer.example", "P", "customer.example"),
            Participant("to", "rep@ours.example", "Rep", "ours.example"),
            Participant("cc", "rep@ours.example", "Rep", "ours.example"),
        ),
        sequence_tool=False,
        language="en",
    )


def event(name: str, *, carried_by: str = "") -> EventRevision:
    """One revision of a meeting."""
    return EventRevision(
        provider_id=name,
        message_provider_id=carried_by,
        uid=f"uid-{name}",
        recurrence_at=None,
        sequence=1,
        dtstamp=NOW,
        learned_from="itip",
        method="REQUEST",
        organizer="rep@ours.example",
        organizer_name="Rep",
        sent_by="",
        actor="",
        start=NOW,
        end=NOW + timedelta(hours=1),
        zone="Europe/Vienna",
        all_day=False,
        floating=False,
        status="CONFIRMED",
        rrule="",
        rdate="",
        exdate="",
        summary="Offer",
        comment="",
        attendances=(
            Attendance("p1@customer.example", "P", "REQ-PARTICIPANT", "ACCEPTED", ""),
            Attendance("p2@customer.example", "P", "REQ-PARTICIPANT", "DECLINED", "ill"),
        ),
        occurred_at=NOW,
    )


def deal(name: str, *, stage: str = "offer") -> Deal:
    """One line of ``deals.csv``."""
    return Deal(name, "p1@customer.example", "Pumps", stage, 1000.0, "EUR", "rep", NOW, "")


def batch(
    *records: Record,
    stream: str = "mail",
    mode: str = "full",
    complete: bool = False,
    tombstones: tuple[str, ...] = (),
    failures: tuple[Failure, ...] = (),
    left_out: dict[str, int] | None = None,
    cursor: str = "1",
    **fields: Any,
) -> Batch:
    """A batch of one stream; ``fields``: others of ``Batch``."""
    return Batch(
        stream=stream,
        mode="full" if mode == "full" else "incremental",
        complete=complete,
        records=records,
        tombstones=tombstones,
        failures=failures,
        left_out=left_out or {},
        cursor=cursor,
        **{"position": 0, "size": 0, **fields},
    )


def label(messages: Sequence[Message]) -> list[Intent]:
    """One intent for every message."""
    return [Intent(m.provider_id, "proposal", 0.75, m.subject, "1") for m in messages]


def keep_all(message: Message) -> str:
    """Nothing is dropped."""
    return ""


@dataclass
class ListSource:
    """Yields prepared batches, whose cursors are their numbers, after the cursor it is given.

    ``expired``: cursors it no longer knows. ``fail``: called before each batch is given.
    """

    prepared: Sequence[Batch]
    expired: frozenset[str] = frozenset()
    fail: Callable[[Batch], None] = lambda batch: None
    name: str = "mail"

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """The batches after ``cursor``."""
        if cursor in self.expired:
            raise CursorExpiredError(cursor)
        for given in self.prepared:
            if cursor is None or int(given.cursor) > int(cursor):
                self.fail(given)
                yield given


def numbered(*batches: Batch) -> list[Batch]:
    """The batches with their numbers as cursors, from 1 on."""
    return [replace(given, cursor=str(number)) for number, given in enumerate(batches, 1)]


def run(
    database: Database,
    source: Source,
    *,
    keep: Callable[[Message], str] = keep_all,
    stop: Callable[[], bool] = never,
    options: Options = DEFAULT,
    labels: Callable[[Sequence[Message]], Sequence[Intent]] = label,
    progress: Callable[..., None] = lambda batch, saved: None,
    now: datetime = NOW,
) -> Outcome:
    """One sync of ``source`` into the only account."""
    return sync(
        source,
        database,
        database.account("rep", "test", "UTC", ["rep@ours.example"]),
        label=labels,
        keep=keep,
        now=lambda: now,
        progress=progress,
        stop=stop,
        options=options,
    )


def path_in(folder: Path) -> Path:
    """Where a test keeps its database."""
    return folder / "home" / "brickwall.db"
