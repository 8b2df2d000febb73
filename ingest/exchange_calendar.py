"""The calendar of a mailbox on an Exchange Server, page by page of its changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ingest import exchange_events
from ingest.exchange_client import ExchangeClient, Given
from ingest.exchange_xml import Change, Element
from ingest.graph_event import Owner
from ingest.graph_strand import Found
from store.model import Failure

ENTRY: Final = "CalendarItem"
#: So many entries are asked for at once.
PAGE_ENTRIES: Final = 100

_UNREADABLE: Final = (TypeError, KeyError, AttributeError, OverflowError, IndexError)


class CalendarReader:
    """Makes revisions of what has changed. ``page``: how many entries are asked for at once."""

    def __init__(self, client: ExchangeClient, owner: Owner, *, page: int = PAGE_ENTRIES) -> None:
        self.page = page
        self._client = client
        self._owner = owner

    def read(self, changes: Iterable[Change]) -> Found:
        """What these changes come to: entries whole, with all dates of a series that differ."""
        found = Found()
        wanted: dict[str, None] = {}
        for change in changes:
            if change.kind == "delete":
                wanted.pop(change.id, None)
                found.tombstones.append(change.id)
            elif change.tag == ENTRY:
                wanted[change.id] = None
            elif change.kind == "create":
                found.left_out["other items"] += 1
        self._read(found, list(wanted))
        return found

    def reread(self, names: Sequence[str]) -> Found:
        """These entries, asked for once more."""
        return self.read([Change("update", name, ENTRY) for name in names])

    def _read(self, found: Found, names: Sequence[str]) -> None:
        given = list(self._given(names))
        entries = [one.item for one in given if one.item is not None]
        dates = [name for entry in entries for name in exchange_events.dates_in(entry)]
        differing = {one.id: one.item for one in self._given(dates)}
        for one in given:
            if one.gone:
                found.tombstones.append(one.id)
            elif one.item is None:
                found.failures.append(Failure(one.id, one.why))
            else:
                self._add(found, one.id, one.item, differing)

    def _given(self, names: Sequence[str]) -> Iterator[Given]:
        for at in range(0, len(names), self.page):
            yield from self._client.entries(names[at : at + self.page])

    def _add(self, found: Found, name: str, entry: Element, dates: exchange_events.Dates) -> None:
        try:
            revisions = exchange_events.revisions(entry, dates, self._owner)
        except ValueError as error:
            found.failures.append(Failure(name, f"{error}."))
        except _UNREADABLE as error:
            why = f"Exchange tells it in a way that cannot be read ({type(error).__name__})."
            found.failures.append(Failure(name, why))
        else:
            found.records += revisions
