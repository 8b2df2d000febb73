"""One user's configuration and store, opened once per command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from brickwall.config import Config, load
from brickwall.paths import Home, home
from store.collector import uncollected
from store.errors import InputError

if TYPE_CHECKING:
    from analyzer.analysis import Analysis
    from analyzer.settings import Settings
    from store.database import Database
    from store.facts import Facts


@dataclass(frozen=True, slots=True)
class Workspace:
    """Folders, configuration and the open store of one user."""

    home: Home
    config: Config
    database: Database


@contextmanager
def opened(*, must_exist: bool = True, at: Path | None = None) -> Iterator[Workspace]:
    """The user's workspace, or the one in folder ``at``.

    Raises ``InputError`` when nothing was imported and it must exist.
    """
    place = Home(at, at) if at else home()
    config = configured(place)
    if must_exist and not place.database.exists():
        raise InputError(
            f"There is nothing to report yet: {place.database} does not exist.",
            "Run `brickwall connect` and `brickwall sync`, or `brickwall import PATH...` with your "
            "mail, or `brickwall demo` to look around.",
        )
    from store import database as store

    with store.open(place.database) as database:
        yield Workspace(place, config, database)


def configured(place: Home) -> Config:
    """The configuration in ``place``. Raises ``ConfigurationError`` with all its problems."""
    return load(place.config_file, local_zone=local_zone)


@dataclass(frozen=True, slots=True)
class Study:
    """The facts as of an instant, and what they were found to mean."""

    facts: Facts
    analysis: Analysis
    settings: Settings


def studied(workspace: Workspace, as_of: datetime) -> Study:
    """The whole analysis of the store as of an instant."""
    with uncollected():
        from analyzer.analysis import analyze
        from store.reading import read_facts

        facts = read_facts(workspace.database)
        settings = workspace.config.settings
        return Study(facts, analyze(facts, settings, as_of), settings)


def now() -> datetime:
    """The present instant: the only clock of the command line."""
    return datetime.now(UTC)


def local_zone() -> str:
    """The zone of this machine; UTC where none is set."""
    from tzlocal import get_localzone_name

    try:
        return get_localzone_name() or "UTC"
    except LookupError:  # a machine without a zone set
        return "UTC"
