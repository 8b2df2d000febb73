"""From paths to the store: finds what lies in them, whose it is, and syncs source after source."""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

import ingest.sync
from brickwall.actions import Answers
from brickwall.forgetting import unwelcome
from brickwall.keeping import Keep, KeptSource
from ingest import files, owner
from ingest.files import FileSource, Found
from ingest.owner import OwnerGuess
from ingest.source import Batch
from ingest.workers import Workers
from store.collector import seldom_collected
from store.database import Database
from store.errors import UsageError
from store.model import Failure, Intent, Message
from store.overview import FILES, own_addresses
from store.saved import Saved

ACCOUNT_KIND = FILES
#: One process writes; more than this many that parse would wait for it.
MOST_WORKERS = 4


@dataclass(frozen=True)
class SourceSummary:
    """What one source came to.

    ``known``: records stored before, or twice in it, or of a part skipped unread. ``error``: why it
    could not be read to its end, else ``""``.
    """

    name: str
    read: int
    new: int
    known: int
    changed: int
    left_out: dict[str, int]
    error: str


@dataclass
class ImportSummary:
    """What an import did, for the user.

    ``account``: the owner's main address; ``addresses``: all own ones. ``read``: records read this
    time. ``known``: records that were stored already, those of files skipped unread included.
    ``left_out``: why -> how many. ``quarantined``: items that could not be read, each with why;
    ``unread``: how many of them are whole files that could not even be begun.
    ``answers``: what the rep told by mail.
    """

    account: str
    addresses: tuple[str, ...]
    read: int = 0
    new: int = 0
    known: int = 0
    changed: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    quarantined: list[Failure] = field(default_factory=list)
    unread: int = 0
    sources: list[SourceSummary] = field(default_factory=list)
    seconds: float = 0.0
    answers: Answers | None = None

    @property
    def failed(self) -> bool:
        """Whether a whole file could not be read (exit code 3)."""
        return self.unread > 0 or any(source.error for source in self.sources)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: bytes of all files, and what was saved so far."""

    source: str
    position: int
    size: int
    read: int
    new: int


class Ask(Protocol):
    """Asks the user whose mail it is."""

    def __call__(self, guess: OwnerGuess) -> Sequence[str]:
        """The addresses that the user named."""
        ...


def no_one_to_ask(guess: OwnerGuess) -> Sequence[str]:
    """Where there is no terminal: names the candidates. Raises ``UsageError``."""
    names = [candidate.address for candidate in guess.candidates[:3]]
    seen = f" It could be {' or '.join(names)}." if names else ""
    raise UsageError(
        f"It is not clear whose mail this is.{seen}",
        "Name your own address: brickwall import --me ADDRESS PATH...",
    )


def import_paths(
    paths: Sequence[Path],
    *,
    database: Database,
    zone: str,
    label: Callable[[Sequence[Message]], Sequence[Intent]],
    now: Callable[[], datetime],
    me: Sequence[str] = (),
    internal: str = "drop",
    excluded_addresses: Sequence[str] = (),
    excluded_labels: Sequence[str] = (),
    keep_text: bool = True,
    action_key: bytes | None = None,
    workers: int | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    ask: Ask = no_one_to_ask,
    clock: Callable[[], float] = time.perf_counter,
) -> ImportSummary:
    """Read all mail, calendars and deals in ``paths`` into the store.

    ``me``: own addresses, the main one first; where empty they are worked out, and ``ask`` is
    called when in doubt. ``zone``: the owner's IANA zone. ``workers``: processes that parse.
    ``action_key``: what signed the links of digests.
    What was saved stays saved when this ends early; the next run goes on from there.

    Raises:
        UsageError: whose mail it is can be neither found nor asked.
        BusyError: another brickwall is writing.
        StoreError: the database cannot be written.
    """
    began = clock()
    count = workers or min(os.cpu_count() or 1, MOST_WORKERS)
    parsers = Workers(zone, count, label)
    with seldom_collected(), parsers, database.writing(), database.bulk():
        found = files.find(paths, parsers)
        addresses = _owner(found, me, database, ask)
        keep = Keep(
            frozenset(addresses),
            internal,
            frozenset(excluded_addresses),
            frozenset(excluded_labels),
            unwelcome(database),
        )
        for source in found.sources:
            source.options = _options(keep, zone)
        summary = ImportSummary(addresses[0] if addresses else "", addresses)
        summary.quarantined.extend(found.failures)
        summary.unread = found.unread
        summary.left_out.update(found.left_out)
        if found.sources:
            account = database.account(addresses[0], ACCOUNT_KIND, zone, addresses)
            own = frozenset((*addresses, *own_addresses(database)))
            summary.answers = Answers(database, action_key, own, now, sent_only=False)
            run = _Import(database, account, keep, label, now, progress, keep_text, summary)
            run.all(found.sources)
    summary.seconds = clock() - began
    return summary


@dataclass
class _Import:
    database: Database
    account: int
    keep: Keep
    label: Callable[[Sequence[Message]], Sequence[Intent]]
    now: Callable[[], datetime]
    progress: Callable[[Progress], None]
    keep_text: bool
    summary: ImportSummary
    size: int = 0
    before: int = 0

    def all(self, sources: Sequence[FileSource]) -> None:
        """One source after the other; each tells its own failure."""
        self.size = sum(source.size for source in sources)
        for source in sources:
            self._one(source)
            self.before += source.size

    def _one(self, source: FileSource) -> None:
        kept = KeptSource(source, self.keep, self.summary.answers)
        failures: list[Failure] = []
        outcome = ingest.sync.sync(
            kept,
            self.database,
            self.account,
            label=self.label,
            keep=lambda _: "",
            now=self.now,
            progress=partial(self._tell, kept, failures),
            options=ingest.sync.Options(keep_text=self.keep_text),
        )
        error = "" if outcome.error is None else f"{outcome.error.cause} {outcome.error.remedy}"
        new, changed = outcome.saved.new, outcome.saved.changed
        known = source.known + kept.passed - new - changed
        result = SourceSummary(
            source.name, kept.read, new, known, changed, outcome.left_out, error.strip()
        )
        self._add(result, failures)

    def _tell(self, kept: KeptSource, failures: list[Failure], batch: Batch, saved: Saved) -> None:
        failures.extend(batch.failures)
        position = self.before + min(batch.position, batch.size)
        read = self.summary.read + kept.read
        self.progress(Progress(kept.name, position, self.size, read, self.summary.new + saved.new))

    def _add(self, source: SourceSummary, failures: Sequence[Failure]) -> None:
        summary = self.summary
        summary.sources.append(source)
        summary.quarantined.extend(failures)
        if source.error:
            summary.quarantined.append(Failure(source.name, source.error))
        summary.read += source.read
        summary.new += source.new
        summary.changed += source.changed
        summary.known += source.known
        summary.left_out.update(source.left_out)


def _owner(found: Found, me: Sequence[str], database: Database, ask: Ask) -> tuple[str, ...]:
    """Own addresses, the account's name first: as said, as before, as worked out, or as asked."""
    accounts = database.accounts(ACCOUNT_KIND)
    said = _cleaned(me)
    guess = owner.find(found.sources) if found.sources else OwnerGuess((), False, (), 0)
    if said:
        own = _cleaned((*said, *(guess.addresses if guess.addresses[:1] == said[:1] else ())))
    elif guess.sure:
        own = guess.addresses
    elif len(accounts) == 1:
        own = (*accounts, *guess.addresses[:0])
    elif found.sources:
        own = _cleaned(ask(guess))
    else:
        own = ()
    name = next((name for name, known in accounts.items() if {name, *known} & set(own)), "")
    return _cleaned((name, *own, *accounts.get(name, ()))) if name else own


def _cleaned(addresses: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(a.strip().lower() for a in addresses if a.strip()))


def _options(keep: Keep, zone: str) -> str:
    """Digest of all that decides what of a file is kept: with another, files are read again."""
    parts = (
        keep.internal,
        zone,
        *sorted(keep.own_domains),
        *sorted(keep.excluded_addresses),
        *sorted(keep.excluded_labels),
    )
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=6).hexdigest()
