"""The brief: which day it is about, and how it looks as text, page and JSON."""

from __future__ import annotations

import json
from datetime import date

import pytest
from jsonschema import Draft202012Validator

from reports import brief_html, brief_meetings, brief_text, json_report
from reports.brief import Asked, brief
from tests.analysis_builder import Made
from tests.brief_sample import (
    FRIDAY,
    MONDAY,
    SETTINGS,
    ZONE,
    about,
    hostile,
    usual,
)
from tests.digest_builder import Tags
from tests.report_sample import HOSTILE


@pytest.mark.parametrize(
    ("as_of", "day"),
    [
        ("2026-11-18 16:00", date(2026, 11, 19)),
        (FRIDAY, MONDAY),
        ("2026-11-21 23:30", MONDAY),
        ("2026-11-22 23:30", date(2026, 11, 24)),
    ],
)
def test_the_next_working_day_is_the_reps(as_of: str, day: date) -> None:
    """Over the weekend, and by the rep's own midnight."""
    assert brief_meetings.next_day(Made(as_of=as_of).analysis(), ZONE) == day


def test_a_saturday_with_a_meeting_is_a_working_day() -> None:
    """Whoever has a meeting works."""
    made = Made(as_of=FRIDAY)
    ann = made.person("Ann Lee", "ann@acme.example")
    made.meeting(ann, at="2026-11-21 09:00", summary="Fair")
    assert brief_meetings.next_day(made.analysis(), ZONE) == date(2026, 11, 21)


def test_the_meetings_of_a_day_are_those_that_stand_in_the_reps_zone() -> None:
    """In order; without those called off; of today only those that are not over."""
    made = Made(as_of="2026-11-23 10:30")
    ann = made.person("Ann Lee", "ann@acme.example")
    late, early, _, night, over = (
        made.meeting(ann, at=at, summary="Pilot", status=status)
        for at, status in (
            ("2026-11-23 14:00", "confirmed"),
            ("2026-11-23 10:00", "confirmed"),
            ("2026-11-23 15:00", "cancelled"),
            ("2026-11-23 23:30", "confirmed"),
            ("2026-11-23 08:00", "confirmed"),
        )
    )
    analysis = made.analysis()
    assert brief_meetings.of_day(analysis, ZONE, MONDAY) == [early, late]
    assert brief_meetings.of_day(analysis, ZONE, date(2026, 11, 24)) == [night]
    assert over not in brief_meetings.of_day(analysis, ZONE, MONDAY)


def test_a_day_without_meetings_says_so_and_what_is_next() -> None:
    """With whom and when."""
    made, _, _ = usual()
    view = about(made, day=date(2026, 11, 21))
    assert brief_text.none(view) == (
        "No meetings on Saturday 21 November 2026. The next is Mon 23 Nov 2026, 10:00: Pilot "
        "results, with Li Wen."
    )
    after = about(made, day=date(2026, 12, 1))
    assert brief_text.none(after).endswith("None is known after it.")


def test_the_text_fits_its_width_and_has_colour_only_when_asked() -> None:
    """Piped text is plain."""
    made, _, meeting = usual()
    view = about(made, meeting)
    plain = brief_text.render(view, 60)
    assert max(map(len, plain.splitlines())) <= 60
    assert "\x1b" not in plain
    assert "\x1b[" in brief_text.render(view, 60, colour=True)


def test_hostile_text_stays_text() -> None:
    """In the terminal nothing steers, in the page nothing runs and nothing is loaded."""
    view = hostile()
    shown = brief_text.render(view, 100)
    assert not set(shown) & set("\x00\x1b\x07\x9b\u202e\u2066\u2028\r")
    page = Tags(brief_html.render(view))
    assert not {"script", "img", "a", "b", "link", "iframe"} & set(page.elements)
    assert {name for name, _ in page.attributes} <= {
        "lang", "charset", "name", "content", "class", "style", "role", "width", "cellpadding",
        "cellspacing", "border", "align",
    }  # fmt: skip
    assert HOSTILE[0] in page.text


def test_the_json_obeys_the_schema() -> None:
    """For a day, a stranger, a day without meetings, somebody, and hostile people."""
    made, li, meeting = usual()
    zoe = made.left_out("Zoe", "zoe@new.example", "other", first_at=None)
    made.invite(meeting, zoe)
    somebody = brief(made.analysis(), SETTINGS, Asked(people=(li,)))
    for view in (about(made, meeting), about(made), somebody, hostile()):
        document = json.loads(json_report.document("brief", view))
        Draft202012Validator(json_report.schema()).validate(document)
        assert (document["kind"], document["version"]) == ("brief", 1)


def test_times_are_the_reps_in_text_and_instants_in_json() -> None:
    """As in every other report."""
    made, _, meeting = usual()
    view = about(made, meeting)
    assert "10:00–11:00  Pilot results" in brief_text.render(view)
    document = json.loads(json_report.document("brief", view))
    assert document["meetings"][0]["at"] == "2026-11-23T09:00:00Z"
    assert document["day"] == "2026-11-23"


def test_page_and_text_tell_the_same() -> None:
    """Every sentence of the text stands in the page."""
    made, _, meeting = usual()
    view = about(made, meeting)
    page = " ".join(Tags(brief_html.render(view)).text.split())
    (known,) = view.meetings[0].people
    sentences = [*(line.text for line in known.history), *brief_text.open_things(known)]
    sentences += [brief_text.risk(view.meetings[0]), known.next_step]
    assert [one for one in sentences if one not in page] == []


def test_the_same_analysis_gives_the_same_bytes_in_any_order_of_rows() -> None:
    """Nothing depends on the order of rows."""
    made, _, meeting = usual()
    straight = about(made, meeting)
    turned = made.analysis()
    for name in ("mail", "recipients", "meetings", "attendees", "changes", "episodes", "promises"):
        frame = getattr(turned, name).iloc[::-1].reset_index(drop=True)
        object.__setattr__(turned, name, frame)
    assert brief(turned, SETTINGS, Asked((meeting,), day=MONDAY)) == straight
