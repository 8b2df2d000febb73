"""A made-up machine for the daemon: its clock, its sleep, its network, the mailbox of the rep.

Keeper, clockwork, heartbeat, ledger and delivery are the real ones; time, timers,
processes and the network are not. A quarter passes in seconds.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from typing import Any, Final

from brickwall.config import Config
from brickwall.daemon import past
from brickwall.daemon.keeper import Ending, Keeper
from brickwall.daemon.past import Memory
from brickwall.daemon.plan import BRIEF, DIGEST, SYNC, Due
from brickwall.daemon.run import HEARTBEAT_SECONDS, Clockwork, Heartbeat
from brickwall.daemon.work import delivered, failure
from brickwall.delivering import Letter, Post, deliver
from ingest.retry import OfflineError
from ingest.senders import UnsureError
from store.database import Database
from store.errors import BrickwallError

ACCOUNT: Final = "gmail:rep@ours.example"
REP: Final = "rep@ours.example"
WORK_SECONDS: Final = {SYNC: 20.0, DIGEST: 40.0, BRIEF: 40.0}


class CrashError(Exception):
    """The process ends here, without a word."""


@dataclass
class Mailbox:
    """A provider: takes mails, and may be unreachable, silent about what it took, or deadly.

    ``knows``: whether sent mail can be looked into. ``next``: what happens to the next mail:
    ``before`` or ``after`` (the process crashes before or after it was taken), ``silent`` (taken,
    but no answer comes), ``lost`` (not taken, and no answer comes).
    """

    knows: bool = True
    online: bool = True
    next: str = ""
    taken: list[tuple[str, str]] = field(default_factory=list)

    def send(self, message: bytes) -> None:
        """Take a mail, in the way of ``next``."""
        if not self.online:
            raise OfflineError("The mailbox cannot be reached: you seem to be offline", "Wait.")
        fate, self.next = self.next, ""
        if fate == "before":
            raise CrashError
        if fate != "lost":
            parsed = message_from_bytes(message)
            self.taken.append((str(parsed["Message-ID"]), str(parsed["Subject"])))
        if fate == "after":
            raise CrashError
        if fate in ("silent", "lost"):
            raise UnsureError("No answer came", "It is looked for.")

    def was_sent(self, message_id: str) -> bool | None:
        """Whether a mail was taken."""
        if not self.knows:
            return None
        if not self.online:
            raise OfflineError("The mailbox cannot be reached: you seem to be offline", "Wait.")
        return any(message_id == taken for taken, _ in self.taken)

    def weeks(self) -> Counter[str]:
        """How often the digest of each week was taken."""
        return Counter(subject for _, subject in self.taken)


@dataclass
class Timers:
    """Waits like APScheduler: so many steady seconds as the wall clock said when it last looked.

    It does not notice that the machine slept or that its clock was set, unless it is called.
    """

    wall: Callable[[], datetime]
    steady: Callable[[], float]
    jobs: dict[str, tuple[datetime, Callable[[], None]]] = field(default_factory=dict)
    wakes_at: float = float("inf")

    def add_job(self, func: Callable[[], None], trigger: str, **options: Any) -> object:
        """Remember a call, under a name that nobody has."""
        assert options["id"] not in self.jobs
        assert (trigger, options["misfire_grace_time"], options["coalesce"]) == ("date", None, True)
        self.jobs[options["id"]] = (options["run_date"], func)
        self.wakes_at = self.steady()
        return None

    def pass_by(self) -> None:
        """Make all calls whose time has come, once it is awake."""
        if self.wakes_at > self.steady():
            return
        while due := [name for name, (at, _) in self.jobs.items() if at <= self.wall()]:
            self.jobs.pop(due[0])[1]()
        waits = [(at - self.wall()).total_seconds() for at, _ in self.jobs.values()]
        self.wakes_at = self.steady() + min(waits, default=float("inf"))


@dataclass
class FakeWork:
    """A working process that does its work at its end."""

    due: Due
    ends_at: float
    killed: bool = False

    def ask_to_end(self) -> None:
        """End as if killed."""
        self.killed = True

    def kill(self) -> None:
        """End at once."""
        self.killed = True

    def wait(self, seconds: float) -> bool:
        """It has ended."""
        del seconds
        return True


class Machine:
    """A machine with a daemon. ``true``: the true time; the wall clock may be wrong.

    ``first_meetings``: when the first meeting of a day begins, by its ISO date. ``taken_at``: the
    true times at which the mailbox took its mails.
    """

    def __init__(self, database: Database, config: Config, at: datetime, seed: int = 0) -> None:
        self.database = database
        self.config = config
        self.true = at
        self.wrong_by = timedelta(0)
        self.steady_seconds = 0.0
        self.mailbox = Mailbox()
        self.throttled = False
        self.on = False
        self.syncs: Counter[str] = Counter()
        self.deliveries: list[str] = []
        self.first_meetings: dict[str, datetime] = {}
        self.taken_at: list[datetime] = []
        self.log: list[tuple[str, dict[str, object]]] = []
        self._disk = b""
        self._works: list[FakeWork] = []
        self._random = random.Random(seed)

    def wall(self) -> datetime:
        """What the clock of the machine shows."""
        return self.true + self.wrong_by

    def start(self) -> None:
        """Switch on: the daemon starts with what lies on the disk."""
        self.timers = Timers(self.wall, lambda: self.steady_seconds)
        self.keeper = Keeper(
            config=lambda: self.config,
            accounts=lambda: [ACCOUNT],
            launch=self._launch,
            remember=self._remember,
            log=lambda event, **fields: self.log.append((event, fields)),
            now=self.wall,
            chance=self._random.random,
            memory=self._remembered(),
        )
        self.clockwork = Clockwork(self.keeper, self.timers, self.wall)
        self.keeper.begin()
        self.clockwork.look_soon()
        self.heartbeat = Heartbeat(
            self.clockwork, self.wall, lambda: self.steady_seconds, lambda: [self.config]
        )
        self._next_beat = self.steady_seconds + HEARTBEAT_SECONDS
        self.on = True

    def cut_power(self) -> None:
        """Switch off without a word; what was being sent may have gone."""
        for work in self._works:
            if work.due.task in (DIGEST, BRIEF) and self._random.random() < 0.7:
                self.mailbox.next = self._random.choice(("before", "after"))
                self._do(work)
        self._works.clear()
        self.on = False

    def sleep(self, until: datetime) -> None:
        """Time passes and nothing runs; timers do not notice."""
        self.true = max(until, self.true)

    def run(self, until: datetime) -> None:
        """Time passes; the daemon works if it is on."""
        while self.true < until:
            self._pass(min((until - self.true).total_seconds(), self._until_next()))
            self._happen()

    def _until_next(self) -> float:
        """Seconds to the next heartbeat, end of work or timer."""
        if not self.on:
            return float("inf")
        ends = [work.ends_at - self.steady_seconds for work in self._works]
        timers = self.timers.wakes_at - self.steady_seconds
        return max(min([self._next_beat - self.steady_seconds, *ends, timers]), 0.001)

    def _pass(self, seconds: float) -> None:
        self.true += timedelta(seconds=seconds)
        self.steady_seconds += seconds

    def _happen(self) -> None:
        if not self.on:
            return
        for work in [one for one in self._works if one.ends_at <= self.steady_seconds]:
            self._works.remove(work)
            told, code = ({}, -9) if work.killed else self._do(work)
            self.clockwork.heard(Ending(work.due, told, code))
        if self._next_beat <= self.steady_seconds:
            self._next_beat = self.steady_seconds + HEARTBEAT_SECONDS
            self.heartbeat.beat()
        self.timers.pass_by()

    def _launch(self, due: Due) -> FakeWork:
        work = FakeWork(due, self.steady_seconds + WORK_SECONDS.get(due.task, 5.0))
        self._works.append(work)
        return work

    def _do(self, work: FakeWork) -> tuple[dict[str, Any], int]:
        """What the working process does and tells."""
        try:
            return (self._sync() if work.due.task == SYNC else self._mail(work.due)), 0
        except CrashError:
            return {}, 1
        except BrickwallError as error:
            return failure(error), 3
        finally:
            new = len(self.mailbox.taken) - len(self.taken_at)
            self.taken_at += [self.true] * new

    def _sync(self) -> dict[str, Any]:
        result = "done" if self.mailbox.online else "offline"
        result = "throttled" if self.throttled and result == "done" else result
        self.syncs[result] += 1
        return {"result": "done", "accounts": {ACCOUNT: {"result": result}}}

    def _mail(self, due: Due) -> dict[str, Any]:
        if due.task not in (DIGEST, BRIEF):
            return {"result": "done"}
        post = Post("memory", REP, self.mailbox)
        letter = self._digest(due.key) if due.task == DIGEST else self._brief(due.key)
        found = deliver(
            self.database, letter, lambda: post, self.wall, wanted=lambda: self._wants(due.task)
        )
        self.deliveries += [found.state] if found else []
        return delivered([found] if found else [])

    def _wants(self, task: str) -> bool:
        return self.config.digest.enabled if task == DIGEST else self.config.brief.mail

    def _digest(self, key: str) -> Letter:
        return Letter(DIGEST, key, REP, lambda sender, number: _raw(sender, number, key))

    def _brief(self, key: str) -> Letter:
        """As ``briefing`` writes it: nothing on days without meetings, or too late for them."""
        first = self.first_meetings.get(key)

        def written(sender: str, message_id: str) -> bytes:
            return _raw(sender, message_id, key)

        def nothing() -> str:
            return "" if first else "there is no meeting that day"

        def late() -> str:
            return "its first meeting has begun" if first and self.wall() >= first else ""

        return Letter(BRIEF, key, REP, written, nothing, late)

    def turn_digest(self, *, on: bool) -> None:
        """The rep changes the configuration."""
        self.config = replace(self.config, digest=replace(self.config.digest, enabled=on))

    def turn_brief(self, *, on: bool) -> None:
        """The rep changes the configuration."""
        self.config = replace(self.config, brief=replace(self.config.brief, mail=on))

    def _remember(self, memory: Memory) -> None:
        self._disk = json.dumps({"version": 1, **asdict(memory)}, default=str).encode()

    def _remembered(self) -> Memory:
        return past.read(self._disk)


def _raw(sender: str, message_id: str, key: str) -> bytes:
    """A mail whose subject is what it is about."""
    headers = f"From: {sender}\r\nTo: {REP}\r\nMessage-ID: {message_id}\r\n"
    return f"{headers}Subject: {key}\r\n\r\nwhat to do\r\n".encode()
