"""The calendar of Microsoft 365: a window that moves on, series, and what is really gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from ingest.graph_state import State, Wanted
from ingest.source import Batch
from store.errors import InputError
from store.model import EventRevision
from tests.graph_builder import source
from tests.graph_fake import Graph, graph
from tests.graph_values import attendee, moment, weekly

NOW: Final = datetime(2026, 3, 2, 8, tzinfo=UTC)
START: Final = datetime(2026, 3, 10, 9, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
WEEK: Final = timedelta(weeks=1)
YEAR: Final = timedelta(days=365)
CALENDAR: Final = Wanted(mail=False)


@pytest.fixture
def fake() -> Iterator[Graph]:
    """A Graph with an empty calendar."""
    with graph() as running:
        yield running


def read(fake: Graph, cursor: str | None = None, *, now: datetime = NOW) -> list[Batch]:
    """All batches of one sync of the calendar."""
    return list(source(fake, wanted=CALENDAR, now=lambda: now).batches(cursor))


def settled(fake: Graph) -> str:
    """The cursor once everything has been read."""
    cursor = read(fake)[-1].cursor
    fake.requests.clear()
    fake.parts.clear()
    return cursor


def add(fake: Graph, start: datetime = START, *, weeks: int = 1, **fields: Any) -> str:
    """A meeting with Bob, or a weekly series of meetings."""
    recurrence = weekly(start, weeks) if weeks > 1 else None
    people = [attendee("bob@theirs.example")]
    told: dict[str, Any] = {"attendees": people, "recurrence": recurrence, **fields}
    return fake.mailbox.add_event(start, start + HOUR, **told)


def revisions(batches: list[Batch]) -> list[EventRevision]:
    """The revisions in them, in order."""
    return [one for batch in batches for one in batch.records if isinstance(one, EventRevision)]


def told(batches: list[Batch]) -> list[tuple[datetime | None, datetime | None, str]]:
    """Original start, start and status of each revision."""
    return [(one.recurrence_at, one.start, one.status) for one in revisions(batches)]


def tombstones(batches: list[Batch]) -> set[str]:
    """Ids of what is gone."""
    return {name for batch in batches for name in batch.tombstones}


def test_a_series_is_its_rule_not_its_dates(fake: Graph) -> None:
    """However many of them the window shows; the analysis expands it by itself."""
    add(fake, weeks=40)
    [state] = revisions(read(fake))
    assert (state.recurrence_at, state.start) == (None, START)
    assert state.rrule == "FREQ=WEEKLY;BYDAY=TU;WKST=MO;COUNT=40"


def test_a_date_that_differs_comes_once(fake: Graph) -> None:
    """Shown by the window and by its series, under the UID of the series."""
    name = add(fake, weeks=4)
    fake.mailbox.change_date(name, (START + WEEK).date(), start=moment(START + WEEK + HOUR),
                             end=moment(START + WEEK + 2 * HOUR))  # fmt: skip
    found = revisions(read(fake))
    assert sorted((one.recurrence_at is None, one.start) for one in found) == [
        (False, START + WEEK + HOUR),
        (True, START),
    ]
    assert len({one.uid for one in found}) == 1


def test_a_date_that_was_moved_out_of_the_window_is_known_too(fake: Graph) -> None:
    """Only its series tells it."""
    name = add(fake, weeks=4)
    later = START + 3 * YEAR
    fake.mailbox.change_date(
        name, (START + WEEK).date(), start=moment(later), end=moment(later + HOUR)
    )
    assert (START + WEEK, later, "CONFIRMED") in told(read(fake))


def test_a_deleted_date_leaves_no_trace_but_in_its_series(fake: Graph) -> None:
    """Graph tells the series and the dates that are left; the deleted one is asked for."""
    name = add(fake, weeks=4)
    cursor = settled(fake)
    fake.mailbox.cancel_date(name, (START + WEEK).date())
    [state] = revisions(read(fake, cursor))
    assert state.exdate == "20260317T090000Z"
    assert len(fake.requests) == 2


def test_a_date_that_differed_and_was_deleted_is_gone(fake: Graph) -> None:
    """It had its own id, which Graph no longer knows."""
    name = add(fake, weeks=4)
    fake.mailbox.change_date(name, (START + WEEK).date(), subject="Another")
    key = next(one.source_key for one in revisions(read(fake)) if one.recurrence_at)
    cursor = settled(fake)
    fake.mailbox.cancel_date(name, (START + WEEK).date())
    assert tombstones(read(fake, cursor)) == {key}


def test_a_date_that_no_longer_differs_is_back_where_it_was(fake: Graph) -> None:
    """It is not cancelled."""
    name = add(fake, weeks=4)
    day = (START + WEEK).date()
    fake.mailbox.change_date(name, day, start=moment(START + WEEK + HOUR))
    cursor = settled(fake)
    del fake.mailbox.events[name].moved[day]
    fake.mailbox.change_event(name)
    found = read(fake, cursor)
    assert (START + WEEK, START + WEEK, "CONFIRMED") in told(found)
    assert not tombstones(found)


def test_a_deleted_meeting_is_gone(fake: Graph) -> None:
    """It is asked for once more, to be sure."""
    name, other = add(fake), add(fake, START + HOUR)
    cursor = settled(fake)
    fake.mailbox.delete_event(name)
    found = read(fake, cursor)
    assert tombstones(found) == {name}
    assert revisions(found) == []
    assert not any(other in path for path in fake.parts)


def test_a_deleted_series_is_gone_with_the_dates_that_differed(fake: Graph) -> None:
    """All of them had ids."""
    name = add(fake, weeks=4)
    fake.mailbox.change_date(name, (START + WEEK).date(), subject="Another")
    keys = {one.source_key for one in revisions(read(fake))}
    cursor = settled(fake)
    fake.mailbox.delete_event(name)
    assert tombstones(read(fake, cursor)) == keys


def test_what_leaves_the_window_is_not_gone(fake: Graph) -> None:
    """Graph tells both in the same way; only when asked by id it says which."""
    name = add(fake)
    cursor = settled(fake)
    later = START + 3 * YEAR
    fake.mailbox.change_event(name, start=moment(later), end=moment(later + HOUR))
    found = read(fake, cursor)
    assert told(found) == [(None, later, "CONFIRMED")]
    assert not tombstones(found)


def test_a_cancelled_meeting_that_stays_in_the_calendar_is_cancelled(fake: Graph) -> None:
    """As it does for attendees until they remove it."""
    name = add(fake, isOrganizer=False)
    cursor = settled(fake)
    fake.mailbox.change_event(name, isCancelled=True)
    assert told(read(fake, cursor)) == [(None, START, "CANCELLED")]


def test_a_removal_that_nobody_can_place_looks_through_all_series(fake: Graph) -> None:
    """It may have been a date of one of them."""
    name, single = add(fake, weeks=4), add(fake, START + HOUR)
    cursor = settled(fake)
    fake.mailbox.delete_event(single)
    fake.mailbox.events[name].gone.add((START + WEEK).date())
    states = [one for one in revisions(read(fake, cursor)) if one.source_key == name]
    assert [one.exdate for one in states] == ["20260317T090000Z"]


def test_the_window_moves_on_with_time(fake: Graph) -> None:
    """Once the old one was read to its end; nothing is compared: what is past is not gone."""
    add(fake)
    gone = add(fake, START + HOUR)
    cursor = settled(fake)
    assert read(fake, cursor, now=NOW + timedelta(days=200)) == []
    later = NOW + YEAR
    fake.mailbox.delete_event(gone)
    found = read(fake, cursor, now=later)
    assert tombstones(found) == {gone}
    assert [(b.mode, b.relists) for b in found if b.records] == [("full", False)]
    [calendar] = State.loads(found[-1].cursor).calendars
    assert calendar.window == (
        datetime(2025, 3, 1, tzinfo=UTC),
        datetime(2028, 4, 5, tzinfo=UTC),
    )


def test_a_forgotten_link_lists_the_window_anew_and_says_what_it_covers(fake: Graph) -> None:
    """So that what lies outside of it is not taken for gone."""
    add(fake)
    cursor = settled(fake)
    fake.answers.expire()
    found = read(fake, cursor)
    assert [batch.relists for batch in found] == [True, True]
    assert found[-1].complete
    assert found[-1].since == datetime(2024, 3, 1, tzinfo=UTC)
    assert found[-1].until == datetime(2027, 4, 6, tzinfo=UTC)


def test_an_event_that_graph_cannot_give_is_put_aside(fake: Graph) -> None:
    """And read when it is tried again."""
    good, bad = add(fake, weeks=2), add(fake, START + HOUR, weeks=2)
    fake.mailbox.events[bad].status = 500
    found = read(fake)
    assert [f.item for batch in found for f in batch.failures] == [bad]
    assert {one.source_key for one in revisions(found)} == {good}
    fake.mailbox.events[bad].status = 0
    [batch] = source(fake, wanted=CALENDAR).reread({"calendar": [bad]})
    assert {one.source_key for one in revisions([batch])} == {bad}
    fake.mailbox.delete_event(bad)
    [batch] = source(fake, wanted=CALENDAR).reread({"calendar": [bad]})
    assert batch.tombstones == (bad,)


def test_a_calendar_that_may_not_be_read_says_so(fake: Graph) -> None:
    """With what to do."""
    fake.answers.missing = frozenset({"calendar"})
    with pytest.raises(InputError, match="does not let brickwall read"):
        read(fake)


def test_a_sync_without_news_costs_one_request(fake: Graph) -> None:
    """And tells nothing."""
    add(fake, weeks=30)
    cursor = settled(fake)
    assert read(fake, cursor) == []
    assert len(fake.requests) == 1
