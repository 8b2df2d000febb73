"""Weeks of the daemon's life in seconds: each morning's brief goes once, in time or not at all."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from brickwall.config import Config
from brickwall.routine import Brief, Daemon, Digest
from store import database
from store.database import Database
from tests.daemon_builder import REP, Machine

BERLIN = "Europe/Berlin"
#: A Monday six weeks before the end of summer time, and one six weeks after it.
BEGIN, END = date(2026, 9, 14), date(2026, 12, 7)
CONFIG = Config(
    zone=BERLIN,
    digest=Digest(enabled=False, to=(REP,)),
    daemon=Daemon(sync_minutes=60),
    brief=Brief(mail=True, time=time(6, 30)),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """A store with its ledger, on a disk."""
    with database.open(tmp_path / "brickwall.db") as opened:
        yield opened


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """A time of day in Berlin as an instant."""
    return datetime.combine(day, time(hour, minute), ZoneInfo(BERLIN)).astimezone(UTC)


def days(first: date, last: date) -> list[date]:
    """All days from ``first`` up to ``last``, without it."""
    return [first + timedelta(days=number) for number in range((last - first).days)]


def machine_on(store: Database, at: datetime, *busy: date, hour: int = 9, seed: int = 0) -> Machine:
    """A machine of a rep whose first meeting of each busy day begins at ``hour``."""
    machine = Machine(store, CONFIG, at, seed)
    machine.first_meetings = {day.isoformat(): local(day, hour) for day in busy}
    machine.start()
    return machine


def test_each_day_with_a_meeting_gets_its_brief_at_its_hour(store: Database) -> None:
    """Also on the days around the end of summer time; other days get none."""
    busy = [day for day in days(BEGIN, END) if day.weekday() in (0, 1, 3)]
    machine = machine_on(store, local(BEGIN, 0), *busy)
    machine.run(local(END, 0))
    assert machine.mailbox.weeks() == {day.isoformat(): 1 for day in busy}
    late = [at - local(day, 6, 30) for at, day in zip(machine.taken_at, busy, strict=True)]
    assert max(late) < timedelta(minutes=5)
    skipped = {one.key for one in store.deliveries() if one.state == "skipped"}
    assert skipped == {day.isoformat() for day in days(BEGIN, END) if day not in busy}


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_no_brief_goes_twice_or_after_the_first_meeting_began(
    store: Database, seed: int
) -> None:
    """Late starts, days off, days offline, crashes, power cuts, mails of unknown fate."""
    chance = random.Random(seed)
    busy = [day for day in days(BEGIN, END) if day.weekday() < 5]
    machine = machine_on(store, local(BEGIN, 0), *busy, seed=seed)
    for day in busy:
        machine.sleep(local(day, chance.randrange(5, 11), chance.randrange(60)))
        if not machine.on:
            machine.start()
        machine.mailbox.online = chance.random() > 0.2
        if chance.random() < 0.4:
            machine.mailbox.next = chance.choice(("before", "after", "silent", "lost"))
        machine.run(max(local(day, 7, chance.randrange(60)), machine.true))
        machine.mailbox.online = machine.mailbox.online or chance.random() < 0.5
        if chance.random() < 0.2:
            machine.cut_power()
            machine.run(local(day, 8))
            machine.start()
        machine.run(local(day, 18))
    sent = machine.mailbox.weeks()
    assert set(sent.values()) == {1}
    assert len(sent) > len(busy) / 3
    begun = [machine.first_meetings[key] for _, key in machine.mailbox.taken]
    assert all(at < first for at, first in zip(machine.taken_at, begun, strict=True))
    for one in store.deliveries():
        assert one.state in ("sent", "skipped", "failed", "sending")
        assert (one.key in sent) == (one.state == "sent") or one.state == "sending"


def test_a_laptop_that_is_opened_late_still_gets_the_brief_before_the_meeting(
    store: Database,
) -> None:
    """At 8:30 for a meeting at 9; after it, never."""
    monday, tuesday = BEGIN, BEGIN + timedelta(days=1)
    machine = machine_on(store, local(monday, 5), monday, tuesday)
    machine.sleep(local(monday, 8, 30))
    machine.run(local(monday, 8, 59))
    assert machine.mailbox.weeks() == {monday.isoformat(): 1}
    machine.run(local(monday, 22))
    machine.sleep(local(tuesday, 9, 1))
    machine.run(local(tuesday, 23))
    assert tuesday.isoformat() not in machine.mailbox.weeks()
    (last,) = [one for one in store.deliveries() if one.key == tuesday.isoformat()]
    assert (last.state, last.why) == ("skipped", "its first meeting has begun")


def test_a_brief_that_waits_for_the_network_is_given_up_when_the_meeting_begins(
    store: Database,
) -> None:
    """Offline until ten."""
    machine = machine_on(store, local(BEGIN, 5), BEGIN)
    machine.mailbox.online = False
    machine.run(local(BEGIN, 10))
    machine.mailbox.online = True
    machine.run(local(BEGIN, 23))
    assert machine.mailbox.taken == []
    assert [one.why for one in store.deliveries()] == ["its first meeting has begun"]


def test_no_brief_goes_after_it_was_turned_off(store: Database) -> None:
    """Not even one that was due and waited for the network; turned on again, only new ones."""
    later = [BEGIN + timedelta(days=number) for number in range(4)]
    machine = machine_on(store, local(BEGIN, 5), *later, hour=15)
    machine.mailbox.online = False
    machine.run(local(BEGIN, 8))
    machine.turn_brief(on=False)
    machine.mailbox.online = True
    machine.run(local(later[2], 18))
    assert machine.mailbox.taken == []
    machine.turn_brief(on=True)
    machine.run(local(later[3], 18))
    assert machine.mailbox.weeks() == {later[3].isoformat(): 1}


def test_digest_and_brief_of_one_morning_both_go(store: Database) -> None:
    """One after the other, each once."""
    machine = Machine(
        store, replace(CONFIG, digest=Digest(to=(REP,), time=time(6, 30))), local(BEGIN, 0)
    )
    monday = BEGIN + timedelta(days=7)
    machine.first_meetings = {monday.isoformat(): local(monday, 9)}
    machine.start()
    machine.run(local(monday, 8))
    assert machine.mailbox.weeks() == {"2026-W37": 1, "2026-W38": 1, monday.isoformat(): 1}
