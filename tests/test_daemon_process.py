"""The daemon as a real process, with the demo's mail and an SMTP server that takes its digest."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from brickwall.daemon import past
from brickwall.daemon.lock import is_held
from brickwall.paths import Home
from tests.smtp_peer import smtp

DAEMON = [sys.executable, "-m", "brickwall", "daemon"]
HEAVY = ("pandas", "numpy", "sqlalchemy", "alembic", "jinja2", "requests", "cryptography", "rich")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")


class Running:
    """A daemon, and what it said."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {**os.environ, "BRICKWALL_HOME": str(home)}
        self.process = subprocess.Popen(
            [*DAEMON, "run"], env=self.environment, stdout=subprocess.PIPE, text=True
        )

    def hear(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first event of that kind."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if wanted(told := json.loads(line)):
                return dict(told)
        raise AssertionError("it ended")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command beside it."""
        command = [*DAEMON, *arguments]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )

    def end(self, name: signal.Signals) -> float:
        """Send a signal; the seconds until it has ended."""
        begun = time.monotonic()
        self.process.send_signal(name)
        assert self.process.wait(20) == 0
        return time.monotonic() - begun


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A configuration of somebody without accounts."""
    (tmp_path / "config.toml").write_text('[me]\naddresses = ["rep@ours.example"]\n')
    return tmp_path


@pytest.fixture
def running(home: Path) -> Iterator[Running]:
    """A daemon that is killed when the test is over."""
    started = Running(home)
    yield started
    started.process.kill()
    started.process.wait()
    assert started.process.stdout is not None
    started.process.stdout.close()


def test_there_is_one_daemon_and_its_status_is_told(running: Running) -> None:
    """A second one ends with 11; the first goes on."""
    running.hear(lambda told: told["event"] == "started")
    assert running.run("run").returncode == 11
    told = json.loads(running.run("status", "--json").stdout)
    assert (told["running"], told["pid"]) == (True, running.process.pid)
    assert {due["task"] for due in told["next"]} >= {"digest", "upkeep"}
    assert "Running since" in running.run("status").stdout


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order_within_five_seconds_even_while_it_works(
    running: Running, name: signal.Signals
) -> None:
    """The lock is given back, the end is logged, and the working process is gone."""
    running.hear(lambda told: told["event"] == "begins")
    assert running.end(name) < 5
    lines = (running.home / "logs" / "daemon.log").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[-1])["event"] == "stopped"
    assert not is_held(running.home / "daemon.lock")
    assert json.loads(running.run("status", "--json").stdout)["running"] is False


def test_a_daemon_that_was_killed_leaves_no_lock_and_starts_again(running: Running) -> None:
    """Also a power cut is no reason to repair anything by hand."""
    running.hear(lambda told: told["event"] == "started")
    running.process.kill()
    running.process.wait()
    again = Running(running.home)
    again.hear(lambda told: told["event"] == "started")
    again.end(signal.SIGTERM)
    assert again.process.stdout is not None
    again.process.stdout.close()


def test_a_working_process_ends_in_order_while_the_daemon_still_listens(home: Path) -> None:
    """It is not aborted: a system that keeps core dumps would keep one of each."""
    environment = {**os.environ, "BRICKWALL_HOME": str(home)}
    with subprocess.Popen(
        [*DAEMON, "work", "upkeep"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b'{"key": "2026-11-28"}\n')
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["result"] == "done"
        assert (process.wait(20), process.stderr.read()) == (0, b"")


def test_a_configuration_with_mistakes_ends_it_at_its_start(home: Path) -> None:
    """With all of them, and exit code 10, so that a service manager does not try for ever."""
    (home / "config.toml").write_text("[digest]\nday = 5\n", encoding="utf-8")
    environment = {**os.environ, "BRICKWALL_HOME": str(home)}
    done = subprocess.run(
        [*DAEMON, "run"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 10
    assert "line 2: digest.day" in done.stderr


def test_a_digest_that_is_due_reaches_the_rep_and_the_log_says_nothing_of_it(
    tmp_path: Path,
) -> None:
    """The whole way: demo mail, daemon, working process, ledger, SMTP, mailbox; once."""
    home = tmp_path / "home"
    environment = {**os.environ, "BRICKWALL_HOME": str(home)}
    with smtp(tmp_path, security="none", sign_in=False) as server:
        where = ("--smtp-host", server.host, "--smtp-port", str(server.port))
        init = [sys.executable, "-m", "brickwall", "init", "--demo", *where]
        init += ["--smtp-security", "none"]
        subprocess.run(init, env=environment, check=True, capture_output=True)
        since = datetime.now(UTC) - timedelta(days=7)
        past.save(Home(home, home).daemon_memory, past.Memory(digest_since=since))
        first = Running(home)
        told = first.hear(lambda told: told["event"] == "ended" and told["task"] == "digest")
        assert (told["result"], told.get("sent")) == ("done", 1)
        first.end(signal.SIGTERM)
        (home / "daemon.json").unlink()
        past.save(Home(home, home).daemon_memory, past.Memory(digest_since=since))
        second = Running(home)
        second.hear(lambda told: told["event"] == "ended" and told["task"] == "digest")
        second.end(signal.SIGTERM)
    for one in (first, second):
        assert one.process.stdout is not None
        one.process.stdout.close()
    assert len(server.raw) == 1
    subject = str(message_from_bytes(server.raw[0])["Subject"])
    log = (home / "logs" / "daemon.log").read_text(encoding="utf-8")
    assert subject not in log
    assert "@" not in log


def test_the_waiting_process_and_its_status_import_nothing_heavy(home: Path) -> None:
    """So that it rests in few megabytes and the status is quick."""
    code = (
        "import sys; from brickwall.cli import run; run(['daemon', 'status']); "
        "import brickwall.daemon.run, apscheduler.schedulers.background; "
        f"sys.exit(', '.join(m for m in {HEAVY} if m in sys.modules) or None)"
    )
    environment = {**os.environ, "BRICKWALL_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
