"""What was planted in whom: the truth that judgement is measured against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

#: The gate's formal conditions: so many independent bad episodes, of so many families.
EPISODES, FAMILIES = 3, 2
#: Episodes count for half a year.
COUNTED = timedelta(days=180)


@dataclass(frozen=True)
class Planted:
    """One bad thing somebody did, and when an observer knows of it.

    ``cause``: things with the same cause are one episode. ``act``: something done, not mere
    silence.
    """

    what: str
    family: str
    at: datetime
    cause: str
    act: bool = False

    def stands(self, moment: datetime) -> bool:
        """Whether it counts at that moment."""
        return self.at <= moment < self.at + COUNTED


@dataclass
class Truth:
    """Somebody's kind, and what they did. ``parked_until``: the day they asked to wait for."""

    name: str
    address: str
    kind: str
    wall: bool
    planted: list[Planted] = field(default_factory=list)
    decided_at: datetime | None = None
    parked_until: datetime | None = None
    won_at: datetime | None = None
    lost: bool = False

    def families(self, moment: datetime) -> set[str]:
        """Families of all that was known at that moment, however long ago."""
        return {p.family for p in self.planted if p.at <= moment}

    def formal(self, moment: datetime) -> bool:
        """Whether the gate's formal conditions are met at that moment."""
        return formal(p for p in self.planted if p.stands(moment))

    def formal_at(self) -> datetime | None:
        """When the formal conditions were first met."""
        moments = sorted(p.at for p in self.planted)
        return next((moment for moment in moments if self.formal(moment)), None)

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        first = self.formal_at()
        return {
            "name": self.name,
            "address": self.address,
            "kind": self.kind,
            "wall": self.wall,
            "formal_at": first and first.isoformat(),
            "decided_at": self.decided_at and self.decided_at.isoformat(),
            "parked_until": self.parked_until and self.parked_until.date().isoformat(),
            "won_at": self.won_at and self.won_at.isoformat(),
            "planted": [
                {
                    "what": p.what,
                    "family": p.family,
                    "cause": p.cause,
                    "act": p.act,
                    "at": p.at.isoformat(),
                }
                for p in sorted(self.planted, key=lambda p: p.at)
            ],
        }


def formal(episodes: Iterable[Planted]) -> bool:
    """At least three bad episodes of different cause and two families, with an act among them."""
    some = list(episodes)
    causes = {episode.cause for episode in some}
    families = {episode.family for episode in some}
    return len(causes) >= EPISODES and len(families) >= FAMILIES and any(e.act for e in some)
