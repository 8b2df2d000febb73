"""What every source has to keep is asked of it through an adapter, a ``Peer``: see ``Peer`` first.

    # tests/contract_gmail.py
    class GmailPeer(Peer):
        name = "gmail"
        def add_message(self, name): ...

    PEERS = [GmailPeer]

Every ``tests/contract_*.py`` is found by itself. What a peer cannot do it does not override; the
tests of ``test_source_contract.py`` that need it leave that peer out.
"""

from __future__ import annotations

import importlib
import itertools
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Final, Self
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

REP: Final = "rep@ours.example"
CUSTOMER: Final = "bob@theirs.example"
#: Servers keep the real time, so what is planned lies ahead of it: a Monday in three weeks, 09:00.
TODAY: Final = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
START: Final = TODAY + timedelta(days=28 - TODAY.weekday(), hours=9)
LATER: Final = START + timedelta(days=1, hours=2)


class Peer:
    """One account at a provider, changed by its owner and by others.

    Names are short words without blanks. Whatever a method is called, afterwards the account shows
    it to a source that looks: there is no delay. ``requests``: how many requests the sources have
    made so far. ``quiet``: a sync without news leaves even the cursor as it is. ``tells_deleted``:
    a full listing names what was deleted, so that nothing need be inferred from absence.
    """

    name: ClassVar[str] = ""
    quiet: ClassVar[bool] = True
    tells_deleted: ClassVar[bool] = False
    requests: int = 0

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def source(self) -> Source:
        """A new source, as every sync makes one, with pages of about two items."""
        raise NotImplementedError

    def add_message(self, name: str) -> None:
        """A mail from CUSTOMER to REP with subject ``subject(name)`` comes into the inbox."""
        raise NotImplementedError

    def delete_message(self, name: str) -> None:
        """The mail is deleted for good, or goes where no mail is evidence (trash)."""
        raise NotImplementedError

    def move_message(self, name: str) -> None:
        """The mail is moved into another folder (or gets another label) that is read too."""
        raise NotImplementedError

    def copy_message(self, name: str) -> None:
        """The mail lies in another folder too, as a copy."""
        raise NotImplementedError

    def uncopy_message(self, name: str) -> None:
        """The copy is deleted."""
        raise NotImplementedError

    def add_event(self, name: str, start: datetime, *, weeks: int = 1) -> None:
        """A meeting of an hour of REP, its organizer, with CUSTOMER; summary ``summary(name)``.

        ``weeks`` > 1: a weekly series with so many dates.
        """
        raise NotImplementedError

    def move_event(self, name: str, start: datetime) -> None:
        """The single meeting gets another start."""
        raise NotImplementedError

    def cancel_event(self, name: str) -> None:
        """The single meeting is deleted."""
        raise NotImplementedError

    def move_occurrence(self, name: str, number: int, start: datetime) -> None:
        """Date ``number`` (from 0) of the series gets another start."""
        raise NotImplementedError

    def cancel_occurrence(self, name: str, number: int) -> None:
        """Date ``number`` (from 0) of the series is deleted; it may have been moved before."""
        raise NotImplementedError

    def answer(self, name: str, partstat: str) -> None:
        """CUSTOMER answers the invitation (ACCEPTED, DECLINED, TENTATIVE)."""
        raise NotImplementedError

    def touch(self, name: str) -> None:
        """Something of the meeting changes that says nothing: a reminder, a colour, a note."""
        raise NotImplementedError

    def break_item(self, name: str) -> None:
        """The mail or meeting cannot be read: nonsense instead of it, or an error for it alone."""
        raise NotImplementedError

    def mend_item(self, name: str) -> None:
        """It can be read again."""
        raise NotImplementedError

    def expire(self) -> None:
        """All cursors given so far are forgotten."""
        raise NotImplementedError


def subject(name: str) -> str:
    """Subject of a mail."""
    return f"Offer {name}"


def summary(name: str) -> str:
    """Title of a meeting."""
    return f"Meeting {name}"


def raw_message(name: str) -> bytes:
    """A whole mail as it travels, for peers that take one."""
    minute = sum(name.encode()) % 60
    return (
        f"Message-ID: <{name}@theirs.example>\r\n"
        f"Date: Mon, 02 Nov 2026 10:{minute:02}:00 +0100\r\n"
        f"From: Bob Lee <{CUSTOMER}>\r\nTo: {REP}\r\nSubject: {subject(name)}\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"Dear rep, we have a question about {name}. Could you call me?\r\n"
    ).encode()


def peers(*methods: str) -> list[type[Peer]]:
    """All peers that can do all of this."""
    return [kind for kind in _found() if all(can(kind, method) for method in methods)]


def can(kind: type[Peer], method: str) -> bool:
    """Whether a kind of peer can do this."""
    return getattr(kind, method) is not getattr(Peer, method)


def _found() -> list[type[Peer]]:
    modules = sorted(path.stem for path in Path(__file__).parent.glob("contract_*.py"))
    kinds = [importlib.import_module(f"tests.{name}").PEERS for name in modules]
    return [kind for some in kinds for kind in some]


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
        for batch in batches:
            for _ in range(self._times):
                self._steps.step()
                yield batch


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
