"""A provider's quota is never exceeded, and no time is lost below it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.pace import Pace


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds


def paced(clock: Clock, units_per_minute: float) -> Pace:
    """A pace on a made-up clock."""
    return Pace(units_per_minute, clock=clock, sleep=clock.sleep)


def test_the_first_minute_is_not_slowed() -> None:
    """A daily delta fits into the quota of one minute and is done at once."""
    clock = Clock()
    pace = paced(clock, 6000)
    for _ in range(4):
        pace.take(1000)
    assert clock.now == 1000


def test_what_is_beyond_the_quota_waits_for_the_oldest_to_pass() -> None:
    """No longer than needed."""
    clock = Clock()
    pace = paced(clock, 100)
    pace.take(60)
    clock.now += 20
    pace.take(30)
    pace.take(20)
    assert clock.now == 1060
    pace.take(60)
    assert clock.now == 1080


def test_a_request_larger_than_the_quota_is_let_through_alone() -> None:
    """Instead of waiting for ever."""
    clock = Clock()
    pace = paced(clock, 10)
    pace.take(1)
    pace.take(50)
    assert clock.now == 1060


def test_a_pace_of_nothing_is_a_mistake() -> None:
    """It would never let anything through."""
    with pytest.raises(ValueError, match="0 units"):
        paced(Clock(), 0)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 40)), max_size=60))
def test_no_minute_sees_more_than_the_quota(steps: list[tuple[int, int]]) -> None:
    """Whenever the minute begins."""
    clock = Clock()
    pace = paced(clock, 100)
    taken = []
    for pause, units in steps:
        clock.now += pause
        pace.take(units)
        taken.append((clock.now, units))
    for begin, _ in taken:
        assert sum(units for at, units in taken if begin <= at < begin + 60) <= 100
