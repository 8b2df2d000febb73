"""Seconds of each derived step, in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from analyzer.clock import clock
from analyzer.derived.absences import absences
from analyzer.derived.contacts import contacts
from analyzer.derived.coverage import coverage
from analyzer.derived.effort import effort
from analyzer.derived.episodes import episodes
from analyzer.derived.mail import mail
from analyzer.derived.meetings import meetings
from analyzer.derived.people import people
from analyzer.derived.threads import thread
from analyzer.derived.topics import topics, with_steps
from analyzer.settings import Settings
from store.facts import Facts

T = TypeVar("T")


def timed(facts: Facts, settings: Settings, as_of: datetime) -> Iterator[tuple[str, float]]:
    """(step, seconds) of everything derived."""
    took: dict[str, float] = {}

    def step(name: str, work: Callable[[], T]) -> T:
        began = time.perf_counter()
        result = work()
        took[name] = time.perf_counter() - began
        return result

    who = step("people", lambda: people(facts, settings))
    told = step("mail", lambda: mail(facts, who, settings, as_of))
    told = step("threads", lambda: thread(told, facts))
    sold = step("topics", lambda: topics(facts, told, who.people))
    told = sold.mail
    met = step("meetings", lambda: meetings(facts, who.people, told, settings, as_of))
    step("steps", lambda: with_steps(sold.topics, told, met.meetings, met.attendees, as_of))
    pace = step("clock", lambda: clock(told.mail, who.people, settings))
    away = step("absences", lambda: absences(told, settings.zone))
    step(
        "episodes",
        lambda: episodes(facts, told, who.people, sold.topics, away, pace, as_of),
    )
    step(
        "contacts",
        lambda: contacts(
            facts, told, who.people, sold.topics, met.meetings, met.attendees, settings
        ),
    )
    step(
        "effort",
        lambda: effort(told, met.meetings, met.attendees, met.changes, settings, as_of),
    )
    step("coverage", lambda: coverage(facts, told, as_of))
    yield from took.items()
    yield "all", sum(took.values())
