"""The database file: made, opened, migrated, refused; and what the errors say."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from store import connection, database, schema
from store.errors import BusyError, StoreError
from store.health import health
from store.reading import read_facts
from tests.store_builder import NOW, batch, message, path_in

ROOT = Path(__file__).parent.parent


def test_migrations_make_the_tables_of_the_schema(tmp_path: Path) -> None:
    """A new database is made by the migrations alone; nothing differs from ``schema.metadata``."""
    path = path_in(tmp_path)
    with database.open(path):
        pass
    engine = sqlalchemy.create_engine(f"sqlite:///{path}", poolclass=sqlalchemy.pool.NullPool)
    with engine.connect() as opened:
        context = MigrationContext.configure(opened, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
        assert context.get_current_revision() == f"{schema.VERSION:04}"


def test_migrations_write_the_same_sql_as_the_schema(tmp_path: Path) -> None:
    """Also what Alembic does not compare: keys without row ids, names of constraints."""

    def tables(path: Path) -> dict[str, list[str]]:
        with sqlite3.connect(path) as opened:
            found = opened.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
            made = {n: sorted(part.strip(" ,") for part in s.splitlines()) for n, s in found}
        opened.close()
        made.pop("alembic_version", None)
        return made

    migrated, created = path_in(tmp_path), tmp_path / "created.db"
    with database.open(migrated):
        pass
    engine = sqlalchemy.create_engine(f"sqlite:///{created}", poolclass=sqlalchemy.pool.NullPool)
    schema.metadata.create_all(engine)
    assert tables(migrated) == tables(created)


def test_the_schema_is_valid_for_postgresql() -> None:
    """Every table compiles, with ids and times of 64 bits."""
    for table in schema.metadata.sorted_tables:
        written = str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
        assert "rowid" not in written.lower()
        assert "id INTEGER" not in written


def test_alembic_is_imported_only_for_a_migration(tmp_path: Path) -> None:
    """A second start does not pay for it."""
    path = path_in(tmp_path)
    with database.open(path):
        pass
    program = (
        "import sys; from pathlib import Path; from store import database\n"
        "with database.open(Path(sys.argv[1])): print('alembic' in sys.modules)"
    )
    command = [sys.executable, "-c", program, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables, revision and version are one transaction."""
    path = path_in(tmp_path)

    def fail(opened: sqlalchemy.Connection) -> None:
        upgrade(opened)
        raise OSError("power cut")

    upgrade = connection.upgrade
    monkeypatch.setattr(connection, "upgrade", fail)
    with pytest.raises(StoreError, match="power cut"):
        database.open(path)
    with sqlite3.connect(path) as opened:
        assert opened.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        assert opened.execute("PRAGMA user_version").fetchone() == (0,)
    opened.close()
    monkeypatch.undo()
    with database.open(path) as db:
        assert read_facts(db).messages.empty


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX")
def test_only_the_owner_may_read(tmp_path: Path) -> None:
    """The folder that is made is 0700, every file in it 0600; wider rights are taken back."""
    path = path_in(tmp_path)
    with database.open(path) as db, db.writing():
        db.account("rep", "test", "UTC", [])
        assert path.parent.stat().st_mode & 0o777 == 0o700
        files = list(path.parent.iterdir())
        assert {file.name for file in files} >= {"brickwall.db", "brickwall.db-wal"}
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    path.chmod(0o644)
    with database.open(path):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    """The error says which version it is and what to do."""
    path = path_in(tmp_path)
    with database.open(path):
        pass
    with sqlite3.connect(path) as opened:
        opened.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    opened.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=f"version {schema.VERSION + 1}") as error:
        database.open(path)
    assert "Update brickwall" in error.value.remedy
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    """Tables without our version are somebody else's."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as opened:
        opened.execute("CREATE TABLE theirs (x)")
    opened.close()
    with pytest.raises(StoreError, match="another program"):
        database.open(path)
    with sqlite3.connect(path) as opened:
        assert opened.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    opened.close()


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    """And it is not touched."""
    path = tmp_path / "notes.txt"
    path.write_bytes(b"These are my notes. " * 100)
    with pytest.raises(StoreError, match="not a brickwall database"):
        database.open(path)
    assert path.read_bytes() == b"These are my notes. " * 100


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    """When its pages no longer make sense."""
    path = path_in(tmp_path)
    with database.open(path) as db:
        account = db.account("rep", "test", "UTC", [])
        db.save(account, batch(*(message(f"m{n}") for n in range(300))), (), NOW)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged") as error, database.open(path) as db:
        read_facts(db)
    assert "import and sync again" in error.value.remedy


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """The error names the file and the way out."""
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="home") as error:
        database.open(path_in(tmp_path))
    assert "BRICKWALL_HOME" in error.value.remedy


@pytest.fixture
def read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A database in a folder where nothing may be written, for root neither."""
    path = path_in(tmp_path)
    with database.open(path) as db:
        db.save(db.account("rep", "test", "UTC", []), batch(message("a")), (), NOW)
    for place in (path, path.parent):
        place.chmod(place.stat().st_mode & ~0o222)
    monkeypatch.setattr(os, "access", lambda place, mode: bool(place.stat().st_mode & 0o200))
    yield path
    for place in (path.parent, path):
        place.chmod(0o700)


def test_what_may_not_be_written_can_be_read(read_only: Path) -> None:
    """Nothing is made or changed beside it; whoever writes is told what to do."""
    before = {file.name: file.read_bytes() for file in read_only.parent.iterdir()}
    with database.open(read_only) as db:
        assert list(read_facts(db).messages["subject"]) == ["Offer a"]
        with pytest.raises(StoreError, match="may not be written") as caught:
            db.account("other", "test", "UTC", [])
        assert "Reports of what is stored can be made all the same" in caught.value.remedy
    assert health(read_only).problems == ()
    assert {file.name: file.read_bytes() for file in read_only.parent.iterdir()} == before


def test_an_old_database_that_may_not_be_written_is_said(
    read_only: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be brought up to date."""
    monkeypatch.setattr(connection, "VERSION", schema.VERSION + 1)
    with pytest.raises(StoreError, match="made by an older brickwall") as caught:
        database.open(read_only)
    assert "BRICKWALL_HOME" in caught.value.remedy


def test_a_folder_in_the_place_of_the_file_is_said(tmp_path: Path) -> None:
    """SQLite cannot open it."""
    path_in(tmp_path).mkdir(parents=True)
    with pytest.raises(StoreError):
        database.open(path_in(tmp_path))


def test_a_database_held_by_another_program_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After waiting, the error says so; afterwards all is well."""
    path = path_in(tmp_path)
    with database.open(path):
        pass
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.01)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with database.open(path) as db:
        with pytest.raises(BusyError, match="another brickwall"):
            db.account("rep", "test", "UTC", [])
        holder.close()
        assert db.account("rep", "test", "UTC", []) == 1
