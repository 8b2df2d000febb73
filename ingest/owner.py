"""Whose mail it is, worked out from a sample of headers.

Evidence, strongest first: who wrote what lies in sent folders, to whom mail was delivered
(Delivered-To), who takes part in most of it. A mailing list takes part in everything but writes
nothing. So does, rarely, a boss whose assistant writes all mail; then the assistant is hardly ever
written to.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol, TypeAlias, runtime_checkable

from ingest import addresses
from ingest.folders import kind_of
from ingest.strings import repaired

#: Headers read in all; a fraction of a second.
SAMPLE = 2_400
_FEWEST = 3
_DELIVERED = ("delivered-to", "x-delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
_RECEIVED = ("to", "cc", "bcc")
_GMAIL, _FOLDER = "x-gmail-labels", "x-folder"
_HEADER = re.compile(
    rf"^({'|'.join(('from', *_DELIVERED, *_RECEIVED, _GMAIL, _FOLDER))})[ \t]*:(.*(?:\n[ \t].*)*)",
    re.IGNORECASE | re.MULTILINE,
)

#: Lower-case name of a header that tells of the owner → its values, undecoded.
Headers: TypeAlias = Mapping[str, list[str]]


@runtime_checkable
class Sampled(Protocol):
    """A source that gives headers from all over it without reading it whole."""

    def sample(self, most: int) -> Iterator[tuple[tuple[str, ...], bytes]]:
        """At most about ``most`` pairs of labels and the first bytes of a message."""
        ...


class Candidate(NamedTuple):
    """An address and how often it was seen.

    As author in sent folders, as addressee of deliveries, as author, taking part in whatever role.
    """

    address: str
    sent: int
    delivered: int
    wrote: int
    involved: int


class OwnerGuess(NamedTuple):
    """``addresses``: those taken for the owner's, the main one first (empty when nothing tells).

    ``sure``: whether they may be used without asking. ``candidates``: the likeliest first.
    ``seen``: number of messages looked at.
    """

    addresses: tuple[str, ...]
    sure: bool
    candidates: tuple[Candidate, ...]
    seen: int


def find(sources: Iterable[object]) -> OwnerGuess:
    """The owner of all these sources together; those that hold no mail tell nothing."""
    tally = _Tally()
    listed = [source for source in sources if isinstance(source, Sampled)]
    for source in listed:
        for labels, head in source.sample(max(SAMPLE // max(len(listed), 1), 20)):
            tally.add(labels, head)
    return tally.guess()


def senders(heads: Iterable[bytes]) -> tuple[str, ...]:
    """Who writes from sent folders with these headers, the most frequent first.

    Who wrote hardly any of it is left out: mails get into wrong folders.
    """
    tally = _Tally()
    for head in heads:
        tally.add(("sent",), head)
    return tuple(address for address, _ in tally.sent.most_common() if tally.sends(address))


class _Tally:
    def __init__(self) -> None:
        self.seen = 0
        self.sent_seen = 0
        self.sent: Counter[str] = Counter()
        self.delivered: Counter[str] = Counter()
        self.wrote: Counter[str] = Counter()
        self.received: Counter[str] = Counter()
        self.involved: Counter[str] = Counter()

    def add(self, labels: tuple[str, ...], head: bytes) -> None:
        headers = _headers(head)
        authors = _addresses(headers, ("from",))
        delivered = _addresses(headers, _DELIVERED)
        if not authors and not delivered:
            return
        self.seen += 1
        self.wrote.update(authors)
        self.delivered.update(delivered)
        received = delivered | _addresses(headers, _RECEIVED)
        self.received.update(received)
        self.involved.update(authors | received)
        if any(kind_of(label) == "sent" for label in (*labels, *_labels(headers))):
            self.sent_seen += 1
            self.sent.update(authors)

    def guess(self) -> OwnerGuess:
        ranked = self._ranked()
        own = self._own(ranked)
        return OwnerGuess(own, self._sure(own, ranked), tuple(ranked[:5]), self.seen)

    def sends(self, address: str) -> bool:
        """Whether it writes so much of what lies in sent folders that it is the owner's."""
        return self.sent[address] >= max(_FEWEST, self.sent_seen // 100)

    def _ranked(self) -> list[Candidate]:
        """Who takes part most, of those who write, are delivered to or are written for."""
        known = {a for a in self.involved if self.wrote[a] or self.delivered[a]}
        known.update(self._written_for())
        found = [
            Candidate(a, self.sent[a], self.delivered[a], self.wrote[a], self.involved[a])
            for a in known
        ]
        found.sort(key=lambda c: (-_weight(c), c.address))
        return found

    def _written_for(self) -> list[str]:
        """One who writes nothing, but gets far more mail than all who write from the sent folders
        and are of the same domain.
        """
        if self.sent_seen < _FEWEST:
            return []
        domains = {address.partition("@")[2] for address in self.sent}
        silent = (a for a in self.received if a.partition("@")[2] in domains and not self.wrote[a])
        likeliest = max(silent, key=lambda a: (self.received[a], a), default="")
        writers = max((self.received[address] for address in self.sent), default=0)
        return [likeliest] if self.received[likeliest] > 4 * max(writers, _FEWEST) else []

    def _own(self, ranked: list[Candidate]) -> tuple[str, ...]:
        """The first candidate, then all who write from its sent folders or have its deliveries.

        An assistant who sends from the mailbox acts for its owner, so those addresses are own too.
        """
        if not ranked:
            return ()
        main = ranked[0]
        others = [
            c.address
            for c in ranked[1:]
            if self.sends(c.address) or c.delivered >= max(_FEWEST, self.delivered.total() // 20)
        ]
        return (main.address, *others)

    def _sure(self, own: tuple[str, ...], ranked: list[Candidate]) -> bool:
        if not ranked or ranked[0].involved < _FEWEST:
            return False
        main = ranked[0]
        evidence = main.sent >= _FEWEST or main.delivered >= _FEWEST
        if not evidence and main.wrote < _FEWEST and main.address not in self._written_for():
            return False
        rival = next((c for c in ranked if c.address not in own), None)
        share = 0.5 if not (evidence or self.sent_seen) else 0.3
        ahead = rival is None or _weight(main) >= 1.5 * _weight(rival)
        return main.involved >= share * self.seen and ahead


def _weight(candidate: Candidate) -> int:
    return candidate.involved + 2 * candidate.delivered + candidate.sent


def _headers(head: bytes) -> Headers:
    """Only what tells of the owner: to parse all headers of a sample takes far longer."""
    block = head.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    found: dict[str, list[str]] = {}
    for name, value in _HEADER.findall(block.partition("\n\n")[0]):
        found.setdefault(name.lower(), []).append(value)
    return found


def _addresses(headers: Headers, names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        for value in headers.get(name, ()):
            found.update(addresses.normalised(address) for _, address in addresses.split(value))
    return {address for address in found if "@" in address}


def _labels(headers: Headers) -> Iterator[str]:
    for gmail in headers.get(_GMAIL, ())[:1]:
        yield from (label.strip(' "') for label in repaired(gmail).split(","))
    yield from (folder.strip() for folder in headers.get(_FOLDER, ())[:1])
