"""Which zone a TZID means."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from ingest import spoken_times
from ingest.zone_names import spoken
from ingest.zones import lasting_name, zone_of
from tests.builders import instant
from tests.ical_builder import BERLIN_BY_RULES

SUMMER = datetime(2026, 7, 1, 12)  # noqa: DTZ001 - a wall clock
WINTER = datetime(2026, 1, 1, 12)  # noqa: DTZ001 - a wall clock


def offsets(zone: tzinfo) -> tuple[float, float]:
    """Hours east of UTC in winter and in summer."""
    found = (wall.replace(tzinfo=zone).utcoffset() for wall in (WINTER, SUMMER))
    winter, summer = (offset.total_seconds() / 3600 for offset in found if offset is not None)
    return winter, summer


@pytest.mark.parametrize("form", ["{}", '"{}"', "/freeassociation.sourceforge.net/Tzfile/{}"])
def test_every_iana_name_means_itself(form: str) -> None:
    """Alone, quoted, and at the end of a path as libical and Mozilla write it."""
    for name in available_timezones():
        found = zone_of(form.format(name), {})
        assert found is not None, name
        assert offsets(found[0]) == offsets(ZoneInfo(name)), name


def test_every_windows_name_means_what_windows_means_by_it() -> None:
    """Names of the CLDR's table."""
    for windows, iana in WINDOWS_TO_OLSON.items():
        found = zone_of(windows, {})
        assert found is not None
        assert offsets(found[0]) == offsets(ZoneInfo(iana))


@pytest.mark.parametrize("name", ["UTC", "utc", "Z", "Etc/UTC", "tzone://Microsoft/Utc", "GMT"])
def test_names_of_utc_are_utc(name: str) -> None:
    """The icalendar library reads Microsoft's as no zone at all."""
    assert zone_of(name, {}) == (UTC, "UTC")


def test_a_custom_zone_means_what_its_definition_says() -> None:
    """Both halves of the year."""
    found = zone_of("Office", {"Office": BERLIN_BY_RULES})
    assert found is not None
    assert offsets(found[0]) == (1.0, 2.0)


def test_a_custom_zone_is_kept_under_the_name_of_one_that_is_set_alike() -> None:
    """Its definition is gone when its series are expanded."""
    rules = {
        "Office": (BERLIN_BY_RULES, "Europe/Berlin"),
        "Warsaw": (BERLIN_BY_RULES, "Europe/Warsaw"),
        "Ship": (BERLIN_BY_RULES.replace("0200", "0220").replace("0100", "0120"), "UTC+01:20"),
        "Buoy": (BERLIN_BY_RULES.replace("+0", "-0"), "UTC-01:00"),
    }
    for name, (text, expected) in rules.items():
        found = zone_of(name, {name: text})
        assert found is not None
        assert lasting_name(*found, 2026) == expected


def test_a_known_zone_keeps_its_name() -> None:
    """Of the IANA, of Windows, or an offset."""
    names = {"Asia/Tokyo": "Asia/Tokyo", "Tokyo Standard Time": "Asia/Tokyo", "UTC": "UTC"}
    for name, expected in (names | {"GMT+0530": "UTC+05:30"}).items():
        found = zone_of(name, {})
        assert found is not None
        assert lasting_name(*found, 2026) == expected


def test_a_known_name_counts_before_a_definition_and_a_lookalike_after_it() -> None:
    """Definitions under IANA names are often cut down to one year; "europe/lisbon" is no name."""
    for tzid, expected in (("Asia/Tokyo", (9.0, 9.0)), ("asia/tokyo", (1.0, 2.0))):
        found = zone_of(tzid, {tzid: BERLIN_BY_RULES.replace("Office", tzid)})
        assert found is not None
        assert offsets(found[0]) == expected
    alone = zone_of("asia/tokyo", {})
    assert alone is not None
    assert alone[1] == "Asia/Tokyo"


