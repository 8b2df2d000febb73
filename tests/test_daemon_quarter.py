"""A quarter of the daemon's life in seconds: whatever happens, each week's digest goes out once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from brickwall.config import Config
from brickwall.routine import WEEKDAYS, Daemon, Digest
from store import database
from store.database import Database
from tests.daemon_builder import REP, Machine

BERLIN = "Europe/Berlin"
#: From a Tuesday to a Tuesday: thirteen Mondays, and the end of summer time on 25 October.
AUTUMN = (date(2026, 9, 15), date(2026, 12, 15))
SPRING = (date(2027, 2, 2), date(2027, 5, 4))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """A store with its ledger, on a disk."""
    with database.open(tmp_path / "brickwall.db") as opened:
        yield opened


def config(zone: str = BERLIN, day: str = "monday", at: time = time(7)) -> Config:
    """A sync each hour, and a digest."""
    digest = Digest(to=(REP,), day=day, time=at)
    return Config(zone=zone, digest=digest, daemon=Daemon(sync_minutes=60))


def local(day: date, at: time, zone: str = BERLIN) -> datetime:
    """A time of day as an instant."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def weeks_due(settings: Config, since: datetime, until: datetime) -> list[str]:
    """The weeks whose digest is due in a time, written down independently of the plan."""
    found = []
    day = since.date() - timedelta(days=8)
    while day < until.date() + timedelta(days=8):
        at = local(day, settings.digest.time, settings.zone)
        if WEEKDAYS[day.weekday()] == settings.digest.day and since < at <= until:
            year, week, _ = (day - timedelta(days=7)).isocalendar()
            found.append(f"{year}-W{week:02d}")
        day += timedelta(days=1)
    return found


def laptop(machine: Machine, day: date, chance: random.Random) -> None:
    """One day of a laptop with everything that happens to one."""
    zone, mailbox = machine.config.zone, machine.mailbox
    if day.weekday() == 5 or chance.random() < 0.15:
        return  # left at home
    machine.sleep(local(day, time(chance.randrange(6, 10), chance.randrange(60)), zone))
    if not machine.on:
        machine.start()
    mailbox.online = chance.random() > 0.15
    machine.throttled = chance.random() < 0.15
    if chance.random() < 0.5:
        mailbox.next = chance.choice(("before", "after", "silent", "lost", ""))
    if chance.random() < 0.1:
        machine.wrong_by = timedelta(minutes=chance.randrange(-300, 300))
    noon = local(day, time(12), zone)
    machine.run(noon - timedelta(minutes=chance.randrange(0, 120)))
    if chance.random() < 0.25:
        machine.cut_power()
        machine.run(noon)
        machine.start()
    machine.wrong_by = timedelta(0)
    machine.sleep(noon + timedelta(minutes=45))
    mailbox.online = mailbox.online or chance.random() < 0.5
    machine.run(local(day, time(18), zone))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("settings", "quarter"),
    [
        (config(), AUTUMN),
        (config(day="sunday", at=time(2, 30)), AUTUMN),
        (config("America/Chicago", "sunday", time(2, 30)), SPRING),
    ],
)
def test_each_week_gets_its_digest_once_whatever_happens_to_the_laptop(
    store: Database, settings: Config, quarter: tuple[date, date], seed: int
) -> None:
    """Sleep, days off, days offline, 429 storms, crashes, power cuts, wrong clocks, summer time."""
    chance = random.Random(seed)
    begun = local(quarter[0], time(9), settings.zone)
    machine = Machine(store, settings, begun, seed)
    machine.start()
    for number in range((quarter[1] - quarter[0]).days):
        laptop(machine, quarter[0] + timedelta(days=number), chance)
    machine.mailbox.online = True
    if not machine.on:
        machine.start()
    machine.run(machine.true + timedelta(hours=6))

    due = weeks_due(settings, begun, machine.true - timedelta(hours=6))
    assert len(due) >= 12
    assert machine.mailbox.weeks() == dict.fromkeys(due, 1)
    assert machine.syncs["done"] > 100
    assert machine.syncs["offline"] > 0
    assert machine.syncs["throttled"] > 0


