"""What a sync of an Exchange Server costs: requests against the minimum, our own time, memory.

    python -m benchmarks.measure_exchange [MESSAGES]

The server is the fake of the tests, in a process of its own. The mailbox is that of
``measure_graph``: one message in four has an attachment, one in twenty is an invitation; they lie
in three folders of ten, beside two calendars with thirty meetings. Whenever anything is new one
request more than the minimum asks which folders there are: what a rule puts into a new folder would
else be missed for a day, and look like silence.
"""

from __future__ import annotations

import math
import multiprocessing as mp
import sys
from datetime import timedelta
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import Any, Final

from benchmarks.measure_graph import NOW, raw
from benchmarks.sync_costs import DELTA, FIRST, NEW, NOTHING, report
from ingest.exchange_client import MOST_CHANGES
from ingest.exchange_mail import PAGE_MESSAGES
from tests import ews_builder, ews_schema
from tests.ews_fake import Ews, ews
from tests.ews_mailbox import Invited

FOLDERS: Final = 10
CALENDARS: Final = ("calendar", "Customers")
MEETINGS: Final = 30
_PLACES: Final = ("inbox", "inbox", "sentitems", "sentitems", "Archive")
#: The names of Exchange's own folders, and the tree of all folders.
_FINDING: Final = 2


def serve(messages: int, line: Connection) -> None:
    """A mailbox of so many messages; each word on the line brings more and clears the count."""
    setattr(ews_schema, "problems", lambda _: [])  # noqa: B010 - the tests look at answers
    with ews() as server:
        server.mailbox.add_folder("Archive")
        for number in range(FOLDERS - 3):
            server.mailbox.add_folder(f"Folder {number}")
        server.mailbox.add_calendar("Customers")
        for number in range(MEETINGS):
            start = NOW + timedelta(days=number)
            people = (Invited(f"bob{number}@theirs.example"),)
            server.mailbox.add_entry(
                f"Meeting {number}",
                start,
                start + timedelta(hours=1),
                CALENDARS[number % len(CALENDARS)],
                required=people,
            )
        _fill(server, 0, messages)
        line.send(server.url)
        while (more := line.recv()) is not None:
            _fill(server, messages, messages + more)
            line.send(len(server.requests))
            server.requests.clear()


def _fill(server: Ews, first: int, last: int) -> None:
    for number in range(first, last):
        server.mailbox.receive(raw(number), _PLACES[number % len(_PLACES)])


def minima(messages: int) -> dict[str, int]:
    """One look into each folder and calendar, more where it holds more; pages of what is there."""
    shares = [_PLACES.count(place) / len(_PLACES) for place in set(_PLACES)]
    looks = sum(math.ceil(messages * share / MOST_CHANGES) for share in shares)
    once = FOLDERS + len(CALENDARS)
    pages = len(CALENDARS) + math.ceil(messages / PAGE_MESSAGES)
    first = _FINDING + once - len(shares) + looks + pages
    return {FIRST: first, NOTHING: once, NEW: once + math.ceil(DELTA / PAGE_MESSAGES)}


def main() -> None:
    """Print one line for each kind of sync."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    here, there = mp.Pipe()
    server = mp.Process(target=serve, args=(messages, there), daemon=True)
    server.start()
    at: Any = SimpleNamespace(url=here.recv())

    def ask(more: int) -> int:
        here.send(more)
        return int(here.recv())

    report(
        lambda: ews_builder.source(at),
        minima(messages),
        items=messages,
        requests=lambda: ask(0),
        add=ask,
    )
    here.send(None)
    server.join(5)


if __name__ == "__main__":
    main()
