"""The mail folders of a mailbox on an Exchange Server: what is new in each, and fetching it.

Exchange promises no order of what lies in a folder. So all folders are listed first, which costs
one request for each 512 messages, and then the messages are fetched, the newest of all first. What
is stored is listed but not fetched, so an interrupted first sync goes on where it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from ingest import exchange_messages
from ingest.exchange_client import MOST_CHANGES, ExchangeClient
from ingest.exchange_state import Strand
from ingest.exchange_xml import Change, Element, id_in
from ingest.graph_mail import DRAFTS, nothing_known
from ingest.graph_strand import Found
from ingest.mime import NotAMessageError
from ingest.source import Known
from store.model import Failure

#: So many messages are fetched at once, and about so many bytes.
PAGE_MESSAGES: Final = 50
PAGE_BYTES: Final = 16 << 20


@dataclass(slots=True)
class Look:
    """What is new in a folder. ``state``: the place that is right once all of it was read.

    ``wanted``: messages to fetch, by id. ``gone``: ids that no longer lie there. ``named``: ids of
    stored messages in a full listing.
    """

    strand: Strand
    state: str = ""
    wanted: dict[str, Change] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    changed: bool = False

    def take(self, changes: Iterable[Change]) -> None:
        """Note some changes, in their order."""
        for change in changes:
            self.changed = True
            if change.kind == "delete":
                self.wanted.pop(change.id, None)
                self.gone[change.id] = None
            elif change.kind != "read":
                self._arrived(change)

    def _arrived(self, change: Change) -> None:
        if change.draft or change.tag not in exchange_messages.MAIL:
            if change.kind == "create":
                self.left_out[DRAFTS if change.draft else "other items"] += 1
            return
        self.gone.pop(change.id, None)
        self.wanted[change.id] = change


class MailReader:
    """Looks into folders and fetches messages.

    ``zone``: the owner's. ``known``: what is stored. ``page``: how many messages are fetched at
    once; ``most``: how many changes.
    """

    def __init__(
        self,
        client: ExchangeClient,
        zone: str,
        *,
        headers_only: bool,
        page: int = PAGE_MESSAGES,
        most: int = MOST_CHANGES,
    ) -> None:
        self.known: Known = nothing_known
        self._client = client
        self._zone = zone
        self._headers_only = headers_only
        self._page = page
        self._most = most

    def look(self, strand: Strand) -> Look:
        """What is new in a folder, without the messages themselves.

        A listing that was interrupted is made once more, since only so it is known what is still to
        be fetched; what has changed meanwhile is told by the place that the first one came to.
        """
        look = Look(strand)
        begun = strand.state
        if not strand.listed:
            look.state = self._follow(look, "")
            strand.state = begun or look.state
        if begun:
            look.state = self._follow(look, begun)
        self._leave_out_known(look)
        return look

    def _follow(self, look: Look, state: str) -> str:
        more = True
        while more:
            page = self._client.changes(look.strand.folder, state, most=self._most)
            look.take(page.items)
            more = page.more and page.state != state
            state = page.state
        return state

    def _leave_out_known(self, look: Look) -> None:
        strand = look.strand
        known = self.known(strand.stream, look.wanted) if look.wanted else set()
        if not strand.listed:
            look.named = sorted(known)
            strand.size = len(look.wanted)
            strand.done = len(known)
        for name in known:
            del look.wanted[name]

    def fetch(self, looks: Sequence[Look]) -> Iterator[tuple[Strand, Found]]:
        """The messages that ``looks`` want, the newest of all folders first."""
        wanted = [(look.strand, change) for look in looks for change in look.wanted.values()]
        wanted.sort(key=lambda one: one[1].received_at, reverse=True)
        for page in self._pages(wanted):
            strands = {change.id: strand for strand, change in page}
            found = self._fetched(strands)
            for strand in {strand.stream: strand for strand, _ in page}.values():
                if not strand.listed:
                    strand.done += sum(1 for one in strands.values() if one is strand)
                yield strand, found[strand.stream]

    def _pages(
        self, wanted: Iterable[tuple[Strand, Change]]
    ) -> Iterator[list[tuple[Strand, Change]]]:
        page: list[tuple[Strand, Change]] = []
        size_bytes = 0
        for one in wanted:
            size_bytes += one[1].size_bytes
            if page and (len(page) == self._page or size_bytes > PAGE_BYTES):
                yield page
                page, size_bytes = [], one[1].size_bytes
            page.append(one)
        if page:
            yield page

    def _fetched(self, strands: dict[str, Strand]) -> dict[str, Found]:
        found = {strand.stream: Found() for strand in strands.values()}
        for one in self._client.messages(list(strands), headers_only=self._headers_only):
            strand = strands[one.id]
            if one.item is not None:
                self._add(found[strand.stream], one.id, one.item, strand.label)
            elif not one.gone:
                found[strand.stream].failures.append(Failure(one.id, one.why))
        return found

    def reread(self, names: Sequence[str]) -> Found:
        """These messages, fetched once more."""
        found = Found()
        for at in range(0, len(names), self._page):
            given = self._client.messages(
                names[at : at + self._page], headers_only=self._headers_only
            )
            items = [one.item for one in given if one.item is not None]
            parents = list(dict.fromkeys(id_in(item, "ParentFolderId") for item in items))
            labels = self._client.folder_names(parents)
            for one in given:
                if one.item is not None:
                    label = labels.get(id_in(one.item, "ParentFolderId"), "")
                    self._add(found, one.id, one.item, label)
                elif one.gone:
                    found.tombstones.append(one.id)
                else:
                    found.failures.append(Failure(one.id, one.why))
        return found

    def _add(self, found: Found, name: str, item: Element, label: str) -> None:
        try:
            found.records += exchange_messages.records(
                item,
                labels=(label,) if label else (),
                zone=self._zone,
                headers_only=self._headers_only,
            )
        except NotAMessageError as error:
            found.failures.append(Failure(name, str(error)))
