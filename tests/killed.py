"""A sync or an import in a process of its own that is killed in the middle, as by ``kill -9``.

Its steps are the requests it sends and the statements it gives the database, each before and after:
killed at a step, nothing that Python still had to do is done, not even the end of a ``with``.
"""

from __future__ import annotations

import http.client
import imaplib
import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, event

from ingest import workers
from ingest.source import Source
from ingest.sync import Options, sync
from store import database
from tests.contract import REP, TODAY
from tests.import_builder import run
from tests.store_builder import keep_all, label

#: Forked from a process that has everything imported, where that exists: a hundredth of the time.
FORKS: Final = "forkserver" in multiprocessing.get_all_start_methods()
CONTEXT: Final[Any] = multiprocessing.get_context("forkserver" if FORKS else "spawn")
CONTEXT.set_forkserver_preload(["tests.killed", "tests.killed_sources"])
_KILL: Final = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows ends a process by either

Work = Callable[[], None]


def sync_once(make: Callable[[], Source], path: Path) -> None:
    """Sync a source into the database at ``path`` to its end."""
    with database.open(path) as db:
        outcome = sync(
            make(),
            db,
            db.account(REP, "test", "UTC", [REP]),
            label=label,
            keep=keep_all,
            now=lambda: TODAY + timedelta(hours=1),
            progress=lambda batch, saved: None,
            options=Options(allow_mass_removal=True),
        )
        assert outcome.error is None


def import_once(home: Path, paths: list[Path]) -> None:
    """Import files into the home in small batches."""
    workers.LARGEST_CHUNK_COUNT = 5
    run(home, *paths)


def steps_of(work: Work) -> int:
    """How many steps it has when nothing disturbs it; afterwards all of it is done."""
    child, pipe = _started(work, None)
    pipe.recv()
    steps = int(pipe.recv())
    child.join()
    return steps


def killed_at(step: int, work: Work) -> bool:
    """Do ``work`` up to a step; whether it was killed there, not done before."""
    child, _ = _started(work, step)
    child.join()
    assert child.exitcode in (0, -_KILL, _KILL)
    return bool(child.exitcode)


def killed_after(seconds: float, work: Work) -> bool:
    """Do ``work`` for so long; whether it was killed, not done before."""
    child, pipe = _started(work, None)
    pipe.recv()
    child.join(seconds)
    child.kill()
    child.join()
    return bool(child.exitcode)


def _started(work: Work, limit: int | None) -> tuple[Any, Connection]:
    ours, theirs = CONTEXT.Pipe()
    child = CONTEXT.Process(target=_child, args=(work, limit, theirs))
    child.start()
    theirs.close()
    return child, ours


def _child(work: Work, limit: int | None, pipe: Connection) -> None:
    done = 0

    def step(*_: Any, **__: Any) -> None:
        nonlocal done
        if done == limit:
            os.kill(os.getpid(), _KILL)
        done += 1

    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, name, step)
    for kind in (http.client.HTTPConnection, imaplib.IMAP4):
        _watch(kind, "send", step)
    pipe.send("begun")
    work()
    pipe.send(str(done))


def _watch(kind: type[Any], name: str, step: Callable[[], None]) -> None:
    call = getattr(kind, name)

    def stepped(*args: Any, **options: Any) -> Any:
        step()
        result = call(*args, **options)
        step()
        return result

    setattr(kind, name, stepped)


def syncing(make: Callable[[], Source], path: Path) -> Work:
    """The work of one sync, as another process can be given it."""
    return partial(sync_once, make, path)


def importing(home: Path, paths: list[Path]) -> Work:
    """The work of one import, likewise."""
    return partial(import_once, home, paths)
