"""Where everything of one user lives. ``BRICKWALL_HOME`` moves configuration and data together."""

from __future__ import annotations

import os
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
    def database(self) -> Path:
        """The store."""
        return self.data / "brickwall.db"

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


def write_private(path: Path, text: str) -> None:
    """Write ``text`` so that only the user can read it (0600; Windows profiles are private)."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(path, "w", encoding="utf-8", newline="", opener=_private_opener) as file:
        file.write(text)


def _private_opener(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
