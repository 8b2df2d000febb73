"""A mailbox by IMAP: all of it once, newest first, then what changes in its folders.

Each folder is a stream ``mail:...``. Numbers of messages (UIDs) are good as long as the folder's
UIDVALIDITY stays; a message that moves gets another one, but stays the same message by its content.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from ingest import uid_set
from ingest.imap_client import ImapClient
from ingest.imap_folders import Folder, evidence
from ingest.imap_look import ABOUT_MESSAGES, Look, looked
from ingest.imap_mail import MailReader, Page
from ingest.imap_state import STREAM, Phase, State, Strand, parts_of, source_key
from ingest.retry import QuarantineError
from ingest.source import Batch, CursorExpiredError, Known
from store.errors import InputError
from store.model import Failure

NAME: Final = "mail"
PAGE_MESSAGES: Final = 100
#: Pages of one folder before another has its turn: each folder must be opened again.
_PAGES_IN_TURN: Final = 10
#: A folder that is gone with more than this share of all mail is held against the store first.
_LARGE_SHARE: Final = 0.2
_MOST_LOSSES: Final = 3
_GMAIL: Final = "X-GM-EXT-1"


def nothing_known(_stream: str, _keys: Iterable[str]) -> set[str]:
    """Where nothing is stored yet."""
    return set()


class ImapSource:
    """The messages of all folders that are evidence. ``zone``: the owner's."""

    name = NAME

    def __init__(
        self,
        client: ImapClient,
        zone: str,
        *,
        headers_only: bool = False,
        page_messages: int = PAGE_MESSAGES,
    ) -> None:
        self._client = client
        self._zone = zone
        self._headers_only = headers_only
        self._page_messages = page_messages
        self._known: Known = nothing_known

    def remember(self, known: Known) -> None:
        """Tell which messages are stored: they are not fetched again."""
        self._known = known

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """What is new in all folders; see ``ingest.source.Source``.

        A folder that is numbered anew is read again alone.
        """
        state = State.loads(cursor) if cursor else State()
        try:
            gmail = self._client.can(_GMAIL)
            state.foreign = state.foreign if cursor else self._client.foreign()
            folders = found(self._client, state.foreign, gmail=gmail)
            reader = self._reader(gmail=gmail)
            run = _Run(self._client, reader, state, folders, self._known, self._page_messages)
            yield from run.batches()
        finally:
            self._client.close()

    def reread(self, items: Mapping[str, Sequence[str]]) -> Iterator[Batch]:
        """Messages and folders in quarantine once more."""
        own = {stream: keys for stream, keys in items.items() if stream.startswith(STREAM)}
        try:
            for stream, keys in own.items():
                reader = self._reader(gmail=self._client.can(_GMAIL))
                yield from self._again(reader, stream, keys)
        finally:
            self._client.close()

    def _reader(self, *, gmail: bool) -> MailReader:
        return MailReader(
            self._client, zone=self._zone, headers_only=self._headers_only, gmail=gmail
        )

    def _again(self, reader: MailReader, stream: str, keys: Sequence[str]) -> Iterator[Batch]:
        numbers: dict[tuple[str, int], list[int]] = {}
        for key in keys:
            parts = parts_of(key)
            folder, uidvalidity = parts[:2] if parts else (key, 0)
            numbers.setdefault((folder, uidvalidity), []).extend(parts[2:] if parts else ())
        for (folder, uidvalidity), uids in numbers.items():
            strand = Strand(folder, stream, stream.removeprefix(STREAM), uidvalidity)
            names = [source_key(strand, uid) for uid in uids] or [folder]
            page, gone = Page(), names
            try:
                opened = self._client.open(folder)
            except QuarantineError:
                gone = []
            else:
                if uids and opened.uidvalidity == uidvalidity:
                    page = reader.read(strand, uids)
                    gone = [source_key(strand, uid) for uid in page.gone]
            yield _batch(State(), strand, page, tombstones=gone)


def look(client: ImapClient) -> list[Folder]:
    """The folders that will be read, with what they hold, looked at for the first time."""
    return found(client, client.foreign(), gmail=client.can(_GMAIL))


def found(client: ImapClient, foreign: Sequence[str], *, gmail: bool) -> list[Folder]:
    """The folders that are evidence, with what they hold."""
    listed = evidence(client.folders(), foreign, gmail=gmail)
    if not listed:
        raise InputError(
            f"{client.host} shows no folder with mail",
            "Try again later; if it stays so, ask whoever runs the server.",
        )
    return [one if one.status else one._replace(status=client.status(one.name)) for one in listed]


