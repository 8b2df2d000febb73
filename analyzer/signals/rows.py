"""Tools every signal uses: who may be judged, what explains a thing away, words and numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from analyzer.derived.everything import Derived, remembered
from analyzer.frames import COLUMNS, empty, shaped

Words: TypeAlias = npt.NDArray[np.object_]

# Dates in words, to be picked from by number: no locale changes what a report says.
_MONTHS: Final[Words] = np.array(
    ["", "January", "February", "March", "April", "May", "June", "July", "August", "September",
     "October", "November", "December"], dtype=object
)  # fmt: skip
_WEEKDAYS: Final[Words] = np.array(
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], dtype=object
)
_DAYS: Final[Words] = np.array([str(day) for day in range(32)], dtype=object)
_CLOCK: Final[Words] = np.array([f"{number:02}" for number in range(60)], dtype=object)

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
    rows = rows[[column for column in COLUMNS["signals"] if column in rows]]
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
    return looked_up(person, _company(derived)).fillna("")


@remembered
def _company(derived: Derived) -> pd.Series[str]:
    return derived.people.set_index("person")["company"].astype("str")


def names(derived: Derived, person: pd.Series[int]) -> pd.Series[str]:
    """The name, or else the address, of each person; ``""`` for nobody."""
    return looked_up(person, _name(derived)).fillna("")


@remembered
def _name(derived: Derived) -> pd.Series[str]:
    people = derived.people.set_index("person")
    return people["name"].where(people["name"] != "", people["address"]).astype("str")


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
    return looked_up(person, _proof(derived)).fillna(1.0)


@remembered
def _proof(derived: Derived) -> pd.Series[float]:
    kept = derived.contacts.set_index("person")["kept"].fillna(1.0)
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
    shown = np.full(len(at), "", dtype=object)
    known = at.notna().to_numpy()
    shown[known] = _date(_local(at, zone), pd.Timestamp(as_of).tz_convert(zone).year)
    return pd.Series(shown, index=at.index, dtype="str")


def day_and_time(at: pd.Series[pd.Timestamp], zone: str, as_of: datetime) -> pd.Series[str]:
    """The local date and time: ``Thursday 12 March, 10:00``."""
    shown = np.full(len(at), "", dtype=object)
    known, local = at.notna().to_numpy(), _local(at, zone)
    date = _date(local, pd.Timestamp(as_of).tz_convert(zone).year)
    clock = ", " + _CLOCK[local.hour] + ":" + _CLOCK[local.minute]
    shown[known] = _WEEKDAYS[local.day_of_week] + " " + date + clock
    return pd.Series(shown, index=at.index, dtype="str")


def _local(at: pd.Series[pd.Timestamp], zone: str) -> pd.DatetimeIndex:
    """The known ones of these times, as clocks in ``zone`` show them."""
    return pd.DatetimeIndex(at.dropna()).tz_convert(zone)


def _date(local: pd.DatetimeIndex, this_year: int) -> Words:
    years, row = np.unique(local.year, return_inverse=True)
    year = np.array(["" if y == this_year else f" {y}" for y in years], dtype=object)
    return np.asarray(_DAYS[local.day] + " " + _MONTHS[local.month] + year[row])


def duration(hours: pd.Series[float]) -> pd.Series[str]:
    """A length of time as people say it: ``40 minutes``, ``3 hours``, ``5 days``; at least one
    minute.
    """
    return length(
        hours.clip(lower=1 / 60), ("minute", 1 / 60, 1), ("hour", 1, 48), ("day", 24, np.inf)
    )


def length(amount: pd.Series[float], *units: tuple[str, float, float]) -> pd.Series[str]:
    """Each amount in the first unit that fits: (word, how much one is, below which it fits)."""
    known = amount.to_numpy("float64")
    fits = [known < below for *_, below in units[:-1]]
    whole = np.select(fits, [known / one for _, one, _ in units[:-1]], known / units[-1][1])
    word = np.select(fits, [word for word, *_ in units[:-1]], units[-1][0])
    return _counted(pd.Series(whole, index=amount.index).round(), word.astype(object))


def counted(number: pd.Series[int], word: str) -> pd.Series[str]:
    """``1 reminder``, ``3 reminders``."""
    return _counted(number.astype("float64"), word)


def _counted(number: pd.Series[float], word: Any) -> pd.Series[str]:
    """``word``: one for all, or an array of one each."""
    text = number.fillna(0).to_numpy("int64").astype(str).astype(object)
    many = np.where(number.to_numpy() == 1, "", "s").astype(object)
    return pd.Series(text + (" " + word) + many, index=number.index, dtype="str")


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
