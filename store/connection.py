"""Opening a SQLite file: its rights, its version, its pragmas, and errors put into words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, create_engine, pool
from sqlalchemy.exc import DBAPIError

from store.errors import BrickwallError, BusyError, StoreError
from store.schema import VERSION

#: Seconds that a statement waits for another process's transaction; each lasts well under one.
BUSY_SECONDS: Final = 10.0

_MIGRATIONS: Final = Path(__file__).parent / "migrations"

_WRITABLE: Final = (
    "Allow writing to the file and its folder, or copy it elsewhere and set BRICKWALL_HOME to that "
    "folder."
)
#: Primary SQLite result code -> (what happened, what to do).
_WORDS: Final = {
    sqlite3.SQLITE_FULL: (
        "the disk is full; nothing of the last step was saved, everything before it was",
        "Free some space and run the same command again.",
    ),
    sqlite3.SQLITE_READONLY: (
        "it may not be written",
        f"{_WRITABLE} Reports of what is stored can be made all the same.",
    ),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", f"Check that its folder exists. {_WRITABLE}"),
    sqlite3.SQLITE_PERM: (
        "there is no right to use it",
        "Allow reading and writing of the file, or set BRICKWALL_HOME to another folder.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "the file is damaged",
        "Put back a copy of it, or move it away and import and sync again.",
    ),
    sqlite3.SQLITE_NOTADB: (
        "this is not a brickwall database",
        "Move the file away, or set BRICKWALL_HOME to another folder.",
    ),
    sqlite3.SQLITE_IOERR: (
        "the disk reports an error",
        "Check the disk, then run the same command again.",
    ),
}


def _named(path: Path, error: sqlite3.Error) -> BrickwallError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return BusyError(
            f"{path}: another brickwall is writing", "Wait until it has finished, then try again."
        )
    happened, remedy = _WORDS.get(
        code,
        (str(error), "Try again; if it stays, restore the file or delete it and import again."),
    )
    return StoreError(f"{path}: {happened}", remedy)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn errors of the database or its file at ``path`` into words.

    Raises:
        BusyError: another process holds the database.
        StoreError: everything else; cause and remedy are said.
    """
    try:
        yield
    except DBAPIError as error:
        if not isinstance(error.orig, sqlite3.Error):
            raise
        raise _named(path, error.orig) from error
    except sqlite3.Error as error:
        raise _named(path, error) from error
    except OSError as error:
        raise StoreError(
            f"{path}: {error.strerror or error}",
            "Check the folder and its rights, or set BRICKWALL_HOME to another folder.",
        ) from error


def connect(path: Path) -> Connection:
    """Open or make the database at ``path``, in the newest version, readable by its owner only.

    Where nothing may be written there, what is stored can still be read; a write then raises.
    Transactions are begun by hand (``BEGIN`` or ``BEGIN IMMEDIATE``), never by the driver.
    """
    read_only = is_read_only(path)
    if not read_only:
        _prepare_file(path)
    address = reading_address(path) if read_only else path
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(
            address, timeout=BUSY_SECONDS, isolation_level=None, uri=read_only
        ),
        poolclass=pool.NullPool,
    )
    connection = engine.connect()
    try:
        if not read_only:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            # So a power cut may undo the last commits, but leaves records and cursor equal.
            connection.exec_driver_sql("PRAGMA synchronous = NORMAL")
        connection.exec_driver_sql("PRAGMA cache_size = -65536")
        _migrate(path, connection, read_only=read_only)
    except BaseException:
        connection.close()
        raise
    return connection


def is_read_only(path: Path) -> bool:
    """Whether there is a database at ``path`` that may be read, but nothing written there.

    SQLite makes files of its own beside it, so the folder counts too.
    """
    places = (path, path.parent)
    return path.is_file() and not all(os.access(place, os.W_OK) for place in places)


def reading_address(path: Path) -> str:
    """Where SQLite finds the database at ``path``, for whoever only reads.

    Without its log nobody writes to it at present; then it needs no file beside it either.
    """
    alone = is_read_only(path) and not path.with_name(f"{path.name}-wal").exists()
    return f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"


def _prepare_file(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)


def version(connection: Connection) -> int:
    """Version of the schema in the file; 0 for a new one."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def _migrate(path: Path, connection: Connection, *, read_only: bool) -> None:
    """Bring the file to ``VERSION``; Alembic is imported only when there is something to do."""
    found = version(connection)
    if found > VERSION:
        raise StoreError(
            f"{path}: made by a newer brickwall (version {found}; this one knows {VERSION})",
            "Update brickwall; the database was left as it is.",
        )
    if found == VERSION:
        return
    if read_only:
        raise StoreError(
            f"{path}: made by an older brickwall, and may not be written to bring it up to date",
            _WRITABLE,
        )
    with transaction(connection):
        # Another process may have migrated while this one waited for the lock.
        if version(connection) < VERSION:
            _refuse_foreign(path, connection)
            upgrade(connection)


def _refuse_foreign(path: Path, connection: Connection) -> None:
    tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
    if tables and not version(connection):
        raise StoreError(
            f"{path}: this is a database of another program",
            "Move the file away, or set BRICKWALL_HOME to another folder.",
        )


def upgrade(connection: Connection) -> None:
    """Run the missing migrations inside the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, f"{VERSION:04}")
    connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")


@contextmanager
def transaction(connection: Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """All or nothing; ``begin`` says whether the lock for writing is taken at once."""
    connection.exec_driver_sql(begin)
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


@contextmanager
def run_lock(path: Path) -> Iterator[None]:
    """Hold the lock of a whole run (sync, import), given back by the system however it ends.

    It is a transaction on an empty SQLite file beside the database: the same on every system.

    Raises:
        BusyError: another process holds it.
    """
    lock = path.with_name(path.name + ".lock")
    with told(lock):
        _prepare_file(lock)
        holder = sqlite3.connect(lock, timeout=0, isolation_level=None)
    try:
        with told(path):
            holder.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        holder.close()
