"""What a sync of Microsoft 365 costs: requests against the minimum, our own time, memory.

    python -m benchmarks.measure_graph [MESSAGES]

The mailbox is the fake of the tests, in a process of its own; nothing is paced. One message in four
has an attachment, one in twenty is an invitation; they lie in three of ten folders, the meetings in
three calendars. ``parts`` count against Graph's limit of 10,000 in ten minutes, requests alone and
those within batches.
"""

from __future__ import annotations

import math
import multiprocessing as mp
import sys
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.measure_gmail import measured, peak_mb
from ingest.client import Session
from ingest.graph import GraphSource
from ingest.graph_client import MAX_PARTS, PAGE_ITEMS, GraphClient
from ingest.graph_event import Owner
from ingest.retry import Retry
from ingest.sync import sync
from store import database
from store.database import Database
from tests import graph_answers
from tests.contract import REP
from tests.graph_builder import Tokens
from tests.graph_fake import Graph, graph
from tests.graph_values import attendee, weekly
from tests.ical_builder import event

DELTA: Final = 200
FOLDERS: Final = 10
CALENDARS: Final = 3
SERIES: Final = 30
#: Of folders and of calendars: these come before all else.
_LISTS: Final = 2
NOW: Final = datetime(2026, 11, 23, tzinfo=UTC)
_PLACES: Final = ("inbox", "inbox", "sentitems", "sentitems", "archive")
_TEXT: Final = "<p>We talked about the pumps and the offer that you sent us last week.</p>\r\n" * 40
_PDF: Final = (
    "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=offer.pdf\r\n\r\nx"
)


def raw(number: int) -> bytes:
    """A mail with HTML, now and then with an attachment or an invitation."""
    at = NOW - timedelta(minutes=30 * number)
    parts = [f"Content-Type: text/html; charset=utf-8\r\n\r\n{_TEXT}"]
    if is_invitation(number):
        ics = event("ORGANIZER:mailto:bob@theirs.example", method="REQUEST", uid=f"{number}@x")
        parts.append(f"Content-Type: text/calendar; method=REQUEST\r\n\r\n{ics.decode()}")
    elif number % 4 == 0:
        parts.append(_PDF)
    body = "".join(f"--b\r\n{part}\r\n" for part in parts)
    return (
        f"Message-ID: <{number}@theirs.example>\r\nDate: {at:%a, %d %b %Y %H:%M:%S} +0000\r\n"
        f"From: Bob {number % 60} <bob{number % 60}@theirs.example>\r\nTo: {REP}\r\n"
        f"Subject: Offer {number}\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/mixed; boundary="b"\r\n\r\n{body}--b--\r\n'
    ).encode()


def is_invitation(number: int) -> bool:
    """One in twenty."""
    return number % 20 == 1


def fill(fake: Graph, first: int, last: int) -> None:
    """Messages with these numbers."""
    for number in range(first, last):
        kind = "eventMessageRequest" if is_invitation(number) else "message"
        told = {"meetingMessageType": "meetingRequest"} if is_invitation(number) else {}
        fake.mailbox.receive(raw(number), _PLACES[number % 5], kind=kind, **told)


def serve(messages: int, line: Connection) -> None:
    """A mailbox of so many messages; each word on the line brings more, and the counts before."""
    setattr(graph_answers, "csdl", lambda: None)  # noqa: B010 - the tests look at the answers
    with graph() as fake:
        for number in range(FOLDERS - 3):
            fake.mailbox.add_folder(f"Folder {number}")
        calendars = ["", *(fake.mailbox.add_calendar(str(n)) for n in range(CALENDARS - 1))]
        for number in range(SERIES):
            start = NOW - timedelta(days=200, hours=number)
            people = [attendee(f"bob{number}@theirs.example")]
            fake.mailbox.add_event(
                start,
                start + timedelta(hours=1),
                calendars[number % CALENDARS],
                attendees=people,
                recurrence=weekly(start, 60),
            )
        fill(fake, 0, messages)
        line.send(fake.url)
        while more := line.recv():
            counts = len(fake.requests), len(fake.parts)
            fake.requests.clear()
            fake.parts.clear()
            fill(fake, messages, messages + int(more) - 1)
            line.send(counts)


def parts_of(messages: int) -> int:
    """Pages, and what they leave out (attachments 1, invitations 2 of it each)."""
    return math.ceil(messages / PAGE_ITEMS) + messages // 4 + 2 * messages // 20


def main() -> None:
    """Print one line for each kind of sync."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    here, there = mp.Pipe()
    server = mp.Process(target=serve, args=(messages, there), daemon=True)
    server.start()
    url = here.recv()
    once = math.ceil((FOLDERS + CALENDARS) / MAX_PARTS)
    beginning = FOLDERS + CALENDARS + SERIES
    new = parts_of(DELTA) - math.ceil(DELTA / PAGE_ITEMS)
    with TemporaryDirectory() as folder, database.open(Path(folder) / "b.db") as db:
        minima = {
            "first sync": _LISTS + math.ceil((beginning + parts_of(messages)) / MAX_PARTS),
            "nothing new": once,
            f"{DELTA} new": once + math.ceil(new / MAX_PARTS),
        }
        for name, least in minima.items():
            seconds = measured(lambda: one_sync(db, url))
            here.send(DELTA + 1 if name == "nothing new" else 1)
            requests, parts = here.recv()
            print(
                f"{name}: {requests} requests (minimum {least}), {parts} parts, "
                f"{seconds:.2f} s of our own, peak {peak_mb()} MB"
            )
    here.send(0)
    server.join(5)


def one_sync(db: Database, url: str) -> None:
    """As ``brickwall sync`` does it."""
    retry = Retry(sleep=lambda _: None, random=lambda: 0.0)
    client = GraphClient(Session(), Tokens(), retry, endpoint=url)
    sync(
        GraphSource(client, Owner((REP,), "Europe/Vienna"), now=lambda: NOW),
        db,
        db.account(REP, "microsoft", "UTC", [REP]),
        label=lambda _: (),
        keep=lambda _: "",
        now=lambda: datetime.now(UTC),
        progress=lambda _batch, _saved: None,
    )


if __name__ == "__main__":
    main()
