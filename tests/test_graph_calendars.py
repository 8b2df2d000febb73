"""All the calendars of a Microsoft 365 mailbox: which are read, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest.graph_calendars import FIXED, OTHERS
from ingest.graph_state import Wanted
from ingest.source import Batch
from store.errors import InputError
from tests.contract import CUSTOMER, LATER, START, TODAY, summary
from tests.contract_graph_calendar import GraphCalendarPeer
from tests.graph_builder import source
from tests.graph_fake import Graph, graph
from tests.graph_values import attendee, moment, weekly
from tests.synced import Synced, account, done

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)


@pytest.fixture
def fake() -> Iterator[Graph]:
    """A Graph with pages of two items."""
    with graph(page=2) as running:
        yield running


@pytest.fixture
def synced(tmp_path: Path) -> Iterator[Synced]:
    """An account of which the calendars are read."""
    with account(GraphCalendarPeer, tmp_path) as ready:
        yield ready


def mailbox_of(synced: Synced) -> Graph:
    """The Graph behind the account."""
    assert isinstance(synced.peer, GraphCalendarPeer)
    return synced.peer.graph


def put(fake: Graph, name: str, calendar: str, start: datetime = START, *, weeks: int = 1) -> str:
    """A meeting with CUSTOMER, or a series, in a calendar; its id."""
    return fake.mailbox.add_event(
        start,
        start + HOUR,
        calendar,
        subject=summary(name),
        attendees=[attendee(CUSTOMER)],
        recurrence=weekly(start, weeks) if weeks > 1 else None,
    )


def read(fake: Graph, cursor: str | None = None) -> list[Batch]:
    """All batches of one sync of the calendars."""
    return list(source(fake, wanted=Wanted(mail=False)).batches(cursor))


def names(batches: list[Batch]) -> set[str]:
    """Summaries of the meetings in them."""
    return {getattr(one, "summary", "") for batch in batches for one in batch.records}


def left_out(batches: list[Batch]) -> dict[str, int]:
    """What was left out, and why."""
    return {why: count for batch in batches for why, count in batch.left_out.items()}


def test_meetings_of_all_own_calendars_are_read(fake: Graph) -> None:
    """However many pages the list of calendars has."""
    for number in range(5):
        put(fake, f"ann{number}", fake.mailbox.add_calendar(f"Calendar {number}"))
    put(fake, "bea", "")
    assert names(read(fake)) == {summary(f"ann{n}") for n in range(5)} | {summary("bea")}


def test_calendars_of_others_and_those_of_exchange_itself_are_left_out(fake: Graph) -> None:
    """Counted once, with why; an alias of the owner is the owner."""
    put(fake, "boss", fake.mailbox.add_calendar("Boss", owner="boss@ours.example"))
    put(fake, "birthday", fake.mailbox.add_calendar("Birthdays", canEdit=False))
    put(fake, "holiday", fake.mailbox.add_calendar("Holidays", canEdit=False))
    put(fake, "ann", fake.mailbox.add_calendar("Alias", owner="sales@ours.example"))
    found = read(fake)
    assert names(found) == {summary("ann")}
    assert left_out(found) == {OTHERS: 1, FIXED: 2}
    assert left_out(read(fake, found[-1].cursor)) == {}


def test_whoever_owns_the_default_calendar_owns_the_others_too(fake: Graph) -> None:
    """Where Exchange tells owners by an address that nobody told us."""
    address = "rep@corp.onmicrosoft.example"
    for calendar in fake.mailbox.calendars.values():
        calendar["owner"] = {"name": "Rep", "address": address}
    put(fake, "ann", fake.mailbox.add_calendar("Second", owner=address))
    assert names(read(fake)) == {summary("ann")}


def test_a_calendar_that_is_made_later_is_read_from_then_on(fake: Graph) -> None:
    """With all that is in it already."""
    put(fake, "ann", "")
    cursor = read(fake)[-1].cursor
    second = fake.mailbox.add_calendar("Second")
    put(fake, "bea", second)
    found = read(fake, cursor)
    assert names(found) == {summary("bea")}
    put(fake, "cleo", second)
    assert names(read(fake, found[-1].cursor)) == {summary("cleo")}


def test_one_that_is_shared_later_is_left_out_and_counted_then(fake: Graph) -> None:
    """Those that were counted before are not counted again."""
    fake.mailbox.add_calendar("Boss", owner="boss@ours.example")
    cursor = read(fake)[-1].cursor
    fake.mailbox.add_calendar("Team", owner="team@ours.example")
    assert left_out(read(fake, cursor)) == {OTHERS: 1}


def test_a_renamed_calendar_is_the_same(fake: Graph) -> None:
    """Nothing is told anew."""
    second = fake.mailbox.add_calendar("Second")
    put(fake, "ann", second)
    cursor = read(fake)[-1].cursor
    fake.mailbox.calendars[second]["name"] = "Customers"
    assert read(fake, cursor) == []


def test_what_lay_ahead_in_a_calendar_that_is_deleted_goes_with_it(synced: Synced) -> None:
    """Though it is all that there was; what lies behind took place. Nothing else stops for it."""
    fake = mailbox_of(synced)
    second = fake.mailbox.add_calendar("Second")
    put(fake, "ann", second)
    put(fake, "past", second, TODAY - timedelta(days=7))
    done(synced)
    fake.mailbox.remove_calendar(second)
    put(fake, "bea", "")
    done(synced)
    assert (synced.starts("ann"), synced.starts("bea")) == ([START, None], [START])
    assert synced.starts("past") == [TODAY - timedelta(days=7)]
    fake.requests.clear()
    done(synced)
    assert len(fake.requests) == 1


def test_a_meeting_that_left_a_calendar_before_that_was_deleted_stays(synced: Synced) -> None:
    """It lies in another one now."""
    fake = mailbox_of(synced)
    second = fake.mailbox.add_calendar("Second")
    name = put(fake, "ann", second)
    done(synced)
    fake.mailbox.move_event(name, fake.mailbox.calendar)
    fake.mailbox.remove_calendar(second)
    done(synced)
    assert synced.starts("ann") == [START]


def test_what_was_in_a_calendar_that_is_no_longer_own_stays_known(synced: Synced) -> None:
    """Nobody called those meetings off."""
    fake = mailbox_of(synced)
    second = fake.mailbox.add_calendar("Second")
    put(fake, "ann", second)
    done(synced)
    fake.mailbox.calendars[second]["owner"] = {"name": "Ken", "address": "ken@ours.example"}
    done(synced)
    assert synced.starts("ann") == [START]


@pytest.mark.parametrize("weeks", [1, 4])
def test_a_meeting_that_is_put_into_another_calendar_has_not_changed(
    synced: Synced, weeks: int
) -> None:
    """And is followed there: moved once, called off once."""
    fake = mailbox_of(synced)
    first, second = fake.mailbox.calendar, fake.mailbox.add_calendar("Second")
    name = put(fake, "ann", first, weeks=weeks)
    done(synced)
    for place in (second, first, second):
        fake.mailbox.move_event(name, place)
        assert done(synced).new == 0
    fake.mailbox.change_event(name, start=moment(LATER), end=moment(LATER + HOUR))
    done(synced)
    assert synced.starts("ann") == [START, LATER]
    fake.mailbox.delete_event(name)
    done(synced)
    assert synced.starts("ann") == [START, LATER, None]


def test_forgotten_links_list_all_calendars_and_tell_what_is_gone_once(synced: Synced) -> None:
    """Meetings of one calendar are not taken for gone because another was listed first."""
    fake = mailbox_of(synced)
    second = fake.mailbox.add_calendar("Second")
    gone = put(fake, "ann", second)
    for number in range(6):
        put(fake, f"bea{number}", second if number % 2 else "")
    done(synced)
    fake.mailbox.delete_event(gone)
    fake.answers.expire(second)
    done(synced)
    assert synced.starts("ann") == [START, None]
    assert all(synced.starts(f"bea{number}") == [START] for number in range(6))


def test_a_calendar_that_vanishes_between_two_looks_stops_nothing() -> None:
    """Its own link is refused before the list of calendars is asked for again."""
    with graph() as fake:
        for number in range(18):
            fake.mailbox.add_calendar(f"Calendar {number}")
        gone = fake.mailbox.add_calendar("Gone")
        cursor = read(fake)[-1].cursor
        fake.mailbox.remove_calendar(gone)
        put(fake, "ann", "")
        found = read(fake, cursor)
        assert names(found) == {summary("ann")}
        assert read(fake, found[-1].cursor) == []


def test_calendars_that_may_not_be_listed_are_an_error_that_says_so(fake: Graph) -> None:
    """Also when they could be before."""
    cursor = read(fake)[-1].cursor
    fake.answers.missing = frozenset({"calendar"})
    with pytest.raises(InputError, match="does not let brickwall read"):
        read(fake, cursor)
