"""A mailbox on an Exchange Server: its mail folders and its calendars, through exchangelib.

One source with many streams: each mail folder is a stream ``mail:...``, the default calendar is
``calendar``, each other one ``calendar:...``. The calendars come first, page by page, since their
history begins with the first reading; then all mail, the newest first (``ingest.exchange_mail``).
A place in a folder becomes part of the cursor only once everything up to it is saved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from ingest import exchange_folders
from ingest.exchange_calendar import PAGE_ENTRIES, CalendarReader
from ingest.exchange_client import MOST_CHANGES, ExchangeClient
from ingest.exchange_folders import CALENDAR
from ingest.exchange_mail import PAGE_MESSAGES, Look, MailReader
from ingest.exchange_state import MAIL, State, Strand
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
        """What is new in all folders and calendars.

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
            if stream == CALENDAR or stream.startswith(f"{CALENDAR}:"):
                yield self._calendar.reread(names).batch(stream)
            elif stream.startswith(MAIL):
                yield self._mail.reread(names).batch(stream)

    def _beginning(self, now: datetime) -> State:
        state = State(exchange_folders.find(self._client), looked_at=now.isoformat())
        if self._wanted.calendar:
            state.follow_calendars()
        if self._wanted.mail:
            state.follow_mail()
        return state


@dataclass
class _Run:
    """One reading of everything that is new. ``over``: calendars that were read to their end."""

    client: ExchangeClient
    state: State
    wanted: Wanted
    mail: MailReader
    calendar: CalendarReader
    now: datetime
    over: list[Strand] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._saved = self.state.dumps()
        self._anything = False

    def batches(self) -> Iterator[Batch]:
        """The calendars, then the messages, then the ends of the folders that have been read."""
        yield from self._calendars(self.state.calendars)
        looks = [*self._looks(self.state.mail)]
        if self._folders_are_due():
            new_mail, new_calendars = self._new_folders()
            yield from self._calendars(new_calendars)
            looks += self._looks(new_mail)
        yield from self._calendar_ends()
        for strand, found in self.mail.fetch(looks):
            yield self._batch(strand, found)
        yield from self._ends(looks)
        if self.state.dumps() != self._saved:
            yield self._placed(Found().batch(NAME))

    def _calendars(self, strands: Sequence[Strand]) -> Iterator[Batch]:
        """All pages of these calendars; those that are gone are told by the list of folders."""
        for strand in strands:
            try:
                yield from self._calendar_pages(strand)
            except QuarantineError:
                self._anything = True
                continue
            self.over.append(strand)

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
            self._anything |= bool(page.items)
            found = self.calendar.read(page.items)
            strand.gone += found.tombstones
            found.tombstones.clear()
            if page.items or not strand.state:
                strand.state = page.state
            if not strand.listed:
                strand.done += len(page.items)
                yield self._batch(strand, found)
            elif not found.empty:
                yield self._batch(strand, found)

    def _calendar_ends(self) -> Iterator[Batch]:
        """Only now it is known what is gone: an entry may have gone into another calendar."""
        others = self.state.tell_others() if self.wanted.calendar else Counter()
        if others:
            yield self._placed(Found(left_out=others).batch(CALENDAR))
        for strand in self.over:
            found = Found(tombstones=strand.gone)
            strand.gone = []
            if not strand.listed:
                yield self._end(strand, found)
            elif not found.empty:
                yield self._batch(strand, found)
        for stream in [one for one, told in self.state.ended.items() if not told]:
            self.state.ended[stream] = True
            batch = Found().batch(stream, mode="full", relists=True)
            yield self._placed(replace(batch, complete=True, deleted=True, since=self.now))

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

    def _new_folders(self) -> tuple[list[Strand], list[Strand]]:
        """Look at what has become of the folders; mail and calendars that are to be read too."""
        self.state.looked_at = self.now.isoformat()
        try:
            changed = exchange_folders.follow(self.client, self.state.tree)
        except CursorExpiredError:
            self.state.tree = exchange_folders.find(self.client)
            changed = True
        return (
            self.state.follow_mail() if changed and self.wanted.mail else [],
            self.state.follow_calendars() if changed and self.wanted.calendar else [],
        )

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
