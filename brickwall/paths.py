"""Where everything of one user lives. ``BRICKWALL_HOME`` moves configuration and data together."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one user: configuration file, database, and written reports."""

    config: Path
    data: Path

    @property
    def config_file(self) -> Path:
        """The configuration, commented TOML."""
        return self.config / "config.toml"

    @property
    def credentials(self) -> Path:
        """The OAuth clients, written by the user."""
        return self.config / "credentials.json"

    @property
    def accounts(self) -> Path:
        """The connected accounts; nothing secret."""
        return self.data / "accounts.json"

    @property
    def vault(self) -> Path:
        """Folder of the encrypted passwords and tokens."""
        return self.data / "vault"

    @property
    def database(self) -> Path:
        """The store."""
        return self.data / "brickwall.db"

    @property
    def action_key(self) -> Path:
        """The key that signs the links of digests."""
        return self.data / "actions.key"

    @property
    def daemon_lock(self) -> Path:
        """Held by the daemon while it is at work."""
        return self.data / "daemon.lock"

    @property
    def daemon_memory(self) -> Path:
        """What the daemon did last; nothing of what stands in mail."""
        return self.data / "daemon.json"

    @property
    def daemon_log(self) -> Path:
        """What the daemon did, one JSON object a line; older ones beside it."""
        return self.data / "logs" / "daemon.log"

    @property
    def demo_account(self) -> Path:
        """Made-up mail for trying, from ``init --demo``."""
        return self.data / "demo-account"

    @property
    def reports(self) -> Path:
        """Where pages go that were not given a name."""
        return self.data / "reports"


def home(environment: Mapping[str, str] = os.environ) -> Home:
    """The user's folders: ``BRICKWALL_HOME`` if set, else the platform's own places."""
    moved = environment.get("BRICKWALL_HOME", "")
    if moved:
        folder = Path(moved).expanduser()
        return Home(folder, folder)
    from platformdirs import user_config_path, user_data_path

    return Home(
        user_config_path("brickwall", appauthor=False), user_data_path("brickwall", appauthor=False)
    )


def write_private(path: Path, content: str | bytes) -> None:
    """Write ``content`` so that only the user can read it (0600; Windows profiles are private)."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(path, "wb", opener=_private_opener) as file:
        file.write(content if isinstance(content, bytes) else content.encode("utf-8"))


def write_durably(path: Path, data: bytes, *, beside: str = ".new") -> None:
    """Put ``data`` into ``path``, for the user alone: afterwards it holds all of it, before it all
    that was there.

    First everything is written and forced to the disk under the name with ``beside`` appended,
    then that file takes the place of the other one. When this ends in between, both are whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(path.name + beside)
    with open(new, "wb", opener=_private_opener) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    take_place(new, path)


def take_place(new: Path, path: Path) -> None:
    """Let the file ``new`` take the place of ``path``, durably."""
    for wait_seconds in (0.02, 0.1, 0.5):
        try:
            new.replace(path)
            break
        except PermissionError:  # Windows: somebody, often a virus scanner, has it open
            time.sleep(wait_seconds)
    else:
        new.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _private_opener(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
