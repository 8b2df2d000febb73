"""The daemon as a service of systemd, started and ended by systemd itself."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import systemd_peer
from tests.conftest import need

COMMAND = [sys.executable, "-m", "brickwall", "daemon"]


class Desktop:
    """A signed-in user with a configuration."""

    def __init__(self, environment: dict[str, str], home: Path) -> None:
        home.mkdir()
        (home / "config.toml").write_text('[me]\naddresses = ["rep@ours.example"]\n')
        self.environment = {**environment, "BRICKWALL_HOME": str(home)}
        self.unit = Path(environment["HOME"]) / ".config" / "systemd" / "user" / "brickwall.service"

    def run(self, *words: str) -> str:
        """What `brickwall daemon` says."""
        done = subprocess.run(
            [*COMMAND, *words], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 3), done.stderr
        return done.stdout

    def until(self, *, running: bool) -> dict[str, Any]:
        """The status once the daemon runs, or does not."""
        end = time.monotonic() + 60
        while (told := json.loads(self.run("status", "--json")))["running"] != running:
            assert time.monotonic() < end, told
            time.sleep(0.2)
        return dict(told)


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    """Somebody at a desktop whose services systemd runs."""
    why = systemd_peer.missing()
    need(not why, why)
    with systemd_peer.manager(tmp_path / "user") as environment:
        yield Desktop(environment, tmp_path / "brickwall")


def test_systemd_runs_the_daemon_from_its_installation_to_its_end(desktop: Desktop) -> None:
    """Under the process that systemd started; taking it back ends it and leaves no file."""
    desktop.run("install")
    first = desktop.until(running=True)
    assert _parent_is_systemd(first["pid"])
    desktop.run("install")
    again = desktop.until(running=True)
    assert desktop.unit.exists()
    desktop.run("uninstall")
    desktop.until(running=False)
    assert not desktop.unit.exists()
    assert not any(Path(f"/proc/{told['pid']}").exists() for told in (first, again))


def _parent_is_systemd(process: int) -> bool:
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    parent = next(line.split()[1] for line in status.splitlines() if line.startswith("PPid:"))
    return Path(f"/proc/{parent}/exe").samefile(systemd_peer.MANAGER)
