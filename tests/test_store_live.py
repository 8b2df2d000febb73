"""What the store keeps of connected accounts: places of mail, entries of calendars, quarantine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from store import database
from store.content import digest
from store.database import Database
from store.model import EventRevision, Failure, Message
from store.overview import overview
from store.reading import read_facts
from store.revision import identified
from store.saved import Saved
from tests.store_builder import NOW, batch, event, label, message, path_in

HOUR = timedelta(hours=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A database with one account."""
    with database.open(path_in(tmp_path)) as opened:
        opened.account("rep", "test", "UTC", [])
        yield opened


def save(db: Database, *records: Any, at: datetime = NOW, resync: bool = False, **of: Any) -> Saved:
    """Save a batch of the account."""
    return db.save(1, batch(*records, **of), (), at, resync=resync)


def mail(name: str, key: str, *labels: str) -> Message:
    """A message that a connected account calls ``key``."""
    return message(name, labels=labels)._replace(source_key=key)


def entry(key: str, hours: int = 0, *, name: str = "", **fields: Any) -> EventRevision:
    """What a connected calendar shows under ``key``: a meeting so many hours from now."""
    start = NOW + hours * HOUR
    shown = event(name or key)._replace(
        learned_from="calendar", method="", start=start, end=start + HOUR, source_key=key
    )
    return identified(shown._replace(**fields))


def labels(db: Database) -> dict[str, str]:
    """Labels of the messages that are there, by subject."""
    mails = read_facts(db).messages
    there = mails[mails["removed_at"].isna().to_numpy()]
    return dict(zip(there["subject"], there["labels"].str.replace("\n", ","), strict=True))


