"""When people were away, as their auto-replies tell, and how much of a wait that was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from analyzer.clock import Clock
from analyzer.derived.dates import named_day
from analyzer.derived.groups import Bools, Floats, Ints, keyed, looked_up, next_after, seconds
from analyzer.derived.mail import Mail
from analyzer.frames import shaped

_Reading: TypeAlias = Callable[[Ints, Ints], Floats]

#: Without a date in the auto-reply; shorter where they write themselves before that.
DEFAULT_ABSENCE: Final = pd.Timedelta(days=7)
#: A date further off is none of an absence.
LONGEST_ABSENCE: Final = pd.Timedelta(days=180)

_UNTIL: Final = r"(?i)\b(?:until|till|through|thru|bis|jusqu|hasta|fino|tot)"
_DAY: Final = pd.Timedelta(days=1)


def absences(mail: Mail) -> pd.DataFrame:
    """Frame ``absences``: from the receipt of an auto-reply until the day it names.

    "until 12 March" includes that day, any other named day is the return. Without one: a week,
    or until the person's next own mail.
    """
    frame = mail.mail
    told = frame[(frame["kind"] == "auto_reply").to_numpy() & (frame["sender"] >= 0).to_numpy()]
    shown = mail.words[(mail.words["intent"] == "auto").to_numpy()]
    words = shown.drop_duplicates("message").set_index("message")["words"]
    text = told["subject"] + " " + looked_up(told["message"], words).astype("str").fillna("")
    day = named_day(text, told["at"])
    day = day.where(~text.str.contains(_UNTIL, regex=True), day + _DAY)
    good = (day > told["at"]) & (day <= told["at"] + LONGEST_ABSENCE)
    until = day.where(good, _back(frame, told))
    made = {"person": told["sender"], "from_at": told["at"], "message": told["message"]}
    result = pd.DataFrame({**made, "until_at": until})
    return shaped("absences", result.sort_values(["person", "from_at", "message"]))


def _back(frame: pd.DataFrame, told: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    human = frame[(frame["kind"] == "person").to_numpy() & (frame["sender"] >= 0).to_numpy()]
    row = next_after(
        told["sender"].to_numpy(),
        seconds(told["at"]),
        human["sender"].to_numpy(),
        seconds(human["at"]),
    )
    week = told["at"] + DEFAULT_ABSENCE
    wrote = pd.Series(human["at"].array.take(row, allow_fill=True), index=told.index)
    return week.where(~(wrote < week), wrote)


@dataclass(frozen=True)
class Away:
    """Absences merged per person, ready to be subtracted from many waits at once."""

    person: Ints
    begin: Ints
    end: Ints

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Away:
        """From frame ``absences``."""
        person = frame["person"].to_numpy()
        begin, end = seconds(frame["from_at"]), seconds(frame["until_at"])
        order = np.lexsort((begin, person))
        person, begin, end = person[order], begin[order], end[order]
        latest = pd.Series(end).groupby(person).cummax().to_numpy()
        fresh = np.ones(len(person), dtype=bool)
        fresh[1:] = (person[1:] != person[:-1]) | (begin[1:] > latest[:-1])
        starts = np.flatnonzero(fresh)
        last = np.append(starts[1:], len(person)) - 1 if len(person) else starts
        return cls(person[starts], begin[starts], latest[last])

    def hours(self, person: Ints, start: Ints, end: Ints) -> Floats:
        """Wall hours away within [start, end), both in seconds."""
        return self._sum(person, start, end, lambda _, second: second / 3600.0)

    def effective_hours(self, clock: Clock, person: Ints, start: Ints, end: Ints) -> Floats:
        """Effective hours of their own clock away within [start, end), both in seconds."""
        return self._sum(
            person, start, end, lambda who, second: clock.reading_eh(who, second * 1_000_000)
        )

    def _sum(self, person: Ints, start: Ints, end: Ints, reading: _Reading) -> Floats:
        """Whole absences begun in between, less what of the last lies after the instant."""
        took = reading(self.person, self.end) - reading(self.person, self.begin)
        total = np.append(0.0, took).cumsum()
        last, first = self._row(person, end), self._row(person, start)
        result: Floats = total[last + 1] - total[first + 1]
        for row, second, sign in ((last, end, -1.0), (first, start, 1.0)):
            cut = self._cut(row, person, second)
            rest = reading(person[cut], self.end[row[cut]]) - reading(person[cut], second[cut])
            result[cut] += sign * rest
        return result

    def _row(self, person: Ints, second: Ints) -> Ints:
        """The last absence that begins at or before each (person, second), else of anybody."""
        known = keyed(self.person, self.begin)
        return np.searchsorted(known, keyed(person, second), side="right") - 1

    def _cut(self, row: Ints, person: Ints, second: Ints) -> Bools:
        """Where the instant lies within the absence."""
        if not len(self.person):
            return np.zeros(len(row), dtype=bool)
        return np.asarray((row >= 0) & (self.person[row] == person) & (self.end[row] > second))
