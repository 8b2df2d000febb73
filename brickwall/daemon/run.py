"""The daemon as a process: APScheduler's timers, a heartbeat that notices sleep, and the stop."""

from __future__ import annotations

import itertools
import logging
import queue
import random
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from brickwall.accounts import Accounts, account_id
from brickwall.daemon import past, processes
from brickwall.daemon.journal import Journal
from brickwall.daemon.keeper import Ending, Keeper
from brickwall.daemon.lock import only_one
from brickwall.paths import Home
from brickwall.workspace import configured, now

HEARTBEAT_SECONDS: Final = 60.0
#: A difference between the wall clock and the steady one that tells of sleep or of a set clock.
JUMP_SECONDS: Final = 5.0
#: The daemon ends within five seconds: so much is left to the work under way.
STOP_SECONDS: Final = 3.5


class Timers(Protocol):
    """Calls back at an instant; APScheduler has this form."""

    def add_job(self, func: Callable[[], None], trigger: str, **options: Any) -> object:
        """Call ``func`` as ``options`` say."""
        ...


@dataclass
class Clockwork:
    """Lets the keeper look when something is due, has ended, or the clock has jumped.

    Everything runs in the one thread of ``timers``; endings come in from others.
    """

    keeper: Keeper
    timers: Timers
    now: Callable[[], datetime]
    _endings: queue.SimpleQueue[Ending] = field(default_factory=queue.SimpleQueue)
    _planned: set[datetime] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def heard(self, ending: Ending) -> None:
        """A piece of work has ended; from any thread."""
        self._endings.put(ending)
        self.look_soon()

    def look_soon(self) -> None:
        """Look now; from any thread."""
        self._at(self.now(), self.look)

    def jumped(self) -> None:
        """The clock has jumped: all timers were set by another time; from any thread."""
        self._at(self.now(), self._awoke)

    def look(self) -> None:
        """Take in what has ended, start what is due, set the timers.

        Whatever goes wrong here is logged, and a minute later it looks again.
        """
        try:
            self.take_in()
            instants = sorted(set(self.keeper.look()))
        except Exception as error:  # the daemon goes on
            self.keeper.log("look failed", why=type(error).__name__)
            instants = [self.now() + timedelta(seconds=HEARTBEAT_SECONDS)]
        self._planned = {at for at in self._planned if at > self.now()}
        for at in instants:
            if at not in self._planned:
                self._planned.add(at)
                self._at(at, self.look)

    def take_in(self) -> None:
        """Take in what has ended."""
        while not self._endings.empty():
            self.keeper.ended(self._endings.get())

    def _awoke(self) -> None:
        self.keeper.awoke()
        self._planned.clear()
        self.look()

    def _at(self, at: datetime, action: Callable[[], None]) -> None:
        """Names are never used twice: a timer that replaced the running one would be lost."""
        name = f"look {next(self._numbers)}"
        options = {"misfire_grace_time": None, "coalesce": True}
        self.timers.add_job(action, "date", run_date=at, id=name, **options)


class Alarm:
    """What the main thread waits for: the stop, or the next heartbeat. Wakes only for these."""

    def __init__(self) -> None:
        self._ear, self._mouth = socket.socketpair()
        self._mouth.setblocking(False)
        self.stopped = False

    def stop(self, *_: object) -> None:
        """Ask for the end; from any thread, and as a handler of signals."""
        self.stopped = True
        with suppress(OSError):
            self._mouth.send(b"s")

    def listen(self) -> None:
        """Let the signals that end a program end this one in order."""
        signal.set_wakeup_fd(self._mouth.fileno())
        for name in ("SIGTERM", "SIGINT", "SIGBREAK", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self.stop)

    def wait(self, seconds: float) -> bool:
        """Wait; whether the end was asked for."""
        self._ear.settimeout(seconds)
        with suppress(TimeoutError):
            self._ear.recv(64)
        return self.stopped

    def close(self) -> None:
        """Give everything back."""
        signal.set_wakeup_fd(-1)
        self._ear.close()
        self._mouth.close()


@dataclass
class Heartbeat:
    """Compares the clocks every minute and sees whether the settings were changed."""

    clockwork: Clockwork
    wall: Callable[[], datetime]
    steady: Callable[[], float]
    settings: Callable[[], Sequence[object]]

    def __post_init__(self) -> None:
        self._set()

    def beat(self) -> None:
        """Look again where anything is not as it was a minute ago."""
        passed = self.wall() - self._wall
        steadily = timedelta(seconds=self.steady() - self._steady)
        if abs((passed - steadily).total_seconds()) > JUMP_SECONDS:
            self.clockwork.jumped()
        elif self.settings() != self._settings:
            self.clockwork.look_soon()
        self._set()

    def _set(self) -> None:
        self._wall, self._steady = self.wall(), self.steady()
        self._settings = self.settings()


def run(home: Home, *, echo: Callable[[str], None]) -> None:
    """Be the daemon until a signal ends it.

    Raises:
        BusyError: another daemon is at work.
        ConfigurationError: the configuration holds mistakes.
    """
    with only_one(home.daemon_lock):
        alarm = Alarm()
        journal = Journal(home.daemon_log, now, echo)
        try:
            alarm.listen()
            _run(home, alarm, journal)
        finally:
            journal.close()
            alarm.close()


def _run(home: Home, alarm: Alarm, journal: Journal) -> None:
    from apscheduler.executors.debug import DebugExecutor  # type: ignore[import-untyped]
    from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]

    logging.getLogger("apscheduler").addHandler(logging.NullHandler())
    logging.getLogger("apscheduler").propagate = False
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": DebugExecutor()})
    keeper = Keeper(
        config=lambda: configured(home),
        accounts=lambda: [account_id(a) for a in Accounts(home.accounts).all()],
        launch=lambda due: processes.launch(due, clockwork.heard),
        remember=lambda memory: past.save(home.daemon_memory, memory),
        log=journal.write,
        now=now,
        chance=random.random,
        memory=past.load(home.daemon_memory),
    )
    clockwork = Clockwork(keeper, scheduler, now)
    keeper.begin()
    scheduler.start()
    clockwork.look_soon()
    heartbeat = Heartbeat(clockwork, now, time.monotonic, lambda: _settings(home))
    while not alarm.wait(HEARTBEAT_SECONDS):
        heartbeat.beat()
    scheduler.pause()
    scheduler.get_jobs()  # returns once nothing is under way in its thread
    scheduler.shutdown(wait=False)
    keeper.stop(STOP_SECONDS)
    clockwork.take_in()
    journal.write("stopped")


def _settings(home: Home) -> list[object]:
    """What tells whether a file with settings was written since, and which zone this is."""
    found: list[object] = [time.tzname, time.timezone]
    for path in (home.config_file, home.accounts):
        with suppress(OSError):
            told = path.stat()
            found.append((path, told.st_mtime_ns, told.st_size))
    return found
