"""Several processes at one database: killed writers, readers beside a writer, two writers."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from ingest.source import Batch
from store import database
from store.content import digest
from store.errors import BusyError
from store.model import Failure
from store.reading import read_facts
from tests.store_builder import ListSource, batch, event, message, numbered, path_in, run

SPAWN = multiprocessing.get_context("spawn")


def prepared() -> list[Batch]:
    """Forty batches with a bit of everything."""
    return numbered(
        *(
            batch(
                *(message(f"m{n * 37 % 500}-{k}", text="x" * 500) for k in range(20)),
                event(f"e{n}", carried_by=f"m{n}-0"),
                failures=(Failure(f"item {n}", "broken"),),
                left_out={"draft": 1},
            )
            for n in range(40)
        )
    )


def write(path: Path, pipe: Connection) -> None:
    """Sync everything, saying after each batch that it is saved."""
    with database.open(path) as db:
        run(db, ListSource(prepared()), progress=lambda given, saved: pipe.send(given.cursor))
    pipe.send("end")


def hold(path: Path, pipe: Connection) -> None:
    """Hold the lock of a run until told to end."""
    with database.open(path) as db, db.writing():
        pipe.send("held")
        pipe.recv()


def started(target: Callable[[Path, Connection], None], path: Path) -> tuple[Any, Any]:
    """A child process and our end of the pipe to it."""
    ours, theirs = SPAWN.Pipe()
    child = SPAWN.Process(target=target, args=(path, theirs))
    child.start()
    theirs.close()
    return child, ours


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Digest after one undisturbed run."""
    with database.open(path_in(tmp_path_factory.mktemp("calm"))) as db:
        run(db, ListSource(prepared()))
        return digest(db)


def test_a_killed_sync_goes_on_to_the_same_content(tmp_path: Path, calm: str) -> None:
    """Killed again and again in the middle of saving; the lock is given back each time."""
    path = path_in(tmp_path)
    for batches in (1, 7, 13):
        child, pipe = started(write, path)
        for _ in range(batches):
            assert pipe.recv() != "end"
        child.kill()
        child.join()
        assert child.exitcode != 0
    with database.open(path) as db:
        position = db.position(1, "mail")
        assert position is not None
        assert 21 <= int(position.cursor) < 40
        assert run(db, ListSource(prepared())).error is None
        assert digest(db) == calm


def test_reading_goes_on_beside_a_writer(tmp_path: Path, calm: str) -> None:
    """Every read sees whole batches, and never fewer than the one before."""
    path = path_in(tmp_path)
    with database.open(path) as db:
        child, pipe = started(write, path)
        assert pipe.recv() == "1"
        seen = []
        while child.is_alive():
            facts = read_facts(db)
            seen.append(len(facts.messages))
            assert set(facts.participants["message"]) == set(facts.messages["message"])
            assert set(facts.participants["mailbox"]) <= set(facts.mailboxes["mailbox"])
        child.join()
        assert child.exitcode == 0
        assert seen == sorted(seen)
        assert all(count % 20 == 0 for count in seen)
        assert digest(db) == calm


def test_a_lock_is_given_back_when_its_holder_is_killed(tmp_path: Path) -> None:
    """Busy while it lives, free at once when it does not."""
    path = path_in(tmp_path)
    child, pipe = started(hold, path)
    assert pipe.recv() == "held"
    with database.open(path) as db:
        with pytest.raises(BusyError), db.writing():
            pass
        child.kill()
        child.join()
        with db.writing():
            pass
