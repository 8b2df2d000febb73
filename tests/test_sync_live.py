"""Syncing connected accounts: single folders listed anew, nothing fetched twice, quarantine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.source import Batch, Known
from ingest.sync import Options
from store import database
from store.content import digest
from store.database import Database
from store.errors import InputError
from store.model import EventRevision, Failure, Message
from store.reading import read_facts
from store.revision import identified
from store.saved import Saved
from tests.store_builder import NOW, ListSource, batch, event, message, numbered, path_in, run

NAMES = [f"m{number}" for number in range(10)]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    with database.open(path_in(tmp_path)) as opened:
        yield opened


def mail(name: str, key: str = "") -> Message:
    """A message that the account calls ``key``, by default as the message."""
    return message(name)._replace(source_key=key or name)


def mails(*names: str) -> list[Message]:
    """Several."""
    return [mail(name) for name in names]


def removed(db: Database) -> set[str]:
    """Subjects of the messages that are marked as removed."""
    found = read_facts(db).messages
    return set(found.loc[found["removed_at"].notna(), "subject"])


def listed(*batches: Batch) -> list[Batch]:
    """One full listing of one stream alone, after everything else was read."""
    later = [replace(given, relists=True) for given in batches]
    return numbered(batch(), batch(), *later)


def test_a_folder_that_is_listed_anew_alone_is_compared_alone(db: Database) -> None:
    """Its cursor was lost, those of the others hold."""
    inbox, sent = batch(*mails(*NAMES), stream="inbox"), batch(mail("s"), stream="sent")
    run(db, ListSource(numbered(inbox, sent)))
    left = mails(*NAMES[1:])
    again = listed(
        batch(*left[:5], stream="inbox"), batch(*left[5:], stream="inbox", complete=True)
    )
    assert run(db, ListSource(again)).saved == Saved(known=9, removed=1)
    assert removed(db) == {"Offer m0"}


def test_new_numbers_for_all_messages_of_a_folder_remove_nothing(db: Database) -> None:
    """As after a change of UIDVALIDITY: not even suspicious."""
    run(db, ListSource(numbered(batch(*(mail(name, f"1;{name}") for name in NAMES)))))
    content = len(read_facts(db).messages)
    renumbered = [mail(name, f"2;{name}") for name in NAMES]
    outcome = run(db, ListSource(listed(batch(*renumbered, complete=True))))
    assert (outcome.error, outcome.saved) == (None, Saved(known=10))
    assert len(read_facts(db).messages) == content
    assert removed(db) == set()


def test_a_relisting_that_was_interrupted_goes_on(db: Database) -> None:
    """What it had named counts."""
    run(db, ListSource(numbered(batch(*mails(*NAMES)))))
    again = listed(batch(*mails(*NAMES[:5])), batch(*mails(*NAMES[5:9]), complete=True))
    assert run(db, ListSource(again), stop=iter([False, True]).__next__).stopped
    assert run(db, ListSource(again)).saved == Saved(known=4, removed=1)


def test_a_stream_that_ends_twice_is_compared_once(db: Database) -> None:
    """The second time nothing was named, which means nothing."""
    run(db, ListSource(numbered(batch(*mails(*NAMES)))))
    end = batch(complete=True)
    source = ListSource(numbered(batch(*mails(*NAMES)), end, end))
    outcome = run(db, source, options=Options(resync=True))
    assert (outcome.error, outcome.saved) == (None, Saved(known=10))
    assert removed(db) == set()


def test_a_listing_that_begins_anew_forgets_what_the_one_before_had_named(db: Database) -> None:
    """It was broken off, its cursor lost too, and a message went meanwhile."""
    run(db, ListSource(numbered(batch(*mails(*NAMES)))))
    first = [replace(batch(*mails(*NAMES[:5])), cursor="7")]
    assert run(db, ListSource(first, expired=frozenset({"1"})), stop=lambda: True).stopped
    second = numbered(batch(*mails(*NAMES[1:]), complete=True))
    outcome = run(db, ListSource(second, expired=frozenset({"7"})))
    assert outcome.saved == Saved(known=9, removed=1)
    assert removed(db) == {"Offer m0"}


@dataclass
class RememberingSource(ListSource):
    """Gives only what is not known, and names the rest."""

    known: Known = lambda stream, keys: set()
    fetched: list[str] = field(default_factory=list)

    def remember(self, known: Known) -> None:
        """Ask this instead of fetching."""
        self.known = known

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """The prepared batches, lighter."""
        for given in super().batches(cursor):
            known = self.known(given.stream, [m.provider_id for m in given.records])
            new = tuple(m for m in given.records if m.provider_id not in known)
            self.fetched += [m.provider_id for m in new]
            yield replace(given, records=new, named=tuple(sorted(known)))


def test_nothing_is_fetched_twice_though_the_cursor_was_lost(db: Database) -> None:
    """What is stored is only named; what is not named is gone."""
    run(db, ListSource(numbered(batch(*mails(*NAMES)))))
    now = numbered(batch(*mails(*NAMES[1:], "new"), complete=True))
    source = RememberingSource(now, expired=frozenset({"1"}))
    assert run(db, source).saved == Saved(new=1, removed=1)
    assert source.fetched == ["new"]
    assert removed(db) == {"Offer m0"}


@dataclass
class RereadingSource(ListSource):
    """Gives single messages that are asked for."""

    asked: Mapping[str, Sequence[str]] = field(default_factory=dict)
    good: frozenset[str] = frozenset()

    def reread(self, items: Mapping[str, Sequence[str]]) -> Iterator[Batch]:
        """The good ones as messages, the others as failures; as if a listing had ended."""
        self.asked = items
        for stream, names in items.items():
            good = [mail(name) for name in names if name in self.good]
            bad = tuple(Failure(name, "bad") for name in names if name not in self.good)
            yield batch(*good, stream=stream, failures=bad, complete=True, cursor="nonsense")


def test_the_quarantine_is_tried_again_on_demand(db: Database) -> None:
    """The place in the source stays where it was."""
    bad = (Failure("x", "bad"), Failure("y", "bad"))
    source = RereadingSource(numbered(batch(mail("a"), failures=bad)), good=frozenset({"x"}))
    run(db, source)
    assert run(db, source).saved == Saved()
    assert source.asked == {}
    outcome = run(db, source, options=Options(retry_quarantined=True))
    assert outcome.saved == Saved(new=1)
    assert source.asked == {"mail": ("x", "y")}
    assert db.quarantined(1) == {"mail": ("y",)}
    position = db.position(1, "mail")
    assert position is not None
    assert position.cursor == "1"


def test_before_a_first_sync_there_is_nothing_to_try_again(db: Database) -> None:
    """The source is not asked."""
    source = RereadingSource(numbered(batch(mail("a"))))
    assert run(db, source, options=Options(retry_quarantined=True)).saved == Saved(new=1)
    assert source.asked == {}


def entry(number: int) -> EventRevision:
    """A meeting so many days from now, as a connected calendar shows it."""
    start = NOW + timedelta(days=number)
    shown = event(f"e{number}")._replace(learned_from="calendar", start=start, end=start)
    return identified(shown._replace(source_key=f"e{number}"))


def cancelled(db: Database) -> set[str]:
    """UIDs of the meetings that are cancelled."""
    events = read_facts(db).events
    return set(events.loc[(events["status"] == "CANCELLED").to_numpy(), "uid"])


def test_meetings_that_a_resync_does_not_name_are_cancelled(db: Database) -> None:
    """The history before stays."""
    run(db, ListSource(numbered(batch(*map(entry, range(10))))))
    now = numbered(batch(*map(entry, range(1, 10)), complete=True))
    outcome = run(db, ListSource(now, expired=frozenset({"1"})))
    assert outcome.saved == Saved(known=9, removed=1)
    assert cancelled(db) == {"uid-e0"}
    assert len(read_facts(db).events) == 11


def test_a_window_that_moved_on_cancels_nothing_behind_it(db: Database) -> None:
    """The listing covers only its span."""
    run(db, ListSource(numbered(batch(*map(entry, range(-20, 10))))))
    since = NOW + timedelta(hours=1)
    now = numbered(batch(*map(entry, range(1, 9)), complete=True, since=since))
    outcome = run(db, ListSource(now, expired=frozenset({"1"})))
    assert outcome.error is None
    assert cancelled(db) == {"uid-e9"}


def test_a_suspicious_loss_of_meetings_is_refused(db: Database) -> None:
    """Counted among the meetings of the span; history is untouched."""
    run(db, ListSource(numbered(batch(*map(entry, range(10))))))
    content = digest(db, cursors=False)
    source = ListSource(numbered(batch(entry(0), complete=True)), expired=frozenset({"1"}))
    outcome = run(db, source)
    assert isinstance(outcome.error, InputError)
    assert "9 of 10 messages and meetings in mail" in outcome.error.cause
    assert digest(db, cursors=False) == content
    assert run(db, source, options=Options(allow_mass_removal=True)).saved.removed == 9
