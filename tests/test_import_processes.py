"""An import's processes: one at a time, interrupted, killed, ended by a mail, or not to be had."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from brickwall.importing import Progress
from brickwall.labels import label
from ingest import workers
from store import database
from store.errors import BusyError
from store.model import Intent, Message
from tests.import_builder import (
    calendar,
    content,
    event,
    labelled,
    mail,
    mbox,
    run,
    stored,
    write,
)


def test_several_processes_store_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of worker processes changes nothing in the content, labels included."""
    monkeypatch.setattr(workers, "WORTH_PROCESSES_BYTES", 0)
    monkeypatch.setattr(workers, "LARGEST_CHUNK_COUNT", 7)
    internal = [mail(900 + n, sender="c@ours.example") for n in range(5)]
    mails = [*(mail(n) for n in range(60)), b"Junk: x\n\nx\n", *internal]
    box = write(tmp_path / "a.mbox", mbox(mails))
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    run(one, box, workers=1, label=label)
    summary = run(two, box, workers=2, label=label)
    assert summary.new == 60
    assert labelled(two)
    assert len(summary.quarantined) == 1
    assert content(one) == content(two)


def test_only_one_import_at_a_time(tmp_path: Path) -> None:
    """A second writer is refused at once."""
    box = write(tmp_path / "a.mbox", mbox([mail(1)]))
    with database.open(tmp_path / "brickwall.db") as held, held.writing(), pytest.raises(BusyError):
        run(tmp_path, box)


def test_interrupted_import_keeps_what_was_saved_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the middle: the next run reads only the rest and ends with the same content."""
    monkeypatch.setattr(workers, "LARGEST_CHUNK_COUNT", 5)
    box = write(tmp_path / "a.mbox", mbox(mail(n) for n in range(40)))

    def interrupt(progress: Progress) -> None:
        if progress.read >= 15:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, box, progress=interrupt)
    assert len(stored(tmp_path)) == 15
    assert run(tmp_path, box).read == 25
    whole = tmp_path / "whole"
    whole.mkdir()
    run(whole, box)
    assert content(tmp_path) == content(whole)


_CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from brickwall.labels import label
from tests.import_builder import run
from ingest import workers
workers.LARGEST_CHUNK_COUNT = 20
workers.WORTH_PROCESSES_BYTES = 0
if __name__ == "__main__":
    run(Path(sys.argv[2]), *map(Path, sys.argv[4:]), workers=int(sys.argv[3]), label=label,
        progress=lambda p: print(p.read, flush=True))
"""


def _killed_after(count: int, home: Path, script: Path, paths: list[Path]) -> None:
    """Import in a child process and kill it once it has saved ``count`` batches."""
    command = [sys.executable, str(script), str(Path(__file__).parents[1]), str(home), "2"]
    child = subprocess.Popen([*command, *map(str, paths)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for _ in range(count):
        child.stdout.readline()
    child.kill()
    child.stdout.close()
    child.wait()


def test_killed_import_ends_with_the_content_of_an_undisturbed_one(tmp_path: Path) -> None:
    """SIGKILL at several points, worker processes included; then one run to the end."""
    box = mbox([*(mail(n) for n in range(300)), b"Junk: x\n\n", mail(1, sender="c@ours.example")])
    paths = [write(tmp_path / "a.mbox", box), write(tmp_path / "b.ics", calendar(event("1")))]
    for n in range(30):
        paths[2:] = [write(tmp_path / "eml" / f"{n}.eml", mail(1000 + n)).parent]
    script = write(tmp_path / "child.py", _CHILD.encode())
    home, whole = tmp_path / "home", tmp_path / "whole"
    home.mkdir()
    whole.mkdir()
    for count in (0, 1, 4, 3):
        _killed_after(count, home, script, paths)
    run(home, *paths, label=label)
    run(whole, *paths, label=label)
    assert content(home) == content(whole)


def test_workers_end_with_a_killed_parent(tmp_path: Path) -> None:
    """No orphan goes on after the main process was killed."""
    if not Path("/proc").is_dir():
        pytest.skip("looks for processes in /proc")
    box = write(tmp_path / "orphans.mbox", mbox(mail(n) for n in range(3000)))
    script = write(tmp_path / "child.py", _CHILD.encode())
    home = tmp_path / "home"
    home.mkdir()
    before = set(_spawned())
    _killed_after(3, home, script, [box])
    for _ in range(100):
        if not set(_spawned()) - before:
            return
        time.sleep(0.05)
    pytest.fail(f"still there: {set(_spawned()) - before}")


def _spawned() -> Iterator[int]:
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                line = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if b"multiprocessing.spawn" in line:
                yield int(process.name)


def _deadly(messages: Sequence[Message]) -> list[Intent]:
    """A labeller that some words end the process of; here, where it belongs, it only labels."""
    if multiprocessing.parent_process() and any("deadly" in one.text for one in messages):
        os._exit(3)
    return label(messages)


def test_mail_that_ends_its_process_is_kept_out_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash while a mail is read costs that mail, not the import; the order stays."""
    monkeypatch.setattr(workers, "WORTH_PROCESSES_BYTES", 0)
    monkeypatch.setattr(workers, "LARGEST_CHUNK_COUNT", 3)
    mails = [mail(n, body="It is deadly." if n == 1 else "Hello!") for n in range(7)]
    summary = run(tmp_path, write(tmp_path / "a.mbox", mbox(mails)), workers=2, label=_deadly)
    assert stored(tmp_path) == [f"Offer {n}" for n in range(7) if n != 1]
    assert [(one.item.rpartition(", ")[2][:9], one.why) for one in summary.quarantined] == [
        ("message 2", "reading it ended the process")
    ]


def test_where_no_process_can_be_had_everything_is_read_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too little memory or no right for further processes makes it slower, no more."""
    monkeypatch.setattr(workers, "WORTH_PROCESSES_BYTES", 0)
    monkeypatch.setattr(workers, "LARGEST_CHUNK_COUNT", 3)
    monkeypatch.setattr(workers, "_begin_worker", _ends_at_once)
    box = write(tmp_path / "a.mbox", mbox(mail(n) for n in range(7)))
    assert run(tmp_path, box, workers=2, label=label).new == 7
    assert labelled(tmp_path)


def _ends_at_once() -> None:
    os._exit(3)
