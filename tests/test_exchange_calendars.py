"""Which calendars of an Exchange Server are read, and what becomes of those that come and go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.exchange import ExchangeSource
from ingest.exchange_xml import folder_in
from ingest.graph_state import Wanted
from ingest.source import ChangedError
from store import database
from store.content import digest
from store.database import Database
from store.reading import left_out, read_facts
from store.saved import Saved
from tests.contract import START
from tests.ews_builder import SMALL, read, revisions, settled, source
from tests.ews_fake import Ews, ews
from tests.ews_xml import element
from tests.store_builder import run

CALENDAR = Wanted(mail=False)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LOOK = "SyncFolderItems"


@pytest.fixture
def fake() -> Iterator[Ews]:
    """A server with an empty mailbox."""
    with ews() as running:
        yield running


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    with database.open(tmp_path / "b.db") as opened:
        yield opened


def add(fake: Ews, name: str, folder: str = "calendar", start: datetime = START) -> str:
    """A meeting of an hour; its id."""
    return fake.mailbox.add_entry(name, start, start + HOUR, folder)


def summaries(fake: Ews, cursor: str | None = None, **options: Any) -> list[str]:
    """What the meetings that are read are called."""
    return [one.summary for one in revisions(read(fake, cursor, wanted=CALENDAR, **options))]


def sync(fake: Ews, db: Database, *, now: datetime | None = None) -> Saved:
    """Read what is new into the store, at the real time unless told."""
    at = now or datetime.now(UTC)
    made: ExchangeSource = source(fake, wanted=CALENDAR, pages=SMALL, now=lambda: at)
    outcome = run(db, made, now=at)
    assert outcome.error is None
    return outcome.saved


def states(db: Database) -> list[tuple[str, str]]:
    """Summary and status of all that was ever seen, in the order in which it was."""
    events = read_facts(db).events
    return list(zip(events["summary"], events["status"], strict=True))


def test_all_calendars_of_the_user_are_read_the_default_one_first(fake: Ews) -> None:
    """However deep they lie; each is a stream of its own, called after its folder."""
    customers = fake.mailbox.add_calendar("Customers")
    fake.mailbox.add_folder("ACME", customers, tag="CalendarFolder", folder_class="IPF.Appointment")
    for folder in ("ACME", "Customers", "calendar"):
        add(fake, folder, folder)
    found = read(fake, wanted=CALENDAR)
    assert [one.summary for one in revisions(found)] == ["calendar", "Customers", "ACME"]
    assert [batch.stream for batch in found if batch.complete] == [
        "calendar",
        "calendar:Kalender/Customers",
        "calendar:Kalender/Customers/ACME",
    ]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"folder_class": "IPF.Appointment.Birthday"}, "calendars that cannot be written in"),
        ({"writable": False}, "calendars that cannot be written in"),
        ({"flags": 0x40}, "calendars that cannot be written in"),
        ({"flags": 0x140}, "calendars that cannot be written in"),
        ({"flags": 0x200}, "calendars that cannot be written in"),
        ({"flags": 0x400}, "calendars of others"),
        ({"flags": 0x2400}, "calendars of others"),
        ({"flags": 0x4000_2440}, "calendars of others"),
        ({"flags": 0x2000_0400}, "calendars of others"),
    ],
    ids=[
        "birthdays",
        "no rights",
        "marked as read-only",
        "from the web",
        "from a file in the web",
        "shared by somebody",
        "of a colleague",
        "of another company",
        "of a private person",
    ],
)
def test_calendars_that_are_not_the_users_own_are_left_out(
    fake: Ews, db: Database, fields: dict[str, Any], why: str
) -> None:
    """And counted, with the reason; a second look does not count them again."""
    fake.mailbox.add_calendar("Other", **fields)
    add(fake, "not ours", "Other")
    add(fake, "ours")
    sync(fake, db)
    sync(fake, db, now=datetime.now(UTC) + 2 * DAY)
    assert states(db) == [("ours", "CONFIRMED")]
    [(told, count)] = left_out(db).items()
    assert (told[1].startswith(why), count) == (True, 1)
    assert LOOK in fake.requests


@pytest.mark.parametrize("flags", [0x1, 0x2, 0x20, 0x800, 0x8000, 0x8000_0000])
def test_a_calendar_that_the_user_shares_or_publishes_is_their_own(fake: Ews, flags: int) -> None:
    """As is one that only shows how many entries it has."""
    fake.mailbox.add_calendar("Customers", flags=flags)
    add(fake, "ours", "Customers")
    assert summaries(fake) == ["ours"]


@pytest.mark.parametrize("bits", ["", "nonsense", "AQ==", "AQQA", "AgEA", "AQRABAAA/w=="])
def test_bits_that_break_off_are_no_reason_to_fail(bits: str) -> None:
    """What is there counts, and what is not told is as usual."""
    value = element("t:ExtendedProperty", element("t:Value", text=bits))
    told = folder_in(element("t:CalendarFolder", value))
    assert (told.flags, told.writable) == (0x440 if bits.startswith("AQRAB") else 0, True)


def test_the_default_calendar_is_always_read(fake: Ews) -> None:
    """Whatever is said of it."""
    own = fake.mailbox.folders[fake.mailbox.special["calendar"]]
    own.flags, own.writable, own.folder_class = 0x440, False, "IPF.Appointment.Other"
    add(fake, "ours")
    assert summaries(fake) == ["ours"]


def test_calendars_among_the_deleted_items_are_not_read(fake: Ews) -> None:
    """As mail there is not."""
    fake.mailbox.move_folder(fake.mailbox.add_calendar("Customers"), "deleteditems")
    add(fake, "gone", "Customers")
    assert summaries(fake) == []


def test_without_news_each_calendar_is_asked_once(fake: Ews) -> None:
    """And nothing else; those that are not read are not even asked."""
    fake.mailbox.add_calendar("Customers")
    fake.mailbox.add_calendar("Holidays", flags=0x140)
    add(fake, "ours", "Customers")
    cursor = settled(fake)
    assert read(fake, cursor) == []
    assert fake.requests == [LOOK] * 4  # two calendars, the inbox and sent mail


def test_a_new_calendar_is_read_as_soon_as_anything_is_new(fake: Ews) -> None:
    """In the same run."""
    cursor = settled(fake, wanted=CALENDAR)
    fake.mailbox.add_calendar("Customers")
    add(fake, "new", "Customers")
    assert summaries(fake, cursor) == []
    add(fake, "other")
    found = read(fake, cursor, wanted=CALENDAR)
    assert [one.summary for one in revisions(found)] == ["other", "new"]
    assert read(fake, found[-1].cursor, wanted=CALENDAR) == []


def test_a_new_calendar_is_found_within_a_day_though_nothing_else_is_new(fake: Ews) -> None:
    """A colleague may put all meetings into it."""
    now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    cursor = settled(fake, wanted=CALENDAR, now=lambda: now)
    fake.mailbox.add_calendar("Customers")
    add(fake, "new", "Customers")
    assert summaries(fake, cursor, now=lambda: now + DAY - HOUR) == []
    assert summaries(fake, cursor, now=lambda: now + DAY) == ["new"]


def test_a_calendar_that_is_renamed_goes_on_as_it_was(fake: Ews, db: Database) -> None:
    """Nothing in it is cancelled or doubled."""
    folder = fake.mailbox.add_calendar("Customers")
    add(fake, "ours", "Customers")
    sync(fake, db)
    fake.mailbox.rename_folder(folder, "Clients")
    add(fake, "new", "Clients")
    assert sync(fake, db) == Saved(new=1)
    assert sync(fake, db) == Saved()


def test_an_entry_that_goes_into_another_calendar_is_neither_cancelled_nor_doubled(
    fake: Ews, db: Database
) -> None:
    """There it has another id; also when that calendar is new, or read before."""
    names = [add(fake, "one"), add(fake, "two")]
    sync(fake, db)
    fake.mailbox.add_calendar("Customers")
    moved = fake.mailbox.move_entry(names[0], "Customers")
    sync(fake, db)
    fake.mailbox.move_entry(moved, "calendar")
    fake.mailbox.move_entry(names[1], "Customers")
    sync(fake, db)
    assert {status for _, status in states(db)} == {"CONFIRMED"}
    assert sync(fake, db) == Saved()


@pytest.mark.parametrize("for_good", [False, True], ids=["to the deleted items", "for good"])
def test_of_a_deleted_calendar_what_lay_ahead_is_off(
    fake: Ews, db: Database, *, for_good: bool
) -> None:
    """What was over stays as it was, and all that was seen is kept."""
    folder = fake.mailbox.add_calendar("Customers")
    add(fake, "over", "Customers", START - 60 * DAY)
    for name in ("ahead", "also ahead"):
        add(fake, name, "Customers")
    add(fake, "other")
    sync(fake, db)
    if for_good:
        fake.mailbox.remove_folder(folder)
    else:
        fake.mailbox.move_folder(folder, "deleteditems")
    add(fake, "new")
    assert sync(fake, db) == Saved(new=1, removed=2)
    off = [name for name, status in states(db) if status == "CANCELLED"]
    assert sorted(off) == ["ahead", "also ahead"]
    assert len(states(db)) == 5 + 2
    before = digest(db)
    fake.requests.clear()
    assert sync(fake, db) == Saved()
    assert (fake.requests, digest(db)) == ([LOOK], before)


def test_a_calendar_that_was_emptied_into_another_before_it_was_deleted_loses_nothing(
    fake: Ews, db: Database
) -> None:
    """Both is seen at once."""
    folder = fake.mailbox.add_calendar("Customers")
    name = add(fake, "ours", "Customers")
    sync(fake, db)
    fake.mailbox.move_entry(name, "calendar")
    fake.mailbox.remove_folder(folder)
    sync(fake, db)
    assert {status for _, status in states(db)} == {"CONFIRMED"}


@pytest.mark.parametrize("done", range(8))
def test_a_deleted_calendar_is_dropped_though_the_run_was_cut(
    fake: Ews, db: Database, done: int
) -> None:
    """After any of its steps."""
    folder = fake.mailbox.add_calendar("Customers")
    names = [add(fake, "ahead", "Customers"), add(fake, "moved", "Customers"), add(fake, "gone")]
    sync(fake, db)
    fake.mailbox.move_entry(names[1], "calendar")
    fake.mailbox.delete_entry(names[2])
    fake.mailbox.remove_folder(folder)
    fake.mailbox.add_calendar("Next")
    add(fake, "next", "Next")
    steps = iter(range(done))
    made = source(fake, wanted=CALENDAR, pages=SMALL)
    run(db, made, stop=lambda: next(steps, None) is None)
    sync(fake, db)
    assert sorted(name for name, status in states(db) if status == "CANCELLED") == [
        "ahead",
        "gone",
    ]
    assert ("next", "CONFIRMED") in states(db)
    assert sync(fake, db) == Saved()


def test_an_entry_in_quarantine_is_read_again_from_its_calendar(fake: Ews) -> None:
    """Whichever it is."""
    fake.mailbox.add_calendar("Customers")
    bad = add(fake, "bad", "Customers")
    [batch] = source(fake).reread({"calendar:Kalender/Customers": [bad], "mbox": ["other"]})
    assert (batch.stream, len(batch.records)) == ("calendar:Kalender/Customers", 1)


def test_a_calendar_whose_place_is_forgotten_is_compared_alone(fake: Ews, db: Database) -> None:
    """What is gone from it is off; what went from it into another is not."""
    fake.mailbox.add_calendar("Customers")
    names = [add(fake, f"m{number}", "Customers") for number in range(10)]
    add(fake, "other")
    sync(fake, db)
    fake.mailbox.delete_entry(names[0])
    fake.mailbox.move_entry(names[1], "calendar")
    fake.answers.age += 1
    sync(fake, db)
    assert [name for name, status in states(db) if status == "CANCELLED"] == ["m0"]
    assert sync(fake, db) == Saved()


def test_a_cursor_from_before_there_were_several_calendars_is_named(fake: Ews) -> None:
    """Everything is read anew; what is stored is not fetched again."""
    with pytest.raises(ChangedError):
        read(fake, '{"version":1,"folders":{},"known":[],"mail":[],"calendar":null}')
