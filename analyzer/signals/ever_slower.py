"""They still answer, but take ever longer."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import asked, rows
from store.facts import Facts

#: As many last answers are compared with as many or more before them.
LAST: Final = 4
#: Slower than before means so many times; slow at all means so many effective hours.
TIMES: Final = 3.0
SLOW_EH: Final = 20.0


def detect(_facts: Facts, derived: Derived, _settings: Settings, as_of: datetime) -> pd.DataFrame:
    """At most one row per person: the last four answers against those before them.

    Only answers in their conversation; who was always slow is not slower. Strength: one quarter
    at three times, more with the ratio.
    """
    answered = asked.ours(derived, as_of)
    answered = answered[answered["answered_at"].notna()].sort_values("answered_at", kind="stable")
    answered = answered[asked.answers(answered, derived)[0]]
    behind = answered.groupby("person").cumcount(ascending=False)
    recent = answered[behind < LAST].groupby("person")
    before = answered[behind >= LAST].groupby("person")["waited_eh"].agg(["median", "size"])
    now = recent.agg(
        now=("waited_eh", "median"), at=("answered_at", "max"), evidence=("answered_by", tuple)
    )
    both = now.join(before, how="inner").reset_index()
    ratio = both["now"] / both["median"].clip(lower=1.0)
    slower = (both["size"] >= LAST) & (ratio >= TIMES) & (both["now"] >= SLOW_EH)
    both = both.assign(strength=(0.25 * np.log(ratio.clip(lower=1.0)) / np.log(TIMES)))[slower]
    found = both.assign(
        topic=-1,
        episode=rows.numbered("person", both["person"]),
        strength=both["strength"].clip(upper=0.6),
        sentence="The last four answers took "
        + asked.weeks_waited(both["now"])
        + " each (middle value), those before "
        + asked.weeks_waited(both["median"])
        + ".",
    )
    return rows.shaped_signals(found, derived, signal="ever_slower", family="answers")
