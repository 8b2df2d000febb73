"""The calendars of an account by CalDAV: all entries once, then what changes in them.

Each calendar is a stream ``calendar:<path>``. Where the server has an inbox for invitations, what
arrives in it is kept like the mails that carry invitations elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from ingest import caldav_entries
from ingest.caldav_entries import Changes, Page
from ingest.caldav_places import Calendar, Places, calendars
from ingest.caldav_state import STREAM, Phase, State, Strand
from ingest.dav import DavClient
from ingest.retry import QuarantineError
from ingest.source import Batch

NAME: Final = "calendar"
PAGE_ENTRIES: Final = 50


class CalDavSource:
    """The entries of all calendars at ``places``. ``zone``: the owner's IANA zone."""

    name = NAME

    def __init__(
        self, client: DavClient, places: Places, zone: str, *, page_entries: int = PAGE_ENTRIES
    ) -> None:
        self._client = client
        self._places = places
        self._zone = zone
        self._page_entries = page_entries

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """What is new in all calendars; see ``ingest.source.Source``.

        A calendar that has forgotten how far it was read is read again alone.
        """
        state = State.loads(cursor) if cursor else State()
        found = calendars(self._client, self._places)
        strands = zip(state.follow(found), found, strict=True)
        readings = [
            _Reading(self._client, state, strand, calendar, self._zone, self._page_entries)
            for strand, calendar in strands
            if strand.shows(calendar)
        ]
        for reading in readings:
            yield from reading.news()
        # Only now: an entry that moved from one calendar to another was never gone.
        for reading in readings:
            yield from reading.end()

    def reread(self, items: Mapping[str, Sequence[str]]) -> Iterator[Batch]:
        """The entries in quarantine once more."""
        if not any(stream.startswith(STREAM) for stream in items):
            return
        for calendar in calendars(self._client, self._places):
            strand = Strand(calendar.path, phase=Phase.FOLLOWING)
            paths = items.get(strand.stream, ())
            if paths:
                page = caldav_entries.read(self._client, calendar, paths, self._zone)
                yield _batch(State(), strand, page, tombstones=page.unsaid(paths))


@dataclass
class _Reading:
    """One reading of one calendar: first what is new, then what is gone."""

    client: DavClient
    state: State
    strand: Strand
    calendar: Calendar
    zone: str
    page_entries: int
    changes: Changes = field(default_factory=Changes)
    over: bool = False

    def news(self) -> Iterator[Batch]:
        """Entries that are new or changed."""
        before = replace(self.strand, etags=dict(self.strand.etags))
        try:
            if self.strand.phase is Phase.FOLLOWING and not self.strand.lists:
                self._follow()
            if self.strand.phase is Phase.LISTING and not self.strand.lists:
                yield from self._listing()
            if self.strand.lists:
                self.changes = self._compared()
            yield from self._changed()
        except QuarantineError:  # the calendar went meanwhile; the next list of them will say so
            self.over = True
            self.state.strands[self.state.strands.index(self.strand)] = before

    def end(self) -> Iterator[Batch]:
        """Entries that are gone, and that the calendar was read to its end."""
        strand, gone = self.strand, self.changes.gone
        if self.over or not (gone or self.changes.etags or strand.phase is Phase.LISTING):
            return
        complete = strand.phase is Phase.LISTING and not self.calendar.is_inbox
        mode, relists = self._mode, strand.relists
        self._close()
        end = self._batch(Page(), tombstones=gone)
        yield replace(end, mode=mode, complete=complete, relists=relists)

    @property
    def _mode(self) -> Literal["full", "incremental"]:
        listing = self.strand.phase is Phase.LISTING and not self.calendar.is_inbox
        return "full" if listing else "incremental"

    def _follow(self) -> None:
        changes = self._asked(self.strand.token)
        if changes is None:
            self.strand.begin_again()
        else:
            self.changes = changes

    def _asked(self, token: str) -> Changes | None:
        """What has changed since ``token``, ``None`` where the server cannot tell."""
        try:
            return caldav_entries.changed(self.client, self.calendar, token)
        except QuarantineError:
            return None

    def _listing(self) -> Iterator[Batch]:
        """All entries, from where it stopped on, and what has changed since it was begun."""
        strand = self.strand
        found = self._asked("")
        if found is None:
            strand.lists, strand.token, strand.after = True, "", ""
            return
        since = self._asked(strand.token) if strand.token else Changes(token=found.token)
        if since is None:
            since, strand.token, strand.after = Changes(token=found.token), "", ""
        strand.token = strand.token or found.token
        self.changes = since
        for paths in self._pages(path for path in sorted(found.etags) if path > strand.after):
            page = self._read(paths)
            strand.after = paths[-1]
            yield self._batch(page)

    def _compared(self) -> Changes:
        """What has changed, told by the versions of all entries."""
        known = self.strand.etags
        now = caldav_entries.listed(self.client, self.calendar)
        fresh = {path: etag for path, etag in now.items() if not etag or known.get(path) != etag}
        return Changes(fresh, [path for path in known if path not in now])

    def _changed(self) -> Iterator[Batch]:
        pages = list(self._pages(self.changes.etags))
        for number, paths in enumerate(pages, 1):
            page = self._read(paths)
            if self.strand.lists:
                self.strand.etags |= {path: self.changes.etags[path] for path in paths}
            last = number == len(pages)
            if last and not self.changes.gone and self.strand.phase is Phase.FOLLOWING:
                self._close()
            yield self._batch(page)

    def _close(self) -> None:
        """All is read and told."""
        strand = self.strand
        for path in self.changes.gone:
            strand.etags.pop(path, None)
        strand.token = self.changes.token or strand.token
        strand.tag, strand.after = self.calendar.tag, ""
        strand.phase, strand.relists = Phase.FOLLOWING, False
        self.over = True

    def _pages(self, paths: Iterable[str]) -> Iterator[Sequence[str]]:
        every = list(paths)
        for start in range(0, len(every), self.page_entries):
            yield every[start : start + self.page_entries]

    def _read(self, paths: Sequence[str]) -> Page:
        return caldav_entries.read(self.client, self.calendar, paths, self.zone)

    def _batch(self, page: Page, *, tombstones: Sequence[str] = ()) -> Batch:
        # What arrived in the inbox was said, whether it is still there or not.
        gone = () if self.calendar.is_inbox else tombstones
        return replace(_batch(self.state, self.strand, page, tombstones=gone), mode=self._mode)


def _batch(state: State, strand: Strand, page: Page, *, tombstones: Sequence[str] = ()) -> Batch:
    return Batch(
        stream=strand.stream,
        mode="incremental",
        complete=False,
        records=tuple(page.revisions),
        tombstones=tuple(tombstones),
        failures=tuple(page.failures),
        left_out={},
        cursor=state.dumps(),
        position=0,
        size=0,
        relists=strand.relists,
    )
