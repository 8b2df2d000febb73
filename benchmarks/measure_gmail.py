"""What a sync of Gmail costs: requests against the minimum, our own time, memory.

    python -m benchmarks.measure_gmail [MESSAGES]

The mailbox is the fake of the tests, in a process of its own; nothing is paced.
"""

from __future__ import annotations

import math
import multiprocessing as mp
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.sync import sync
from store import database
from store.database import Database
from tests import google_discovery
from tests.contract import REP, raw_message
from tests.google_builder import gmail
from tests.google_fake import FakeGoogle, running

DELTA = 200
TEXT = ("We talked about the pumps and the offer that you sent us last week. " * 40).encode()


def serve(messages: int, line: Connection) -> None:
    """A mailbox of so many messages; each word on the line brings more, and the count before."""
    google_discovery.answer_complaints = lambda *_: []  # the tests look at the answers
    fake = FakeGoogle()
    for number in range(messages):
        fake.mailbox.add(raw_message(f"m{number}") + TEXT)
    with running(fake):
        line.send(fake.url)
        while more := line.recv():
            line.send(len(fake.requests))
            fake.requests.clear()
            for number in range(int(more) - 1):
                fake.mailbox.add(raw_message(f"n{number}") + TEXT)


def measured(action: Callable[[], object]) -> float:
    """Seconds of our own processor time."""
    begun = time.process_time()
    action()
    return time.process_time() - begun


def main() -> None:
    """Print one line for each kind of sync."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    here, there = mp.Pipe()
    server = mp.Process(target=serve, args=(messages, there), daemon=True)
    server.start()
    url = here.recv()
    with TemporaryDirectory() as folder, database.open(Path(folder) / "b.db") as db:
        minima = {
            "first sync": 2 + math.ceil(messages / 500) + math.ceil(messages / 50),
            "nothing new": 1,
            f"{DELTA} new": math.ceil(DELTA / 500) + math.ceil(DELTA / 50),
        }
        for name, minimum in minima.items():
            seconds = measured(lambda: one_sync(db, url))
            here.send(DELTA + 1 if name == "nothing new" else 1)
            requests = here.recv()
            print(
                f"{name}: {requests} requests (minimum {minimum}), {seconds:.2f} s of our own, "
                f"peak {peak_mb()} MB"
            )
    here.send(0)
    server.join(5)


def peak_mb() -> int:
    """The most memory that this process had, in MB (Linux)."""
    told = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(told[1]) >> 10 if told else 0


def one_sync(db: Database, url: str) -> None:
    """As ``brickwall sync`` does it."""
    sync(
        gmail(url, timeout_seconds=60),
        db,
        db.account(REP, "gmail", "UTC", [REP]),
        label=lambda _: (),
        keep=lambda _: "",
        now=lambda: datetime.now(UTC),
        progress=lambda _batch, _saved: None,
    )


if __name__ == "__main__":
    main()
