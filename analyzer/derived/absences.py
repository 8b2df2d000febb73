"""When people were away, as their auto-replies tell, and how much of a wait that was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from analyzer.clock import Clock
from analyzer.days import absence, columns
from analyzer.derived.groups import Bools, Floats, Ints, keyed, looked_up, next_after, seconds
from analyzer.derived.mail import Mail
from analyzer.frames import shaped
from store.facts import TIME

_Reading: TypeAlias = Callable[[Ints, Ints], Floats]

#: Without a date in the auto-reply; shorter where they write themselves before that.
DEFAULT_ABSENCE: Final = pd.Timedelta(days=7)
#: A date further off is none of an absence.
LONGEST_ABSENCE: Final = pd.Timedelta(days=180)


def absences(mail: Mail, zone: str) -> pd.DataFrame:
    """Frame ``absences``: from the first day an auto-reply names, or its receipt, to the return.

    Days are those of the one who is away. Without a day: a week, or until the person's next own
    mail. A mail of a person that tells the same, with its days, counts as well.
    """
    frame = mail.mail
    told = frame[(frame["sender"] >= 0).to_numpy() & ~frame["outgoing"].to_numpy()]
    automatic = told["kind"] == "auto_reply"
    told = told[automatic | ((told["kind"] == "person") & told["auto"])]
    shown = mail.words[(mail.words["intent"] == "auto").to_numpy()]
    words = shown.drop_duplicates("message").set_index("message")["words"]
    own = looked_up(told["message"], words).astype("str").fillna("")
    days = columns.away(own, told["at"], told["offset_minutes"], zone)
    title = told["subject"].map(absence.excerpt).astype("str")
    titled = columns.away(title, told["at"], told["offset_minutes"], zone)
    back, first = days["back"].fillna(titled["back"]), days["first"].fillna(titled["first"])
    good = (back > told["at"]) & (back <= told["at"] + LONGEST_ABSENCE)
    until = back.where(good, _back(frame, told))
    began = first.where(good & (first >= told["at"] - LONGEST_ABSENCE), told["at"])
    made = {"person": told["sender"], "from_at": began, "message": told["message"]}
    result = pd.DataFrame({**made, "until_at": until.astype(TIME)})
    result = result[(good | (told["kind"] == "auto_reply")).to_numpy()]
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
