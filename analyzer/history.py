"""Judged week by week: what would have been said then, from what could be known then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from analyzer.analysis import Analysis, analyze
from analyzer.backtest import knowable
from analyzer.settings import Settings
from store.facts import Facts


def history(facts: Facts, settings: Settings, moments: Iterable[datetime]) -> Iterator[Analysis]:
    """The analysis as of each of ``moments``, one at a time: only one has to be held in memory.

    Mail, changes and marks that came later are unknown to it (``backtest.knowable``), so that
    nothing is judged with hindsight. Who somebody is follows from the mail so far, too: person ids
    of one analysis say nothing in another.
    """
    for moment in moments:
        yield analyze(knowable(facts, moment), settings, moment)
