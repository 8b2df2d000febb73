"""A database beside a peer of the contract: syncs, what it holds then, what goes wrong between."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Generator, Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from dateutil.rrule import rrulestr
from sqlalchemy import select

from ingest.source import Batch, Known, Remembering, Rereading, Source
from ingest.sync import Options, Outcome, sync
from store import database, schema
from store.content import digest
from store.database import Database
from store.reading import read_facts
from store.saved import Saved
from tests.contract import CUSTOMER, REP, TODAY, Peer, summary


@cache
def empty_database() -> bytes:
    """The file of a new database: making it anew each time would cost most of the time."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "brickwall.db"
        database.open(path).close()
        return path.read_bytes()


class Synced:
    """What brickwall has of a peer: a database, and what it says. Closed by whoever made it."""

    def __init__(self, peer: Peer, path: Path, begun: bytes | None = None) -> None:
        path.write_bytes(empty_database() if begun is None else begun)
        self.peer = peer
        self.path = path
        self.now = TODAY
        self._db: Database | None = None

    @contextmanager
    def opened(self) -> Iterator[Database]:
        """The database, closed like that of a process that ends when something goes wrong."""
        if self._db is None:
            self._db = database.open(self.path)
        try:
            yield self._db
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the file back."""
        if self._db is not None:
            self._db.close()
        self._db = None

    def sync(
        self,
        *,
        stop_after: int | None = None,
        error: BaseException | None = None,
        doubled: bool = False,
        **options: bool,
    ) -> Outcome:
        """One sync, an hour after the one before.

        ``stop_after``: so many steps (a batch is given, something is written) and ``error`` is
        raised, by default the process ends: ``Crash``. ``doubled``: every batch is given twice.
        """
        self.now += timedelta(hours=1)
        steps = Steps(stop_after, error or Crash())
        with self.opened() as db:
            account = db.account(REP, "test", "UTC", [REP])
            return sync(
                SteppedSource(self.peer.source(), steps, doubled=doubled),
                SteppedStore(db, steps),
                account,
                label=lambda _: (),
                keep=lambda _: "",
                now=lambda: self.now,
                progress=lambda batch, saved: None,
                options=Options(**options),  # type: ignore[arg-type]
            )

    def messages(self) -> Counter[str]:
        """Subjects of the mails that are there."""
        with self.opened() as db:
            mails = read_facts(db).messages
        return Counter(mails.loc[mails["removed_at"].isna(), "subject"])

    def removed(self) -> Counter[str]:
        """Subjects of the mails that are there no more."""
        with self.opened() as db:
            mails = read_facts(db).messages
        return Counter(mails.loc[mails["removed_at"].notna(), "subject"])

    def starts(self, name: str) -> list[datetime | None]:
        """What was observed of a single meeting, in order: its start, ``None`` for cancelled."""
        with self.opened() as db:
            events = read_facts(db).events
        seen = events[(events["summary"] == summary(name)).to_numpy()].sort_values("event")
        starts = zip(seen["start"], seen["status"] == "CANCELLED", strict=True)
        return [None if cancelled else start.to_pydatetime() for start, cancelled in starts]

    def entries(self) -> list[tuple[str, str]]:
        """What connected calendars show now: key and identity of each entry that is not gone."""
        entry, event = schema.entry.c, schema.event.c
        query = (
            select(entry.source_key, entry.identity)
            .join_from(schema.entry, schema.event, entry.event == event.id)
            .where(event.status != "CANCELLED")
        )
        with self.opened() as db, db.reading() as connection:
            return sorted((key, identity) for key, identity in connection.execute(query))

    def answers(self, name: str) -> list[str]:
        """What was observed of CUSTOMER's answer to a single meeting, in order."""
        with self.opened() as db:
            facts = read_facts(db)
        events = facts.events[(facts.events["summary"] == summary(name)).to_numpy()]
        told = facts.attendances[(facts.attendances["address"] == CUSTOMER).to_numpy()]
        return list(told[told["event"].isin(events["event"])].sort_values("event")["partstat"])

    def dates(self, name: str) -> list[datetime]:
        """On which dates a series takes place, by all that was observed of it so far."""
        with self.opened() as db:
            events = read_facts(db).events
        seen = events[(events["summary"] == summary(name)).to_numpy()].sort_values("event")
        newest = seen.drop_duplicates(["uid", "recurrence_at"], keep="last")
        alone = newest["recurrence_at"].notna()
        (series,) = newest[~alone].to_dict("records")
        gone = {_instant(text) for text in series["exdate"].split()}
        found = _expanded(series) - gone
        for date in newest[alone].to_dict("records"):
            found.discard(date["recurrence_at"])
            unsaid = date["recurrence_at"] in gone and date["event"] < series["event"]
            if date["status"] != "CANCELLED" and not unsaid:
                found.add(date["start"])
        return sorted(at.to_pydatetime() for at in found)

    def failures(self) -> list[str]:
        """Items in quarantine."""
        with self.opened() as db:
            return list(read_facts(db).failures["item"])

    def content(self) -> str:
        """Digest of all that is stored but the cursor."""
        with self.opened() as db:
            return digest(db, cursors=False)

    def rows(self) -> dict[str, list[Any]]:
        """Every row of every table, but when it was looked at; the cursor only of quiet peers."""
        aside = {"checked_at"} | (set() if self.peer.quiet else {"cursor", "position", "size"})
        with self.opened() as db, db.reading() as connection:
            found: dict[str, list[Any]] = {}
            for name, table in schema.metadata.tables.items():
                columns = [c for c in table.columns if c.name not in aside]
                found[name] = list(connection.execute(select(*columns).order_by(*columns)))
            return found