@dataclass
class _Run:
    """One reading of everything that is new."""

    client: ImapClient
    reader: MailReader
    state: State
    folders: Sequence[Folder]
    known: Known
    page_messages: int
    looks: dict[str, Look] = field(default_factory=dict)
    losses: int = 0

    def batches(self) -> Iterator[Batch]:
        """What is new, in turns; then, when it is known what has moved where, what is gone."""
        saved = self.state.dumps()
        here = self.state.follow(self.folders)
        gone = [strand for strand in self.state.mail if strand not in here]
        status = {folder.name: folder.status for folder in self.folders}
        waiting = deque(strand for strand in here if strand.shows(status[strand.folder]))
        while waiting:
            strand = waiting.popleft()
            for batch in self._turn(strand):
                saved = batch.cursor
                yield batch
            if strand.todo:
                waiting.append(strand)
        for batch in self._ends(here, gone):
            saved = batch.cursor
            yield batch
        if self.state.dumps() != saved:
            yield _batch(self.state, Strand("", NAME, "", phase=Phase.FOLLOWING), Page())

    def _turn(self, strand: Strand) -> Iterator[Batch]:
        try:
            look = self._opened(strand)
            for _ in range(_PAGES_IN_TURN):
                if strand.todo:
                    yield self._page(strand, look)
        except CursorExpiredError:
            self._numbered_anew(strand)
        except QuarantineError as error:
            failures = [Failure(strand.folder, str(error))]
            strand.todo.clear()
            yield _batch(self.state, strand, Page(failures=failures))

    def _numbered_anew(self, strand: Strand) -> None:
        """Let the folder be looked at again from its beginning."""
        self.losses += 1
        if self.losses > _MOST_LOSSES:
            raise InputError(
                f"{self.client.host} keeps numbering {strand.label} anew",
                "Try again later; what was read before is kept.",
            )
        self.looks.pop(strand.stream, None)
        strand.todo = strand.todo or [[1, 1]]

    def _opened(self, strand: Strand) -> Look:
        """Open the folder; look what is new and what is gone, once in a run."""
        following = strand.phase is Phase.FOLLOWING and not strand.todo
        modseq = strand.modseq if following else 0
        opened = self.client.open(strand.folder, uidvalidity=strand.uidvalidity, modseq=modseq)
        if not strand.fits(opened):
            strand.begin(opened)
            self.looks.pop(strand.stream, None)
        if strand.stream in self.looks:
            return self.looks[strand.stream]
        look = looked(self.client, self.reader, strand, opened)
        self.looks[strand.stream] = look
        if not look.vanished:  # else they would not be told again
            strand.modseq = opened.modseq
        if strand.phase is Phase.LISTING and not strand.todo:
            strand.phase = Phase.LISTED
        return look

    def _page(self, strand: Strand, look: Look) -> Batch:
        """The next messages of a folder, as far as they are not stored."""
        uids = look.page(strand.todo[0], self.page_messages)
        names = {source_key(strand, uid): uid for uid in uids}
        stored = self.known(strand.stream, names)
        new = [uid for key, uid in names.items() if key not in stored]
        if any(uid not in look.about for uid in new):
            look.about = self.reader.about(look.page(strand.todo[0], ABOUT_MESSAGES))
        page = self.reader.read(strand, new, look.about)
        strand.advance(uids)
        if strand.todo and not look.page(strand.todo[0], 1):
            strand.advance(())
        mode = _mode(strand)
        if strand.phase is Phase.LISTING and not strand.todo:
            strand.phase = Phase.LISTED
        return replace(_batch(self.state, strand, page, named=sorted(stored)), mode=mode)

    def _ends(self, here: Iterable[Strand], gone: Sequence[Strand]) -> Iterator[Batch]:
        for strand in here:
            look = self.looks.get(strand.stream)
            if look is not None and look.vanished:
                strand.keep(look.uids)
                strand.modseq = look.modseq
                keys = [source_key(strand, uid) for uid in sorted(look.vanished)]
                yield _batch(self.state, strand, Page(), tombstones=keys)
            if strand.phase is Phase.LISTED:
                relists = strand.relists
                strand.phase, strand.relists = Phase.FOLLOWING, False
                end = _batch(self.state, strand, Page())
                yield replace(end, mode="full", complete=True, relists=relists)
        yield from self._gone(gone)

    def _gone(self, gone: Sequence[Strand]) -> Iterator[Batch]:
        """Folders that are no longer there. A large one is more often a fault than an intention:
        as a listing without any message it is held against the store.
        """
        every = sum(strand.messages for strand in self.state.mail)
        large = sum(strand.messages for strand in gone) > _LARGE_SHARE * every
        for strand in gone:
            self.state.mail.remove(strand)
            if large:
                end = _batch(self.state, strand, Page())
                yield replace(end, mode="full", complete=True, relists=True)
            else:
                uids = sorted(uid_set.numbers(strand.uids))
                keys = [source_key(strand, uid) for uid in uids]
                yield _batch(self.state, strand, Page(), tombstones=keys)


def _mode(strand: Strand) -> Literal["full", "incremental"]:
    return "incremental" if strand.phase is Phase.FOLLOWING else "full"


def _batch(
    state: State,
    strand: Strand,
    page: Page,
    *,
    tombstones: Sequence[str] = (),
    named: Sequence[str] = (),
) -> Batch:
    position, size = state.progress
    return Batch(
        stream=strand.stream,
        mode=_mode(strand),
        complete=False,
        records=tuple(page.records),
        tombstones=tuple(tombstones),
        failures=tuple(page.failures),
        left_out=dict(page.left_out),
        cursor=state.dumps(),
        position=position,
        size=size,
        named=tuple(named),
        relists=strand.relists,
    )
