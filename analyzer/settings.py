"""What the rep may set about judgement. Plain frozen values; read from the configuration."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that changes a judgement, with its default.

    ``zone``: the rep's IANA zone. ``internal``: keep | drop mail among colleagues (when kept,
    those with a proposal, an offer or a meeting in the calendar are judged). ``hourly_rate``:
    cost of one hour of the rep in ``currency``. ``late_notice_hours``: notice at which a move
    weighs half (lateness is continuous, not a cliff). ``half_life_days`` is of what tells about
    the next answer, ``wall_half_life_days`` of what tells about the person. Numbers of the gate:
    JUDGEMENT, explained in docs/how-it-decides.md.
    """

    zone: str = "UTC"
    internal: str = "drop"
    hourly_rate: float = 60.0
    currency: str = "EUR"
    late_notice_hours: float = 24.0
    excluded_addresses: frozenset[str] = field(default_factory=frozenset)
    gate_probability: float = 0.95
    gate_episodes: int = 3
    gate_families: int = 2
    prior_wall: float = 0.05
    term_cap: float = 4.0
    half_life_days: float = 90.0
    wall_half_life_days: float = 270.0
