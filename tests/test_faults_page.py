"""What docs/faults.md promises is tested by the tests that it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = (HERE.parent / "docs" / "faults.md").read_text(encoding="utf-8")
TESTS = set(
    re.findall(
        r"^def (test_\w+)",
        "\n".join(path.read_text(encoding="utf-8") for path in HERE.glob("test_*.py")),
        re.MULTILINE,
    )
)
ROWS = [line.split("|")[1:-1] for line in PAGE.splitlines() if line.startswith("| ")][2:]


@pytest.mark.parametrize("row", ROWS, ids=[row[0].strip()[:40] for row in ROWS])
def test_every_fault_has_its_tests(row: list[str]) -> None:
    """And each of them is there."""
    named = set(re.findall(r"`(test_\w+)`", row[2]))
    assert named
    assert named <= TESTS
