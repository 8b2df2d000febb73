"""Signals: one file each, one row per occurrence, every row with its evidence and a sentence.

To add one: write ``analyzer/signals/<name>.py`` with a ``detect`` of the same signature, and
name it in ``SIGNALS``. Columns are those of ``frames.COLUMNS["signals"]``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeAlias

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.frames import FAMILIES, empty
from analyzer.settings import Settings
from analyzer.signals import (
    cancelled_late,
    cycle,
    declined_late,
    ever_slower,
    fact_finder,
    follow_ups_unanswered,
    meetings_kept,
    moved_again,
    moved_late,
    no_show,
    one_sided,
    only_assistant,
    order,
    promise_broken,
    promise_kept,
    put_off,
    quick_answers,
    repaired,
    silent_after_proposal,
)
from store.facts import Facts

Detector: TypeAlias = Callable[[Facts, Derived, Settings, datetime], pd.DataFrame]

SIGNALS: Final[dict[str, Detector]] = {
    "moved_late": moved_late.detect,
    "cancelled_late": cancelled_late.detect,
    "declined_late": declined_late.detect,
    "no_show": no_show.detect,
    "moved_again": moved_again.detect,
    "follow_ups_unanswered": follow_ups_unanswered.detect,
    "silent_after_proposal": silent_after_proposal.detect,
    "ever_slower": ever_slower.detect,
    "put_off": put_off.detect,
    "promise_broken": promise_broken.detect,
    "cycle": cycle.detect,
    "only_assistant": only_assistant.detect,
    "one_sided": one_sided.detect,
    "fact_finder": fact_finder.detect,
    "quick_answers": quick_answers.detect,
    "meetings_kept": meetings_kept.detect,
    "repaired": repaired.detect,
    "promise_kept": promise_kept.detect,
    "order": order.detect,
}


def detect(facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """All signals known at ``as_of``, ordered by time, person, signal and episode."""
    found = [detector(facts, derived, settings, as_of) for detector in SIGNALS.values()]
    rows = [frame for frame in found if len(frame)]
    if not rows:
        return empty("signals")
    signals = pd.concat(rows, ignore_index=True)
    signals["family"] = pd.Categorical(signals["family"], categories=FAMILIES)
    signals["actor"] = pd.Categorical(signals["actor"], categories=("us", "them", "unknown"))
    order_by = ["at", "person", "signal", "episode"]
    return signals.sort_values(order_by, kind="stable", ignore_index=True)
