"""The analysis and the one person that ``contact`` and ``case`` are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brickwall.cli.people import find
from brickwall.cli.times import instant
from brickwall.workspace import analysed, now, opened

if TYPE_CHECKING:
    from analyzer.analysis import Analysis
    from analyzer.settings import Settings


def one(name: str, as_of: str | None) -> tuple[Analysis, int, Settings]:
    """Analyse the store and find the person called ``name`` in it."""
    with opened() as workspace:
        settings = workspace.config.settings
        moment = instant(as_of, settings.zone) if as_of else now()
        analysis = analysed(workspace, moment)
    return analysis, find(analysis.people, name), settings
