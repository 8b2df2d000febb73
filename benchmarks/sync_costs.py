"""What a sync costs: three of them in turn, each with its requests, our own time and memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.measure_gmail import measured, peak_mb
from ingest.source import Source
from ingest.sync import sync
from store import database
from store.database import Database
from tests.contract import REP

FIRST: Final = "first sync"
NOTHING: Final = "nothing new"
DELTA: Final = 200
NEW: Final = f"{DELTA} new"


def report(
    make: Callable[[], Source],
    minima: Mapping[str, int],
    *,
    items: int,
    requests: Callable[[], int],
    add: Callable[[int], object],
) -> None:
    """Print one line for each kind of sync.

    ``minima``: requests by kind of sync. ``requests``: those since the last time it was asked.
    ``add``: so many new items come in; there are ``items`` at first.
    """
    with TemporaryDirectory() as folder, database.open(Path(folder) / "b.db") as db:
        for name, minimum in minima.items():
            if name == NEW:
                add(DELTA)
            requests()
            seconds = measured(lambda: one_sync(make(), db))
            pace = f", {items / seconds:,.0f} a second" if name == FIRST else ""
            print(
                f"{name}: {requests()} requests (minimum {minimum}), {seconds:.2f} s of our own"
                f"{pace}, peak {peak_mb()} MB",
                flush=True,
            )


def one_sync(source: Source, db: Database) -> None:
    """As ``brickwall sync`` does it, without labels."""
    outcome = sync(
        source,
        db,
        db.account(REP, "measured", "UTC", [REP]),
        label=lambda _: (),
        keep=lambda _: "",
        now=lambda: datetime.now(UTC),
        progress=lambda _batch, _saved: None,
    )
    if outcome.error is not None:
        raise outcome.error