def _expanded(series: Mapping[Hashable, Any]) -> set[pd.Timestamp]:
    start = series["start"].to_pydatetime().astimezone(ZoneInfo(series["zone"] or "UTC"))
    rule = rrulestr(series["rrule"], dtstart=start)
    return {_instant(at) for at in itertools.islice(rule, 100)}


def _instant(at: str | datetime) -> pd.Timestamp:
    return pd.Timestamp(at).tz_convert("UTC")


class Crash(BaseException):
    """The process ends here."""


class Steps:
    """Counts the steps of a sync and raises ``error`` once, after ``limit`` of them."""

    def __init__(self, limit: int | None, error: BaseException) -> None:
        self._left = limit
        self._error = error

    def step(self) -> None:
        """One more."""
        if self._left == 0:
            self._left = None
            raise self._error
        if self._left is not None:
            self._left -= 1


class SteppedSource:
    """A source of which each batch is a step."""

    def __init__(self, source: Source, steps: Steps, *, doubled: bool) -> None:
        self.name = source.name
        self._source = source
        self._steps = steps
        self._times = 2 if doubled else 1

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """The batches of the source."""
        yield from self._stepped(self._source.batches(cursor))

    def remember(self, known: Known) -> None:
        """As the source does."""
        if isinstance(self._source, Remembering):
            self._source.remember(known)

    def reread(self, items: Any) -> Iterator[Batch]:
        """As the source does."""
        if isinstance(self._source, Rereading):
            yield from self._stepped(self._source.reread(items))

    def _stepped(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        try:
            for batch in batches:
                for _ in range(self._times):
                    self._steps.step()
                    yield batch
        finally:
            if isinstance(batches, Generator):
                batches.close()


class SteppedStore:
    """A store of which each writing is a step."""

    def __init__(self, db: Database, steps: Steps) -> None:
        self._db = db
        self._steps = steps

    def writing(self) -> AbstractContextManager[None]:
        """As the database does."""
        return self._db.writing()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._db, name)

        def stepped(*args: Any, **options: Any) -> Any:
            result = call(*args, **options)
            self._steps.step()
            return result

        return stepped if name in ("save", "checked") else call


@contextmanager
def account(kind: type[Peer], folder: Path) -> Iterator[Synced]:
    """An empty account of a kind, and brickwall's empty database."""
    (folder / "peer").mkdir()
    with kind(folder / "peer") as peer, closing(Synced(peer, folder / "brickwall.db")) as synced:
        yield synced


def done(synced: Synced, **options: Any) -> Saved:
    """A sync that comes to its end."""
    outcome = synced.sync(**options)
    assert outcome.error is None
    return outcome.saved


def prepare(synced: Synced, phase: str, change: Callable[[Peer], None]) -> None:
    """Bring an account to where the phase begins."""
    if phase == "first":
        return
    done(synced)
    change(synced.peer)
    if phase == "resync":
        synced.peer.expire()


def crashes(synced: Synced, folder: Path) -> None:
    """Ends a sync after every possible step; the next one must come to the same content."""
    synced.close()
    begun = synced.path.read_bytes()
    with closing(Synced(synced.peer, folder / "calm.db", begun)) as calm:
        done(calm)
        content = calm.content()
    steps, crashed = 0, True
    while crashed:
        with closing(Synced(synced.peer, folder / f"{steps}.db", begun)) as broken:
            try:
                broken.sync(stop_after=steps)
                crashed = False
            except Crash:
                done(broken)
            assert broken.content() == content, f"after {steps} steps"
        steps += 1
    assert steps > 2
