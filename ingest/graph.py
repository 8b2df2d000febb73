"""A mailbox of Microsoft 365: its mail folders and calendars, read through Microsoft Graph.

One source with many listings, because one ``$batch`` asks twenty of them whether there is anything
new: each folder is a stream ``mail:...``, all calendars together are ``calendar``. They take turns,
page by page, so that the first minutes bring something of everything.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from ingest import graph_calendars, graph_folders
from ingest.graph_calendar import CalendarReader, CalendarStrand
from ingest.graph_client import MAX_PARTS, GraphClient
from ingest.graph_event import Owner
from ingest.graph_faults import SERVICE
from ingest.graph_json import Json, parts
from ingest.graph_mail import MailReader, first_link
from ingest.graph_pages import Pages
from ingest.graph_state import CALENDAR, EVERYTHING, MAIL, AnyStrand, State, Wanted
from ingest.graph_strand import Found, Phase
from ingest.retry import QuarantineError
from ingest.source import Batch, CursorExpiredError, Known
from store.errors import InputError

NAME: Final = "mailbox"
#: Listings whose pages are asked for together: a mailbox serves so many requests at once.
_AT_ONCE: Final = 4
#: A listing whose links are forgotten more often within one run is given up for now.
_MOST_LOSSES: Final = 3


class GraphSource:
    """The mailbox of the signed-in user.

    ``owner``: own addresses and IANA zone. ``now``: decides on the window in which events are seen.
    """

    name = NAME

    def __init__(
        self,
        client: GraphClient,
        owner: Owner,
        *,
        now: Callable[[], datetime],
        wanted: Wanted = EVERYTHING,
    ) -> None:
        self._client = client
        self._owner = owner
        self._now = now
        self._wanted = wanted
        self._mail = MailReader(client, owner, headers_only=wanted.headers_only)
        self._calendar = CalendarReader(client, owner)

    def remember(self, known: Known) -> None:
        """What is stored is not asked for again."""
        self._mail.known = known

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """What is new in all folders and calendars.

        Links that Graph has forgotten lead to a new listing of that stream alone. Raises
        ``ChangedError`` for a cursor of another version, else what ``Retry.call`` raises.
        """
        state = State.loads(cursor) if cursor else self._beginning()
        run = _Run(
            self._client,
            state,
            self._wanted,
            self._owner.addresses,
            self._mail,
            self._calendar,
            self._now(),
        )
        return run.batches(first=cursor is None)

    def reread(self, items: Mapping[str, Sequence[str]]) -> Iterator[Batch]:
        """Messages and events in quarantine, once more."""
        for stream, names in items.items():
            if stream == CALENDAR:
                yield self._calendar.reread(names).batch(stream)
            elif stream.startswith(MAIL):
                yield self._mail.reread(names).batch(stream)

    def _beginning(self) -> State:
        folders = graph_folders.find(self._client)
        return State.beginning(folders, self._wanted)


@dataclass
class _Run:
    """One reading of everything that is new."""

    client: GraphClient
    state: State
    wanted: Wanted
    addresses: Sequence[str]
    mail: MailReader
    calendar: CalendarReader
    now: datetime

    def __post_init__(self) -> None:
        self._waiting: deque[AnyStrand] = deque()
        self._pages = Pages(self.client, self.mail)
        self._losses: Counter[str] = Counter()
        self._saved = self.state.dumps()
        self._anything = False
        self._unseen = {
            *([self.state.folders.link] if self.wanted.mail else []),
            *([graph_calendars.START] if self.wanted.calendar else []),
        }

    def batches(self, *, first: bool) -> Iterator[Batch]:
        """Page by page of all listings, then the ends of those that have been read whole.

        ``first``: nothing was read yet, and no calendar is known.
        """
        if first:
            self._unseen.discard(self.state.folders.link)
            yield from self._follow_lists()
        else:
            yield from self._look_ahead()
        self._wait(self.state.strands)
        while self._waiting:
            for strand in self._next():
                batch = self._turn(strand)
                if batch is not None:
                    yield batch
            if not self._waiting and self._anything:
                known = self.state.strands
                yield from self._follow_lists()
                self._wait(one for one in self.state.strands if one not in known)
        yield from self._ends()
        if self.state.dumps() != self._saved:
            yield self._batch(NAME, Found())

    def _look_ahead(self) -> Iterator[Batch]:
        """Ask all listings at once what has changed, lists of them only where there is room.

        Where there is none they are asked once anything is new: a folder for itself is nothing.
        """
        following = [one for one in self.state.strands if one.phase is Phase.FOLLOWING]
        room = -len(following) % MAX_PARTS
        lists = sorted(self._unseen)[:room]
        self._pages.ask([*(strand.link for strand in following), *lists])
        self._pages.complete(following)
        yield from self._follow_lists(lists)

    def _next(self) -> list[AnyStrand]:
        """The listings whose turn it is, with their pages asked for."""
        turns = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
        unread = [strand for strand in turns if strand.phase is not Phase.LISTED]
        self._pages.ask(strand.link for strand in unread)
        self._pages.complete(unread)
        return turns

    def _follow_lists(self, links: Collection[str] | None = None) -> Iterator[Batch]:
        """Look once at what has become of folders and calendars (``links``: only at these lists).

        A batch tells which calendars are not read.
        """
        links = set(self._unseen) if links is None else links
        self._unseen.difference_update(links)
        if graph_calendars.START in links:
            yield from self._follow_calendars()
        if self.state.folders.link in links:
            self._follow_folders()

    def _follow_folders(self) -> None:
        folders = self.state.folders
        try:
            changed = folders.take(self._pages.page(folders.link))
            changed |= graph_folders.follow(self.client, folders)
        except (CursorExpiredError, QuarantineError):
            self.state.folders = graph_folders.find(self.client)
            changed = True
        if changed:
            self.state.follow_folders(self.wanted)

    def _follow_calendars(self) -> Iterator[Batch]:
        page = self._pages.told(graph_calendars.START) or self.client.get(graph_calendars.START)
        found = graph_calendars.rest(self.client, page, self.addresses)
        before = self.state.calendars
        why = self.state.follow_calendars(found, self.now)
        lost = [one for one in before if one.calendar not in found.own]
        if any(self._pages.is_gone(one.link) for one in lost):
            self._find_orphans()
        if why:
            yield self._batch(NAME, Found(left_out=why))

    def _turn(self, strand: AnyStrand) -> Batch | None:
        """One page of a listing; ``None`` where it brought nothing."""
        if strand.phase is Phase.LISTED:
            return None
        try:
            page = self._pages.page(strand.link)
        except CursorExpiredError:
            self._begin_again(strand)
            return None
        except QuarantineError:  # it is gone; the list of folders or calendars will say so
            self._anything = True
            if isinstance(strand, CalendarStrand):
                self.state.calendars.remove(strand)
                self._find_orphans()
            return None
        items, listing, mode = parts(page, "value"), strand.phase is Phase.LISTING, strand.mode
        found = self._read(strand, items)
        if strand.advance(page, len(items)) or self._renewed(strand):
            self._waiting.append(strand)
        if found.empty and not listing:
            return None
        relists = any(one.relists for one in self._of_stream(strand))
        return self._batch(strand.stream, found, mode=mode, relists=relists)

    def _of_stream(self, strand: AnyStrand) -> Sequence[AnyStrand]:
        return self.state.calendars if isinstance(strand, CalendarStrand) else [strand]

    def _renewed(self, strand: AnyStrand) -> bool:
        """Whether everything is to be listed in a new window, now that the old one was read."""
        if not isinstance(strand, CalendarStrand) or not strand.outlived(self.now):
            return False
        if strand.phase is not Phase.FOLLOWING:
            return False
        strand.renew(self.now, relists=False)
        return True

    def _read(self, strand: AnyStrand, items: Sequence[Json]) -> Found:
        if isinstance(strand, CalendarStrand):
            return self.calendar.read(strand, items)
        return self.mail.read(strand, items)

    def _begin_again(self, strand: AnyStrand) -> None:
        self._losses[strand.stream] += 1
        if self._losses[strand.stream] > _MOST_LOSSES:
            raise InputError(
                f"{SERVICE} keeps forgetting how far {strand.stream} was read",
                "Try again later; what was read before is kept.",
            )
        if isinstance(strand, CalendarStrand):
            for one in self.state.calendars:  # only together they tell what is gone
                one.renew(self.now, relists=True)
        else:
            first = first_link(strand.folder, headers_only=self.wanted.headers_only)
            strand.begin_again(first, relists=True)
        self._wait(self._of_stream(strand))

    def _find_orphans(self) -> None:
        """List the other calendars anew: of what none of them has, a deleted one was the place."""
        for one in self.state.calendars:
            one.renew(self.now, relists=True, orphans=True)
        self._wait(self.state.calendars)

    def _wait(self, strands: Iterable[AnyStrand]) -> None:
        self._waiting.extend(one for one in strands if one not in self._waiting)

    def _ends(self) -> Iterator[Batch]:
        """Only now it is known what is gone: mail may have moved from one folder to another."""
        yield from self._end(self.state.calendars)
        for strand in self.state.mail:
            yield from self._end([strand])

    def _end(self, strands: Sequence[AnyStrand]) -> Iterator[Batch]:
        """The end of the listings of one stream, if they have been read whole."""
        listed = [strand for strand in strands if strand.phase is Phase.LISTED]
        if not listed:
            return
        relists = any(strand.relists for strand in listed)
        calendars = [strand for strand in listed if isinstance(strand, CalendarStrand)]
        deleted = any(strand.orphans for strand in calendars)
        since = max((strand.window[0] for strand in calendars), default=None)
        until = min((strand.window[1] for strand in calendars), default=None)
        for strand in listed:
            strand.end_listing()
        end = self._batch(listed[0].stream, Found(), mode="full", relists=relists)
        yield replace(
            end,
            complete=True,
            since=self.now if deleted else since,  # what lies behind took place
            until=until,
            deleted=deleted,
        )

    def _batch(
        self,
        stream: str,
        found: Found,
        *,
        mode: Literal["full", "incremental"] = "incremental",
        relists: bool = False,
    ) -> Batch:
        self._saved = self.state.dumps()
        self._anything = True
        position, size = self.state.progress
        batch = found.batch(stream, mode=mode, relists=relists)
        return replace(batch, cursor=self._saved, position=position, size=size)
