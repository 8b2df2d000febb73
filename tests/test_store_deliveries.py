"""Mails to the rep in the store, and the databases from before there were any."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from store import connection, database, schema
from store.errors import BusyError
from store.model import Delivery
from store.reading import read_facts
from tests.store_builder import NOW, batch, deal, event, message, path_in

LATER = NOW + timedelta(seconds=5)


def delivery(key: str = "2026-W10", *, state: str = "sending", kind: str = "digest") -> Delivery:
    """A mail to the rep."""
    return Delivery(
        kind, key, "rep@ours.example", "<1@brickwall>", "gmail", state, "", NOW, NOW, b"Subject: x"
    )


def test_a_database_of_the_first_version_is_brought_to_this_one_with_all_that_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages, meetings, deals and cursors are there afterwards, and deliveries can be kept."""
    path = path_in(tmp_path)
    with database.open(tmp_path / "new.db") as db:
        _filled(db)
        expected = read_facts(db)
    with monkeypatch.context() as old:
        old.setattr(connection, "VERSION", 1)
        with database.open(path) as db:
            account = _filled(db)
    assert _version_and_tables(path)[0] == 1
    assert "delivery" not in _version_and_tables(path)[1]
    with database.open(path) as db:
        after = read_facts(db)
        for name in ("messages", "participants", "events", "attendances", "deals"):
            assert getattr(expected, name).equals(getattr(after, name))
            assert len(getattr(after, name)) > 0
        assert db.position(account, "mail") is not None
        db.put_delivery(delivery())
        assert db.deliveries() == [delivery()]
    assert _version_and_tables(path)[0] == schema.VERSION


def _filled(db: database.Database) -> int:
    account = db.account("rep", "test", "UTC", ["rep@ours.example"])
    db.save(account, batch(message("a"), message("b"), event("e"), deal("d")), (), NOW)
    return account


def _version_and_tables(path: Path) -> tuple[int, set[str]]:
    opened = sqlite3.connect(path)
    try:
        (version,) = opened.execute("PRAGMA user_version").fetchone()
        names = {name for (name,) in opened.execute("SELECT name FROM sqlite_master")}
    finally:
        opened.close()
    return version, names


def test_a_delivery_is_replaced_by_what_is_said_of_it_later(tmp_path: Path) -> None:
    """There is one row for kind, key and recipient; all of it comes back as it was given."""
    first, later = delivery(), delivery(state="sent")._replace(changed_at=LATER, why="\u00fc")
    with database.open(path_in(tmp_path)) as db:
        for one in (first, delivery("2026-W11"), delivery(kind="brief"), later):
            db.put_delivery(one)
        assert sorted(db.deliveries()) == sorted(
            [later, delivery("2026-W11"), delivery(kind="brief")]
        )


def test_one_process_sends_at_a_time_while_another_syncs(tmp_path: Path) -> None:
    """The lock of sending is not the lock of syncing, and is given back."""
    path = path_in(tmp_path)
    with database.open(path) as db, database.open(path) as other:
        with db.writing(), other.delivering(), pytest.raises(BusyError), db.delivering():
            raise AssertionError
        with db.delivering():
            pass


def test_what_a_store_alone_has_is_made_once(tmp_path: Path) -> None:
    """It stays what it was, also when it is opened again."""
    with database.open(path_in(tmp_path)) as db:
        assert db.own("id", lambda: "one") == "one"
    with database.open(path_in(tmp_path)) as db:
        assert db.own("id", lambda: "two") == "one"
        assert db.own("salt", lambda: "two") == "two"
