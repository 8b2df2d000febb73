"""A mail to the rep goes exactly once where that can be known, and never twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brickwall.delivering import SETTLED_AFTER, Letter, Post, deliver
from brickwall.ledger import is_own
from ingest.retry import OfflineError
from ingest.senders import UnsureError
from store import database
from store.database import Database
from store.errors import BusyError, InputError, SignInError
from store.model import Delivery
from tests.store_builder import NOW, path_in

REP = "rep@ours.example"
ROOT = Path(__file__).parent.parent


class KilledError(BaseException):
    """The process ends here."""


@dataclass
class World:
    """A mailbox, a clock, and what goes wrong. ``looks``: whether sent mail can be looked into.

    ``late``: mails that the server has taken, and shows among the sent mail only later.
    ``kill_at``: the step after which the process ends; steps are counted by ``step``.
    """

    looks: bool = True
    sent: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    now: datetime = NOW
    kill_at: int = -1
    steps: int = 0
    faults: list[Exception] = field(default_factory=list)
    loses: bool = False
    enabled: bool = True

    def step(self) -> None:
        """One more step; perhaps the last."""
        self.steps += 1
        if self.steps - 1 == self.kill_at:
            raise KilledError

    def clock(self) -> datetime:
        """Now."""
        return self.now

    def send(self, message: bytes) -> None:
        """As a server does; with a fault the mail may have been taken or not."""
        self.step()
        number = str(message_from_bytes(message)["Message-ID"])
        fault = self.faults.pop(0) if self.faults else None
        taken = fault is None or (isinstance(fault, UnsureError) and not self.loses)
        if taken:
            (self.late if fault else self.sent).append(number)
        self.step()
        if fault is not None:
            raise fault

    def was_sent(self, message_id: str) -> bool | None:
        """As a mailbox tells it."""
        self.step()
        return message_id in self.sent if self.looks else None

    def pass_time(self, minutes: float = 60) -> None:
        """Time goes by; what was under way arrives."""
        self.now += timedelta(minutes=minutes)
        if self.now - NOW >= SETTLED_AFTER:
            self.sent += self.late
            self.late = []

    @property
    def gone(self) -> list[str]:
        """All mails that the server has taken."""
        return [*self.sent, *self.late]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An empty store."""
    with database.open(path_in(tmp_path)) as opened:
        yield opened


def letter(week: str = "2026-W10", *, content: str | None = "Two things to do") -> Letter:
    """A digest."""

    def written(address: str, message_id: str) -> bytes:
        told = f"From: {address}\r\nTo: {REP}\r\nMessage-ID: {message_id}\r\n\r\n{content}\r\n"
        return told.encode()

    return Letter("digest", week, REP, written, lambda: "" if content else "nothing to say")


def attempt(
    db: Database, world: World, made: Letter | None = None, name: str = "gmail:rep@ours.example"
) -> Delivery | None:
    """One run of the daemon or the command."""
    post = Post(name, REP, world)
    return deliver(db, made or letter(), lambda: post, world.clock, wanted=lambda: world.enabled)


def test_a_mail_goes_once_however_often_it_is_asked_for(db: Database) -> None:
    """And is archived as it was sent."""
    world = World()
    for _ in range(3):
        done = attempt(db, world)
        world.pass_time()
    assert done is not None
    assert (done.state, world.sent, done.changed_at) == ("sent", [done.message_id], NOW)
    assert b"Two things to do" in done.content
    assert is_own(done.message_id)


def test_each_week_and_each_recipient_has_its_own(db: Database) -> None:
    """With Message-IDs of their own, which are the same each time they are made."""
    world = World()
    for week in ("2026-W10", "2026-W11"):
        attempt(db, world, letter(week))
    assert len(set(world.sent)) == 2
    assert all(is_own(one) for one in world.sent)
    assert not is_own("<1@mail.example>")


def test_nothing_to_say_is_said_once(db: Database) -> None:
    """Also if there is something later in the week."""
    world = World()
    assert attempt(db, world, letter(content=None)).state == "skipped"  # type: ignore[union-attr]
    assert attempt(db, world).state == "skipped"  # type: ignore[union-attr]
    assert world.sent == []


def test_where_there_is_nothing_to_say_nobody_has_to_be_able_to_send(db: Database) -> None:
    """A sender that nobody allowed is no error on an empty day."""

    def nobody() -> Post:
        raise AssertionError

    done = deliver(db, letter(content=None), nobody, World().clock)
    assert done is not None
    assert (done.state, done.why) == ("skipped", "nothing to say")


