"""iCalendar streams and iTIP parts become event revisions (RFC 5545, 5546, 6047)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.itip import MailContext, normalised_uid, parse, parse_all
from store.model import FOLLOWING, Attendance, EventRevision
from tests.builders import instant
from tests.conftest import shared_data
from tests.ical_builder import BERLIN_BY_RULES, calendar, event, vevent

OUTLOOK_UID = "040000008200E00074C5B7101A82E008{date}10A2B3C4D5E6F700000000000000001000"
MAIL = MailContext("message-1", datetime(2026, 3, 2, 8, 0, tzinfo=UTC))


def only(raw: bytes, *, zone: str = "UTC") -> EventRevision:
    """The one revision of a stream that holds nothing else."""
    revisions, failures = parse_all(raw, zone=zone)
    assert failures == []
    assert len(revisions) == 1
    return revisions[0]


def test_an_invitation_tells_who_when_and_what() -> None:
    """REQUEST: organizer, attendees with answers, start and end as instants, text on one line."""
    told = only(
        event(
            "DTEND:20260303T110000Z",
            "DTSTAMP:20260301T090000Z",
            "SEQUENCE:2",
            "SUMMARY:Review\\, part 2\\nand lunch",
            "STATUS:confirmed",
            'ORGANIZER;CN="Lee, Ann":mailto:Ann@Client.example',
            "ATTENDEE;CN=Ken;ROLE=OPT-PARTICIPANT;PARTSTAT=accepted:mailto:ken@ours.example",
            "ATTENDEE;CUTYPE=ROOM:mailto:room@ours.example",
            method="REQUEST",
        )
    )
    assert (told.learned_from, told.method, told.status) == ("itip", "REQUEST", "CONFIRMED")
    assert (told.organizer, told.organizer_name) == ("ann@client.example", "Lee, Ann")
    assert (told.start, told.end) == (instant("2026-03-03 10:00"), instant("2026-03-03 11:00"))
    assert told.summary == "Review, part 2 and lunch"
    assert (told.sequence, told.dtstamp) == (2, instant("2026-03-01 09:00"))
    assert told.attendances == (
        Attendance("ken@ours.example", "Ken", "OPT-PARTICIPANT", "ACCEPTED", ""),
        Attendance("room@ours.example", "", "RESOURCE", "NEEDS-ACTION", ""),
    )


def test_the_mail_that_carried_it_tells_when_the_change_was_made() -> None:
    """Its time, not DTSTAMP, and its id; who a mail is from says nothing of who moved it."""
    told = parse(event("DTSTAMP:20260301T090000Z", method="REQUEST"), mail=MAIL)[0]
    assert (told.message_provider_id, told.occurred_at) == ("message-1", MAIL.sent_at)
    assert told.actor == ""


def test_a_calendars_entry_was_changed_when_it_was_last_touched() -> None:
    """DTSTAMP of an export is the time of the export."""
    lines = ("DTSTAMP:20260330T000000Z", "CREATED:20260201T080000Z")
    assert only(event(*lines)).occurred_at == instant("2026-02-01 08:00")
    touched = (*lines, "LAST-MODIFIED:20260302T080000Z")
    assert only(event(*touched)).occurred_at == instant("2026-03-02 08:00")


def test_published_events_are_a_calendars() -> None:
    """PUBLISH, or no METHOD at all, is an entry and no negotiation."""
    for method in ("", "PUBLISH"):
        told = only(event(method=method))
        assert (told.learned_from, told.method) == ("calendar", "")


def test_a_moved_event_is_told_by_its_start_and_a_higher_sequence_alone_moves_nothing() -> None:
    """What two revisions differ in is what happened."""
    first = only(event("SEQUENCE:0", method="REQUEST"))
    renumbered = only(event("SEQUENCE:1", method="REQUEST"))
    moved = only(event("SEQUENCE:1", start="20260306T100000Z", method="REQUEST"))
    assert renumbered._replace(sequence=0, provider_id=first.provider_id) == first
    assert (moved.uid, moved.start) == (first.uid, instant("2026-03-06 10:00"))


def test_a_cancellation_with_an_old_sequence_and_without_start_is_kept() -> None:
    """Some clients repeat neither the number nor the time."""
    told = only(event("SEQUENCE:0", method="CANCEL", start=""))
    assert (told.method, told.status, told.start, told.sequence) == ("CANCEL", "CANCELLED", None, 0)


def test_a_reply_carries_its_answer_and_comment() -> None:
    """DECLINED with the words of who declined."""
    told = only(
        event(
            "ORGANIZER:mailto:ken@ours.example",
            "ATTENDEE;PARTSTAT=DECLINED:mailto:ann@client.example",
            "COMMENT:Sorry\\; next week?",
            method="REPLY",
        )
    )
    assert told.comment == "Sorry; next week?"
    assert [(a.address, a.partstat) for a in told.attendances] == [
        ("ann@client.example", "DECLINED")
    ]


def test_a_counter_proposal_carries_the_time_that_is_asked_for() -> None:
    """Its DTSTART is a wish, not a state: METHOD says so."""
    told = only(event("COMMENT:Friday?", start="20260306T140000Z", method="COUNTER"))
    assert (told.method, told.start, told.comment) == (
        "COUNTER",
        instant("2026-03-06 14:00"),
        "Friday?",
    )


def test_outlooks_comment_of_an_attendee_is_kept_with_the_attendee() -> None:
    """X-RESPONSE-COMMENT, as Exchange writes it."""
    line = 'ATTENDEE;PARTSTAT=DECLINED;X-RESPONSE-COMMENT="No time":mailto:ann@client.example'
    assert only(event(line)).attendances[0].comment == "No time"


def test_sent_by_is_the_delegate_who_acted() -> None:
    """The organizer stays the principal."""
    line = 'ORGANIZER;CN=Boss;SENT-BY="mailto:Desk@Client.example":mailto:boss@client.example'
    told = only(event(line, method="REQUEST"))
    assert (told.organizer, told.sent_by) == ("boss@client.example", "desk@client.example")


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("ORGANIZER:MAILTO:ann@client.example", "ann@client.example"),
        ("ORGANIZER;EMAIL=ann@client.example:urn:uuid:1", "ann@client.example"),
        ("ORGANIZER:mailto:ann%2Bx@client.example", "ann+x@client.example"),
        ("ORGANIZER:ann@client.example", "ann@client.example"),
        ("ORGANIZER:mailto:ann @client.example", "ann@client.example"),
        ("ORGANIZER:invalid:nomail", ""),
        ("ORGANIZER:/o=Client/cn=Ann", ""),
    ],
)
def test_addresses_are_found_in_what_programs_write(line: str, address: str) -> None:
    """EMAIL before the value, escapes decoded, what is no address is none."""
    assert only(event(line)).organizer == address


def test_occurrences_of_a_series_are_told_by_their_original_start() -> None:
    """RECURRENCE-ID is the instant it had, DTSTART the one it has."""
    raw = calendar(
        BERLIN_BY_RULES,
        vevent("DTSTART;TZID=Office:20260303T100000", "RRULE:FREQ=WEEKLY", start=""),
        vevent(
            "RECURRENCE-ID;TZID=Office:20260331T100000",
            "DTSTART;TZID=Office:20260401T160000",
            start="",
        ),
    )
    series, moved = parse(raw)
    assert (series.recurrence_at, series.rrule) == (None, "FREQ=WEEKLY")
    assert moved.recurrence_at == instant("2026-03-31 08:00")
    assert (moved.uid, moved.start) == (series.uid, instant("2026-04-01 14:00"))


def test_what_holds_for_all_following_dates_says_so_in_place_of_a_rule() -> None:
    """RANGE=THISANDFUTURE (RFC 5545 section 3.2.13); PRIOR is no longer anything."""
    told = "RECURRENCE-ID;RANGE={}:20260601T090000Z"
    rules = [parse(event(told.format(word)))[0].rrule for word in ("THISANDFUTURE", "THISANDPRIOR")]
    assert rules == [FOLLOWING, ""]


def test_dates_added_and_taken_away_are_instants_one_a_line() -> None:
    """RDATE and EXDATE of several lines, values, forms and zones; periods by their start."""
    told = only(
        event(
            "RDATE:20260401T100000Z,20260402T100000Z",
            "RDATE;VALUE=PERIOD:20260403T100000Z/PT1H",
            "EXDATE;TZID=Europe/Berlin:20260331T120000",
            "EXDATE:nonsense",
        )
    )
    assert told.rdate.split() == ["20260401T100000Z", "20260402T100000Z", "20260403T100000Z"]
    assert told.exdate == "20260331T100000Z"


def test_a_rule_is_kept_as_it_is_told_however_broken_or_endless() -> None:
    """Nothing is expanded here, so nothing can fail or take long."""
    for rule in ("FREQ=SECONDLY", "FREQ=NEVER;BYDAY=99XX", "FREQ=DAILY;UNTIL=99999999T999999Z"):
        assert only(event(f"RRULE:{rule}")).rrule == rule


def test_floating_times_are_read_in_the_owners_zone() -> None:
    """And marked, since elsewhere they mean another instant."""
    told = only(event(start="20260703T100000"), zone="Europe/Berlin")
    assert (told.start, told.floating, told.zone) == (
        instant("2026-07-03 08:00"),
        True,
        "Europe/Berlin",
    )


def test_whole_days_begin_at_midnight_of_the_owners_zone() -> None:
    """And last until the next midnight where no end is told."""
    told = only(event("DTSTART;VALUE=DATE:20260703", start=""), zone="America/New_York")
    assert told.all_day
    assert (told.start, told.end) == (instant("2026-07-03 04:00"), instant("2026-07-04 04:00"))


def test_a_calendars_own_zone_counts_before_the_owners() -> None:
    """X-WR-TIMEZONE of Google's exports."""
    raw = calendar(vevent(start="20260703T100000"), properties="X-WR-TIMEZONE:Asia/Tokyo\n")
    assert only(raw, zone="Europe/Berlin").start == instant("2026-07-03 01:00")


