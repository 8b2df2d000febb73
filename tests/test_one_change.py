"""What calendars and mails tell about one change of a meeting is one change.

Real forms go the whole way: Google's and Microsoft's answers and iCalendar through the readers of
the sources into the store, mails through the parser, and all of it into the analysis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from ingest import itip, mime
from store import database
from store.database import Database
from store.reading import read_facts
from tests import ical_builder
from tests.contract import CUSTOMER, REP
from tests.meetings_builder import Met, met
from tests.shown_meeting import (
    DAY,
    INVITED,
    LATE,
    NEW,
    SEEN,
    STAMP,
    START,
    WEEK,
    Meeting,
    Shown,
    caldav,
    google,
    graph,
    mailed,
    vevent,
    vevents,
)
from tests.store_builder import batch
from tests.synced import empty_database


class Told:
    """A store to which calendars and mails tell something, each at its time."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._accounts = {"mine": db.account(REP, "test", "UTC", [REP])}

    def calendar(self, shown: Shown, at: datetime, *, account: str = "mine") -> None:
        """The calendar shows this when it is looked at."""
        number = self._accounts.setdefault(account, len(self._accounts) + 1)
        if number > 1:
            self._db.account(account, "test", "UTC", [REP])
        self._db.save(number, batch(*shown, stream="calendar"), (), at)

    def deleted(self, *keys: str, at: datetime) -> None:
        """The calendar has these entries no longer."""
        self._db.save(1, batch(stream="calendar", tombstones=keys), (), at)

    def mail(self, message: mime.ParsedMessage, at: datetime) -> None:
        """A mail comes."""
        self._db.save(1, batch(message.message, *message.revisions, stream="mail"), (), at)

    def met(self) -> Met:
        """What the analysis makes of it; that we accept, which only Graph tells, is left out."""
        found = self.all()
        return replace(found, changes=found.changes[found.changes["kind"] != "accepted"])

    def all(self) -> Met:
        """All that the analysis makes of it."""
        return met(read_facts(self._db), "2026-06-20 06:00")

    def accepted(self) -> int:
        """How often we accepted."""
        return self.all().told().count(("accepted", "us", CUSTOMER))


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    """An empty store."""
    path = tmp_path / "brickwall.db"
    path.write_bytes(empty_database())
    with database.open(path) as db:
        yield Told(db)


CALENDARS: Final = {"google": google, "graph": graph, "caldav": caldav}
Calendar: TypeAlias = Callable[[Meeting], Shown]
every_calendar = pytest.mark.parametrize("shows", CALENDARS.values(), ids=CALENDARS)
#: Who tells of the change, in which order; the mail alone says the same beside every calendar.
ORDERS: Final = [
    *((("calendar", "mail"), shows) for shows in CALENDARS.values()),
    *((("calendar",), shows) for shows in CALENDARS.values()),
    (("mail", "calendar"), google),
    (("mail",), google),
]
every_order = pytest.mark.parametrize(
    ("order", "shows"), ORDERS, ids=["-".join((*who, one.__name__)) for who, one in ORDERS]
)


def tell(told: Told, order: tuple[str, ...], shown: Shown, mail: mime.ParsedMessage) -> None:
    """Both tell of a change that was made at ``LATE``, one ten minutes after the other."""
    for number, who in enumerate(order, 1):
        at = LATE + number * SEEN
        if who == "mail":
            told.mail(mail, at)
        else:
            told.calendar(shown, at)


def invited(told: Told, shows: Calendar, order: tuple[str, ...], meeting: Meeting) -> None:
    """The meeting stands in the calendar and in the mail, as far as they tell anything."""
    if "mail" in order:
        told.mail(mailed(meeting, "REQUEST", INVITED), INVITED)
    if "calendar" in order:
        told.calendar(shows(meeting), INVITED + SEEN)


@every_order
def test_a_move_is_one_move(told: Told, shows: Calendar, order: tuple[str, ...]) -> None:
    """By them, three hours before the old start."""
    invited(told, shows, order, Meeting())
    moved = Meeting(start=NEW, sequence=1, changed_at=LATE)
    tell(told, order, shows(moved), mailed(moved, "REQUEST", LATE))
    change = told.met().change()
    assert (change["kind"], change["actor"], change["who"]) == ("moved", "them", CUSTOMER)
    assert (change["old_start"], change["new_start"]) == (START, NEW)
    assert change["notice_hours"] == 3


@every_order
def test_a_cancellation_is_one_cancellation(
    told: Told, shows: Calendar, order: tuple[str, ...]
) -> None:
    """The entry is deleted, a CANCEL comes."""
    meeting = Meeting()
    invited(told, shows, order, meeting)
    gone = Meeting(sequence=1, changed_at=LATE)
    for number, who in enumerate(order, 1):
        at = LATE + number * SEEN
        if who == "mail":
            told.mail(mailed(gone, "CANCEL", LATE), at)
        else:
            told.deleted(*{one.source_key for one in shows(meeting)} - {""}, at=at)
    change = told.met().change()
    assert (change["kind"], change["actor"], change["old_start"]) == ("cancelled", "them", START)


