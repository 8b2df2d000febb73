"""What all tests share: saying why something cannot be tested here, or refusing to skip it.

Import the functions: ``from tests.conftest import need, shared_data``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

SHARED_DATA: Final = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


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