@pytest.mark.parametrize(
    ("tzid", "start"),
    [
        ("Europe/Berlin", "2026-07-03 08:00"),
        ("/mozilla.org/20070129_1/Europe/Berlin", "2026-07-03 08:00"),
        ("W. Europe Standard Time", "2026-07-03 08:00"),
        ("tzone://Microsoft/Utc", "2026-07-03 10:00"),
        ("Office", "2026-07-03 08:00"),
        ("(UTC-05:00) Eastern Time (US & Canada)", "2026-07-03 14:00"),
        ("GMT+0300", "2026-07-03 07:00"),
        ("Nowhere/Land", "2026-07-03 14:00"),
    ],
)
def test_a_zone_is_found_by_name_or_definition_and_else_the_owners(tzid: str, start: str) -> None:
    """IANA, a path to it, Windows, Microsoft's UTC, a VTIMEZONE, names for people, an offset."""
    raw = calendar(BERLIN_BY_RULES, vevent(f'DTSTART;TZID="{tzid}":20260703T100000', start=""))
    assert only(raw, zone="America/New_York").start == instant(start)


def test_a_time_whose_zone_nothing_explains_is_floating() -> None:
    """It is read in the owner's zone, and marked as such."""
    told = only(event("DTSTART;TZID=Nowhere:20260703T100000", start=""), zone="Europe/Berlin")
    assert (told.start, told.floating) == (instant("2026-07-03 08:00"), True)


