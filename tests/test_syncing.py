"""A sync of several accounts as the daemon will run it: what it hears, and how it is stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from brickwall import providers
from brickwall.config import Config
from brickwall.paths import Home
from brickwall.providers import Account, Estimate, Tools
from brickwall.syncing import Progress, Syncing, exit_code, keep_of
from brickwall.tools import Talk, Toolbox
from ingest.retry import OfflineError
from ingest.secrets import MemorySecrets
from store import database
from store.database import Database
from store.errors import SignInError, StoreError
from store.overview import own_addresses
from tests import memory_provider
from tests.import_builder import nothing
from tests.memory_provider import Peer
from tests.store_builder import NOW


@pytest.fixture
def peer(monkeypatch: pytest.MonkeyPatch) -> Peer:
    """What lies at the other end of every account."""
    monkeypatch.setitem(providers.MODULES, "memory", "tests.memory_provider")
    fresh = memory_provider.reset()
    monkeypatch.setattr(fresh, "refresh", lambda token: token)
    return fresh


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An empty store."""
    with database.open(tmp_path / "brickwall.db") as opened:
        yield opened


def account(name: str) -> Account:
    """A connected account of the provider in memory."""
    return Account(
        "memory",
        f"{name}@ours.example",
        (f"{name}@ours.example",),
        "UTC",
        False,
        frozenset(),
        {},
        NOW,
    )


def tools(folder: Path) -> Tools:
    """Tools of a daemon: nobody can be talked to."""

    def nobody(question: str) -> str:
        raise SignInError(f"Nobody can be asked: {question}")

    talk = Talk(lambda _: None, nobody, nobody, lambda _: False)
    return Toolbox(Home(folder, folder), Config(), talk, lambda: NOW).lend(MemorySecrets())


def syncing(db: Database, accounts: list[Account], **more: object) -> Syncing:
    """A sync that labels nothing."""
    lent = tools(db.path.parent)
    keep = keep_of(Config(), accounts, db)
    return Syncing(db, lambda _: lent, keep, nothing, lambda: NOW, **more)  # type: ignore[arg-type]


def test_progress_tells_account_source_place_and_what_it_brought(db: Database, peer: Peer) -> None:
    """After every batch."""
    heard: list[Progress] = []
    peer.receive(*"abc")
    syncing(db, [account("a")], progress=heard.append).all([account("a")])
    assert [(p.account.name, p.source, p.position, p.size) for p in heard] == [
        ("a@ours.example", "mail", 2, 3),
        ("a@ours.example", "mail", 3, 3),
    ]
    assert [p.saved.new for p in heard] == [2, 3]


def test_an_estimate_is_told_before_a_first_sync_only(db: Database, peer: Peer) -> None:
    """It costs requests."""
    told: list[Estimate] = []
    peer.receive(*"abc")
    for _ in range(2):
        sync = syncing(db, [account("a")], estimated=lambda _, estimate: told.append(estimate))
        sync.all([account("a")])
    assert told == [Estimate(3, 0, 6.0)]


def test_a_sync_that_is_asked_to_stop_begins_no_further_account(db: Database, peer: Peer) -> None:
    """What was saved stays."""
    peer.receive(*"abcd")
    both = [account("a"), account("b")]
    (only,) = syncing(db, both, stop=lambda: True).all(both)
    assert only.stopped
    assert only.saved.new == 2


def test_being_offline_is_a_kind_of_its_own(db: Database, peer: Peer) -> None:
    """The command line says it, the daemon waits."""

    def offline(_: str) -> None:
        raise OfflineError("Memory cannot be reached: you seem to be offline", "Check the network.")

    peer.fail = offline
    summaries = syncing(db, [account("a")]).all([account("a")])
    assert isinstance(summaries[0].error, OfflineError)
    assert exit_code(summaries) == 3


def test_a_store_that_cannot_be_written_ends_the_whole_sync(db: Database, peer: Peer) -> None:
    """The next account would fare no better."""

    def full(_: str) -> None:
        raise StoreError("the disk is full", "Free some space.")

    peer.fail = full
    with pytest.raises(StoreError):
        syncing(db, [account("a")]).all([account("a"), account("b")])


def test_unexpected_errors_come_as_they_are_for_whoever_asks_for_details(
    db: Database, peer: Peer
) -> None:
    """With ``--debug``."""

    def wrong(_: str) -> None:
        raise ZeroDivisionError

    peer.fail = wrong
    with pytest.raises(ZeroDivisionError):
        syncing(db, [account("a")], debug=True).all([account("a")])


def test_own_addresses_are_those_of_all_accounts_and_of_the_configuration(
    db: Database, peer: Peer
) -> None:
    """Imported ones too; those of the configuration become part of the account."""
    db.account("me@old.example", "files", "UTC", ["me@old.example"])
    accounts = [account("a"), account("b")]
    keep = keep_of(Config(addresses=("alias@ours.example",)), accounts, db)
    assert keep.own == {
        "me@old.example",
        "alias@ours.example",
        "a@ours.example",
        "b@ours.example",
    }
    syncing(db, accounts, own=("alias@ours.example",)).all(accounts[:1])
    assert own_addresses(db) == {"me@old.example", "alias@ours.example", "a@ours.example"}