@pytest.mark.parametrize(
    "definition",
    [
        "",
        "BEGIN:VTIMEZONE\nTZID:Office\nEND:VTIMEZONE\n",
        BERLIN_BY_RULES.replace("+0100", "+9900"),
        BERLIN_BY_RULES.replace("END:STANDARD\n", ""),
        BERLIN_BY_RULES.replace("DTSTART:19961027T030000", "DTSTART:never"),
    ],
)
def test_a_broken_definition_means_nothing_and_fails_nothing(definition: str) -> None:
    """The owner's zone is then the best guess."""
    assert zone_of("Office", {"Office": definition}) is None


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("GMT+0100", 1.0),
        ("UTC-05:30", -5.5),
        ("(UTC+03:00)", 3.0),
        ("+0200", 2.0),
        ("GMT -8", -8.0),
    ],
)
def test_an_offset_is_a_zone(name: str, hours: float) -> None:
    """All year."""
    found = zone_of(name, {})
    assert found is not None
    assert offsets(found[0]) == (hours, hours)


@pytest.mark.parametrize(
    "name", ["", "Nowhere", "GMT+2500", "GMT-05.00/-04.00", "Customized Time Zone"]
)
def test_other_names_mean_nothing(name: str) -> None:
    """An offset with a summer behind it is no offset."""
    assert zone_of(name, {}) is None


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Pacific Time - US & Canada", "America/Los_Angeles"),
        ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Amsterdam"),
        ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "Asia/Kolkata"),
        ("UK, Ireland, Lisbon Time", "Europe/London"),
        ("(CET) (ann@acme.example)", "Europe/Berlin"),
        ("sometime", ""),
    ],
)
def test_zones_told_for_people_are_found_by_city_or_name(text: str, zone: str) -> None:
    """As Calendly, Windows and Google write them; any city of the list will do."""
    assert spoken(text) == zone


@given(st.text(max_size=80))
def test_any_name_is_looked_up_without_failing(name: str) -> None:
    """Whatever stands in a TZID."""
    zone_of(name, {name: name})


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("09:30am - Monday, 31 August 2026 (Eastern Time - US & Canada)", "2026-08-31 13:30", None),
        ("December 17, 2025 10:00 AM CST (UTC -06:00)", "2025-12-17 16:00", None),
        (
            "Thursday, June 28, 2001 2:00 PM-5:00 PM (GMT-06:00) Central Time (US & Canada).",
            "2001-06-28 19:00",
            "2001-06-28 22:00",
        ),
        (
            "Mon Mar 2, 2026 3:30 – 4:30pm (GMT+1) (x@y.example)",
            "2026-03-02 14:30",
            "2026-03-02 15:30",
        ),
        (
            "Dienstag, 3. März 2026 | 14:00 - 14:30 (Europe/Berlin)",
            "2026-03-03 13:00",
            "2026-03-03 13:30",
        ),
        ("3 de marzo de 2026, 11:30pm - 12:15am", "2026-03-03 14:30", "2026-03-03 15:15"),
        ("2026-03-03 10:00", "2026-03-03 01:00", None),
    ],
)
def test_times_written_for_people_are_instants(text: str, start: str, end: str | None) -> None:
    """In the zone that they name, else in the owner's (Tokyo here)."""
    told = spoken_times.read(text, "Asia/Tokyo")
    assert told is not None
    assert (told.start, told.end) == (instant(start), instant(end) if end else None)


@pytest.mark.parametrize(
    "text",
    [
        "tomorrow at 5pm",
        "March 3, 2026",
        "10:00",
        "February 30, 2026 10:00",
        "March 3, 2026 25:00",
        "Occurs every Monday effective 8/6/2001 from 1:00 PM to 1:30 PM",
        "March 3, 0026 10:00",
    ],
)
def test_what_is_no_time_of_one_day_is_no_time(text: str) -> None:
    """Nothing is guessed."""
    assert spoken_times.read(text, "UTC") is None


@given(st.datetimes(datetime(1991, 1, 1), datetime(2199, 1, 1)), st.booleans())  # noqa: DTZ001
def test_a_written_time_is_read_back(time: datetime, twelve: bool) -> None:
    """With either clock, to the minute."""
    wall = time.replace(second=0, microsecond=0)
    text = f"{wall:%A, %B} {wall.day}, {wall.year} " + f"{wall:{'%I:%M %p' if twelve else '%H:%M'}}"
    told = spoken_times.read(text, "UTC")
    assert told is not None
    assert told.start == wall.replace(tzinfo=UTC)
