"""What the tests of connecting and syncing share: the command line against a provider in memory."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

from brickwall import cli, providers, redact
from store import database
from store.content import digest
from tests import memory_provider
from tests.memory_provider import PASSWORD, Peer


class MemoryKeyring(KeyringBackend):
    """A keyring like an operating system's; ``locked`` refuses everything."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        """What is kept under this name."""
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        self._check()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget it."""
        del self.kept[service, username]

    def _check(self) -> None:
        if self.locked:
            raise KeyringError("locked")


class PlainKeyring(MemoryKeyring):
    """A keyring that keeps everything readable, as the `keyrings.alt` package does."""

    priority = 0.5  # type: ignore[assignment]


class Live:
    """The command line of one user, and the provider in memory at the other end."""

    def __init__(
        self, home: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
    ) -> None:
        self.home = home
        self.peer: Peer = memory_provider.reset()
        self.keyring = MemoryKeyring()
        self.said = ""
        self._patch = patch
        self._capture = capture
        patch.setenv("BRICKWALL_HOME", str(home))
        patch.delenv("BRICKWALL_PASSPHRASE", raising=False)
        for name in providers.MODULES:
            patch.setitem(providers.MODULES, name, "tests.memory_provider")
        patch.setattr(redact, "_remembered", set())
        self.use(self.keyring)

    def use(self, backend: KeyringBackend) -> None:
        """Let ``backend`` be the keyring of this machine."""
        self._patch.setattr(keyring.core, "_keyring_backend", backend)

    def run(self, *arguments: str, typed: str = "", terminal: bool = False) -> int:
        """Run a command; what it said, on both outputs, is then in ``said``."""
        stdin: Any = io.StringIO(typed)
        stdin.isatty = lambda: terminal
        self._patch.setattr(sys, "stdin", stdin)
        self._patch.setattr(sys, "argv", ["brickwall", *arguments])
        self._capture.readouterr()
        code = cli.run(list(arguments))
        self.said = "".join(self._capture.readouterr())
        return code

    def connect(self, *arguments: str, password: str = PASSWORD) -> int:
        """Connect an account of the provider in memory, as gmail unless something else is said."""
        return self.run("connect", *(arguments or ("gmail",)), typed=f"{password}\n")

    def content(self) -> str:
        """Digest of all that is stored."""
        with database.open(self.home / "brickwall.db") as opened:
            return digest(opened)

    def subjects(self) -> set[str]:
        """Subjects of all stored messages."""
        from store.reading import read_facts

        with database.open(self.home / "brickwall.db") as opened:
            return set(read_facts(opened).messages["subject"])

    def read_share(self) -> float:
        """How much of the account has been read, as the report tells it."""
        from store.reading import read_facts

        with database.open(self.home / "brickwall.db") as opened:
            return float(read_facts(opened).accounts["read_share"].iloc[0])

    def files(self) -> dict[str, bytes]:
        """Every file of the user but the database's own."""
        found = (path for path in self.home.rglob("*") if path.is_file())
        return {path.name: path.read_bytes() for path in found if ".db" not in path.name}


@pytest.fixture
def live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Live:
    """A user who has connected nothing yet."""
    return Live(tmp_path / "home", monkeypatch, capsys)
