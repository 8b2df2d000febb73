"""Large calendars are cut into pieces that say together what the whole says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import ics
from ingest.content import PlainFile
from ingest.ics import IcsSource, pieces
from ingest.itip import parse_all
from ingest.workers import Workers
from store.model import EventRevision
from tests.ical_builder import BERLIN_BY_RULES, calendar, vevent


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three events a piece, no file so small that it is read whole."""
    monkeypatch.setattr(ics, "EVENTS_PER_PIECE", 3)
    monkeypatch.setattr(ics, "WHOLE_BYTES", 0)


def cut(raw: bytes) -> list[bytes]:
    """The pieces of a calendar."""
    return list(pieces(raw.splitlines(keepends=True)))


def told(*streams: bytes) -> tuple[list[EventRevision], list[str]]:
    """What streams say together: revisions by identity, and why the others cannot be read."""
    read = [parse_all(stream, zone="Europe/Berlin") for stream in streams]
    revisions = {r.provider_id: r for found, _ in read for r in found}
    return (
        sorted(revisions.values(), key=lambda revision: revision.provider_id),
        sorted(failure.why for _, failures in read for failure in failures),
    )


def events(count: int) -> Iterator[str]:
    """Events in a custom zone, each with an alarm."""
    alarm = "BEGIN:VALARM\nTRIGGER:-PT15M\nEND:VALARM"
    for number in range(count):
        start = f"DTSTART;TZID=Office:202603{number % 28 + 1:02}T100000"
        yield vevent(start, alarm, uid=f"{number}@x.example", start="")


@pytest.mark.usefixtures("tiny")
def test_every_piece_has_the_head_and_the_zones_of_the_whole() -> None:
    """So that each can be read alone, on any core."""
    raw = calendar(BERLIN_BY_RULES, *events(8), properties="X-WR-TIMEZONE:Asia/Tokyo\n")
    found = cut(raw)
    assert [piece.count(b"BEGIN:VEVENT") for piece in found] == [3, 3, 2]
    assert all(b"TZID:Office" in piece and b"X-WR-TIMEZONE" in piece for piece in found)
    assert told(*found) == told(raw)


COMPONENTS = st.one_of(
    st.integers(0, 9).map(lambda n: vevent(uid=f"{n}@x", start=f"2026030{n}T100000")),
    st.integers(1, 9).map(lambda n: next(events(n))),
    st.just(vevent("SUMMARY:no start", start="")),
    st.just(vevent(uid="open").removesuffix("END:VEVENT\n")),
    st.just("BEGIN:VTODO\nUID:t\nDTSTART:20260303T100000Z\nEND:VTODO\n"),
    st.just("BEGIN:VEVENT\nUID:a\nDTSTART:20260309T100000Z\nBEGIN:VALARM\nEND:VEVENT\n"),
    st.just("X-STRAY:1\n"),
)
CALENDARS = st.builds(
    lambda method, components, bom, closed: (
        (b"\xef\xbb\xbf" if bom else b"")
        + calendar(BERLIN_BY_RULES, *components, method=method)[: None if closed else -15]
    ),
    st.sampled_from(["", "PUBLISH", "CANCEL"]),
    st.lists(COMPONENTS, max_size=9),
    st.booleans(),
    st.booleans(),
)


@given(st.lists(CALENDARS, min_size=1, max_size=3).map(b"".join))
def test_pieces_say_what_the_whole_says(raw: bytes) -> None:
    """Damaged components, several calendars in one file, byte order marks, a lost end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ics, "EVENTS_PER_PIECE", 2)
        assert told(*cut(raw)) == told(raw)


@given(st.binary(max_size=300))
def test_any_bytes_are_cut_without_failing(raw: bytes) -> None:
    """And say what they said before."""
    assert told(*cut(raw)) == told(raw)


def test_events_without_a_calendar_around_them_are_read() -> None:
    """A fragment, as some programs attach it."""
    raw = vevent(uid="a").encode() + vevent(uid="b").encode()
    assert {revision.uid for revision in told(*cut(raw))[0]} == {"a", "b"}


@pytest.mark.usefixtures("tiny")
def test_a_file_is_read_again_only_when_it_was_touched(tmp_path: Path) -> None:
    """Its cursor is its bookmark; the same events twice are the same records."""
    file = tmp_path / "work.ics"
    file.write_bytes(calendar(BERLIN_BY_RULES, *events(8)))
    source = IcsSource(PlainFile(file), Workers(zone="Europe/Berlin"))
    batches = list(source.batches(None))
    records = [record for batch in batches for record in batch.records]
    assert len(records) == 8
    assert list(IcsSource(PlainFile(file), Workers()).batches(batches[-1].cursor)) == []


@pytest.mark.usefixtures("tiny")
def test_reading_goes_on_behind_the_last_piece_that_was_saved(tmp_path: Path) -> None:
    """A cursor in the middle: what stood before it is not given again."""
    file = tmp_path / "work.ics"
    file.write_bytes(calendar(BERLIN_BY_RULES, *events(8)))
    first = next(iter(IcsSource(PlainFile(file), Workers()).batches(None)))
    rest = list(IcsSource(PlainFile(file), Workers()).batches(first.cursor))
    given_again = {r.provider_id for r in first.records} & {
        r.provider_id for batch in rest for r in batch.records
    }
    assert given_again == set()
    assert len(first.records) + sum(len(batch.records) for batch in rest) == 8


def test_a_bad_event_is_named_with_its_file(tmp_path: Path) -> None:
    """Which file, which event, why."""
    file = tmp_path / "work.ics"
    file.write_bytes(calendar(vevent("SUMMARY:Broken", start=""), vevent(uid="good")))
    batches = list(IcsSource(PlainFile(file), Workers()).batches(None))
    failures = [failure for batch in batches for failure in batch.failures]
    assert [failure.why for failure in failures] == ["it has no start"]
    assert "work.ics" in failures[0].item
    assert "Broken" in failures[0].item
    assert sum(len(batch.records) for batch in batches) == 1


def test_a_zone_that_nothing_explains_is_told_with_the_number_of_its_events(tmp_path: Path) -> None:
    """They are read all the same; one that the calendar defines needs no word."""
    file = tmp_path / "work.ics"
    named = [(f"{n}", zone) for n, zone in enumerate(["Nowhere", "Nowhere", "Office"])]
    inner = [vevent(f"DTSTART;TZID={z}:20260703T100000", uid=n, start="") for n, z in named]
    file.write_bytes(calendar(BERLIN_BY_RULES, *inner))
    batches = list(IcsSource(PlainFile(file), Workers()).batches(None))
    (failure,) = (failure for batch in batches for failure in batch.failures)
    assert failure.item.endswith("time zone Nowhere")
    assert "read in your own zone, number of events: 2" in failure.why
    assert sum(len(batch.records) for batch in batches) == 3
