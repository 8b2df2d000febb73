"""What every source of mail keeps: nothing lost, nothing doubled, history never wiped."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from store.errors import InputError
from store.saved import Saved
from tests.account_changes import NAMES, mail_arrives, mail_changes
from tests.contract import Peer, each, in_phases, subject
from tests.synced import Synced, account, crashes, done, prepare


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


@in_phases("add_message")
def test_a_crash_between_any_two_steps_loses_and_doubles_no_mail(
    kind: type[Peer], tmp_path: Path, phase: str
) -> None:
    """In a first sync, in one with changes, and in one after an expired cursor."""
    with account(kind, tmp_path) as synced:
        mail_arrives(synced.peer)
        prepare(synced, phase, mail_changes)
        crashes(synced, tmp_path)