@every_order
def test_one_date_of_a_series_that_moves_is_one_move(
    told: Told, shows: Calendar, order: tuple[str, ...]
) -> None:
    """The other dates stay."""
    invited(told, shows, order, Meeting(weeks=3))
    old, new = START + WEEK, START + WEEK + DAY
    moved = Meeting(weeks=3, sequence=1, changed_at=LATE, moved={1: new})
    date = vevent(moved, new, f"RECURRENCE-ID:{old:{STAMP}}")
    tell(told, order, shows(moved), mailed(moved, "REQUEST", LATE, date))
    found = told.met()
    change = found.change()
    assert (change["kind"], change["old_start"], change["new_start"]) == ("moved", old, new)
    assert len(found.meetings) == 3


@every_order
def test_one_date_of_a_series_that_is_cancelled_is_one_cancellation(
    told: Told, shows: Calendar, order: tuple[str, ...]
) -> None:
    """The other dates stay."""
    invited(told, shows, order, Meeting(weeks=3))
    gone = Meeting(weeks=3, sequence=1, changed_at=LATE, gone={1})
    date = vevent(gone, START + WEEK, f"RECURRENCE-ID:{START + WEEK:{STAMP}}")
    tell(told, order, shows(gone), mailed(gone, "CANCEL", LATE, date))
    found = told.met()
    change = found.change()
    assert (change["kind"], change["old_start"]) == ("cancelled", START + WEEK)
    assert sorted(found.meetings["status"]) == ["cancelled", "confirmed", "confirmed"]


@every_order
def test_a_series_that_moves_is_one_cause(
    told: Told, shows: Calendar, order: tuple[str, ...]
) -> None:
    """However many dates it has."""
    invited(told, shows, order, Meeting(weeks=3))
    moved = Meeting(start=NEW, weeks=3, sequence=1, changed_at=LATE)
    tell(told, order, shows(moved), mailed(moved, "REQUEST", LATE))
    changes = told.met().changes
    assert set(changes["kind"]) == {"moved"}
    assert sorted(changes["old_start"]) == [START, START + WEEK, START + 2 * WEEK]
    assert changes["cause"].nunique() == 1


@every_order
def test_an_answer_is_one_answer(told: Told, shows: Calendar, order: tuple[str, ...]) -> None:
    """The customer declines our invitation: a REPLY, and another PARTSTAT in the calendar."""
    before = Meeting(organizer=REP, partstat="NEEDS-ACTION")
    invited(told, shows, order, before)
    declined = Meeting(organizer=REP, partstat="DECLINED", changed_at=LATE, answered_at=LATE)
    tell(told, order, shows(declined), mailed(declined, "REPLY", LATE))
    change = told.met().change()
    assert (change["kind"], change["actor"], change["who"]) == ("declined", "them", CUSTOMER)
    assert change["notice_hours"] == 3


@every_calendar
def test_a_move_seen_through_two_accounts_is_one_move(told: Told, shows: Calendar) -> None:
    """Whatever the second one is connected to."""
    accounts = {"mine": shows, "other": google}
    for name, other in accounts.items():
        told.calendar(other(Meeting()), INVITED + SEEN, account=name)
    moved = Meeting(start=NEW, sequence=1, changed_at=LATE)
    for name, other in accounts.items():
        told.calendar(other(moved), LATE + SEEN, account=name)
    found = told.met()
    assert len(found.meetings) == 1
    assert found.change()["kind"] == "moved"


@every_calendar
def test_an_export_followed_by_the_live_calendar_counts_once(told: Told, shows: Calendar) -> None:
    """A Takeout of the time before the move, then the account is connected."""
    before = Meeting()
    exported = itip.parse(ical_builder.calendar(*vevents(before)))
    told.calendar(exported, INVITED + DAY, account="files")
    told.calendar(shows(before), INVITED + 2 * DAY)
    found = told.met()
    assert len(found.meetings) == 1
    assert found.changes.empty
    moved = Meeting(start=NEW, sequence=1, changed_at=LATE)
    told.calendar(shows(moved), LATE + SEEN)
    assert told.met().change()["kind"] == "moved"


@every_calendar
def test_what_we_move_without_a_trace_of_them_is_unknown_and_asked(
    told: Told, shows: Calendar
) -> None:
    """They may have phoned: it counts against nobody."""
    told.calendar(shows(Meeting(organizer=REP)), INVITED + SEEN)
    moved = Meeting(start=NEW, organizer=REP, sequence=1, changed_at=LATE)
    told.calendar(shows(moved), LATE + SEEN)
    told.mail(mailed(moved, "REQUEST", LATE), LATE + 2 * SEEN)
    found = told.met()
    assert found.change()["actor"] == "unknown"
    assert len(found.questions) == 1


@every_calendar
def test_a_calendar_that_is_looked_at_often_tells_a_change_once(
    told: Told, shows: Calendar
) -> None:
    """Every few minutes, with touches in between that change nothing."""
    moved = Meeting(start=NEW, sequence=1, changed_at=LATE)
    told.calendar(shows(Meeting()), INVITED + SEEN)
    for number in range(1, 6):
        moved.changed_at = LATE + number * timedelta(minutes=1)
        told.calendar(shows(moved), LATE + number * SEEN)
    assert told.met().change()["kind"] == "moved"


def test_an_answer_that_graph_shows_with_every_change_is_one_answer(told: Told) -> None:
    """The time of an answer stands beside it, whatever else changes."""
    for number in range(4):
        moved = Meeting(start=START + number * DAY, changed_at=INVITED + number * DAY)
        told.calendar(graph(moved), INVITED + number * DAY + SEEN)
    assert told.accepted() == 1
