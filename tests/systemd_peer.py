"""The service manager of a user, as a desktop has one: systemd itself, on folders of a test.

It refuses to run where the machine was not booted with systemd, and sees that by a folder alone;
in a container that folder is there only while the manager starts.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

MANAGER: Final = Path("/lib/systemd/systemd")
_BOOTED: Final = Path("/run/systemd/system")


def missing() -> str:
    """Why no manager can be run here; empty where one can."""
    if sys.platform != "linux":
        return "systemd is Linux's"
    elif not MANAGER.exists():  # noqa: RET505 - mypy leaves out branches of other platforms
        return "systemd is not on this machine"
    elif not _BOOTED.exists() and os.geteuid() != 0:
        return "the machine was not booted with systemd"
    else:
        return ""


@contextmanager
def manager(folder: Path) -> Iterator[dict[str, str]]:
    """A running manager of its own; gives the environment of its user."""
    runtime, home = folder / "runtime", folder / "home"
    for made in (runtime, home):
        made.mkdir(mode=0o700, parents=True)
    ours = {
        name: text for name, text in os.environ.items() if not name.startswith(("XDG_", "DBUS"))
    }
    environment = {**ours, "XDG_RUNTIME_DIR": str(runtime), "HOME": str(home)}
    with _booted():
        running = subprocess.Popen(
            [MANAGER, "--user"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait_for(runtime / "systemd" / "private")
    try:
        yield environment
    finally:
        running.terminate()
        running.wait(30)


@contextmanager
def _booted() -> Iterator[None]:
    made = [one for one in (_BOOTED, _BOOTED.parent) if not one.exists()]
    _BOOTED.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        for one in made:
            with suppress(OSError):
                one.rmdir()


def _wait_for(socket: Path) -> None:
    end = time.monotonic() + 30
    while not socket.exists():
        if time.monotonic() > end:
            raise TimeoutError(f"systemd made no {socket}")
        time.sleep(0.05)
