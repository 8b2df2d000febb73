"""How it stands with the daemon: read from its files, without the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from brickwall.accounts import Accounts, account_id
from brickwall.config import Config
from brickwall.daemon import past
from brickwall.daemon.lock import is_held
from brickwall.daemon.past import Memory
from brickwall.daemon.plan import SYNC, Due, plan
from brickwall.paths import Home

#: Version of the JSON; a new field does not change it.
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Status:
    """``installed``: where its service is written, ``None``: nowhere. ``due``: what comes next."""

    running: bool
    installed: Path | None
    memory: Memory
    due: list[Due]
    log: Path
    zone: str


def status(home: Home, config: Config, service: Path, now: datetime) -> Status:
    """How it stands now."""
    memory = past.load(home.daemon_memory)
    accounts = [account_id(account) for account in Accounts(home.accounts).all()]
    return Status(
        running=is_held(home.daemon_lock),
        installed=service if service.exists() else None,
        memory=memory,
        due=plan(config, memory, accounts, now),
        log=home.daemon_log,
        zone=config.zone,
    )


def as_tree(found: Status) -> dict[str, Any]:
    """For programs; documented in docs/daemon.md."""
    memory = found.memory
    return {
        "version": VERSION,
        "running": found.running,
        "pid": memory.pid if found.running else None,
        "started_at": _text(memory.started_at) if found.running else None,
        "service": str(found.installed) if found.installed else None,
        "digest_since": _text(memory.digest_since),
        "log": str(found.log),
        "tasks": [
            {
                "task": name,
                "result": one.result,
                "why": one.why,
                "failures": one.failures,
                "ended_at": _text(one.ended_at),
                "done_at": _text(one.done_at),
            }
            for name, one in memory.tasks.items()
        ],
        "next": [{"task": due.task, "key": _key(due), "at": _text(due.at)} for due in found.due],
    }


def as_lines(found: Status) -> Iterator[str]:
    """For people."""
    memory = found.memory
    if found.running and memory.started_at:
        yield f"Running since {_local(memory.started_at, found.zone)} (process {memory.pid})."
    else:
        yield "Not running. Start it with `brickwall daemon install`, or `brickwall daemon run`."
    yield f"Service: {found.installed or 'not installed'}"
    for name, one in memory.tasks.items():
        when = f"{_local(one.done_at, found.zone)}" if one.done_at else "never"
        trouble = f"; {one.result} {one.failures} times: {one.why}" if one.failures else ""
        yield f"  {name}: done last {when}{trouble}"
    for due in found.due if found.running else ():
        yield f"  next {due.task} {_key(due)}".rstrip() + f": {_local(due.at, found.zone)}"
    yield f"Log: {found.log}"


def _key(due: Due) -> str:
    return "" if due.task == SYNC else due.key


def _text(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _local(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
