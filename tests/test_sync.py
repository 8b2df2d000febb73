"""From a source to the store: batches, cursors, interruptions, lost cursors, removals."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.source import Batch, CursorExpiredError
from ingest.sync import Options
from store import database
from store.content import digest
from store.database import Database
from store.errors import BusyError, InputError, SignInError
from store.model import Failure, Intent, Message
from store.reading import left_out, read_facts
from store.saved import Saved
from tests.store_builder import (
    NOW,
    ListSource,
    batch,
    event,
    message,
    numbered,
    path_in,
    run,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    with database.open(path_in(tmp_path)) as opened:
        yield opened


def removed(db: Database) -> set[str]:
    """Subjects of the messages that are marked as removed."""
    messages = read_facts(db).messages
    return set(messages.loc[messages["removed_at"].notna(), "subject"])


def many(*, without: frozenset[int] = frozenset()) -> list[Message]:
    """Twenty messages, but not those ``without``."""
    return [message(f"m{n:02}") for n in range(20) if n not in without]


def test_a_second_sync_goes_on_after_the_first(db: Database) -> None:
    """Only what is new since the cursor is asked for, saved and labelled."""
    source = ListSource(numbered(batch(message("a")), batch(message("b"))))
    assert run(db, source).saved == Saved(new=2)
    assert run(db, source).saved == Saved()
    source.prepared = [*source.prepared, *numbered(batch(), batch(), batch(message("c")))[2:]]
    assert run(db, source).saved == Saved(new=1)
    assert len(read_facts(db).intents) == 3


def test_only_new_messages_of_persons_are_labelled(db: Database) -> None:
    """Labelling is the dear part: bulk mail and known messages are spared."""
    labelled: list[Message] = []

    def remember(messages: Sequence[Message]) -> list[Intent]:
        labelled.extend(messages)
        return []

    bulk = message("bulk")._replace(kind="bulk")
    source = ListSource(numbered(batch(message("a"), bulk), batch(message("a"), message("b"))))
    run(db, source, labels=remember)
    assert [m.provider_id for m in labelled] == ["a", "b"]


def test_dropped_messages_are_counted_and_never_stored(db: Database) -> None:
    """With the events they carried; those of others stay."""
    mixed = batch(
        message("a"), event("x", carried_by="a"), message("b"), event("y"), left_out={"draft": 1}
    )
    outcome = run(
        db,
        ListSource(numbered(mixed)),
        keep=lambda m: "internal" if m.provider_id == "a" else "",
    )
    assert outcome.saved == Saved(new=2)
    assert outcome.left_out == {"draft": 1, "internal": 1}
    assert left_out(db) == {(1, "draft"): 1, (1, "internal"): 1}
    assert list(read_facts(db).messages["subject"]) == ["Offer b"]
    assert list(read_facts(db).events["uid"]) == ["uid-y"]


@pytest.mark.parametrize("error", [InputError("gone"), SignInError("sign in")])
def test_a_source_that_fails_keeps_what_was_saved(
    db: Database, error: InputError | SignInError
) -> None:
    """The outcome tells why; the next sync goes on from there."""

    def fail(given: Batch) -> None:
        if given.cursor == "2":
            raise error

    source = ListSource(numbered(batch(message("a")), batch(message("b"))), fail=fail)
    outcome = run(db, source)
    assert (outcome.saved, outcome.error) == (Saved(new=1), error)
    outcome = run(db, ListSource(source.prepared))
    assert (outcome.saved, outcome.error) == (Saved(new=1), None)


def test_a_sync_stops_when_asked_between_batches(db: Database) -> None:
    """What was saved stays."""
    source = ListSource(numbered(batch(message("a")), batch(message("b"))))
    outcome = run(db, source, stop=lambda: True)
    assert outcome.stopped
    assert outcome.saved == Saved(new=1)
    assert run(db, source).saved == Saved(new=1)


def test_progress_hears_of_every_batch_with_the_counts_so_far(db: Database) -> None:
    """In order."""
    heard: list[tuple[str, int]] = []
    source = ListSource(numbered(batch(message("a")), batch(message("b"))))
    run(db, source, progress=lambda given, saved: heard.append((given.cursor, saved.new)))
    assert heard == [("1", 1), ("2", 2)]


def test_a_check_without_news_is_noted(db: Database) -> None:
    """Freshness is shown in every report; nothing else changes."""
    source = ListSource(numbered(batch(message("a"))))
    run(db, source)
    content = digest(db)
    later = NOW.replace(year=2027)
    run(db, source, now=later)
    assert list(read_facts(db).accounts["checked_at"]) == [later]
    assert digest(db) == content


def test_a_lost_cursor_leads_to_a_full_listing_that_is_compared(db: Database) -> None:
    """What the listing does not name is marked as removed; nothing is doubled."""
    run(db, ListSource(numbered(batch(*many()))))
    listed = numbered(
        batch(*many(without=frozenset({3, 7}))[:9]),
        batch(*many(without=frozenset({3, 7}))[9:], message("new"), complete=True),
    )
    outcome = run(db, ListSource(listed, expired=frozenset({"1"})))
    assert outcome.error is None
    assert outcome.saved == Saved(new=1, known=18, removed=2)
    assert removed(db) == {"Offer m03", "Offer m07"}
    assert db._connection.exec_driver_sql("SELECT count(*) FROM listing").scalar_one() == 0
    position = db.position(1, "mail")
    assert position is not None
    assert not position.resync


def test_a_cursor_lost_in_the_middle_of_a_run_begins_the_listing_anew(db: Database) -> None:
    """What was left out is counted once, though it was met twice."""
    expired = iter([True])

    def fail(given: Batch) -> None:
        if given.cursor == "2" and next(expired, False):
            raise CursorExpiredError

    first, second = batch(message("a"), left_out={"draft": 1}), batch(message("b"), complete=True)
    run(db, ListSource(numbered(batch(message("z")))))
    source = ListSource(numbered(first, second), fail=fail)
    db.save(1, batch(cursor="0"), (), NOW)
    outcome = run(db, source, options=Options(allow_mass_removal=True))
    assert outcome.error is None
    assert outcome.left_out == {"draft": 1}
    assert left_out(db) == {(1, "draft"): 1}
    assert removed(db) == {"Offer z"}


def test_a_first_full_listing_removes_nothing_of_other_streams(db: Database) -> None:
    """Absence means removal only in the stream that was listed, and only in a resync."""
    run(db, ListSource(numbered(batch(message("a"), stream="one", complete=True))))
    two = ListSource(numbered(batch(message("b"), stream="two", complete=True)), name="two")
    run(db, two)
    run(db, two, options=Options(resync=True))
    assert removed(db) == set()


def test_a_resync_that_is_interrupted_goes_on_as_one(db: Database) -> None:
    """What was named before the interruption counts as named."""
    run(db, ListSource(numbered(batch(*many()))))
    rest = many(without=frozenset({3}))
    listed = numbered(batch(*rest[:9]), batch(*rest[9:], complete=True))
    listed = [replace(given, cursor=f"1{given.cursor}") for given in listed]
    source = ListSource(listed, expired=frozenset({"1"}))
    assert run(db, source, stop=lambda: True).stopped
    outcome = run(db, source)
    assert outcome.saved == Saved(known=10, removed=1)
    assert removed(db) == {"Offer m03"}


def test_a_suspicious_mass_removal_is_refused_and_names_the_flag(db: Database) -> None:
    """Nothing is marked; with the flag it is done."""
    run(db, ListSource(numbered(batch(*many()))))
    few = [message("m00"), message("new")]
    source = ListSource(numbered(batch(*few, complete=True)), expired=frozenset({"1"}))
    outcome = run(db, source)
    assert isinstance(outcome.error, InputError)
    assert "19 of 21 messages" in outcome.error.cause
    assert "--allow-mass-removal" in outcome.error.remedy
    assert removed(db) == set()
    assert outcome.saved == Saved(new=1, known=1)
    outcome = run(db, source, options=Options(allow_mass_removal=True))
    assert outcome.error is None
    assert len(removed(db)) == 19


def test_a_deleted_calendar_takes_what_lay_ahead_in_it_along(db: Database) -> None:
    """The provider says so: no flag is needed. What was over stays as it was."""
    times = {"over": NOW - 2 * HOUR, "ahead": NOW + HOUR}
    meetings = [
        event(name)._replace(source_key=name, start=start, end=start + HOUR)
        for name, start in times.items()
    ]
    run(db, ListSource(numbered(batch(*meetings))))
    gone = batch(complete=True, relists=True, deleted=True, since=NOW)
    outcome = run(db, ListSource(numbered(batch(), gone)))
    assert (outcome.error, outcome.saved) == (None, Saved(removed=1))
    events = read_facts(db).events
    assert list(events["uid"]) == ["uid-over", "uid-ahead", "uid-ahead"]
    assert list(events["status"]) == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


def test_a_provider_that_refuses_even_a_full_listing_is_said(db: Database) -> None:
    """Not an endless loop."""
    source = ListSource([], expired=frozenset({None}))  # type: ignore[arg-type]
    outcome = run(db, source)
    assert isinstance(outcome.error, InputError)
    assert "full listing" in outcome.error.cause


def test_two_streams_of_one_source_share_its_cursor(db: Database) -> None:
    """Folders of one mailbox; the cursor is kept under the source's name."""
    both = numbered(batch(message("a"), stream="inbox"), batch(message("b"), stream="sent"))
    run(db, ListSource(both))
    assert db.position(1, "inbox") is None
    assert run(db, ListSource(both)).saved == Saved()