def test_utc_stays_utc_whatever_stands_beside_it() -> None:
    """A Z counts before a TZID."""
    raw = event("DTSTART;TZID=Europe/Berlin:20260703T100000Z", start="")
    assert only(raw).start == instant("2026-07-03 10:00")


@pytest.mark.parametrize(
    ("lines", "end"),
    [
        (("DURATION:PT1H30M",), "2026-03-03 11:30"),
        (("DURATION:P1W",), "2026-03-10 10:00"),
        (("DTEND:20260303T090000Z",), "2026-03-03 10:00"),
        (("DTEND:nonsense",), "2026-03-03 10:00"),
        ((), "2026-03-03 10:00"),
    ],
)
def test_an_end_is_told_or_computed_and_never_before_the_start(
    lines: tuple[str, ...], end: str
) -> None:
    """DTEND, else DURATION, else no time at all."""
    assert only(event(*lines)).end == instant(end)


def test_outlooks_occurrences_share_the_uid_of_their_series() -> None:
    """The date inside a GlobalObjectId is zeroed ([MS-OXOCAL] 2.2.1.27)."""
    series, occurrence = (OUTLOOK_UID.format(date=date) for date in ("00000000", "07EA0303"))
    assert normalised_uid(occurrence) == normalised_uid(series) == series.lower()


def test_googles_split_series_is_one_series() -> None:
    """Changed from one date on, it gets ``_R`` and that date behind the id."""
    assert normalised_uid("abc_R20260303T090000@google.com") == "abc@google.com"
    assert normalised_uid("plain_Report@x.example") == "plain_Report@x.example"


def test_an_event_without_uid_is_known_by_time_title_and_organizer() -> None:
    """The same told twice is one; another title is another."""
    raw = calendar(*(vevent(f"SUMMARY:{title}", uid="") for title in ("A", "A", "B")))
    assert len({revision.uid for revision in parse(raw)}) == len(parse(raw)) == 2


@pytest.mark.parametrize("line", ["", "DTSTART:", "DTSTART:tomorrow", "DTSTART:99990101T000000Z"])
def test_an_event_without_readable_start_is_explained_and_its_neighbours_are_read(
    line: str,
) -> None:
    """Missing, empty, no time, or a year that cannot be meant."""
    lines = ("SUMMARY:Bad", *filter(None, [line]))
    raw = calendar(vevent(uid="a"), vevent(*lines, uid="b", start=""), vevent(uid="c"))
    revisions, failures = parse_all(raw)
    assert [revision.uid for revision in revisions] == ["a", "c"]
    assert failures[0].item == "event 2 (Bad)"
    assert "start" in failures[0].why.lower()


