"""Topic by topic: of several with one person, which goes on and which is dead."""

from __future__ import annotations

import json

import pytest

from analyzer.settings import Settings
from reports import json_report, page, tables, terminal
from reports.model_topics import Opportunity
from reports.views import report
from reports.views_person import contact_page
from tests.analysis_builder import Made
from tests.report_sample import HOSTILE, WEEK, usual

SETTINGS = Settings(zone="Europe/Berlin")
WHY = "Nothing about it since 8 September, though they wrote of other things on 19 November."


def topics(made: Made) -> tuple[Opportunity, ...]:
    """Those of the first person."""
    return report(made.analysis(), SETTINGS, WEEK).contacts[0].opportunities


def two(*, last: str | None, drop: str = "") -> Made:
    """Ann and two topics, the first of which is going."""
    made = Made()
    ann = made.person("Ann", "ann@acme.example")
    for title, at in (("Pumps", "2026-11-20"), ("Valves", last)):
        made.topic(ann, title, last_two_way_at=at, value=900.0, currency="EUR")
    made.opportunity(1)
    made.opportunity(2, drop=drop)
    return made


@pytest.mark.parametrize(
    ("last", "drop", "state"),
    [
        ("2026-11-01", "", "going"),
        ("2026-10-20", "", "quiet"),
        (None, "", "quiet"),
        ("2026-11-01", WHY, "drop"),
    ],
)
def test_a_topic_is_going_quiet_or_dead(last: str | None, drop: str, state: str) -> None:
    """By the last exchange, unless they never answer about it."""
    pumps, valves = topics(two(last=last, drop=drop))
    assert (pumps.title, pumps.state) == ("Pumps", "going")
    assert (valves.state, valves.reason) == (state, drop)


def test_a_single_topic_is_told_by_the_verdict_alone() -> None:
    """There is nothing to choose between."""
    made = Made()
    made.topic(made.person("Ann", "ann@acme.example"), "Pumps")
    assert topics(made) == ()


def test_every_form_of_one_person_tells_it_topic_by_topic() -> None:
    """In the same words."""
    view = contact_page(usual().analysis(), SETTINGS, 2, usual().said())
    going = "going, last exchange 19 Nov 2026, worth 126,500 EUR."
    dead = f"dead. {WHY} Drop this one, and go on with the others."
    lines = " ".join(terminal.contact(view, 100).split())
    assert f"Harbour Freight: pilot and roll-out: {going}" in lines
    assert f"Cameras for the yard: {dead}" in lines
    assert dead in tables.markdown_contact(view)
    assert dead in page.contact(view)
    told = json.loads(json_report.contact(view))["contact"]["opportunities"]
    assert [(one["title"], one["state"]) for one in told] == [
        ("Harbour Freight: pilot and roll-out", "going"),
        ("Cameras for the yard", "drop"),
    ]


def test_the_page_of_the_week_tells_it_in_the_fold_of_the_person() -> None:
    """Before the evidence."""
    shown = page.render(report(usual().analysis(), SETTINGS, WEEK))
    fold = shown.partition('id="p2"')[2].partition("</details>\n</details>")[0]
    assert 0 < fold.index("Topic by topic") < fold.index("Cameras for the yard")
    assert fold.index("Cameras for the yard") < fold.index('class="signs"')


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_titles_stay_text(text: str) -> None:
    """On the page and in Markdown."""
    made = Made()
    ann = made.person("Ann", "ann@acme.example")
    made.topic(ann, text)
    made.topic(ann, "Valves")
    made.opportunity(1)
    made.opportunity(2)
    shown = page.render(report(made.analysis(), SETTINGS, WEEK))
    assert not set(shown) & set("\x1b\x00\u202e")
    assert "<script>" not in shown
    assert "<img" not in shown