def test_a_sync_beside_another_is_refused(db: Database) -> None:
    """Before anything is asked of the provider."""

    def fail(given: Batch) -> None:
        raise AssertionError("the source was asked")

    source = ListSource(numbered(batch(message("a"))), fail=fail)
    db.account("rep", "test", "UTC", [])
    with database.open(db.path) as other, other.writing(), pytest.raises(BusyError):
        run(db, source)


class Crash(BaseException):
    """The process ends here."""


NAMES = st.sampled_from([f"m{number}" for number in range(9)])
BATCHES = st.lists(
    st.builds(
        lambda records, gone, left, bad: batch(
            *records, tombstones=tuple(gone), left_out=left, failures=tuple(bad)
        ),
        st.lists(st.one_of(st.builds(message, NAMES), st.builds(event, NAMES)), max_size=5),
        st.sets(NAMES, max_size=1),
        st.dictionaries(st.sampled_from(["draft", "chat"]), st.integers(1, 3), max_size=1),
        st.lists(st.builds(Failure, NAMES, st.just("broken")), max_size=1),
    ),
    min_size=1,
    max_size=6,
)


def synced(prepared: list[Batch], crashes: list[int]) -> str:
    """Digest after syncing, the process having ended ``crashes[i]`` batches into run ``i``."""
    with tempfile.TemporaryDirectory() as folder:
        for limit in [*crashes, len(prepared) + 1]:
            with database.open(path_in(Path(folder))) as db:
                left = iter(range(limit))

                def fail(given: Batch, left: Iterator[int] = left) -> None:
                    if next(left, None) is None:
                        raise Crash

                try:
                    run(db, ListSource(prepared, fail=fail))
                except Crash:
                    continue
        with database.open(path_in(Path(folder))) as db:
            return digest(db)


@settings(deadline=None, max_examples=25)
@given(BATCHES, st.lists(st.integers(0, 3), max_size=3))
def test_content_does_not_depend_on_interruptions(batches: list[Batch], crashes: list[int]) -> None:
    """A crash between any two batches, several times, leads to the content of one calm run."""
    prepared = numbered(*batches)
    assert synced(prepared, crashes) == synced(prepared, [])
