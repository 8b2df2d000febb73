"""Every signal is weighed, has words and is explained: none can be added half."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.frames import VERDICTS
from analyzer.ranking import SEVERITY
from analyzer.reasons import PHRASES
from analyzer.signals import SIGNALS
from analyzer.weights import WEIGHTS

HOW = Path(__file__).resolve().parent.parent / "docs" / "how-it-decides.md"


@pytest.mark.parametrize("signal", SIGNALS)
def test_every_signal_has_a_weight_and_words(signal: str) -> None:
    """Once and several times."""
    assert WEIGHTS[signal]
    assert all(PHRASES[signal])


def test_nothing_is_weighed_or_told_that_is_no_signal() -> None:
    """What was removed leaves nothing behind."""
    assert set(WEIGHTS) == set(SIGNALS) == set(PHRASES)


def table() -> list[list[str]]:
    """Rows of the table of signals in the documentation."""
    lines = HOW.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("| signal |"))
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[first + 2 :]]
    return rows[: next(number for number, row in enumerate(rows) if len(row) < 6)]


def test_the_documentation_states_every_weight() -> None:
    """One line per signal, with the weight that is used."""
    told = sorted(float(row[-1].replace("\N{MINUS SIGN}", "-")) for row in table())
    assert told == sorted(WEIGHTS.values())


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_is_ranked_and_explained(verdict: str) -> None:
    """In the order of the report and in the documentation."""
    assert SEVERITY[verdict] > 0
    assert f"**{verdict}**" in HOW.read_text(encoding="utf-8")
