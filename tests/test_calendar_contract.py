"""What every calendar keeps: each state that was observed, no date lost, none made up."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from store.errors import InputError
from store.saved import Saved
from tests.account_changes import HOUR, NAMES, meetings_arrive, meetings_change
from tests.contract import LATER, START, Peer, each, in_phases
from tests.synced import account, crashes, done, prepare

WEEK = timedelta(days=7)


@each("add_event")
def test_every_meeting_comes_once_whenever_it_was_made(kind: type[Peer], tmp_path: Path) -> None:
    """In a first sync over several pages, and in the next one."""
    with account(kind, tmp_path) as synced:
        for number, name in enumerate(NAMES[:5]):
            synced.peer.add_event(name, START + number * HOUR)
        done(synced)
        synced.peer.add_event("fay", START + 5 * HOUR)
        done(synced)
        starts = [synced.starts(name) for name in NAMES]
        assert starts == [[START + number * HOUR] for number in range(6)]


@each("add_event")
def test_a_second_sync_of_a_calendar_writes_nothing(kind: type[Peer], tmp_path: Path) -> None:
    """But when it was; checked row by row."""
    with account(kind, tmp_path) as synced:
        synced.peer.add_event("ann", START)
        synced.peer.add_event("bea", LATER, weeks=3)
        done(synced)
        before = synced.rows()
        assert done(synced) == Saved()
        assert synced.rows() == before


@each("add_event", "move_event")
def test_every_state_of_a_meeting_is_kept(kind: type[Peer], tmp_path: Path) -> None:
    """Also when it moves back to where it was."""
    with account(kind, tmp_path) as synced:
        synced.peer.add_event("ann", START)
        for start in (LATER, START):
            done(synced)
            synced.peer.move_event("ann", start)
        done(synced)
        assert synced.starts("ann") == [START, LATER, START]


@each("add_event", "cancel_event")
def test_a_deleted_meeting_is_cancelled(kind: type[Peer], tmp_path: Path) -> None:
    """A revision more, none less."""
    with account(kind, tmp_path) as synced:
        synced.peer.add_event("ann", START)
        synced.peer.add_event("bea", LATER)
        done(synced)
        synced.peer.cancel_event("ann")
        done(synced)
        assert synced.starts("ann") == [START, None]
        assert synced.starts("bea") == [LATER]


@each("add_event", "move_occurrence")
def test_one_date_of_a_series_moves_alone(kind: type[Peer], tmp_path: Path) -> None:
    """The other dates stay."""
    with account(kind, tmp_path) as synced:
        synced.peer.add_event("ann", START, weeks=4)
        done(synced)
        assert synced.dates("ann") == [START + n * WEEK for n in range(4)]
        synced.peer.move_occurrence("ann", 1, LATER + WEEK)
        done(synced)
        assert synced.dates("ann") == [START, LATER + WEEK, START + 2 * WEEK, START + 3 * WEEK]


@each("add_event", "cancel_occurrence")
def test_one_date_of_a_series_is_cancelled_alone(kind: type[Peer], tmp_path: Path) -> None:
    """The other dates stay."""
    with account(kind, tmp_path) as synced:
        synced.peer.add_event("ann", START, weeks=4)
        done(synced)
        synced.peer.cancel_occurrence("ann", 2)
        done(synced)
        assert synced.dates("ann") == [START, START + WEEK, START + 3 * WEEK]


@each("add_event", "move_occurrence", "cancel_occurrence")
def test_a_date_that_was_moved_can_be_cancelled(kind: type[Peer], tmp_path: Path) -> None:
    """Neither the new nor the old date is left."""
    with account(kind, tmp_path) as synced:
        synced.peer.add_event("ann", START, weeks=4)
        done(synced)
        synced.peer.move_occurrence("ann", 1, LATER + WEEK)
        done(synced)
        synced.peer.cancel_occurrence("ann", 1)
        done(synced)
        assert synced.dates("ann") == [START, START + 2 * WEEK, START + 3 * WEEK]


@each("add_event", "answer")
def test_an_answer_is_a_revision(kind: type[Peer], tmp_path: Path) -> None:
    """It tells who comes."""
    with account(kind, tmp_path) as synced:
        synced.peer.add_event("ann", START)
        done(synced)
        synced.peer.answer("ann", "DECLINED")
        done(synced)
        assert synced.starts("ann") == [START, START]
        assert synced.answers("ann") == ["NEEDS-ACTION", "DECLINED"]


@each("add_event", "touch")
def test_a_touched_meeting_is_not_a_changed_one(kind: type[Peer], tmp_path: Path) -> None:
    """Times of modification move all the time."""
    with account(kind, tmp_path) as synced:
        synced.peer.add_event("ann", START)
        done(synced)
        synced.peer.touch("ann")
        assert done(synced).new == 0
        assert synced.starts("ann") == [START]


@each("add_event", "break_item")
def test_a_bad_meeting_is_put_aside_and_the_rest_comes(kind: type[Peer], tmp_path: Path) -> None:
    """In the middle of the stream."""
    with account(kind, tmp_path) as synced:
        for number, name in enumerate(NAMES):
            synced.peer.add_event(name, START + number * HOUR)
        synced.peer.break_item("cleo")
        saved = done(synced)
        assert saved.failures == 1
        assert [bool(synced.starts(name)) for name in NAMES] == [n != "cleo" for n in NAMES]
        assert len(synced.failures()) == 1


@each("add_event", "break_item", "mend_item")
def test_a_mended_meeting_leaves_the_quarantine(kind: type[Peer], tmp_path: Path) -> None:
    """When it is tried again."""
    with account(kind, tmp_path) as synced:
        synced.peer.add_event("ann", START)
        synced.peer.add_event("bea", LATER)
        synced.peer.break_item("ann")
        done(synced)
        synced.peer.mend_item("ann")
        done(synced, retry_quarantined=True)
        assert synced.failures() == []
        assert synced.starts("ann") == [START]


@each("add_event", "move_event", "cancel_event", "expire")
def test_after_an_expired_cursor_the_calendar_is_compared(kind: type[Peer], tmp_path: Path) -> None:
    """And its history is kept."""
    with account(kind, tmp_path) as synced:
        for number, name in enumerate(NAMES):
            synced.peer.add_event(name, START + number * HOUR)
        done(synced)
        synced.peer.cancel_event("bea")
        synced.peer.move_event("ann", LATER)
        synced.peer.expire()
        done(synced)
        assert synced.starts("ann") == [START, LATER]
        assert synced.starts("bea") == [START + HOUR, None]
        assert synced.starts("fay") == [START + 5 * HOUR]
        assert done(synced) == Saved()


@each("add_event", "cancel_event", "expire", inferring=True)
def test_a_suspicious_loss_of_meetings_stops_and_names_the_flag(
    kind: type[Peer], tmp_path: Path
) -> None:
    """Half of them gone at once."""
    with account(kind, tmp_path) as synced:
        for number, name in enumerate(NAMES):
            synced.peer.add_event(name, START + number * HOUR)
        done(synced)
        for name in NAMES[:3]:
            synced.peer.cancel_event(name)
        synced.peer.expire()
        error = synced.sync().error
        assert isinstance(error, InputError)
        assert "--allow-mass-removal" in error.remedy
        assert [synced.starts(name)[-1] for name in NAMES].count(None) == 0
        done(synced, allow_mass_removal=True)
        assert [synced.starts(name)[-1] for name in NAMES].count(None) == 3


@in_phases("add_event")
def test_a_crash_between_any_two_steps_loses_and_doubles_no_meeting(
    kind: type[Peer], tmp_path: Path, phase: str
) -> None:
    """In a first sync, in one with changes, and in one after an expired cursor."""
    with account(kind, tmp_path) as synced:
        meetings_arrive(synced.peer)
        prepare(synced, phase, meetings_change)
        crashes(synced, tmp_path)