def history(db: Database) -> list[tuple[str, int, str]]:
    """What was observed of meetings: UID, start in hours from now, status."""
    events = read_facts(db).events.sort_values("event")
    hours = [(start - NOW) // HOUR for start in events["start"]]
    return list(zip(events["uid"], hours, events["status"], strict=True))


def test_a_message_has_the_labels_of_all_its_places(db: Database) -> None:
    """Exactly: what a place no longer says is gone."""
    save(db, mail("a", "1", "inbox", "red"), stream="inbox")
    save(db, mail("a", "7", "archive"), stream="archive")
    assert labels(db) == {"Offer a": "archive,inbox,red"}
    assert save(db, mail("a", "1", "inbox"), stream="inbox") == Saved(changed=1)
    assert labels(db) == {"Offer a": "archive,inbox"}
    save(db, stream="inbox", tombstones=("1",))
    assert labels(db) == {"Offer a": "archive"}


def test_a_message_is_removed_with_its_last_place(db: Database) -> None:
    """And is there again when it gets one."""
    save(db, mail("a", "1"), mail("b", "2"), stream="inbox")
    save(db, mail("a", "1"), stream="archive")
    assert save(db, stream="inbox", tombstones=("1",)).removed == 0
    assert save(db, stream="archive", tombstones=("1",)).removed == 1
    assert set(labels(db)) == {"Offer b"}
    assert save(db, mail("a", "9"), stream="inbox").changed == 1
    assert set(labels(db)) == {"Offer a", "Offer b"}


def test_a_key_says_nothing_outside_its_stream(db: Database) -> None:
    """Numbers of one folder are others in another."""
    save(db, mail("a", "1"), stream="inbox")
    save(db, mail("b", "1"), stream="archive")
    save(db, stream="archive", tombstones=("1",))
    assert set(labels(db)) == {"Offer a"}


def test_a_key_that_names_another_message_gives_up_the_first(db: Database) -> None:
    """As after an edit: the old text is no longer there."""
    save(db, mail("a", "1"))
    assert save(db, mail("b", "1")) == Saved(new=1, removed=1)
    assert set(labels(db)) == {"Offer b"}


def test_two_places_in_one_batch_are_both_kept(db: Database) -> None:
    """A copy within one folder."""
    save(db, mail("a", "1", "x"), mail("a", "2", "y"))
    assert labels(db) == {"Offer a": "x,y"}
    save(db, tombstones=("1",))
    assert labels(db) == {"Offer a": "y"}


def test_stored_keys_can_be_asked_for(db: Database) -> None:
    """So that nothing is fetched twice."""
    save(db, mail("a", "1"), mail("b", "2"), stream="inbox")
    assert db.stored(1, "inbox", ["1", "2", "3"]) == {"1", "2"}
    assert db.stored(1, "archive", ["1"]) == set()


def test_an_entry_becomes_a_revision_only_where_it_shows_something_else(db: Database) -> None:
    """Compared with the newest, so that there and back are three."""
    assert save(db, entry("k", 1)) == Saved(new=1)
    assert save(db, entry("k", 1, occurred_at=NOW + HOUR)) == Saved(known=1)
    save(db, entry("k", 2))
    save(db, entry("k", 1))
    assert save(db, entry("k", 1)) == Saved(known=1)
    assert [start for _, start, _ in history(db)] == [1, 2, 1]


def test_an_entry_that_is_gone_is_cancelled_once(db: Database) -> None:
    """By a copy of what it showed, with its people, at an unknown time before now."""
    save(db, entry("k", 1))
    content = digest(db)
    assert save(db, tombstones=("k", "never seen"), at=NOW + HOUR) == Saved(removed=1)
    assert digest(db) != content
    assert history(db) == [("uid-k", 1, "CONFIRMED"), ("uid-k", 1, "CANCELLED")]
    assert save(db, tombstones=("k",)) == Saved()
    facts = read_facts(db)
    assert facts.events["occurred_at"].isna().tolist() == [False, True]
    assert facts.events["observed_at"].tolist() == [NOW, NOW + HOUR]
    assert facts.attendances.groupby("event").size().tolist() == [2, 2]


def test_an_entry_that_comes_back_as_it_was_is_a_revision(db: Database) -> None:
    """Else it would stay cancelled for ever."""
    for _ in range(2):
        save(db, entry("k", 1))
        save(db, tombstones=("k",))
    save(db, entry("k", 1))
    states = [status for _, _, status in history(db)]
    assert states == ["CONFIRMED", "CANCELLED"] * 2 + ["CONFIRMED"]


def series(*moved: int) -> list[EventRevision]:
    """A series and some of its dates, which moved; all of them under one key."""
    dates = [
        entry("k", 100 + n, name="k", recurrence_at=NOW + n * HOUR, occurred_at=NOW) for n in moved
    ]
    return [entry("k", 0, rrule="FREQ=DAILY"), *dates]


def test_a_date_that_its_series_no_longer_names_is_cancelled(db: Database) -> None:
    """Of all that one key shows, what comes no more is gone."""
    save(db, *series(24, 48))
    assert save(db, *series(24)) == Saved(known=2, removed=1)
    assert history(db)[-1] == ("uid-k", 148, "CANCELLED")
    assert save(db, *series(24)) == Saved(known=2)
    save(db, tombstones=("k",))
    assert [status for _, _, status in history(db)].count("CANCELLED") == 3


def test_a_date_that_could_not_be_read_is_not_taken_for_gone(db: Database) -> None:
    """The key is in quarantine, the rest of it is saved."""
    save(db, *series(24, 48))
    saved = save(db, *series(24), failures=(Failure("k", "a date cannot be read"),))
    assert saved == Saved(known=2, failures=1)
    assert len(history(db)) == 3


def test_of_one_key_the_last_word_in_a_batch_counts(db: Database) -> None:
    """A page may name an entry twice, the newer state last."""
    save(db, entry("k", 1), entry("k", 2))
    assert history(db) == [("uid-k", 2, "CONFIRMED")]


def test_two_calendars_that_show_the_same_meeting_keep_their_own_history(db: Database) -> None:
    """What one of them no longer shows is not cancelled while the other one does."""
    save(db, entry("k", 1), stream="mine")
    save(db, entry("k", 1), stream="team")
    assert save(db, stream="mine", tombstones=("k",)) == Saved()
    assert {status for _, _, status in history(db)} == {"CONFIRMED"}
    save(db, entry("k", 1), stream="mine")
    save(db, stream="mine", tombstones=("k",))
    assert save(db, stream="team", tombstones=("k",)).removed == 1
    assert history(db)[-1][2] == "CANCELLED"


def test_what_files_and_mails_say_is_kept_as_it_is(db: Database) -> None:
    """Without a key nothing is compared, nothing is ever gone."""
    assert save(db, event("x"), event("y")) == Saved(new=2)
    assert save(db, event("x"), tombstones=("x",)) == Saved(known=1)


def test_a_listing_is_compared_with_messages_and_entries(db: Database) -> None:
    """What is in quarantine was named, though it could not be read; so was what was not fetched."""
    save(db, *(mail(name, name) for name in "abcd"), *(entry(key) for key in "wxyz"))
    save(db, mail("a", "a"), entry("w"), resync=True, named=("b", "x"))
    save(db, failures=(Failure("c", "bad"), Failure("y", "bad")), resync=True)
    absent = db.absent(1, "mail")
    assert (absent.names, absent.gone, absent.of) == (("d", "z"), 2, 8)


def test_a_message_that_lies_elsewhere_too_is_not_gone(db: Database) -> None:
    """A folder whose numbers are all new has lost its keys, not its mail."""
    save(db, mail("a", "1"), mail("b", "2"), mail("c", "3"), stream="inbox")
    save(db, mail("c", "9"), stream="archive")
    save(db, mail("a", "11"), stream="inbox", relists=True)
    absent = db.absent(1, "inbox")
    assert (absent.names, absent.gone, absent.of) == (("1", "2", "3"), 1, 3)


@pytest.mark.parametrize(
    ("fields", "absent"),
    [
        ({"hours": 3}, True),
        ({"hours": -3}, False),
        ({"hours": 30}, False),
        ({"hours": -3, "end": NOW + HOUR}, True),
        ({"hours": -3, "rrule": "FREQ=DAILY"}, True),
        ({"hours": -3, "rrule": "FREQ=DAILY;UNTIL=20260304T000000Z"}, True),
        ({"hours": -999, "rrule": "FREQ=DAILY;UNTIL=20260228"}, False),
        ({"hours": -999, "rrule": "FREQ=DAILY;UNTIL=99999999"}, False),
        ({"hours": -999, "rrule": "FREQ=DAILY;COUNT=3"}, False),
        ({"hours": 3, "rrule": "FREQ=DAILY;COUNT=3"}, True),
        ({"hours": 3, "status": "CANCELLED"}, False),
        ({"start": None, "end": None}, True),
    ],
)
def test_a_listing_of_a_span_says_nothing_about_other_times(
    db: Database, fields: dict[str, Any], absent: bool
) -> None:
    """A window that moved on has not lost what is behind it."""
    save(db, entry("k", **fields))
    found = db.absent(1, "mail", NOW, NOW + 24 * HOUR)
    assert bool(found.names) == absent


def test_a_stream_with_nothing_in_it_was_looked_at_all_the_same(db: Database) -> None:
    """So that the account counts as fresh and as read; the next look is dated anew."""
    db.checked(1, "s", NOW)
    db.checked(1, "s", NOW + HOUR)
    [state] = overview(db)
    assert (state.checked_at, state.read_share) == (NOW + HOUR, 1.0)
    position = db.position(1, "s")
    assert position is not None
    assert (position.cursor, position.resync) == ("", False)


def test_a_look_to_the_end_keeps_the_place_and_ends_a_resync(db: Database) -> None:
    """Only the time is new, and that it was read whole."""
    save(db, mail("a", "1"), stream="s", cursor="here", resync=True)
    db.checked(1, "s", NOW + HOUR)
    position = db.position(1, "s")
    assert position is not None
    assert (position.cursor, position.resync) == ("here", False)


def test_an_account_is_as_fresh_as_the_source_that_was_read_longest_ago(db: Database) -> None:
    """A calendar that is read each hour does not hide that mail has not come for days."""
    for at, streams in ((NOW, ("calendar", "mail")), (NOW + HOUR, ("calendar",))):
        for stream in streams:
            db.checked(1, stream, at)
    assert overview(db)[0].checked_at == NOW
    assert list(read_facts(db).accounts["checked_at"]) == [NOW]
    db.keep_positions(1, ["calendar"])
    assert overview(db)[0].checked_at == NOW + HOUR, "nobody reads the mail any more"


def test_a_reading_that_broke_off_makes_nothing_fresh(db: Database) -> None:
    """What it brought is kept; but nobody knows what it did not come to."""
    save(db, mail("a", "1"), stream="s")
    assert overview(db)[0].checked_at == NOW, "a first reading is under way"
    db.checked(1, "s", NOW + HOUR)
    save(db, mail("b", "2"), stream="s", at=NOW + 2 * HOUR)
    assert overview(db)[0].checked_at == NOW + HOUR


def test_of_files_the_last_one_counts(db: Database) -> None:
    """What was imported a year ago is no reason to import it again."""
    number = db.account("imported", "files", "UTC", [])
    for hours, stream in enumerate(("a.mbox", "b.mbox")):
        db.checked(number, stream, NOW + hours * HOUR)
    assert overview(db)[1].checked_at == NOW + HOUR


def test_what_was_read_leaves_the_quarantine(db: Database) -> None:
    """So does what is gone; what still cannot be read stays."""
    bad = tuple(Failure(item, "bad") for item in ("a", "k", "gone", "left"))
    save(db, failures=bad)
    save(db, mail("a", "a"), entry("k"), tombstones=("gone",))
    assert db.quarantined(1) == {"mail": ("left",)}
    assert save(db, failures=bad[3:]).failures == 0
    assert db.quarantined(1) == {"mail": ("left",)}


def test_what_a_compared_listing_does_not_name_leaves_the_quarantine(db: Database) -> None:
    """It is gone, whatever was wrong with it."""
    save(db, failures=(Failure("a", "bad"), Failure("b", "bad")))
    save(db, failures=(Failure("b", "bad"),), resync=True)
    save(db, resync=True, complete=True)
    assert db.quarantined(1) == {"mail": ("b",)}


def test_intents_are_kept_for_messages_with_a_key(db: Database) -> None:
    """They name a message by its provider id, whatever the account calls it."""
    keyed = mail("a", "1")
    db.save(1, batch(keyed), label([keyed]), NOW)
    assert len(read_facts(db).intents) == 1
