"""``kill -9`` at more than a hundred points of syncs and imports: nothing lost, nothing doubled."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from random import Random
from typing import Final

import pytest

from store import database
from store.content import digest
from tests.account_changes import mail_arrives, mail_changes, meetings_arrive, meetings_change
from tests.contract import Peer, can
from tests.import_builder import calendar, content, event, mail, mbox, run, write, zipped
from tests.killed import FORKS, importing, killed_after, killed_at, steps_of, syncing
from tests.killed_sources import MAKERS
from tests.synced import Synced, account, empty_database, prepare

PHASES: Final = ("first", "next", "resync")
#: Where nothing expires, no full listing is ever compared.
CASES: Final = [(k, p) for k in MAKERS for p in PHASES if p != "resync" or can(k, "expire")]
#: Trials of each source in each phase, with two kills each: ``BRICKWALL_KILL_TRIALS=17`` makes them
#: more than a hundred for every source. Without fork a process takes too long to begin.
TRIALS: Final = int(os.environ.get("BRICKWALL_KILL_TRIALS", "5" if FORKS else "1"))
IMPORT_TRIALS: Final = 4 * TRIALS if FORKS else 3
#: Longest that a process is left alone; most of these syncs take less.
LONGEST_SECONDS: Final = 0.1


def stored(path: Path) -> str:
    """Digest of all that is stored, cursors aside."""
    with database.open(path) as db:
        return digest(db, cursors=False)


def prepared(synced: Synced, phase: str) -> bytes:
    """The account and the database as they are when the phase begins."""
    writes = can(type(synced.peer), "add_message")
    (mail_arrives if writes else meetings_arrive)(synced.peer)
    prepare(synced, phase, mail_changes if writes else meetings_change)
    synced.close()
    return synced.path.read_bytes()


@pytest.mark.parametrize(("kind", "phase"), CASES, ids=[f"{k.name}-{p}" for k, p in CASES])
def test_a_sync_that_is_killed_goes_on_to_the_same_content(
    kind: type[Peer], phase: str, tmp_path: Path
) -> None:
    """Killed at a step, then again at a step or after a while, then left to come to its end."""
    random = Random(f"{kind.name} {phase}")
    with account(kind, tmp_path) as synced:
        begun = prepared(synced, phase)
        make = MAKERS[kind](synced.peer)
        calm = tmp_path / "calm.db"
        calm.write_bytes(begun)
        steps = steps_of(syncing(make, calm))
        for trial in range(TRIALS):
            path = tmp_path / f"{trial}.db"
            path.write_bytes(begun)
            work = syncing(make, path)
            assert killed_at(at := random.randrange(steps * trial // TRIALS, steps), work)
            if trial % 2:
                killed_after(after := random.uniform(0, LONGEST_SECONDS), work)
            else:
                killed_at(after := random.randrange(steps), work)
            work()
            assert stored(path) == stored(calm), f"killed at step {at} and {after}"


def every_kind_of_file(folder: Path) -> list[Path]:
    """A mailbox, a packed one, single mails, a Maildir, a Takeout, a calendar and deals."""
    box = mbox([*(mail(n) for n in range(40)), b"Junk: x\n\n", mail(1, sender="c@ours.example")])
    takeout = {"Takeout/Mail/Inbox.mbox": mbox(mail(n) for n in range(30, 50))}
    takeout["Takeout/Calendar/me.ics"] = calendar(event("2"))
    takeout["more/1.eml"] = mail(60)
    deals = b"contact,topic,value\nbob@theirs.example,Pumps,900\n"
    for name in ("cur", "new", "tmp"):
        (folder / "maildir" / name).mkdir(parents=True)
    write(folder / "maildir" / "cur" / "1.x:2,S", mail(70))
    return [
        write(folder / "a.mbox", box),
        write(folder / "b.mbox.gz", gzip.compress(mbox(mail(n) for n in range(45, 55)))),
        write(folder / "eml" / "1.eml", mail(1000)).parent,
        folder / "maildir",
        zipped(folder / "takeout.zip", takeout),
        write(folder / "c.ics", calendar(event("1"))),
        write(folder / "deals.csv", deals),
    ]


def test_an_import_that_is_killed_goes_on_to_the_same_content(tmp_path: Path) -> None:
    """Files of every kind; some times there is no database yet."""
    paths = every_kind_of_file(tmp_path / "files")
    homes = [tmp_path / str(number) for number in range(IMPORT_TRIALS + 1)]
    for number, home in enumerate(homes):
        home.mkdir()
        if number % 7:
            (home / "brickwall.db").write_bytes(empty_database())
    calm = homes.pop()
    steps = steps_of(importing(calm, paths))
    random = Random("import")
    for number, home in enumerate(homes):
        work = importing(home, paths)
        assert killed_at(at := random.randrange(steps * number // len(homes), steps), work)
        killed_after(after := random.uniform(0, LONGEST_SECONDS), work)
        run(home, *paths)
        assert content(home) == content(calm), f"killed at step {at} and after {after} s"
