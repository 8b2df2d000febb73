"""Store speed: saving and reading generated mail, beside bare sqlite3 and ``pandas.read_sql``.

Usage: python benchmarks/bench_store.py [MESSAGES ...]     (default: 100000 1000000)

Each size: ``Database.save`` in batches of 5,000 inside ``bulk()``, against one ``executemany`` per
table of ready tuples into the same tables, keys included; the same batches once more; everything
read into frames, against ``pandas.read_sql`` of the same columns. Every message has three
participants. The rows are made before the clock starts.
"""

from __future__ import annotations

import gc
import hashlib
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd

from ingest.source import Batch
from store import database, facts, reading, schema
from store.model import Message, Participant, Role

START = datetime(2020, 1, 1, tzinfo=UTC)
BATCH = 5000
ROLES: tuple[Role, ...] = ("from", "to", "cc")
TEXT = (
    "Hello Ann, thank you for the offer; we shall talk about it on Monday and come back to you. "
    * 3
)


def messages(count: int, seed: int = 1) -> Iterator[Message]:
    """Made-up messages among 3,000 people, three participants each, keys random as digests."""
    rng = random.Random(seed)
    people = [(f"person{n}@company{n % 400}.example", f"Person {n}", n) for n in range(3000)]
    for number in range(count):
        at = START + timedelta(seconds=90 * number)
        digest = hashlib.blake2b(b"%d" % number, digest_size=16).hexdigest()
        three = rng.sample(people, 3)
        roles = zip(ROLES, three, strict=True)
        yield Message(
            provider_id=digest,
            message_id=f"<{digest}@mail.example>",
            in_reply_to="",
            references=(f"<{number - 1}@mail.example>",),
            thread_hint="",
            sent_at=at,
            received_at=at,
            offset_minutes=60,
            kind="person",
            subject=f"Re: offer {number % 5000}",
            subject_key=f"offer {number % 5000}",
            text=TEXT,
            words=54,
            text_digest=rng.getrandbits(63),
            attachments=(),
            labels=("INBOX",),
            participants=tuple(
                Participant(role, address, name, f"company{n % 400}.example")
                for role, (address, name, n) in roles
            ),
            sequence_tool=False,
            language="en",
        )


def batches(count: int) -> Iterator[Batch]:
    """Batches of ``BATCH`` messages."""
    made = messages(count)
    for begin in range(0, count, BATCH):
        records = tuple(next(made) for _ in range(min(BATCH, count - begin)))
        yield Batch("mail", "full", False, records, (), (), {}, str(begin), begin, count)


def clocked(step: Callable[[], object]) -> float:
    """Seconds that ``step`` takes."""
    gc.collect()
    begin = time.perf_counter()
    step()
    return time.perf_counter() - begin


def save_all(path: Path, count: int) -> float:
    """Seconds inside the store; batches are made as they are needed, off the clock."""
    seconds = 0.0
    with database.open(path) as db:
        account = db.account("bench", "files", "UTC", ["rep@ours.example"])
        with db.writing():
            bulk = db.bulk()
            seconds += clocked(bulk.__enter__)
            for batch in batches(count):
                begin = time.perf_counter()
                db.save(account, batch, (), START)
                seconds += time.perf_counter() - begin
            seconds += clocked(lambda: bulk.__exit__(None, None, None))
    return seconds


def copy_bare(source: Path, target: Path) -> float:
    """Seconds of bare ``executemany`` of the rows of ``source`` into equal, empty tables."""
    with database.open(target):
        pass
    names = ["account", "stream", "mailbox", "message", "participant", "message_text"]
    seconds = 0.0
    old = sqlite3.connect(source)
    new = sqlite3.connect(target, isolation_level=None)
    new.execute("PRAGMA synchronous = NORMAL")
    new.execute("PRAGMA cache_size = -262144")
    for name in names:
        width = len(schema.metadata.tables[name].columns)
        insert = f"INSERT INTO {name} VALUES ({', '.join('?' * width)})"
        rows = old.execute(f"SELECT * FROM {name}")
        while chunk := rows.fetchmany(BATCH * (3 if name == "participant" else 1)):
            begin = time.perf_counter()
            new.execute("BEGIN")
            new.executemany(insert, chunk)
            new.execute("COMMIT")
            seconds += time.perf_counter() - begin
    seconds += clocked(lambda: new.execute("PRAGMA wal_checkpoint(TRUNCATE)"))
    old.close()
    new.close()
    return seconds


def read_all(path: Path) -> float:
    """Seconds of ``read_facts``."""
    with database.open(path) as db:
        return clocked(lambda: reading.read_facts(db))


def read_sql(path: Path) -> float:
    """Seconds of ``pandas.read_sql`` for messages, participants and mailboxes."""
    connection = sqlite3.connect(path)

    def step() -> None:
        for frame, table in (
            ("messages", "message"),
            ("participants", "participant"),
            ("mailboxes", "mailbox"),
        ):
            names = ", ".join(
                f'"{c}"' if c in schema.metadata.tables[table].c else f"id AS {c}"
                for c in facts.COLUMNS[frame]
            )
            pd.read_sql(f"SELECT {names} FROM {table}", connection)

    seconds = clocked(step)
    connection.close()
    return seconds


def main(sizes: list[int]) -> None:
    """Print seconds, rates and ratios for each size."""
    first: tuple[int, float] | None = None
    for count in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "store.db"
            save = save_all(path, count)
            again = save_all(path, count)
            bare = copy_bare(path, Path(folder) / "bare.db")
            read, peer = read_all(path), read_sql(path)
            megabytes = path.stat().st_size / 1e6
        print(f"{count:,} messages, {3 * count:,} participants, {megabytes:,.0f} MB")
        print(f"  save        {save:7.2f} s  {count / save:10,.0f} messages/s")
        print(f"  bare sqlite {bare:7.2f} s  {count / bare:10,.0f} messages/s")
        print(f"  save        {save / bare:.2f} x bare sqlite")
        print(f"  save again  {again:7.2f} s  {again / save:.2f} x the first")
        print(f"  read_facts  {read:7.2f} s  {read / peer:.2f} x pandas.read_sql ({peer:.2f} s)")
        if first:
            print(f"  {first[0]:,} -> {count:,}: save {save / first[1]:.1f} x")
        first = first or (count, save)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [100_000, 1_000_000])
