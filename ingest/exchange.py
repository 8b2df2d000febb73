"""A mailbox on an Exchange Server: its mail folders and its calendar, through exchangelib.

One source with many streams: each mail folder is a stream ``mail:...``, the calendar is
``calendar``. The calendar comes first, page by page, since its history begins with the first
reading; then all mail, the newest first (see ``ingest.exchange_mail``). A place in a folder becomes
part of the cursor only once everything up to it is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ingest import exchange_folders
from ingest.exchange_calendar import PAGE_ENTRIES, CalendarReader
from ingest.exchange_client import MOST_CHANGES, ExchangeClient
from ingest.exchange_mail import PAGE_MESSAGES, Look, MailReader
from ingest.exchange_state import CALENDAR, MAIL, State, Strand
from ingest.graph_event import Owner
from ingest.graph_state import EVERYTHING, Wanted
from ingest.graph_strand import Found
from ingest.retry import QuarantineError
from ingest.source import Batch, CursorExpiredError, Known

NAME: Final = "mailbox"


@dataclass(frozen=True, slots=True)
class Pages:
    """How much is asked for at once: messages, entries of the calendar, changes of a folder."""

    messages: int = PAGE_MESSAGES
    entries: int = PAGE_ENTRIES
    changes: int = MOST_CHANGES


USUAL: Final = Pages()


class ExchangeSource:
    """The mailbox of whoever is signed in.

    ``owner``: own addresses and IANA zone. ``now``: decides when it is asked which folders there
    are though nothing is new.
    """

    name = NAME

    def __init__(
        self,
        client: ExchangeClient,
        owner: Owner,
        *,
        now: Callable[[], datetime],
        wanted: Wanted = EVERYTHING,
        pages: Pages = USUAL,
    ) -> None:
        self._client = client
        self._now = now
        self._wanted = wanted
        self._calendar = CalendarReader(client, owner, page=pages.entries)
        self._mail = MailReader(
            client,
            owner.zone,
            headers_only=wanted.headers_only,
            page=pages.messages,
            most=pages.changes,
        )

    def remember(self, known: Known) -> None:
        """What is stored is not fetched again."""
        self._mail.known = known

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """What is new in all folders and the calendar.

        A place that Exchange has forgotten leads to a new listing of that folder alone. Raises
        ``ChangedError`` for a cursor of another version, else what ``Retry.call`` raises.
        """
        now = self._now()
        state = State.loads(cursor) if cursor else self._beginning(now)
        run = _Run(self._client, state, self._wanted, self._mail, self._calendar, now)
        return run.batches()

    def reread(self, items: Mapping[str, Sequence[str]]) -> Iterator[Batch]:
        """Messages and entries in quarantine, once more."""
        for stream, names in items.items():
            if stream == CALENDAR:
                yield self._calendar.reread(names).batch(stream)
            elif stream.startswith(MAIL):
                yield self._mail.reread(names).batch(stream)

    def _beginning(self, now: datetime) -> State:
        folders = exchange_folders.find(self._client)
        state = State(folders, looked_at=now.isoformat())
        if self._wanted.calendar:
            number = folders.special[exchange_folders.CALENDAR]
            size = folders.known[number].items if number in folders.known else 0
            state.calendar = Strand(CALENDAR, number, size=size)
        if self._wanted.mail:
            state.follow_folders()
        return state


@dataclass
class _Run:
    """One reading of everything that is new."""

    client: ExchangeClient
    state: State
    wanted: Wanted
    mail: MailReader
    calendar: CalendarReader
    now: datetime

    def __post_init__(self) -> None:
        self._saved = self.state.dumps()
        self._anything = False

    def batches(self) -> Iterator[Batch]:
        """The calendar, then the messages, then the ends of the folders that have been read."""
        if self.state.calendar is not None:
            yield from self._calendar_pages(self.state.calendar)
        looks = [*self._looks(self.state.mail)]
        if self.wanted.mail and self._folders_are_due():
            looks += self._looks(self._new_folders())
        for strand, found in self.mail.fetch(looks):
            yield self._batch(strand, found)
        yield from self._ends(looks)
        if self.state.dumps() != self._saved:
            yield self._placed(Found().batch(NAME))

    def _calendar_pages(self, strand: Strand) -> Iterator[Batch]:
        more, lost = True, False
        while more:
            try:
                page = self.client.changes(strand.folder, strand.state, most=self.calendar.page)
            except CursorExpiredError:
                if lost:
                    raise
                lost = True
                strand.begin_again()
                continue
            more = page.more and page.state != strand.state
            found = self.calendar.read(page.items)
            if page.items or not strand.state:
                strand.state = page.state
            if not strand.listed:
                strand.done += len(page.items)
                yield self._batch(strand, found)
            elif not found.empty:
                yield self._batch(strand, found)
        if not strand.listed:
            yield self._end(strand, Found())

    def _looks(self, strands: Sequence[Strand]) -> Iterator[Look]:
        for strand in strands:
            try:
                look = self._look(strand)
            except QuarantineError:  # the folder is gone; the list of folders will say so
                self._anything = True
                continue
            self._anything |= look.changed
            yield look

    def _look(self, strand: Strand) -> Look:
        try:
            return self.mail.look(strand)
        except CursorExpiredError:
            strand.begin_again()
            return self.mail.look(strand)

    def _folders_are_due(self) -> bool:
        """Once a run where anything is new, else now and then: a folder for itself is nothing."""
        if self.state.looked_at == self.now.isoformat():
            return False
        return self._anything or self.state.folders_are_due(self.now)

    def _new_folders(self) -> list[Strand]:
        """Look at what has become of the folders; those that are to be read too."""
        self.state.looked_at = self.now.isoformat()
        try:
            changed = exchange_folders.follow(self.client, self.state.folders)
        except CursorExpiredError:
            self.state.folders = exchange_folders.find(self.client)
            changed = True
        return self.state.follow_folders() if changed else []

    def _ends(self, looks: Sequence[Look]) -> Iterator[Batch]:
        """Only now it is known what is gone: mail may have moved from one folder to another."""
        for look in looks:
            strand = look.strand
            found = Found(tombstones=list(look.gone), named=look.named, left_out=look.left_out)
            if look.changed or not strand.listed:
                strand.state = look.state
            if not strand.listed:
                yield self._end(strand, found)
            elif not found.empty:
                yield self._batch(strand, found)

    def _end(self, strand: Strand, found: Found) -> Batch:
        relists = strand.relists
        strand.end_listing()
        batch = found.batch(strand.stream, mode="full", relists=relists)
        return self._placed(replace(batch, complete=True))

    def _batch(self, strand: Strand, found: Found) -> Batch:
        batch = found.batch(strand.stream, mode=strand.mode, relists=strand.relists)
        return self._placed(batch)

    def _placed(self, batch: Batch) -> Batch:
        self._saved = self.state.dumps()
        self._anything = True
        position, size = self.state.progress
        return replace(batch, cursor=self._saved, position=position, size=size)
