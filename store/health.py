"""Whether the database file is whole; its own checks, read only."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import NamedTuple

from store.connection import told
from store.schema import VERSION


class Health(NamedTuple):
    """``version``: of the schema in the file, ``newest``: that this brickwall knows.

    ``problems``: what SQLite finds wrong, the first few.
    """

    version: int
    newest: int
    problems: tuple[str, ...]


def health(path: Path) -> Health:
    """How it stands with the file at ``path``.

    Raises ``StoreError`` where it cannot be read, ``BusyError`` where another process holds it.
    """
    with told(path):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
        finally:
            connection.close()
    return Health(version, VERSION, tuple(line for line in found if line != "ok"))
