"""Deleting old texts, or everything that brickwall holds on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from brickwall.paths import Home
from store.errors import StoreError

if TYPE_CHECKING:
    from store.database import Database


def expire(database: Database, text_days: int, now: datetime) -> int:
    """Delete texts older than ``text_days``; 0 deletes none. How many there were."""
    if not text_days:
        return 0
    with database.writing():
        return database.expire_texts(now - timedelta(days=text_days))


def everything(home: Home) -> int:
    """Delete all data; the configuration and the OAuth clients stay. How many things there were.

    Raises ``StoreError`` where something cannot be deleted.
    """
    count = 0
    for path in _data(home):
        try:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        except OSError as error:
            raise StoreError(f"{path} cannot be deleted: {error.strerror}", "Delete it.") from error
        count += 1
    return count


def _data(home: Home) -> Iterator[Path]:
    """What there is, by name: a folder named by the user may hold other things of theirs."""
    yield from sorted(home.data.glob(home.database.name + "*"))
    own = (home.accounts, home.vault, home.action_key, home.daemon_lock, home.daemon_memory)
    for path in (
        *own,
        home.daemon_log.parent,
        home.reports,
        home.data / "sending.lock",
        home.demo_account,
    ):
        if path.exists():
            yield path
