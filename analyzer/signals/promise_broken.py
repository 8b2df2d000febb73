"""They promised something and were not heard of again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import asked, rows, said
from store.facts import Facts

#: Nobody is held to the hour.
GRACE: Final = pd.Timedelta(days=2)
#: The middle of the last day, wherever on earth that day was named.
_THAT_DAY: Final = pd.Timedelta(hours=12)
_END: Final = {True: ", though you asked for it.", False: "."}


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per thread: the last promise of theirs in it that was broken.

    Strength: half; with a question of ours in vain 0.8 and an act.
    """
    promises = derived.promises
    broken = promises[(promises["state"] == "broken") & (promises["by"] == "them")]
    broken = broken.drop_duplicates(["person", "thread"], keep="last")
    last_day = broken["due_at"] - _THAT_DAY
    came = broken["call"].map({True: "no call is known", False: "nothing came"})
    found = broken.assign(
        episode=_cause(broken, derived, as_of),
        at=broken["due_at"] + GRACE,
        act=broken["chased"],
        strength=broken["chased"].map({True: 0.8, False: 0.5}).astype("float64")
        * rows.proven(derived, broken["person"]),
        evidence=rows.references("message", broken["message"]),
        sentence="Promised on "
        + rows.day(broken["at"], settings.zone, as_of)
        + said.words(derived, broken["message"], "commitment")
        + "; "
        + came
        + " by "
        + rows.day(last_day, settings.zone, as_of)
        + " or in the two days after"
        + broken["chased"].map(_END),
    )
    return rows.shaped_signals(found, derived, signal="promise_broken", family="promises")


def _cause(broken: pd.DataFrame, derived: Derived, as_of: datetime) -> pd.Series[int]:
    """The silence that we asked into since, before any other sign of theirs; else the promise.

    What they did not send and did not answer for is one thing.
    """
    silences = asked.silences(derived, as_of)[["person", "asked_at", "cause"]]
    both = broken[["person", "message", "at", "sign_at"]].merge(silences, on="person")
    both = both[(both["asked_at"] > both["at"]) & (both["asked_at"] < both["sign_at"])]
    first = both.sort_values("asked_at", kind="stable").drop_duplicates("message")
    silence = rows.numbered("episode", first.set_index("message")["cause"])
    silence = rows.looked_up(broken["message"], silence)
    return silence.fillna(rows.numbered("message", broken["message"])).astype("int64")
