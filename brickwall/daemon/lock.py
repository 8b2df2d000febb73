"""One daemon for each user: a lock that the system gives back however the process ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import BusyError, StoreError


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock at ``path``.

    Raises ``BusyError`` where another process holds it, ``StoreError`` where there can be no lock.
    """
    handle = _opened(path)
    try:
        if not _lock(handle):
            raise BusyError(
                "Another brickwall daemon is at work.", "See it with `brickwall daemon status`."
            )
        yield
    finally:
        os.close(handle)


def is_held(path: Path) -> bool:
    """Whether a process holds the lock at ``path``."""
    if not path.exists():
        return False
    handle = _opened(path)
    try:
        return not _lock(handle)
    finally:
        os.close(handle)


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be opened: {error.strerror}", "Check the rights of its folder."
        ) from error


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