@pytest.mark.parametrize("looks", [True, False])
@pytest.mark.parametrize("kill_at", range(7))
def test_a_crash_at_any_step_neither_doubles_the_mail_nor_hides_what_is_not_known(
    db: Database, monkeypatch: pytest.MonkeyPatch, kill_at: int, *, looks: bool
) -> None:
    """Before and after every write of the ledger, before and after the mail has left.

    Where the sent mail can be looked into there is one mail at the end; elsewhere one or none, and
    then the ledger says that nobody knows.
    """
    world = World(looks=looks, kill_at=kill_at)
    put = db.put_delivery

    def watched(delivery: Delivery) -> None:
        world.step()
        put(delivery)
        world.step()

    monkeypatch.setattr(db, "put_delivery", watched)
    with pytest.raises(KilledError):
        attempt(db, world)
    world.kill_at = -1
    done = None
    for _ in range(4):
        done = attempt(db, world)
        world.pass_time()
    assert done is not None
    assert len(world.gone) <= 1
    if looks:
        assert (done.state, world.gone) == ("sent", [done.message_id])
    else:
        assert done.state == ("sent" if kill_at in (0, 1, 6) else "unknown")
        assert done.state == "unknown" or world.gone


def test_a_doubtful_mail_is_looked_for_and_not_sent_before_it_could_have_arrived(
    db: Database,
) -> None:
    """It shows among the sent mail only later."""
    world = World(faults=[UnsureError("no answer")])
    assert attempt(db, world).state == "sending"  # type: ignore[union-attr]
    world.pass_time(5)
    doubtful = attempt(db, world)
    assert doubtful is not None
    assert "may have gone" in doubtful.why
    world.pass_time(60)
    done = attempt(db, world)
    assert done is not None
    assert (done.state, len(world.gone)) == ("sent", 1)


def test_a_doubtful_mail_that_never_arrived_is_sent_again_as_it_was(db: Database) -> None:
    """To the byte, under the same Message-ID."""
    world = World(faults=[UnsureError("no answer")], loses=True)
    first = attempt(db, world)
    world.pass_time()
    done = attempt(db, world, letter(content="Three things"))
    assert first is not None
    assert done is not None
    assert (done.state, world.gone, done.content) == ("sent", [first.message_id], first.content)


def test_a_doubtful_mail_that_was_emptied_is_written_anew(db: Database) -> None:
    """Somebody whom it named was forgotten meanwhile."""
    world = World(faults=[UnsureError("no answer")], loses=True)
    first = attempt(db, world)
    assert first is not None
    db.put_delivery(first._replace(content=b""))
    world.pass_time()
    done = attempt(db, world, letter(content="One thing"))
    assert done is not None
    assert (done.state, world.gone) == ("sent", [first.message_id])
    assert b"One thing" in done.content


def test_where_nobody_can_look_a_doubtful_mail_is_not_sent_again(db: Database) -> None:
    """And the ledger says so, each time it is asked."""
    world = World(looks=False, faults=[UnsureError("no answer")], loses=True)
    for _ in range(3):
        done = attempt(db, world)
        world.pass_time()
    assert done is not None
    assert (done.state, world.gone) == ("unknown", [])
    assert "nobody can look" in done.why


def test_another_way_to_send_does_not_repeat_what_the_first_may_have_sent(db: Database) -> None:
    """Its sent mail is another one's."""
    attempt(db, World(faults=[UnsureError("no answer")]))
    other = World()
    other.pass_time()
    done = attempt(db, other, name="smtp:mail.ours.example")
    assert done is not None
    assert (done.state, other.gone) == ("unknown", [])


@pytest.mark.parametrize(
    "error", [OfflineError("offline"), SignInError("revoked"), InputError("550 No")]
)
def test_what_has_certainly_not_gone_is_sent_the_next_time(db: Database, error: Exception) -> None:
    """The ledger keeps why."""
    world = World(faults=[error])
    with pytest.raises(type(error)):
        attempt(db, world)
    (failed,) = db.deliveries()
    assert (failed.state, failed.why, world.gone) == ("failed", str(error), [])
    assert attempt(db, world).state == "sent"  # type: ignore[union-attr]
    assert len(world.gone) == 1


