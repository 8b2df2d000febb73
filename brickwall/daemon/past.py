"""What the daemon remembers: a small JSON file, rewritten only when something has happened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from brickwall.paths import write_durably

VERSION: Final = 1
#: So many finished weeks and days are remembered of each task; more than are ever looked back at.
REMEMBERED: Final = 40

#: How a piece of work ended. ``stopped``: the daemon ended it, it counts as not begun.
Result: TypeAlias = Literal[
    "done", "offline", "throttled", "sign-in", "busy", "failed", "crashed", "stopped"
]
RESULTS: Final[tuple[Result, ...]] = (
    "done",
    "offline",
    "throttled",
    "sign-in",
    "busy",
    "failed",
    "crashed",
    "stopped",
)


@dataclass(frozen=True, slots=True)
class Past:
    """How it went with one task (for sync: with one account).

    ``failures``: in a row. ``chance``: a number from 0 up to 1, drawn at its end, for jitter.
    ``over``: weeks or days whose mail is settled. ``why``: what went wrong, in words.
    """

    ended_at: datetime | None = None
    done_at: datetime | None = None
    result: Result = "done"
    failures: int = 0
    chance: float = 0.5
    over: tuple[str, ...] = ()
    why: str = ""

    def after(self, result: Result, why: str, at: datetime, chance: float, key: str) -> Past:
        """This past with one more end; ``key``: the week or day it was about, else ``""``."""
        if result == "stopped":
            return self
        if result != "done":
            return replace(
                self,
                ended_at=at,
                result=result,
                why=why,
                chance=chance,
                failures=self.failures + 1,
            )
        over = (*self.over, key)[-REMEMBERED:] if key else self.over
        return Past(at, at, "done", 0, chance, over, why)


@dataclass(frozen=True, slots=True)
class Memory:
    """All that is remembered. ``digest_since``: since when the digest is on; ``None``: it is off.

    ``pid`` and ``started_at`` are of the daemon that wrote this; whether it still runs is told by
    the lock.
    """

    pid: int = 0
    started_at: datetime | None = None
    digest_since: datetime | None = None
    tasks: Mapping[str, Past] = field(default_factory=dict)

    def of(self, task: str) -> Past:
        """How it went with a task; an empty past where it was never done."""
        return self.tasks.get(task, Past())

    def with_task(self, task: str, past: Past) -> Memory:
        """The same with another past of one task."""
        return replace(self, tasks={**self.tasks, task: past})


def load(path: Path) -> Memory:
    """What was remembered; nothing where there is no file, or where it is not whole.

    Nothing is lost then: the ledger in the store knows what was mailed.
    """
    try:
        return read(path.read_bytes())
    except OSError:
        return Memory()


def read(data: bytes) -> Memory:
    """What stands in such a file; nothing where it is not whole or of a newer version."""
    try:
        tree = json.loads(data)
        return _memory(tree) if tree["version"] <= VERSION else Memory()
    except (ValueError, KeyError, TypeError, AttributeError):
        return Memory()


def save(path: Path, memory: Memory) -> None:
    """Remember; durable before it returns. Raises ``OSError``."""
    tree = {"version": VERSION, **asdict(memory)}
    write_durably(path, json.dumps(tree, indent=1, default=_text).encode())


def _text(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


def _memory(tree: dict[str, Any]) -> Memory:
    return Memory(
        pid=int(tree["pid"]),
        started_at=_instant(tree["started_at"]),
        digest_since=_instant(tree["digest_since"]),
        tasks={str(name): _past(past) for name, past in tree["tasks"].items()},
    )


def _past(tree: dict[str, Any]) -> Past:
    (result,) = [known for known in RESULTS if known == tree["result"]]
    return Past(
        ended_at=_instant(tree["ended_at"]),
        done_at=_instant(tree["done_at"]),
        result=result,
        failures=int(tree["failures"]),
        chance=float(tree["chance"]),
        over=tuple(map(str, tree["over"])),
        why=str(tree["why"]),
    )


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("without a zone")
    return at
