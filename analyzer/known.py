"""Everything a verdict looks at, one row per judged person."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer import noes, standing
from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import asked
from analyzer.signals.rows import looked_up, numbered
from analyzer.weights import COUNTED, faded, independent
from store.facts import Facts

#: Promises are counted for so long.
HALF_A_YEAR: Final = pd.Timedelta(days=182)
#: A move whose new date was kept is undone by this share of the repair.
REPAIRS: Final = 0.5


def known(
    facts: Facts,
    derived: Derived,
    signals: pd.DataFrame,
    scores: pd.DataFrame,
    settings: Settings,
    as_of: datetime,
) -> pd.DataFrame:
    """Everything a verdict looks at; rows as ``scores``."""
    people = scores["person"]
    no = standing.refused(facts, derived, as_of).set_index("person")
    stop = standing.objected(derived, as_of).set_index("person")
    later = standing.parked(facts, derived, settings, as_of).set_index("person")
    left = _acts(signals, settings, as_of)
    found = scores.assign(
        stop_at=looked_up(people, stop["at"]),
        stop_words=_words(people, stop["words"]),
        no_at=looked_up(people, no["at"]),
        no_words=_words(people, no["words"]),
        later_words=_words(people, later["words"]),
        parked=people.isin(later.index),
        park_until=looked_up(people, later["until"]),
        milestone=_words(people, later["milestone"]),
        put_aside=people.isin(later.index[later["by_us"].to_numpy("bool")]),
        acts=looked_up(people, left.groupby("person")["left"].sum()).fillna(0)
        - REPAIRS * looked_up(people, _repaired(signals, settings, as_of)).fillna(0),
        act_times=looked_up(people, _times(left)).fillna(0),
        worst=_words(people, _worst(left)),
        breaks=looked_up(people, _broken_more(derived, signals, as_of)).fillna(0),
        only_assistant=_shows(people, signals, "only_assistant"),
        curious=_shows(people, signals, "fact_finder"),
    )
    found["why_no"] = noes.kinds(found["no_words"])
    found["until"] = found["park_until"].where(
        found["no_at"].isna(), noes.ask_again(found["no_at"], found["why_no"])
    )
    found = found.join(_silence(people, derived, signals, as_of))
    woke = standing.woken(facts, derived, settings, as_of).set_index("person")["until"]
    woke_at = looked_up(people, woke)
    found["woke_at"] = woke_at.where(found["silent_since"] >= woke_at - standing.EARLY)
    return found


def _acts(signals: pd.DataFrame, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """What is left of each act: person, family, signal, at, left; the strongest of one cause."""
    did = signals[signals["act"] & ~signals["good"] & (signals["actor"] == "them")]
    left = did["strength"] * faded(did["at"], settings.half_life_days, as_of)
    ordered = did.assign(left=left).sort_values("left", ascending=False, kind="stable")
    columns = ["person", "family", "signal", "at", "left"]
    return ordered.drop_duplicates(["person", "episode"])[columns]


def _times(left: pd.DataFrame) -> pd.Series[int]:
    """How many independent acts of each person still count."""
    counted = independent(left[left["left"] >= COUNTED])
    return counted.groupby("person").size()


def _repaired(signals: pd.DataFrame, settings: Settings, as_of: datetime) -> pd.Series[float]:
    """How much is left of new dates that were kept after a move, by person."""
    did = signals[signals["signal"] == "repaired"]
    left = did["strength"] * faded(did["at"], settings.half_life_days, as_of)
    return left.groupby(did["person"]).sum()


def _broken_more(derived: Derived, signals: pd.DataFrame, as_of: datetime) -> pd.Series[float]:
    """How many promises they broke, asked for in vain, more than they kept, in half a year."""
    since = pd.Timestamp(as_of) - HALF_A_YEAR
    acts = signals[(signals["signal"] == "promise_broken") & signals["act"]]
    broken = acts[acts["at"] > since].groupby("person")["episode"].nunique()
    theirs = derived.promises[(derived.promises["by"] == "them") & (derived.promises["at"] > since)]
    kept = theirs[theirs["state"] == "kept"].groupby("person")["message"].nunique()
    both = pd.DataFrame({"broken": broken, "kept": kept}).fillna(0.0)
    return both["broken"] - both["kept"]


def _worst(left: pd.DataFrame) -> pd.Series[str]:
    """The kind of act that weighs most, by person."""
    sums = left.groupby(["person", "signal"])["left"].sum().reset_index()
    ordered = sums.sort_values(["left", "signal"], ascending=[False, True], kind="stable")
    worst = ordered.drop_duplicates("person").set_index("person")["signal"]
    return worst.astype("str")


def _shows(people: pd.Series[int], signals: pd.DataFrame, name: str) -> pd.Series[bool]:
    return people.isin(signals.loc[signals["signal"] == name, "person"])


def _words(people: pd.Series[int], known: pd.Series[str]) -> pd.Series[str]:
    return looked_up(people, known).fillna("").astype("str")


def _silence(
    people: pd.Series[int], derived: Derived, signals: pd.DataFrame, as_of: datetime
) -> pd.DataFrame:
    """Per person: questions asked in the silence that lasts, how long, since when, outcomes."""
    silences = asked.silences(derived, as_of)
    still = silences[silences["open"]].set_index("person")
    ours = asked.known(derived, as_of).groupby("person")["episode"].size()
    held = derived.meetings.loc[derived.meetings["start"] <= pd.Timestamp(as_of), "meeting"]
    met = derived.attendees[derived.attendees["meeting"].isin(held)]
    met_times = met.groupby("person")["meeting"].nunique()
    outcomes = looked_up(people, ours).fillna(0) + looked_up(people, met_times).fillna(0)
    return pd.DataFrame(
        {
            "asks": looked_up(people, still["asks"]).fillna(0),
            "quiet_eh": looked_up(people, still["since_eh"]).fillna(0.0),
            "waited_eh": looked_up(people, still["waited_eh"]).fillna(0.0),
            "patience": looked_up(people, still["patience"]).fillna(np.inf),
            "paced": asked.paced(derived, people, as_of),
            "silence": looked_up(people, _strength(still, signals)).fillna(0.0),
            "silent_since": looked_up(people, still["asked_at"]),
            "outcomes": outcomes,
        }
    )


def _strength(still: pd.DataFrame, signals: pd.DataFrame) -> pd.Series[float]:
    """How strong the signals of each silence are, by person."""
    told = signals[signals["signal"].isin(["follow_ups_unanswered", "silent_after_proposal"])]
    told = told[told["episode"].isin(numbered("episode", still["cause"]))]
    return told.groupby("person")["strength"].max()
