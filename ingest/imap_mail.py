"""Messages of an open folder as records: bounded in size, none of them marked as seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from imapclient.imap_utf7 import decode as decoded_name

from ingest import folders
from ingest.imap_client import ImapClient
from ingest.imap_state import Strand, source_key
from ingest.mime import NotAMessageError, ParsedMessage, parse
from ingest.retry import QuarantineError
from ingest.source import Record
from ingest.strings import one_line
from store.model import Failure

#: Of a larger message only the beginning is fetched: what somebody wrote stands in front.
MAX_MESSAGE_BYTES: Final = 8 << 20
#: Messages are fetched together up to this size.
MAX_FETCH_BYTES: Final = 4 << 20

_ABOUT: Final = ("RFC822.SIZE", "INTERNALDATE", "FLAGS")
_GMAIL: Final = ("X-GM-LABELS", "X-GM-THRID")
#: ``PEEK``: without it the server would mark the message as seen.
_HEADERS: Final = "BODY.PEEK[HEADER]"
_WHOLE: Final = "BODY.PEEK[]"
_BEGINNING: Final = f"BODY.PEEK[]<0.{MAX_MESSAGE_BYTES}>"
_GIVEN: Final = (b"BODY[]", b"BODY[]<0>", b"BODY[HEADER]")

About: TypeAlias = Mapping[bytes, Any]
_NOTHING: Final[Mapping[int, About]] = {}
_SIZE: Final = b"RFC822.SIZE"


@dataclass(slots=True)
class Page:
    """What some messages came to. ``gone``: numbers that are no longer there."""

    records: list[Record] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    gone: list[int] = field(default_factory=list)


class MailReader:
    """Fetches messages of the folder that ``client`` has open.

    ``zone``: the owner's, for events without one. ``gmail``: the server tells labels and threads.
    """

    def __init__(
        self, client: ImapClient, *, zone: str, headers_only: bool = False, gmail: bool = False
    ) -> None:
        self._client = client
        self._zone = zone
        self._headers_only = headers_only
        self._about = (*_ABOUT, *_GMAIL) if gmail else _ABOUT

    def about(self, uids: Sequence[int]) -> dict[int, About]:
        """What there is to know of these messages before one is fetched, of many at once.

        Where the server refuses that, nothing: whoever reads them asks again, one by one at last.
        """
        try:
            told = self._client.fetch(uids, self._about) if uids else {}
        except QuarantineError:
            return {}
        return {uid: told[uid] for uid in uids if _SIZE in told.get(uid, {})}

    def read(
        self, strand: Strand, uids: Sequence[int], about: Mapping[int, About] = _NOTHING
    ) -> Page:
        """The messages with these numbers; ``about``: what is known of some of them."""
        page = Page()
        told = {uid: about[uid] for uid in uids if uid in about}
        told |= self._asked(strand, [uid for uid in uids if uid not in told], self._about, page)
        failed = {failure.item for failure in page.failures}
        page.gone += [u for u in uids if u not in told and source_key(strand, u) not in failed]
        wanted = [uid for uid in uids if uid in told and not _is_draft(told[uid])]
        page.left_out[folders.WHY["drafts"]] += len(told) - len(wanted)
        for group, item in self._groups(wanted, told):
            given = self._asked(strand, group, (item,), page)
            failed |= {failure.item for failure in page.failures}
            here = [uid for uid in group if source_key(strand, uid) not in failed]
            vanished = [uid for uid in here if _has_vanished(given.get(uid))]
            page.gone += vanished
            for uid in here:
                if uid not in vanished:
                    self._take(page, strand, uid, {**told[uid], **given[uid]})
        page.left_out += Counter()  # without zeros
        return page

    def _asked(
        self, strand: Strand, uids: Sequence[int], items: Sequence[str], page: Page
    ) -> dict[int, About]:
        """What the server gives; a message for which it refuses that is put aside alone."""
        try:
            return self._client.fetch(uids, items) if uids else {}
        except QuarantineError as error:
            if len(uids) == 1:
                page.failures.append(Failure(source_key(strand, uids[0]), str(error)))
                return {}
        found: dict[int, About] = {}
        for uid in uids:
            found |= self._asked(strand, [uid], items, page)
        return found

    def _groups(
        self, uids: Iterable[int], told: Mapping[int, About]
    ) -> Iterator[tuple[list[int], str]]:
        """Numbers that are fetched together, and what of them."""
        if self._headers_only:
            yield list(uids), _HEADERS
            return
        group: list[int] = []
        size = 0
        for uid in uids:
            own = int(told[uid].get(b"RFC822.SIZE") or MAX_MESSAGE_BYTES + 1)
            if own > MAX_MESSAGE_BYTES:
                yield [uid], _BEGINNING
                continue
            if group and size + own > MAX_FETCH_BYTES:
                yield group, _WHOLE
                group, size = [], 0
            group.append(uid)
            size += own
        yield group, _WHOLE

    def _take(self, page: Page, strand: Strand, uid: int, told: About) -> None:
        key = source_key(strand, uid)
        raw = next((told[name] for name in _GIVEN if told.get(name)), b"")
        if not raw:
            page.failures.append(Failure(key, f"{self._client.host} gives nothing for it."))
            return
        try:
            parsed = read(raw, told, key, (strand.label,), self._zone)
        except NotAMessageError as error:
            page.failures.append(Failure(key, str(error)))
        else:
            page.records += [parsed.message, *parsed.revisions]


def read(raw: bytes, about: About, key: str, labels: tuple[str, ...], zone: str) -> ParsedMessage:
    """The message in ``raw`` and what the server tells of it. Raises ``NotAMessageError``."""
    if b"X-GM-LABELS" in about:
        labels = tuple(sorted(_gmail_labels(about)))
    parsed = parse(raw, labels=labels, zone=zone)
    thread = about.get(b"X-GM-THRID")
    message = parsed.message._replace(
        source_key=key,
        received_at=parsed.message.received_at or _arrived_at(about),
        thread_hint=str(thread) if thread else parsed.message.thread_hint,
    )
    return parsed._replace(message=message)


def _has_vanished(given: About | None) -> bool:
    """Whether it was deleted since it was listed: nothing is told, or NIL (RFC 2180, 4.1.2)."""
    return given is None or any(given[name] is None for name in _GIVEN if name in given)


def _is_draft(about: About) -> bool:
    """Whether it was never sent, wherever it lies."""
    flags = [*about.get(b"FLAGS", ()), *(about.get(b"X-GM-LABELS") or ())]
    return any(bytes(flag).lower() in (b"\\draft", b"\\drafts") for flag in flags)


def _gmail_labels(about: About) -> Iterator[str]:
    for label in about[b"X-GM-LABELS"] or ():
        name = decoded_name(label) if isinstance(label, bytes) else str(label)
        yield one_line(name.lstrip("\\"))


def _arrived_at(about: About) -> datetime | None:
    """When the server got it."""
    at = about.get(b"INTERNALDATE")
    return at.astimezone(UTC) if isinstance(at, datetime) and at.tzinfo else None
