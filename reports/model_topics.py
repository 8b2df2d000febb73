"""How one of several topics with a person stands, as frozen plain values; see ``model``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Opportunity:
    """One of several open topics with the same person.

    ``state``: going (both sides have exchanged something about it lately) | quiet | drop (they
    write of other things and never of this one: ``reason``, ``next_step``). ``value``: ``None``
    when not known.
    """

    id: int
    title: str
    value: float | None
    currency: str
    state: str
    last_two_way_at: datetime | None
    reason: str
    next_step: str
