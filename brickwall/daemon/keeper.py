"""Starts what is due and takes in how it ended; knows neither timers nor processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from brickwall.config import Config
from brickwall.daemon import plan
from brickwall.daemon.past import RESULTS, Memory, Result
from brickwall.daemon.plan import SYNC, Due
from store.errors import BrickwallError

#: Work that takes longer than this hangs, and is ended; a first sync goes on where it stopped.
LONGEST: Final = {SYNC: timedelta(hours=6)}
LONGEST_OTHERS: Final = timedelta(hours=1)
#: So long others wait for a sync that runs.
WAIT_FOR_SYNC: Final = timedelta(minutes=15)


class Work(Protocol):
    """A running piece of work."""

    def ask_to_end(self) -> None:
        """Let it stop at the next safe place."""

    def kill(self) -> None:
        """End it at once."""

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended, at most so long; whether it has."""
        ...


@dataclass(frozen=True, slots=True)
class Ending:
    """How a piece of work ended. ``told``: what it said of itself, else empty."""

    due: Due
    told: Mapping[str, Any]
    exit_code: int


@dataclass
class _Running:
    due: Due
    work: Work
    since: datetime


@dataclass
class Keeper:
    """The heart of the daemon. All methods are called from one thread.

    ``launch`` starts a piece of work and returns at once. ``remember`` keeps the memory.
    ``log`` hears of events with their fields, never of what stands in mail. ``chance``: from 0 up
    to 1.
    """

    config: Callable[[], Config]
    accounts: Callable[[], Sequence[str]]
    launch: Callable[[Due], Work]
    remember: Callable[[Memory], None]
    log: Callable[..., None]
    now: Callable[[], datetime]
    chance: Callable[[], float]
    memory: Memory = field(default_factory=Memory)
    _running: dict[str, _Running] = field(default_factory=dict)
    _known: Config | None = None
    _problem: str = ""
    _stopping: bool = False

    def begin(self) -> None:
        """Note that this daemon has begun. Raises ``ConfigurationError`` as the file says."""
        self._known = self.config()
        self._keep(replace(self.memory, pid=os.getpid(), started_at=self.now()))
        self.log("started", pid=os.getpid())

    def look(self) -> list[datetime]:
        """Start what is due and return the instants at which to look again."""
        now, config = self.now(), self._config()
        self._notice_digest(config, now)
        self._end_what_hangs(now)
        dues = plan.plan(config, self.memory, self._accounts(), now)
        for due in dues:
            if due.at <= now and self._may_start(due, now):
                self._start(due, now)
        found = [due.at for due in dues if due.task not in self._running]
        for run in self._running.values():
            found.append(run.since + self._longest(run.due))
            found += [run.since + WAIT_FOR_SYNC] if run.due.task == SYNC else []
        return [at for at in found if at > now]

    def ended(self, ending: Ending) -> None:
        """Take in how a piece of work ended."""
        self._running.pop(ending.due.task, None)
        now, memory = self.now(), self.memory
        for task, key, told in _lanes(ending):
            result, why = _result(told, ending.exit_code), str(told.get("why", ""))
            if result == "crashed" and self._stopping:
                result = "stopped"
            past = memory.of(task).after(result, why, now, self.chance(), key)
            memory = memory.with_task(task, past)
            numbers = {name: told[name] for name in told if isinstance(told[name], int)}
            self.log("ended", task=task, key=key, result=result, why=why, **numbers)
        self._keep(memory)

    def awoke(self) -> None:
        """The machine slept or its clock was set: what waited for the network need not wait."""
        calmed = {
            name: replace(past, failures=0, ended_at=None) if past.result == "offline" else past
            for name, past in self.memory.tasks.items()
        }
        self.memory = replace(self.memory, tasks=calmed)
        self.log("clock jumped")

    def stop(self, seconds: float) -> None:
        """End everything that runs, within so many seconds."""
        self._stopping = True
        for run in self._running.values():
            run.work.ask_to_end()
        for run in self._running.values():
            if not run.work.wait(seconds / max(len(self._running), 1)):
                run.work.kill()
                self.log("killed", task=run.due.task)
        self._running.clear()

    def _config(self) -> Config:
        """The configuration as it is now; the one before while it holds mistakes."""
        try:
            self._known, problem = self.config(), ""
        except BrickwallError as error:
            problem = error.cause
        if problem and problem != self._problem:
            self.log("configuration not usable", why=problem)
        self._problem = problem
        assert self._known is not None
        return self._known

    def _accounts(self) -> Sequence[str]:
        try:
            return self.accounts()
        except BrickwallError as error:
            self.log("accounts not readable", why=error.cause)
            return ()

    def _notice_digest(self, config: Config, now: datetime) -> None:
        """Weeks before the digest was turned on are never sent, nor those while it was off."""
        since = self.memory.digest_since
        if config.digest.enabled and since is None:
            self._keep(replace(self.memory, digest_since=now))
        elif not config.digest.enabled and since is not None:
            self._keep(replace(self.memory, digest_since=None))

    def _end_what_hangs(self, now: datetime) -> None:
        for run in self._running.values():
            if not timedelta(0) <= now - run.since < self._longest(run.due):
                if run.since > now:  # the clock was set back
                    run.since = now
                else:
                    run.work.kill()
                    self.log("killed", task=run.due.task, why="it took too long")

    def _longest(self, due: Due) -> timedelta:
        return LONGEST.get(due.task, LONGEST_OTHERS)

    def _may_start(self, due: Due, now: datetime) -> bool:
        """One piece of work at a time, except beside a sync that takes long."""
        others = {task: run for task, run in self._running.items() if task != SYNC}
        sync = self._running.get(SYNC)
        patient = sync is not None and now - sync.since < WAIT_FOR_SYNC
        return due.task not in self._running and not others and not patient

    def _start(self, due: Due, now: datetime) -> None:
        late_minutes = int((now - due.at).total_seconds() // 60)
        key = "" if due.task == SYNC else due.key
        self.log("begins", task=due.task, key=key, late_minutes=late_minutes)
        try:
            self._running[due.task] = _Running(due, self.launch(due), now)
        except OSError as error:
            self.ended(Ending(due, {"result": "crashed", "why": str(error.strerror)}, 1))

    def _keep(self, memory: Memory) -> None:
        self.memory = memory
        try:
            self.remember(memory)
        except OSError as error:
            self.log("not remembered", why=str(error.strerror))


def _lanes(ending: Ending) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Task, key and what was told: of a sync, one for each of its accounts."""
    due = ending.due
    if due.task != SYNC:
        return [(due.task, due.key, ending.told)]
    told = ending.told.get("accounts", {})
    every = {k: v for k, v in ending.told.items() if k != "accounts"}
    return [(plan.lane(name), "", told.get(name, every)) for name in due.key.split("\n")]


def _result(told: Mapping[str, Any], exit_code: int) -> Result:
    found = [known for known in RESULTS if known == told.get("result")]
    if found:
        return found[0]
    return "crashed" if exit_code else "done"
