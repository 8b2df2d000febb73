"""What every source keeps: nothing lost, nothing doubled, history never wiped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from store.errors import InputError
from store.saved import Saved
from tests.contract import LATER, START, Crash, Peer, Synced, can, peers, subject

NAMES = ("ann", "bea", "cleo", "dora", "eve", "fay")
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)


def each(*methods: str, inferring: bool = False) -> Callable[[Any], Any]:
    """Run the test for every peer that can do this.

    ``inferring``: only where what is deleted is known by its absence from a full listing.
    """
    kinds = [kind for kind in peers(*methods) if not (inferring and kind.tells_deleted)]
    return pytest.mark.parametrize("kind", kinds, ids=[kind.name for kind in kinds])


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


def with_mail(synced: Synced, *names: str) -> None:
    """The account has these mails."""
    for name in names:
        synced.peer.add_message(name)


def subjects(*names: str) -> Counter[str]:
    """Each once."""
    return Counter(subject(name) for name in names)


@each("add_message")
def test_a_first_sync_brings_every_mail_once(kind: type[Peer], tmp_path: Path) -> None:
    """Over several pages."""
    with account(kind, tmp_path) as synced:
        with_mail(synced, *NAMES)
        assert done(synced).new == len(NAMES)
        assert synced.messages() == subjects(*NAMES)


@each("add_message")
def test_the_next_sync_brings_only_what_is_new(kind: type[Peer], tmp_path: Path) -> None:
    """And keeps the rest."""
    with account(kind, tmp_path) as synced:
        with_mail(synced, *NAMES[:4])
        done(synced)
        with_mail(synced, *NAMES[4:])
        assert done(synced).new == 2
        assert synced.messages() == subjects(*NAMES)


@each("add_message")
def test_a_second_sync_of_mail_writes_nothing(kind: type[Peer], tmp_path: Path) -> None:
    """But when it was; checked row by row."""
    with account(kind, tmp_path) as synced:
        with_mail(synced, *NAMES)
        done(synced)
        before = synced.rows()
        assert done(synced) == Saved()
        assert synced.rows() == before


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


@each("add_message", "delete_message")
def test_a_deleted_mail_is_marked_and_kept(kind: type[Peer], tmp_path: Path) -> None:
    """What was observed is never wiped."""
    with account(kind, tmp_path) as synced:
        with_mail(synced, *NAMES)
        done(synced)
        synced.peer.delete_message("bea")
        assert done(synced).removed == 1
        assert synced.removed() == subjects("bea")
        assert synced.messages() == subjects(*NAMES) - subjects("bea")


@each("add_message", "move_message")
def test_a_moved_mail_is_neither_lost_nor_doubled(kind: type[Peer], tmp_path: Path) -> None:
    """Whichever folder is read first."""
    with account(kind, tmp_path) as synced:
        with_mail(synced, *NAMES)
        done(synced)
        synced.peer.move_message("bea")
        done(synced)
        assert synced.messages() == subjects(*NAMES)
        assert not synced.removed()


@each("add_message", "copy_message", "uncopy_message")
def test_a_copy_counts_once_and_its_removal_removes_nothing(
    kind: type[Peer], tmp_path: Path
) -> None:
    """The mail is there as long as it lies anywhere."""
    with account(kind, tmp_path) as synced:
        with_mail(synced, *NAMES)
        done(synced)
        synced.peer.copy_message("bea")
        done(synced)
        assert synced.messages() == subjects(*NAMES)
        synced.peer.uncopy_message("bea")
        done(synced)
        assert synced.messages() == subjects(*NAMES)


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


@each("add_message", "break_item")
def test_a_bad_mail_is_put_aside_and_the_rest_comes(kind: type[Peer], tmp_path: Path) -> None:
    """In the middle of the stream."""
    with account(kind, tmp_path) as synced:
        with_mail(synced, *NAMES)
        synced.peer.break_item("cleo")
        saved = done(synced)
        assert (saved.new, saved.failures) == (len(NAMES) - 1, 1)
        assert synced.messages() == subjects(*NAMES) - subjects("cleo")
        assert len(synced.failures()) == 1
        assert done(synced) == Saved()


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


@each("add_message", "break_item", "mend_item")
def test_a_mended_mail_leaves_the_quarantine(kind: type[Peer], tmp_path: Path) -> None:
    """When it is tried again; one that is still bad stays."""
    with account(kind, tmp_path) as synced:
        with_mail(synced, *NAMES)
        synced.peer.break_item("cleo")
        done(synced)
        done(synced, retry_quarantined=True)
        assert len(synced.failures()) == 1
        synced.peer.mend_item("cleo")
        assert done(synced, retry_quarantined=True).new == 1
        assert synced.failures() == []
        assert synced.messages() == subjects(*NAMES)


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


@each("add_message", "delete_message", "expire")
def test_after_an_expired_cursor_mail_is_compared(kind: type[Peer], tmp_path: Path) -> None:
    """What came and went meanwhile is found; nothing is doubled."""
    with account(kind, tmp_path) as synced:
        with_mail(synced, *NAMES)
        done(synced)
        synced.peer.delete_message("bea")
        with_mail(synced, "gina")
        synced.peer.expire()
        saved = done(synced)
        assert (saved.new, saved.removed) == (1, 1)
        assert synced.messages() == subjects(*NAMES, "gina") - subjects("bea")
        assert synced.removed() == subjects("bea")
        assert done(synced) == Saved()


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


@each("add_message", "delete_message", "expire", inferring=True)
def test_a_suspicious_loss_of_mail_stops_and_names_the_flag(
    kind: type[Peer], tmp_path: Path
) -> None:
    """Half of it gone at once."""
    with account(kind, tmp_path) as synced:
        with_mail(synced, *NAMES)
        done(synced)
        for name in NAMES[:3]:
            synced.peer.delete_message(name)
        synced.peer.expire()
        error = synced.sync().error
        assert isinstance(error, InputError)
        assert "--allow-mass-removal" in error.remedy
        assert not synced.removed()
        done(synced, allow_mass_removal=True)
        assert synced.removed() == subjects(*NAMES[:3])


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


def mail_arrives(peer: Peer) -> None:
    """A first account of mail."""
    for name in NAMES[:5]:
        peer.add_message(name)


def mail_changes(peer: Peer) -> None:
    """Something comes, and goes where that is possible."""
    peer.add_message("gina")
    if can(type(peer), "delete_message"):
        peer.delete_message("bea")


def meetings_arrive(peer: Peer) -> None:
    """A first calendar."""
    for number, name in enumerate(NAMES[:5]):
        peer.add_event(name, START + number * HOUR)


def meetings_change(peer: Peer) -> None:
    """One is new, one moves, one goes where that is possible."""
    peer.add_event("gina", LATER)
    if can(type(peer), "move_event"):
        peer.move_event("ann", LATER)
    if can(type(peer), "cancel_event"):
        peer.cancel_event("bea")


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


def in_phases(method: str) -> Callable[[Any], Any]:
    """Run the test for every peer that can do this, in all phases that it can come to."""
    cases = [
        pytest.param(kind, phase, id=f"{phase}-{kind.name}")
        for kind in peers(method)
        for phase in ("first", "next", *(["resync"] if can(kind, "expire") else []))
    ]
    return pytest.mark.parametrize(("kind", "phase"), cases)


@in_phases("add_message")
def test_a_crash_between_any_two_steps_loses_and_doubles_no_mail(
    kind: type[Peer], tmp_path: Path, phase: str
) -> None:
    """In a first sync, in one with changes, and in one after an expired cursor."""
    with account(kind, tmp_path) as synced:
        mail_arrives(synced.peer)
        prepare(synced, phase, mail_changes)
        crashes(synced, tmp_path)


@in_phases("add_event")
def test_a_crash_between_any_two_steps_loses_and_doubles_no_meeting(
    kind: type[Peer], tmp_path: Path, phase: str
) -> None:
    """In a first sync, in one with changes, and in one after an expired cursor."""
    with account(kind, tmp_path) as synced:
        meetings_arrive(synced.peer)
        prepare(synced, phase, meetings_change)
        crashes(synced, tmp_path)


def prepare(synced: Synced, phase: str, change: Callable[[Peer], None]) -> None:
    """Bring an account to where the phase begins."""
    if phase == "first":
        return
    done(synced)
    change(synced.peer)
    if phase == "resync":
        synced.peer.expire()