def test_an_event_without_end_ends_where_the_next_begins() -> None:
    """A lost END loses one event's tail, not the others."""
    raw = b"BEGIN:VCALENDAR\n" + vevent(uid="a").removesuffix("END:VEVENT\n").encode()
    assert [r.uid for r in parse(raw + vevent(uid="b").encode())] == ["a", "b"]


def test_alarms_and_other_components_are_not_the_event() -> None:
    """A VALARM has texts and times of its own; tasks are no meetings."""
    alarm = "BEGIN:VALARM\nSUMMARY:Ring\nTRIGGER:-PT15M\nEND:VALARM"
    task = "BEGIN:VTODO\nUID:t\nDTSTART:20260303T100000Z\nEND:VTODO\n"
    assert only(calendar(task, vevent(alarm, "SUMMARY:Talk"), task)).summary == "Talk"


def test_each_calendar_of_a_stream_has_its_own_method() -> None:
    """An invitation and its cancellation in one file."""
    raw = event(method="REQUEST") + event(method="CANCEL", start="")
    assert [revision.method for revision in parse(raw)] == ["REQUEST", "CANCEL"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw.replace(b"\r\n", b"\n"),
        lambda raw: raw.replace(b"\r\n", b"\r"),
        lambda raw: raw.replace(b"SUMMARY:Wei", b"SUMM\r\n ARY:W\r\n\tei"),
        lambda raw: raw.replace(b"SUMMARY:", b"SUMMARY\r\n\r\n :"),
        lambda raw: raw.replace(b"\r\n", b"\0\r\n"),
        lambda raw: b"\xef\xbb\xbf" + raw,
        lambda raw: raw.decode().encode("utf-16"),
        lambda raw: raw.decode().encode("latin-1"),
        lambda raw: raw.replace(b"BEGIN:VEVENT", b"begin:vevent").replace(b"UID", b"uid"),
        lambda raw: raw + b"garbage\r\n",
    ],
    ids=["lf", "cr", "folded", "mozilla", "nul", "bom", "utf-16", "latin-1", "case", "tail"],
)
def test_the_same_is_read_however_it_is_written(damage: Callable[[bytes], bytes]) -> None:
    """Line ends, folds, marks, charsets, NULs and case change nothing."""
    raw = event("SUMMARY:Weiß")
    assert parse(damage(raw)) == parse(raw)


@given(st.binary(max_size=600))
def test_any_bytes_are_read_without_failing(raw: bytes) -> None:
    """Even between the lines of a real event."""
    parse_all(raw)
    parse_all(event("SUMMARY:x").replace(b"SUMMARY", raw))


TIMES = st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001
ZONES = st.sampled_from(["", "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"])
LENGTHS = st.integers(0, 3 * 86_400).map(lambda seconds: timedelta(seconds=seconds))
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=80)
PARTSTATS = st.sampled_from(["ACCEPTED", "DECLINED", "TENTATIVE", "NEEDS-ACTION"])


@given(TIMES, ZONES, LENGTHS, st.integers(0, 99), TEXTS, PARTSTATS)
def test_what_another_implementation_writes_is_read_as_it_was_meant(
    time: datetime, zone: str, length: timedelta, sequence: int, title: str, partstat: str
) -> None:
    """Generated events, written, folded and escaped by the icalendar library."""
    wall = time.replace(microsecond=0)
    start = wall.replace(tzinfo=ZoneInfo(zone or "UTC"))
    written = icalendar.Event()
    written.add("uid", "1@x.example")
    written.add("dtstart", start if zone else wall)
    written.add("duration", length)
    written.add("sequence", sequence)
    written.add("summary", title)
    attendee = icalendar.vCalAddress("MAILTO:ann@client.example")
    attendee.params["PARTSTAT"] = icalendar.vText(partstat)
    written.add("attendee", attendee)
    stream = icalendar.Calendar()
    stream.add("method", "REQUEST")
    stream.add_component(written)
    told = only(stream.to_ical())
    assert told.start == start.astimezone(UTC)
    assert told.end == start.astimezone(UTC) + length
    assert (told.sequence, told.floating) == (sequence, not zone)
    assert told.summary == " ".join(title.split())
    assert [(a.address, a.partstat) for a in told.attendances] == [("ann@client.example", partstat)]


def test_every_visible_calendar_is_read_and_what_fails_is_explained() -> None:
    """All 2,524 real and odd files: nothing raises; no event is lost but those without a start."""
    from benchmarks.measure_calendars import ARCHIVE, members

    failures = []
    for name, raw in members(shared_data(ARCHIVE)):
        failures += [(name, failure.why) for failure in parse_all(raw)[1]]
    reasons = ("it has no start", "DTSTART is not a time: ")
    assert [found for found in failures if not found[1].startswith(reasons)] == []
    assert len(failures) < 100
