"""Whether the database file is whole; its own checks, read only."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import NamedTuple

from store.connection import is_read_only, reading_address, told
from store.schema import VERSION


class Health(NamedTuple):
    """``version``: of the schema in the file, ``newest``: that this brickwall knows.

    ``problems``: what SQLite finds wrong, the first few. ``writable``: whether it may be written.
    """

    version: int
    newest: int
    problems: tuple[str, ...]
    writable: bool


def health(path: Path) -> Health:
    """How it stands with the file at ``path``.

    Raises ``StoreError`` where it cannot be read, ``BusyError`` where another process holds it.
    """
    with told(path):
        connection = sqlite3.connect(reading_address(path), uri=True, timeout=10)
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
        finally:
            connection.close()
    problems = tuple(line for line in found if line != "ok")
    return Health(version, VERSION, problems, writable=not is_read_only(path))
