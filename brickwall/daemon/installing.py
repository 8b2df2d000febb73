"""Registers the daemon with the system, and takes it back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from brickwall.daemon import service
from brickwall.daemon.service import Command, Service
from brickwall.paths import write_private
from store.errors import InputError, StoreError

#: Runs a command; its exit code and what it said.
Execute: TypeAlias = Callable[[Command], tuple[int, str]]


def here(environment: Mapping[str, str] = os.environ) -> Service:
    """The service of this user on this platform."""
    moved = environment.get("BRICKWALL_HOME", "")
    home = str(Path(moved).expanduser().absolute()) if moved else ""
    started = service.program(sys.executable, home)
    if sys.platform == "win32":
        user = f"{environment.get('USERDOMAIN', '.')}\\{environment.get('USERNAME', '')}"
        data = Path(environment.get("LOCALAPPDATA", str(Path.home()))) / "brickwall"
        return service.windows(started, data, user)
    elif sys.platform == "darwin":  # noqa: RET505 - mypy leaves out branches of other platforms
        return service.launchd(started, Path.home(), os.getuid())
    else:
        config = environment.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
        return service.systemd(started, Path(config))


def execute(command: Command) -> tuple[int, str]:
    """Run a command of the system."""
    try:
        done = subprocess.run(  # noqa: S603 - the commands of ``service``, no shell
            command, capture_output=True, text=True, errors="replace", check=False, timeout=60
        )
    except FileNotFoundError:
        return 127, f"{command[0]} is not on this machine"
    except subprocess.TimeoutExpired:
        return 124, f"{command[0]} does not answer"
    return done.returncode, (done.stderr or done.stdout).strip()


def install(found: Service, run: Execute = execute) -> None:
    """Write the service and register it; the same twice replaces it.

    Raises ``InputError`` where the system refuses, ``StoreError`` where it cannot be written.
    """
    try:
        write_private(found.path, "")
        found.path.write_bytes(found.content)
    except OSError as error:
        raise StoreError(
            f"{found.path} cannot be written: {error.strerror}", "Check the rights of its folder."
        ) from error
    if run(found.known)[0] == 0:
        for command in found.unregister:
            run(command)
    for command in found.register:
        code, said = run(command)
        if code:
            raise InputError(
                f"{found.path} is written, but `{' '.join(command)}` failed: {_brief(said)}",
                "Sign in at the desktop and try again, or run `brickwall daemon run` by yourself.",
            )


def uninstall(found: Service, run: Execute = execute) -> bool:
    """End the service, take it back and delete its file; whether there was one."""
    there = found.path.exists() or run(found.known)[0] == 0
    if there:
        for command in found.unregister:
            run(command)
        found.path.unlink(missing_ok=True)
    return there


def _brief(said: str) -> str:
    return " ".join(said.split())[:200] or "it said nothing"
