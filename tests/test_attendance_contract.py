"""What every source of attendance keeps: each call once, whatever happens meanwhile."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from store.reading import read_facts
from store.saved import Saved
from tests.contract import TODAY, Peer, each
from tests.synced import Synced, account, crashes, done, prepare

NAMES = ("ann", "bea", "cleo", "dora", "eve")
HOUR = timedelta(hours=1)
YESTERDAY = TODAY - timedelta(hours=14)


def calls_are_held(peer: Peer) -> None:
    """Some of them, one after the other."""
    for number, name in enumerate(NAMES):
        peer.add_call(name, YESTERDAY + number * HOUR)


def another_is_held(peer: Peer) -> None:
    """One more, between the first look and the next."""
    peer.add_call("fay", TODAY + 2 * HOUR)


def starts(synced: Synced) -> list[int]:
    """When the meetings of the stored calls were to be, in hours after ``YESTERDAY``."""
    with synced.opened() as db:
        facts = read_facts(db)
    people = facts.joinings.groupby("conference").size()
    assert (people == 2).all()
    assert len(people) == len(facts.conferences)
    return sorted(round((at - YESTERDAY) / HOUR) for at in facts.conferences["start"])


@each("add_call")
def test_every_call_comes_once_with_its_people(kind: type[Peer], tmp_path: Path) -> None:
    """In a first sync over several pages, and in the next one."""
    with account(kind, tmp_path) as synced:
        calls_are_held(synced.peer)
        assert done(synced).new == 5
        another_is_held(synced.peer)
        assert done(synced).new == 1
        assert starts(synced) == [0, 1, 2, 3, 4, 16]


@each("add_call")
def test_a_second_sync_of_calls_writes_nothing(kind: type[Peer], tmp_path: Path) -> None:
    """But how far it looked; checked row by row."""
    with account(kind, tmp_path) as synced:
        calls_are_held(synced.peer)
        done(synced)
        before = synced.rows()
        assert done(synced) == Saved()
        assert synced.rows() == before


@each("add_call", "break_item")
def test_a_bad_call_is_put_aside_and_the_rest_comes(kind: type[Peer], tmp_path: Path) -> None:
    """In the middle of the stream."""
    with account(kind, tmp_path) as synced:
        calls_are_held(synced.peer)
        synced.peer.break_item("cleo")
        saved = done(synced)
        assert (saved.new, saved.failures) == (4, 1)
        assert starts(synced) == [0, 1, 3, 4]
        assert len(synced.failures()) == 1


@each("add_call", "break_item", "mend_item")
def test_a_mended_call_leaves_the_quarantine(kind: type[Peer], tmp_path: Path) -> None:
    """When it is tried again; one that is still bad stays."""
    with account(kind, tmp_path) as synced:
        calls_are_held(synced.peer)
        synced.peer.break_item("cleo")
        done(synced)
        done(synced, retry_quarantined=True)
        assert len(synced.failures()) == 1
        synced.peer.mend_item("cleo")
        assert done(synced, retry_quarantined=True).new == 1
        assert synced.failures() == []
        assert starts(synced) == [0, 1, 2, 3, 4]


@each("add_call")
def test_a_resync_doubles_and_removes_no_call(kind: type[Peer], tmp_path: Path) -> None:
    """Providers forget calls by themselves; what was observed stays."""
    with account(kind, tmp_path) as synced:
        calls_are_held(synced.peer)
        done(synced)
        before = synced.content()
        saved = done(synced, resync=True)
        assert (saved.new, saved.changed, saved.removed) == (0, 0, 0)
        assert synced.content() == before


def _crashing(kind: type[Peer], folder: Path, phase: str) -> None:
    with account(kind, folder) as synced:
        calls_are_held(synced.peer)
        prepare(synced, phase, another_is_held)
        crashes(synced, folder)


@each("add_call")
def test_a_crash_in_a_first_sync_loses_and_doubles_no_call(
    kind: type[Peer], tmp_path: Path
) -> None:
    """Between any two steps."""
    _crashing(kind, tmp_path, "first")


@each("add_call")
def test_a_crash_in_the_next_sync_loses_and_doubles_no_call(
    kind: type[Peer], tmp_path: Path
) -> None:
    """Between any two steps."""
    _crashing(kind, tmp_path, "next")
