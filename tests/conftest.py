"""What all tests share: saying why something cannot be tested here, and snapshots.

Import the functions: ``from tests.conftest import need, shared_data``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

import hypothesis
import pytest

#: In CI the same examples every time: a change is judged by what it changed, not by chance.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("BRICKWALL_REQUIRE_ALL") == "1":
    hypothesis.settings.load_profile("ci")

SHARED_DATA: Final = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
SNAPSHOTS: Final = Path(__file__).resolve().parent / "snapshots"

Snapshot: TypeAlias = Callable[[str, str], None]


def need(condition: object, reason: str) -> None:
    """Skip the test, saying ``reason``, unless ``condition`` holds.

    Under ``BRICKWALL_REQUIRE_ALL=1`` (CI) a missing program or package is a failure instead.
    """
    if condition:
        return
    if os.environ.get("BRICKWALL_REQUIRE_ALL") == "1":
        pytest.fail(f"needed here: {reason}")
    pytest.skip(reason)


def shared_data(path: str) -> Path:
    """The file or folder ``path`` of the real mail beside the repository; skips where missing.

    A skip even under ``BRICKWALL_REQUIRE_ALL=1``: that data may not be copied anywhere.
    """
    found = SHARED_DATA / path
    if not found.exists():
        pytest.skip(f"real mail is not here: ../shared/data/{path}")
    return found


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-snapshots``: write what is shown now, to be read in the diff."""
    parser.addoption("--update-snapshots", action="store_true", help="rewrite tests/snapshots")


@pytest.fixture
def snapshot(request: pytest.FixtureRequest) -> Snapshot:
    """Compares a text with the file ``tests/snapshots/NAME``."""

    def compare(name: str, shown: str) -> None:
        path = SNAPSHOTS / name
        if request.config.getoption("--update-snapshots"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(shown, encoding="utf-8", newline="\n")
        assert shown == path.read_text(encoding="utf-8"), f"run with --update-snapshots: {name}"

    return compare
