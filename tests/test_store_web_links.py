"""Where messages are shown on the web: kept with the place where each lies, gone with it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from store import database, schema
from store.content import digest
from store.dossier import dossier
from store.model import Message
from store.reading import read_facts
from store.saved import Saved
from store.source_keys import web_links
from tests.conference_builder import call, joined
from tests.store_builder import NOW, batch, event, message, path_in

LINK = "https://outlook.office365.com/owa/?ItemID=AAMk%2F1%3D&exvsurl=1&viewmodel=ReadMessageItem"


def lying(name: str, link: str = LINK) -> Message:
    """A message of a connected account."""
    return message(name)._replace(source_key=f"key-{name}", web_link=link)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is."""
    return path_in(tmp_path)


def test_a_link_is_kept_and_the_same_again_changes_nothing(path: Path) -> None:
    """Only messages that have one are named."""
    with database.open(path) as db:
        account = db.account("rep", "microsoft", "UTC", [])
        told = batch(lying("a"), lying("b", ""), message("c"))
        db.save(account, told, (), NOW)
        before = digest(db)
        assert web_links(db, [account]) == {1: LINK}
        assert web_links(db, [account + 1]) == {}
        assert db.save(account, told, (), NOW) == Saved(known=3)
        assert digest(db) == before


def test_a_link_moves_with_its_message(path: Path) -> None:
    """In another folder it has another one; where it lay before there is none left."""
    with database.open(path) as db:
        account = db.account("rep", "microsoft", "UTC", [])
        db.save(account, batch(lying("a")), (), NOW)
        db.save(account, replace(batch(lying("a", LINK + "2")), stream="archive"), (), NOW)
        db.save(account, replace(batch(), tombstones=("key-a",)), (), NOW)
        assert web_links(db, [account]) == {1: LINK + "2"}


def test_who_asks_what_is_known_gets_the_links_and_forgetting_takes_them_along(path: Path) -> None:
    """They are about mail of that person."""
    with database.open(path) as db:
        account = db.account("rep", "microsoft", "UTC", [])
        db.save(account, batch(lying("a")), (), NOW)
        sender = lying("a").participants[0].address
        assert dossier(db, [sender], []).messages[0]["web_links"] == [LINK]
        db.forget_people([sender], [], [], NOW)
    assert b"AAMk" not in path.read_bytes()


def test_an_older_database_keeps_all_but_knows_no_link_and_proves_no_absence(path: Path) -> None:
    """Nobody knows whether there was a room besides; the next sync goes on where it was."""
    with database.open(path) as db:
        account = db.account("rep", "microsoft", "UTC", [])
        db.save(account, batch(lying("a"), lying("b"), event("e"), call(joined("Ann"))), (), NOW)
        expected = read_facts(db)
    opened = sqlite3.connect(path)
    for table, column in (("place", "web_link"), ("conference", "in_person")):
        opened.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    opened.execute("PRAGMA user_version = 4")
    opened.execute("UPDATE alembic_version SET version_num = '0004'")
    opened.commit()
    opened.close()
    with database.open(path) as db:
        after = read_facts(db)
        for name in ("messages", "events", "joinings"):
            assert getattr(expected, name).equals(getattr(after, name))
        assert after.conferences["in_person"].tolist() == [True]
        assert web_links(db, [account]) == {}
        assert db.stored(account, "mail", ["key-a", "key-b", "key-c"]) == {"key-a", "key-b"}
    assert sqlite3.connect(path).execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
