"""A real daemon, watched from outside: ``python -m benchmarks.measure_daemon [MINUTES]`` (Linux).

Goal: at rest under 40 MB and at most 2 wake-ups a minute; SIGTERM ends it within 5 s. It has the
demo's mail, an account that cannot be reached (so that syncs begin, fail and are put off), and a
digest that is due, which goes to an SMTP server in this process.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller

from brickwall.accounts import Accounts, account_id
from brickwall.daemon import past
from brickwall.paths import Home
from brickwall.providers import Account
from brickwall.vault_keys import Choice, Keys

SAMPLE_SECONDS = 10.0


class Sample(NamedTuple):
    """What the kernel tells of the process; ``waits``: how often its threads went to wait."""

    rss_mb: float
    waits: int
    working: bool


class Inbox:
    """An SMTP server's handler that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a mail."""
        self.mails.append(envelope.content)
        return "250 OK"


def main() -> None:
    """Run, watch, stop, print."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    inbox = Inbox()
    port = free_port()
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        environment = {**os.environ, "BRICKWALL_HOME": str(home)}
        prepare(home, environment, port)
        command = [sys.executable, "-m", "brickwall", "daemon", "run", "--quiet"]
        daemon = subprocess.Popen(command, env=environment)
        samples = watch(daemon.pid, minutes)
        begun = time.monotonic()
        daemon.send_signal(signal.SIGTERM)
        code = daemon.wait(30)
        ended_seconds = time.monotonic() - begun
        log = [json.loads(line) for line in (home / "logs" / "daemon.log").open()]
    server.stop()
    tell(samples, minutes, log)
    print(f"digests received: {len(inbox.mails)}")
    print(f"ended {ended_seconds:.2f} s after SIGTERM, exit code {code}")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def prepare(home: Path, environment: dict[str, str], port: int) -> None:
    """The demo's mail, a digest that is due, an account that nobody answers."""
    smtp = ["--smtp-host", "127.0.0.1", "--smtp-port", str(port), "--smtp-security", "none"]
    init = [sys.executable, "-m", "brickwall", "init", "--demo", *smtp]
    subprocess.run(init, env=environment, check=True, stdout=subprocess.DEVNULL)
    place, now = Home(home, home), datetime.now(UTC)
    past.save(place.daemon_memory, past.Memory(digest_since=now - timedelta(days=8)))
    where = {
        "server": "127.0.0.1",
        "port": "1",
        "security": "none",
        "user": "a",
        "auth": "password",
    }
    account = Account(
        "imap", "a@b.example", ("a@b.example",), "UTC", False, frozenset(), where, now
    )
    Accounts(place.accounts).put(account)
    vault = Keys(lambda _: "").make(place.vault, Choice("file", home / "vault.key"))
    vault.secrets(account_id(account)).write({"secret": "nobody asks for it"})


def watch(pid: int, minutes: float) -> list[Sample]:
    """Samples until the time is over."""
    found = []
    until = time.monotonic() + minutes * 60
    while time.monotonic() < until:
        time.sleep(SAMPLE_SECONDS)
        found.append(sample(pid))
    return found


def sample(pid: int) -> Sample:
    """One look into /proc."""
    status = Path(f"/proc/{pid}/status").read_text()
    rss_kb = int(status.split("VmRSS:")[1].split()[0])
    waits = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        told = (task / "status").read_text()
        waits += int(told.split("\nvoluntary_ctxt_switches:")[1].split()[0])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    others = [
        child
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    return Sample(rss_kb / 1024, waits, bool(children or others))


def tell(samples: list[Sample], minutes: float, log: list[dict[str, Any]]) -> None:
    """The figures; at rest: between two samples nothing worked, and nothing was logged."""
    rest = [
        after.waits - before.waits
        for before, after in pairwise(samples)
        if not (before.working or after.working) and after.waits >= before.waits
    ]
    rest_minutes = len(rest) * SAMPLE_SECONDS / 60
    rss = sorted(s.rss_mb for s in samples)
    print(f"{minutes:g} minutes, {len(samples)} samples, {rest_minutes:.1f} minutes at rest")
    print(f"memory: median {rss[len(rss) // 2]:.1f} MB, most {rss[-1]:.1f} MB")
    print(f"wake-ups at rest: {sum(rest) / max(rest_minutes, 0.1):.2f} a minute")
    whole = samples[-1].waits - samples[0].waits
    print(f"wake-ups in all: {whole / minutes:.2f} a minute, work included")
    ended = [entry for entry in log if entry["event"] == "ended"]
    for task in sorted({entry["task"] for entry in ended}):
        results = [entry["result"] for entry in ended if entry["task"] == task]
        print(f"{task}: {', '.join(f'{r} {results.count(r)}' for r in sorted(set(results)))}")


if __name__ == "__main__":
    main()
