"""Work runs in a process of its own, which ends and gives its memory back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, Final

from brickwall.daemon.keeper import Ending
from brickwall.daemon.plan import Due

#: What a process may say of itself at most.
_LONGEST_BYTES: Final = 200_000


@dataclass(frozen=True, slots=True)
class Process:
    """A working process. Its standard input stays open as long as it is to work."""

    popen: subprocess.Popen[bytes]

    def ask_to_end(self) -> None:
        """Close its input: it stops at the next safe place."""
        assert self.popen.stdin is not None
        with suppress(OSError):
            self.popen.stdin.close()

    def kill(self) -> None:
        """End it at once; transactions see to it that nothing is half done."""
        self.popen.kill()

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended, at most so long; whether it has."""
        try:
            self.popen.wait(max(seconds, 0))
        except subprocess.TimeoutExpired:
            return False
        return True


def launch(due: Due, heard: Callable[[Ending], None]) -> Process:
    """Start a piece of work; ``heard`` is told of its end, from another thread.

    Raises ``OSError`` where no process can be started.
    """
    process = subprocess.Popen(  # noqa: S603 - our own program and the name of a task
        command(due.task),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
        **_apart(),
    )
    assert process.stdin is not None
    with suppress(OSError):  # it may have ended already, which is heard below
        process.stdin.write(json.dumps({"key": due.key}).encode() + b"\n")
        process.stdin.flush()
    Thread(target=_listen, args=(process, due, heard), daemon=True).start()
    return Process(process)


def command(*arguments: str) -> list[str]:
    """How brickwall is started as a working process, whatever folder this is."""
    return [sys.executable, "-P", "-m", "brickwall", "daemon", "work", *arguments]


def environment() -> dict[str, str]:
    """The environment in which the process finds this very brickwall."""
    here = str(Path(__file__).resolve().parents[2])
    before = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (here, before)))}


def _apart() -> dict[str, Any]:
    """Ctrl-C at the daemon's terminal is for the daemon; a window is for nobody."""
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
        return {"creationflags": flags}
    else:  # noqa: RET505 - mypy leaves out the branch of another platform
        return {"start_new_session": True}


def _listen(process: subprocess.Popen[bytes], due: Due, heard: Callable[[Ending], None]) -> None:
    assert process.stdout is not None
    said = process.stdout.read(_LONGEST_BYTES)
    process.stdout.close()
    code = process.wait()
    heard(Ending(due, _told(said), code))


def _told(said: bytes) -> dict[str, Any]:
    """What stands in the last line; empty where that is nothing of ours."""
    try:
        told = json.loads(said.strip().rpartition(b"\n")[2])
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
