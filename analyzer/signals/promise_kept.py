"""Good: what they promised came, or they were heard of, in time."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import rows, said
from store.facts import Facts


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per thread: the last promise of theirs in it that was kept.

    The counterpart of ``promise_broken``. Strength: a half where they had named a day, else a
    quarter: that somebody writes again some time is not much. What a sign holds is not read, so
    that it is never more.
    """
    promises = derived.promises
    kept = promises[(promises["state"] == "kept") & (promises["by"] == "them")]
    kept = kept.drop_duplicates(["person", "thread"], keep="last")
    found = kept.assign(
        episode=rows.numbered("message", kept["message"]),
        at=kept["sign_at"],
        strength=kept["dated"].map({True: 0.5, False: 0.25}).astype("float64"),
        evidence=rows.references("message", kept["message"]),
        sentence="Promised on "
        + rows.day(kept["at"], settings.zone, as_of)
        + said.words(derived, kept["message"], "commitment")
        + "; was heard of in time, on "
        + rows.day(kept["sign_at"], settings.zone, as_of)
        + ".",
    )
    return rows.shaped_signals(found, derived, signal="promise_kept", family="promises", good=True)
