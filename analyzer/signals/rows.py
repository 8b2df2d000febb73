"""Tools every signal uses: who may be judged, what explains a thing away, words and numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.frames import empty, shaped

Bools: TypeAlias = npt.NDArray[np.bool_]

#: One working week of a contact, in effective hours.
WEEK_EH: Final = 50.0
#: Weaker evidence than this is no evidence.
FAINT: Final = 0.1

# Ids of different kinds share one column; the last digit keeps them apart.
_DEFAULTS: Final = (("actor", "them"), ("via", -1), ("act", False))
_KINDS: Final = {"change": 1, "meeting": 2, "episode": 3, "message": 4, "person": 5, "topic": 6}


def numbered(kind: str, ids: pd.Series[int]) -> pd.Series[int]:
    """Episode ids of a signal: ids of ``kind`` that collide with those of no other kind."""
    return ids * 10 + _KINDS[kind]


def shaped_signals(
    rows: pd.DataFrame, derived: Derived, *, signal: str, family: str, good: bool = False
) -> pd.DataFrame:
    """``rows`` as a signals frame: judged people only, ordered by time, person and episode.

    ``rows`` brings person, topic, episode, at, strength, evidence and sentence; actor, via and
    act default to "them", nobody and False.
    """
    judged = derived.contacts.loc[derived.contacts["judged"], "person"]
    rows = rows[rows["person"].isin(judged) & rows["at"].notna() & (rows["strength"] >= FAINT)]
    if rows.empty:
        return empty("signals")
    fixed = rows.assign(signal=signal, family=family, good=good)
    for column, value in _DEFAULTS:
        if column not in fixed:
            fixed[column] = value
    fixed["company"] = companies(derived, fixed["person"])
    fixed["strength"] = fixed["strength"].clip(upper=1.0)
    return shaped("signals", fixed.sort_values(["at", "person", "episode"], kind="stable"))


def looked_up(keys: pd.Series[int], known: pd.Series[Any]) -> pd.Series[Any]:
    """The value of ``known`` (unique index) for each key; absent where there is none."""
    return pd.Series(known.reindex(keys).array, index=keys.index)


def companies(derived: Derived, person: pd.Series[int]) -> pd.Series[str]:
    """The company of each person."""
    known = derived.people.set_index("person")["company"]
    return looked_up(person, known).fillna("").astype("str")


def names(derived: Derived, person: pd.Series[int]) -> pd.Series[str]:
    """The name, or else the address, of each person; ``""`` for nobody."""
    people = derived.people.set_index("person")
    known = people["name"].where(people["name"] != "", people["address"])
    return looked_up(person, known).fillna("").astype("str")


def lateness(notice_hours: pd.Series[float], half_hours: float) -> pd.Series[float]:
    """1 without notice, one half at ``half_hours``, fading smoothly; unknown notice is 0.

    1 / (1 + (notice / half)²)
    """
    late = 1.0 / (1.0 + (notice_hours.clip(lower=0.0) / half_hours) ** 2)
    return late.fillna(0.0)


def proven(derived: Derived, person: pd.Series[int]) -> pd.Series[float]:
    """How far silence of each person proves anything, 0 to 1.

    All where four fifths of their mail are here, nothing where half of it is missing.
    """
    kept = looked_up(person, derived.contacts.set_index("person")["kept"]).fillna(1.0)
    return ((kept - 0.5) / 0.3).clip(0.0, 1.0)


def away(derived: Derived, person: pd.Series[int], at: pd.Series[pd.Timestamp]) -> Bools:
    """Whether the person was absent at that time or within a day of it."""
    found = np.zeros(len(person), dtype=np.bool_)
    rows = np.flatnonzero(person.isin(derived.absences["person"]).to_numpy())
    if not len(rows):
        return found
    asked = pd.DataFrame({"row": rows, "person": person.array[rows], "at": at.array[rows]})
    both = asked.merge(derived.absences, on="person")
    day = pd.Timedelta(days=1)
    inside = (both["at"] >= both["from_at"] - day) & (both["at"] < both["until_at"] + day)
    found[both.loc[inside, "row"].to_numpy()] = True
    return found


def settled(derived: Derived) -> pd.DataFrame:
    """Topics in which silence says nothing any more: won or lost. Columns topic, outcome."""
    return derived.topics.loc[derived.topics["outcome"] != "", ["topic", "outcome"]]


def day(at: pd.Series[pd.Timestamp], zone: str, as_of: datetime) -> pd.Series[str]:
    """The local date as people say it: ``12 March``, with the year where it is another."""
    local = at.dt.tz_convert(zone)
    text = local.dt.day.astype("Int64").astype("str") + " " + local.dt.month_name()
    this_year = pd.Timestamp(as_of).tz_convert(zone).year
    year = " " + local.dt.year.astype("Int64").astype("str")
    return text.where(local.dt.year == this_year, text + year).fillna("").astype("str")


def day_and_time(at: pd.Series[pd.Timestamp], zone: str, as_of: datetime) -> pd.Series[str]:
    """The local date and time: ``Thursday 12 March, 10:00``."""
    local = at.dt.tz_convert(zone)
    clock = local.dt.strftime("%H:%M")
    return (local.dt.day_name() + " " + day(at, zone, as_of) + ", " + clock).fillna("")


def duration(hours: pd.Series[float]) -> pd.Series[str]:
    """A length of time as people say it: ``40 minutes``, ``3 hours``, ``5 days``."""
    minutes = _counted((hours * 60).round(), "minute")
    whole = _counted(hours.round(), "hour")
    days = _counted((hours / 24).round(), "day")
    return minutes.where(hours < 1, whole.where(hours < 48, days))


def counted(number: pd.Series[int], word: str) -> pd.Series[str]:
    """``1 reminder``, ``3 reminders``."""
    return _counted(number.astype("float64"), word)


def _counted(number: pd.Series[float], word: str) -> pd.Series[str]:
    text = number.fillna(0).astype("int64").astype("str") + " " + word
    return text.where(number == 1, text + "s")


def through(derived: Derived, via: pd.Series[int]) -> pd.Series[str]:
    """`` (through Eva Klein)`` where a delegate acted, else ``""``."""
    name = names(derived, via)
    return (" (through " + name + ")").where(name != "", "")


def references(kind: str, ids: pd.Series[int]) -> pd.Series[Any]:
    """Evidence of one row each: ``("message:12",)``."""
    return (f"{kind}:" + ids.astype("str")).map(lambda reference: (reference,))


def strongest(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Of rows with one cause the strongest, the first of equals; evidence stays its own."""
    ordered = rows.sort_values([*by, "strength", "at"], ascending=[True] * len(by) + [False, True])
    return ordered.drop_duplicates(by)