@pytest.mark.parametrize("seed", range(3))
def test_where_nobody_can_look_a_mail_goes_once_at_most_and_doubt_is_said(
    store: Database, seed: int
) -> None:
    """Sent by an SMTP server alone: what may have gone is not sent again."""
    chance = random.Random(seed)
    begun = local(AUTUMN[0], time(9))
    machine = Machine(store, config(), begun, seed)
    machine.mailbox.knows = False
    machine.start()
    for number in range((AUTUMN[1] - AUTUMN[0]).days):
        laptop(machine, AUTUMN[0] + timedelta(days=number), chance)
    machine.mailbox.online = True
    machine.run(machine.true + timedelta(hours=6))
    due = weeks_due(config(), begun, machine.true - timedelta(hours=6))
    sent = machine.mailbox.weeks()
    assert set(sent.values()) == {1}
    doubtful = {one.key for one in store.deliveries() if one.state == "unknown"}
    assert set(due) == set(sent) | doubtful
    assert doubtful


def test_a_digest_that_was_turned_off_is_not_sent_nor_made_up_for_later(store: Database) -> None:
    """Off for two Mondays; then only what becomes due after it was turned on again."""
    begun = local(AUTUMN[0], time(9))
    machine = Machine(store, config(), begun)
    machine.start()
    machine.run(local(date(2026, 9, 23), time(9)))
    machine.turn_digest(on=False)
    machine.run(local(date(2026, 10, 7), time(9)))
    machine.turn_digest(on=True)
    machine.run(local(date(2026, 10, 13), time(9)))
    assert list(machine.mailbox.weeks()) == ["2026-W38", "2026-W41"]


def test_a_digest_that_is_late_is_not_sent_when_it_was_turned_off_meanwhile(
    store: Database,
) -> None:
    """Offline on Monday, turned off on Tuesday, online again."""
    machine = Machine(store, config(), local(AUTUMN[0], time(9)))
    machine.start()
    machine.mailbox.online = False
    machine.run(local(date(2026, 9, 22), time(9)))
    machine.turn_digest(on=False)
    machine.mailbox.online = True
    machine.run(local(date(2026, 9, 25), time(9)))
    assert machine.mailbox.taken == []


def test_at_rest_it_looks_about_once_for_each_sync(store: Database) -> None:
    """Between them only a heartbeat compares the clocks: nothing is read or written."""
    machine = Machine(store, config(), local(AUTUMN[0], time(9)))
    machine.start()
    machine.run(machine.true + timedelta(days=1))
    begun = [fields["task"] for event, fields in machine.log if event == "begins"]
    assert 20 <= begun.count("sync") <= 28
    assert begun.count("upkeep") == 2


def test_after_sleep_it_is_back_at_work_within_a_minute(store: Database) -> None:
    """Timers do not notice sleep; the heartbeat does."""
    machine = Machine(store, config(), local(AUTUMN[0], time(9)))
    machine.start()
    machine.run(local(date(2026, 9, 20), time(23)))
    machine.sleep(local(date(2026, 9, 22), time(9)))
    machine.run(local(date(2026, 9, 22), time(9, 3)))
    assert machine.mailbox.weeks() == {"2026-W38": 1}


def test_a_clock_that_is_set_back_does_not_stop_it(store: Database) -> None:
    """Half a year wrong, then right: it syncs all the time, and no old digest goes out."""
    machine = Machine(store, config(), local(AUTUMN[0], time(9)))
    machine.start()
    machine.run(local(date(2026, 9, 23), time(9)))
    machine.wrong_by = -timedelta(days=180)
    before = machine.syncs["done"]
    machine.run(local(date(2026, 9, 24), time(9)))
    assert machine.syncs["done"] > before + 20
    machine.wrong_by = timedelta(0)
    machine.run(local(date(2026, 9, 29), time(9)))
    assert machine.mailbox.weeks() == {"2026-W38": 1, "2026-W39": 1}