def test_an_older_copy_of_the_store_does_not_send_again(tmp_path: Path) -> None:
    """As after putting back a backup: it knows nothing, but the mail is there."""
    world = World()
    path = path_in(tmp_path)
    with database.open(path) as db:
        number = db.own("id", lambda: "the store")
    old = path.read_bytes()
    with database.open(path) as db:
        attempt(db, world)
    path.write_bytes(old)
    with database.open(path) as db:
        done = attempt(db, world)
        assert (number, len(world.gone)) == (db.own("id", lambda: "other"), 1)
    assert done is not None
    assert (done.state, done.why) == ("sent", "found among the sent mail")


def test_nothing_is_sent_once_it_is_turned_off(db: Database) -> None:
    """Not a first time, not after a crash, not when it is turned off at the last moment."""
    off = World(enabled=False)
    assert attempt(db, off) is None
    doubtful = World(faults=[UnsureError("no answer")], loses=True)
    attempt(db, doubtful)
    doubtful.pass_time()
    doubtful.enabled = False
    assert attempt(db, doubtful) is None
    answers = iter([True, False])
    late = World()
    post = Post("gmail", REP, late)
    done = deliver(db, letter("2026-W11"), lambda: post, late.clock, wanted=lambda: next(answers))
    assert done is None
    assert (off.gone, doubtful.gone, late.gone) == ([], [], [])


def test_two_brickwalls_at_once_send_one(tmp_path: Path) -> None:
    """The second is told that the first is at it."""
    world = World()
    path = path_in(tmp_path)
    with database.open(path) as db, database.open(path) as other:

        def sending_meanwhile(message: bytes) -> None:
            with pytest.raises(BusyError):
                attempt(other, World())
            world.sent.append(str(message_from_bytes(message)["Message-ID"]))

        world.send = sending_meanwhile  # type: ignore[method-assign]
        attempt(db, world)
        attempt(other, world)
    assert len(world.gone) == 1


_PROGRAM = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from brickwall.delivering import Letter, Post, deliver
from store import database
class Dies:
    def send(self, message): os._exit(9)
    def was_sent(self, message_id): return False
def written(address, number): return f"To: rep@ours.example\\r\\nMessage-ID: {number}\\r\\n\\r\\nx".encode()
with database.open(Path(sys.argv[1])) as db:
    letter = Letter("digest", "2026-W10", "rep@ours.example", written)
    deliver(db, letter, lambda: Post("gmail", "rep@ours.example", Dies()), lambda: datetime.now(UTC))
"""  # noqa: E501


def test_a_process_that_is_killed_leaves_sending_on_the_disk_and_the_lock_free(
    tmp_path: Path,
) -> None:
    """For real: another process dies while it sends."""
    path = path_in(tmp_path)
    done = subprocess.run([sys.executable, "-c", _PROGRAM, str(path)], cwd=ROOT, check=False)
    assert done.returncode == 9
    with database.open(path) as db, db.delivering():
        assert [one.state for one in db.deliveries()] == ["sending"]


_FAULTS: list[Callable[[], Exception | None]] = [
    lambda: None,
    lambda: UnsureError("no answer"),
    lambda: OfflineError("offline"),
    lambda: SignInError("revoked"),
]


@given(
    looks=st.booleans(),
    loses=st.booleans(),
    runs=st.lists(
        st.tuples(
            st.sampled_from(range(len(_FAULTS))),
            st.integers(-1, 5),
            st.sampled_from([1.0, 9.0, 11.0, 600.0]),
        ),
        max_size=6,
    ),
)
@settings(max_examples=60, deadline=None)
def test_whatever_happens_there_are_never_two(
    tmp_path_factory: pytest.TempPathFactory,
    *,
    looks: bool,
    loses: bool,
    runs: list[tuple[int, int, float]],
) -> None:
    """Faults, crashes and pauses in any order; at the end one, or the ledger says unknown."""
    world = World(looks=looks, loses=loses)
    with database.open(path_in(tmp_path_factory.mktemp("ledger"))) as db:
        for number, kill_at, minutes in [*runs, (0, -1, 600.0), (0, -1, 600.0), (0, -1, 600.0)]:
            fault = _FAULTS[number]()
            world.faults = [fault] if fault else []
            world.steps, world.kill_at = 0, kill_at
            with suppress(KilledError, InputError, SignInError):
                attempt(db, world)
            assert len(world.gone) <= 1
            world.pass_time(minutes)
        (last,) = db.deliveries()
    assert last.state in ("sent", "unknown")
    assert last.state == "unknown" or len(world.gone) == 1
    assert not looks or last.state == "sent"
