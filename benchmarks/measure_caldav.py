"""What a sync of CalDAV calendars costs: requests against the minimum, our own time, memory.

    python -m benchmarks.measure_caldav [ENTRIES]

The server is Radicale, in a process of its own. The entries lie in one calendar of three; one in
ten is a series.
"""

from __future__ import annotations

import math
import multiprocessing as mp
import sys
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Final

from benchmarks.sync_costs import DELTA, FIRST, NEW, NOTHING, report
from ingest.caldav import PAGE_ENTRIES, CalDavSource
from ingest.caldav_places import Places, find
from ingest.client import Session
from ingest.dav import DavClient, DavLogin
from ingest.retry import Retry
from tests.ical_builder import calendar, vevent
from tests.radicale_peer import PASSWORD, Account

CALENDARS: Final = 3
_SERIES: Final = 10
_UTC: Final = "%Y%m%dT%H%M%SZ"


def entry(number: int) -> bytes:
    """A meeting of two, now and then every week."""
    start = datetime(2026, 11, 23, tzinfo=UTC) - timedelta(hours=5 * number)
    series = ["RRULE:FREQ=WEEKLY;COUNT=20"] if number % _SERIES == 0 else []
    return calendar(
        vevent(
            *series,
            f"DTEND:{start + timedelta(hours=1):{_UTC}}",
            f"SUMMARY:Meeting {number}",
            "ORGANIZER:mailto:rep@ours.example",
            f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob{number % 60}@theirs.example",
            uid=f"{number}@ours.example",
            start=f"{start:{_UTC}}",
        )
    )


def serve(entries: int, line: Connection) -> None:
    """Calendars with so many entries; each word on the line brings more and clears the count."""
    with Account() as account:
        for number in range(CALENDARS - 1):
            account.make(f"other{number}")
        for number in range(entries):
            account.put(f"e{number}", entry(number))
        line.send((account.server.url, account.address))
        while (more := line.recv()) is not None:
            for number in range(entries, entries + more):
                account.put(f"e{number}", entry(number))
            line.send(len(account.asked))
            account.forget()


def minima(entries: int) -> dict[str, int]:
    """The list of calendars, which tells the state of each; one listing; pages of entries."""
    first = 1 + CALENDARS + math.ceil(entries / PAGE_ENTRIES)
    return {FIRST: first, NOTHING: 1, NEW: 2 + math.ceil(DELTA / PAGE_ENTRIES)}


def main() -> None:
    """Print one line for each kind of sync."""
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    here, there = mp.Pipe()
    server = mp.Process(target=serve, args=(entries, there), daemon=True)
    server.start()
    url, user = here.recv()

    def ask(more: int) -> int:
        here.send(more)
        return int(here.recv())

    places = find(client(url, user))
    report(
        lambda: source(url, user, places),
        minima(entries),
        items=entries,
        requests=lambda: ask(0),
        add=ask,
    )
    here.send(None)
    server.join(5)


def client(url: str, user: str) -> DavClient:
    """As the provider makes it; nothing is waited for."""
    retry = Retry(sleep=lambda _: None, random=lambda: 0.0)
    return DavClient(Session(timeout_seconds=60), DavLogin(user, PASSWORD), retry, server=url)


def source(url: str, user: str, places: Places) -> CalDavSource:
    """The calendars."""
    return CalDavSource(client(url, user), places, "Europe/Vienna")


if __name__ == "__main__":
    main()
