"""Pacing by a provider's quota, so that it never has to refuse."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

_MINUTE_SECONDS: Final = 60.0


class Pace:
    """Lets at most ``units_per_minute`` through in any minute; the first of them without delay.

    ``clock``: seconds that only grow (``time.monotonic``). ``sleep``: waits so many seconds. One
    object per quota: whoever shares the quota shares the object. Not for several threads.
    """

    def __init__(
        self, units_per_minute: float, *, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        if units_per_minute <= 0:
            raise ValueError(f"no pace: {units_per_minute} units per minute")
        self.units_per_minute = units_per_minute
        self._clock = clock
        self._sleep = sleep
        self._taken: deque[tuple[float, float]] = deque()

    def take(self, units: float = 1) -> None:
        """Wait until ``units`` may be used, and use them.

        More than a whole minute's worth is let through after a minute without any.
        """
        wait_seconds = self.wait_seconds(units)
        if wait_seconds > 0:
            self._sleep(wait_seconds)
        self._taken.append((self._clock(), units))

    def wait_seconds(self, units: float = 1) -> float:
        """How long ``take`` would wait now."""
        now = self._clock()
        while self._taken and self._taken[0][0] <= now - _MINUTE_SECONDS:
            self._taken.popleft()
        excess = sum(taken for _, taken in self._taken) + units - self.units_per_minute
        free_at = now
        for at, taken in self._taken:
            if excess <= 0:
                break
            excess -= taken
            free_at = at + _MINUTE_SECONDS
        return free_at - now
