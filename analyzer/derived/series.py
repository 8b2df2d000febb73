"""Recurring events: which dates a series had, and what each change of the series changed.

States of a series are compared as sets of instants, so that neither a clock change nor a rule in
other words is mistaken for a move. Dates that are over stay as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import combinations, groupby
from typing import Any, Final, NamedTuple, TypeAlias

import pandas as pd

from analyzer.derived.recurrence import Recurrence, Window, following, instants, until
from store.model import FOLLOWING

#: So many dates of one change of a series are listed.
MAX_CHANGED: Final = 26
#: States told within this time of one another are one: a split series is told in two parts.
TOGETHER: Final = timedelta(minutes=10)
#: A date that went away and one that came new, this far apart at most, are one that moved.
_NEAR: Final = timedelta(days=6, hours=12)
_ORDER: Final = ["uid", "at", "start", "sequence", "cancelled", "rrule", "rdate", "exdate", "event"]
_COLUMNS: Final = [*_ORDER, "end", "zone", "numbered", "learned_from", "recurrence_at"]


class Own(NamedTuple):
    """What was told of one date by itself; ``start`` is ``None`` where it was cancelled."""

    at: datetime
    start: datetime | None


#: Per series and original date what was told of that date itself, in order.
Exceptions: TypeAlias = Mapping[datetime, list[Own]]


class State(NamedTuple):
    """One told state of a series. ``numbered``: whether ``sequence`` says how new it is.

    ``since``: it speaks only for this date and all that follow (RANGE=THISANDFUTURE).
    """

    event: int
    at: datetime
    sequence: int
    numbered: bool
    shown: bool
    recurrence: Recurrence
    length: timedelta
    cancelled: bool
    since: datetime | None = None


class Change(NamedTuple):
    """One date that a new state of its series changed; ``new`` is ``None`` when it is gone.

    ``recurrence_at``: the date by which the occurrence is known in the end. ``timed``: whether
    the time of the change is known: what a calendar shows may have been changed before it was
    last touched, unless it was watched from the state before.
    """

    uid: str
    recurrence_at: datetime
    event: int
    at: datetime
    old: datetime
    new: datetime | None
    timed: bool


class Date(NamedTuple):
    """One date of a series. ``original``: what it was first.

    ``gone_at``: when it went away; ``moved_away``: to another date.
    """

    uid: str
    recurrence_at: datetime
    original: datetime
    end: datetime
    event: int
    gone_at: datetime | None = None
    moved_away: bool = False


class _Part(NamedTuple):
    state: State
    dates: frozenset[datetime]


class History:
    """One series while its states are told, one step after another."""

    def __init__(self, uid: str, own: Exceptions, within: Window) -> None:
        self._uid, self._own, self._within = uid, own, within
        self._parts: list[_Part] = []
        self._standing: dict[datetime, State] = {}
        self._original: dict[datetime, datetime] = {}
        self._led: dict[datetime, list[Change]] = {}
        self._gone: list[Date] = []

    def tell(self, step: list[State]) -> None:
        """States told together; those that are older than what is known change nothing."""
        first = not self._parts
        watched = bool(self._parts) and all(part.state.shown for part in self._parts)
        told: State | None = None
        beside: set[datetime] = set()
        for state in self._split_in_order(step):
            if first and state.cancelled:
                self._standing = dict.fromkeys(self._dates(state), state)
            if not self._stale(state):
                told, beside = state, beside | self._join(state)
        if told is None:
            return
        after = {at: part.state for part in self._parts for at in sorted(part.dates)}
        if first and not told.cancelled:
            self._standing = after
        else:
            self._change(told, after, beside, timed=watched or not told.shown)

    def dates(self) -> list[Date]:
        """Dates that stand at the end or stood when they were over, and those that went away."""
        standing = [
            Date(self._uid, at, self._original.get(at, at), at + state.length, state.event)
            for at, state in sorted(self._standing.items())
            if at not in self._own
        ]
        return standing + self._gone

    def changes(self) -> list[Change]:
        """All changes, each under the date that its occurrence has in the end."""
        return [
            change._replace(recurrence_at=at)
            for at, changes in sorted(self._led.items())
            for change in changes
        ]

    def _dates(self, state: State) -> frozenset[datetime]:
        return instants(state.recurrence, self._within)

    def _stale(self, state: State) -> bool:
        later = any(
            state.sequence < part.state.sequence and not self._apart(part.state, state)
            for part in self._parts
        )
        return state.numbered and later

    def _join(self, state: State) -> set[datetime]:
        """Takes in a state; returns its dates if it stands beside others and replaces none.

        A part that ends before another begins (a split: "this and all following") stays.
        """
        if state.since is not None:
            self._follow(state, state.since)
            return set()
        apart = [part for part in self._parts if self._apart(part.state, state)]
        replaced = [part for part in self._parts if part not in apart]
        if not state.numbered:
            known = [part.state.sequence for part in replaced]
            state = state._replace(sequence=max([state.sequence, *known]))
        dates = frozenset() if state.cancelled else self._dates(state)
        self._parts = [*apart, _Part(state, dates)]
        return set() if replaced else set(dates)

    def _follow(self, state: State, since: datetime) -> None:
        """All dates from ``since`` on go the way of that one."""
        later = {at for part in self._parts for at in part.dates if at >= since}
        stay = [part._replace(dates=part.dates - later) for part in self._parts]
        dates = following(later | {since}, since, state.recurrence, self._within)
        self._parts = [*stay, _Part(state, frozenset() if state.cancelled else dates)]

    def _split_in_order(self, step: list[State]) -> list[State]:
        """Of a series that was split, the earlier part first: it makes room for the other."""
        split = any(self._apart(one, other) for one, other in combinations(step, 2))
        return sorted(step, key=lambda state: state.recurrence.start) if split else step

    def _apart(self, one: State, other: State) -> bool:
        if one.cancelled or other.cancelled or one.recurrence.start == other.recurrence.start:
            return False
        early, late = sorted((one, other), key=lambda state: state.recurrence.start)
        return until(early.recurrence, self._within) < late.recurrence.start

    def _change(
        self, told: State, after: Mapping[datetime, State], beside: set[datetime], *, timed: bool
    ) -> None:
        """Only what is still to come can go away or come new."""
        stood = {at: self._start(at, told.at) for at in self._standing if at not in after}
        gone = sorted(at for at, start in stood.items() if start and start > told.at)
        fresh = {at for at in after if at > told.at and at not in self._standing}
        for old in gone[:MAX_CHANGED]:
            start = stood[old] or old
            new = _nearest(old, fresh)
            self._leave(old, new, Change(self._uid, old, told.event, told.at, start, new, timed))
            fresh.discard(new or old)
        kept = {at: state for at, state in self._standing.items() if at not in set(gone)}
        self._standing = kept | {
            at: state for at, state in after.items() if at > told.at or at in beside
        }

    def _leave(self, old: datetime, new: datetime | None, change: Change) -> None:
        original, state = self._original.pop(old, old), self._standing[old]
        led = [*self._led.pop(old, []), change]
        self._led.setdefault(new or old, []).extend(led)
        if new is not None:
            self._original[new] = original
        if new is None or old in self._own:
            end = old + state.length
            self._gone.append(
                Date(self._uid, old, original, end, state.event, change.at, new is not None)
            )

    def _start(self, at: datetime, when: datetime) -> datetime | None:
        """When the date was to be, as known then; ``None`` if it had been called off."""
        told = [own for own in self._own.get(at, ()) if own.at <= when]
        return told[-1].start if told else at


def _nearest(old: datetime, fresh: Iterable[datetime]) -> datetime | None:
    """The new date that stands for ``old``: one of the same week before one of another."""
    near = [at for at in fresh if abs(at - old) <= _NEAR]
    week = old.isocalendar()[:2]
    return min(near, key=lambda at: (at.isocalendar()[:2] != week, abs(at - old), at), default=None)


def unfold(
    masters: pd.DataFrame, exceptions: Mapping[str, Exceptions], within: Window
) -> tuple[list[Date], list[Change]]:
    """All dates of every series inside the window, and all changes of what was still to come.

    ``masters``: revisions that tell states of series, not of single dates (see ``revisions``).
    """
    dates: list[Date] = []
    changes: list[Change] = []
    ordered = masters[_COLUMNS].sort_values(_ORDER, kind="stable").itertuples()
    for uid, rows in groupby(ordered, key=lambda row: str(row.uid)):
        history = History(uid, exceptions.get(uid, {}), within)
        for step in _steps(map(_state, rows)):
            history.tell(step)
        dates += history.dates()
        changes += history.changes()
    return dates, changes


def _state(row: Any) -> State:
    known = row.start == row.start
    start = row.start.to_pydatetime() if known else datetime.min.replace(tzinfo=UTC)
    length = (row.end - row.start).to_pytimedelta() if row.end >= row.start else timedelta(0)
    return State(
        event=int(row.event),
        at=row.at.to_pydatetime(),
        sequence=int(row.sequence),
        numbered=bool(row.numbered),
        shown=row.learned_from == "calendar",
        recurrence=Recurrence(start, row.zone, row.rrule, row.rdate, row.exdate),
        length=length,
        cancelled=bool(row.cancelled),
        since=row.recurrence_at.to_pydatetime() if row.rrule == FOLLOWING else None,
    )


def _steps(told: Iterable[State]) -> list[list[State]]:
    """States told within ten minutes of the one before are one step."""
    steps: list[list[State]] = []
    for state in told:
        if steps and state.at - steps[-1][-1].at <= TOGETHER:
            steps[-1].append(state)
        else:
            steps.append([state])
    return steps
