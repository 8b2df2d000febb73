"""A first sync that has only begun: what it has brought, and what is said of the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.source import Batch
from ingest.sync import sync
from store.overview import AccountState, overview
from store.saved import Saved
from tests.contract import REP, START, Peer, peers, subject
from tests.synced import Synced, account, done

NAMES = "abcdef"


def live(method: str) -> Callable[[Any], Any]:
    """Run the test for every peer on a server that can do this: there a first sync takes hours."""
    servers = [one for one in peers(method) if not one.__module__.endswith(("files", "memory"))]
    return pytest.mark.parametrize("kind", servers, ids=[kind.name for kind in servers])


def begin(synced: Synced) -> AccountState:
    """Sync until the first mails or meetings are saved; what is then known of the account."""
    brought = False

    def told(_batch: Batch, saved: Saved) -> None:
        nonlocal brought
        brought = saved.new > 0

    with synced.opened() as db:
        outcome = sync(
            synced.peer.source(),
            db,
            db.account(REP, "test", "UTC", [REP]),
            label=lambda _: (),
            keep=lambda _: "",
            now=lambda: synced.now,
            progress=told,
            stop=lambda: brought,
        )
        assert outcome.stopped
        return overview(db)[0]


def ended(synced: Synced) -> AccountState:
    """Sync on to the end."""
    done(synced)
    with synced.opened() as db:
        return overview(db)[0]


@live("add_message")
def test_the_newest_mail_comes_first_and_the_rest_is_told_as_missing(
    kind: type[Peer], tmp_path: Path
) -> None:
    """So that the report is useful after the first minutes, and says what it lacks."""
    with account(kind, tmp_path) as synced:
        for name in NAMES:
            synced.peer.add_message(name)
        state = begin(synced)
        assert set(synced.messages()) == {subject("e"), subject("f")}
        assert state.read_share == pytest.approx(2 / 6)
        assert ended(synced).read_share == 1


@live("add_event")
def test_as_long_as_meetings_are_missing_that_is_told(kind: type[Peer], tmp_path: Path) -> None:
    """Of calendars not all services tell how much there is."""
    with account(kind, tmp_path) as synced:
        for name in NAMES:
            synced.peer.add_event(name, START)
        assert begin(synced).read_share < 1
        assert ended(synced).read_share == 1
