"""Week by week: who was judged how, from what could be known then."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import pairwise

import pytest

from analyzer.analysis import analyze
from analyzer.history import history as judged
from analyzer.settings import Settings
from reports import history, json_report, page
from reports.model_history import History, JudgedWeek, PersonWeeks
from reports.views_history import history as view_of
from reports.week import Week
from store.facts import Facts
from tests.analysis_builder import Made
from tests.builders import Story
from tests.history_sample import SETTINGS, WEEKS, weeks_of
from tests.home_builder import ANN, ME, RepHome, event, home, mail
from tests.report_sample import hostile, usual

__all__ = ["home"]


def one(view: History, name: str = "Dana Whitfield") -> PersonWeeks:
    """The weeks of one person."""
    (found,) = (each for each in view.people if each.person.name == name)
    return found


def verdicts(person: PersonWeeks) -> list[str]:
    """The strip."""
    return [week.verdict for week in person.weeks]


def test_each_week_has_the_verdict_of_its_end() -> None:
    """And a change is where it becomes another."""
    view = weeks_of(usual, {"p1": "unclear"}, {"p1": "last try"})
    dana = one(view)
    assert verdicts(dana) == ["unclear", "last try", "walk away", "walk away"]
    assert dana.changes == 2
    assert [str(each.first) for each in dana.stretches if each.changed] == ["2026-W46", "2026-W45"]
    assert "the verdict on 1 changed" in view.headline


def test_a_person_whom_nobody_had_judged_yet_has_no_verdict_and_no_change() -> None:
    """To be judged for the first time is a beginning."""
    dana = one(weeks_of(usual, {"p1": ""}, {"p1": ""}))
    assert verdicts(dana) == ["", "", "walk away", "walk away"]
    assert dana.changes == 0
    unknown, first = dana.stretches[-1], dana.stretches[-2]
    assert (unknown.verdict, unknown.first, unknown.last) == ("", WEEKS[0], WEEKS[1])
    assert first.first == WEEKS[2]
    assert first.reason


def test_the_signs_of_a_week_stand_in_it_with_what_shows_them() -> None:
    """Two follow-ups and a silence came to light in week 47."""
    dana = one(weeks_of(usual))
    newest = dana.stretches[0]
    assert newest.first == WEEKS[-1]
    assert (dana.weeks[-1].bad, dana.weeks[-1].good) == (1, 0)
    assert [sign.sentence for sign in newest.signs] == [
        "No answer for 41 days to the offer of 5 October, asked three times."
    ]
    assert len(newest.signs[0].references) == 3


def test_a_change_shows_older_signs_where_its_week_has_none() -> None:
    """A verdict never stands without evidence."""
    dana = one(weeks_of(usual, {"p1": "unclear"}))
    (change,) = (each for each in dana.stretches if each.changed)
    assert change.first == WEEKS[1]
    assert change.reason
    assert len(change.signs) == 3
    assert not any(sign.this_week for sign in change.signs)


def test_weeks_without_anything_new_are_one_stretch() -> None:
    """They need one line."""
    made = Made()
    made.person("Ann", "ann@acme.example")
    view = weeks_of(lambda: made)
    first, *others = reversed(one(view, "Ann").stretches)
    assert (first.first, first.last) == (WEEKS[0], WEEKS[0])
    assert [(each.first, each.last) for each in others] == [(WEEKS[1], WEEKS[3])]


def test_quiet_weeks_are_told_in_words() -> None:
    """Nobody is no number."""
    made = Made()
    made.person("Ann", "ann@acme.example")
    view = weeks_of(lambda: made)
    assert "the verdict on nobody changed, and nobody gave a sign" in view.headline
    assert "show-changed" not in page.weeks(view).partition("<body>")[2]


def test_stretches_cover_every_week_once() -> None:
    """The newest first, none left out, none twice."""
    for person in weeks_of(usual, {"p2": "park"}, {"p3": "unclear"}).people:
        stretches = person.stretches
        assert (stretches[-1].first, stretches[0].last) == (WEEKS[0], WEEKS[-1])
        for newer, older in pairwise(stretches):
            assert newer.first.first_day == older.last.last_day + timedelta(days=1)


def test_who_was_two_people_then_is_one_now() -> None:
    """Later mail has shown that two addresses belong together."""
    then, now = Made(), Made()
    then.person("Ann", "ann@acme.example", verdict="park", attention=1.0)
    then.person("A. Lee", "ann@home.example", verdict="unclear")
    now.person("Ann", "ann@acme.example")
    now.rows["people"][-1]["addresses"] = ("ann@acme.example", "ann@home.example")
    view = view_of([then.analysis(), now.analysis()], SETTINGS, WEEKS[-2:])
    (ann,) = view.people
    assert verdicts(ann) == ["park", "keep going"]


def test_who_is_no_longer_judged_is_not_shown() -> None:
    """The rep has said that they are no sales contact."""
    then, now = Made(), Made()
    then.person("Ann", "ann@acme.example")
    now.left_out("Ann", "ann@acme.example", "marked")
    assert view_of([then.analysis(), now.analysis()], SETTINGS, WEEKS[-2:]).people == ()


def story() -> Facts:
    """Ann asks for an offer, gets it, is silent in May and writes in June."""
    told = Story()
    ann = "Ann Lee <ann@acme.example>"
    told.mail(ann, to=told.me, at="2026-04-01 09:00", subject="Pumps", intents=["expects_reply"])
    for at in ("2026-04-02 09:00", "2026-04-20 09:00", "2026-05-11 09:00"):
        told.mail(
            told.me, to=ann, at=at, subject="Re: Pumps", intents=["proposal", "expects_reply"]
        )
    told.mail(ann, to=told.me, at="2026-06-02 09:00", subject="Re: Pumps")
    return told.facts()


def test_a_week_is_judged_as_if_nothing_later_had_been_read() -> None:
    """The same as an analysis of a store that ends there."""
    facts, settings = story(), Settings()
    may, june = datetime(2026, 5, 25, tzinfo=UTC), datetime(2026, 6, 8, tzinfo=UTC)
    then, later = judged(facts, settings, [may, june])
    assert len(then.mail) == 4
    assert len(later.mail) == 5
    alone = Facts(**{**vars(facts), "messages": facts.messages.iloc[:4]})
    assert then.verdicts.equals(analyze(alone, settings, may).verdicts)


def test_nothing_is_analysed_before_it_is_asked_for() -> None:
    """One week after the other, so that one analysis has room in memory."""

    def moments() -> Iterator[datetime]:
        yield datetime(2026, 5, 25, tzinfo=UTC)
        raise AssertionError("asked for too early")

    assert next(judged(story(), Settings(), moments())) is not None


def test_the_strip_is_told_in_a_sentence() -> None:
    """For those who do not see it."""
    weeks = (
        JudgedWeek("2026-W45", "", 0, 0),
        JudgedWeek("2026-W46", "unclear", 1, 0),
        JudgedWeek("2026-W47", "unclear", 1, 2),
    )
    assert history.told(weeks) == (
        "not judged in 2026-W45; unclear from 2026-W46 to 2026-W47. "
        "Signs against them in 1 week, for them in 2 weeks."
    )
    assert history.told_week(weeks[2]) == "2026-W47: unclear; signs: 2 against them and 1 for them"
    assert [history.leaning(week) for week in weeks] == ["none", "good", "both"]


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (Week(2026, 47), Week(2026, 47), "W47, 16–22 November 2026"),
        (Week(2026, 41), Week(2026, 43), "W41–W43 2026"),
        (Week(2026, 52), Week(2027, 2), "W52 2026–W02 2027"),
    ],
)
def test_a_span_of_weeks_names_its_years(first: Week, last: Week, told: str) -> None:
    """Once where they are the same."""
    assert history.span(first, last) == told


def test_the_table_has_a_row_for_every_person_and_week() -> None:
    """And runs nothing in a spreadsheet."""
    view = weeks_of(hostile)
    rows = list(csv.DictReader(StringIO(history.csv(view))))
    assert len(rows) == len(view.people) * len(WEEKS)
    assert rows[0]["week"] == str(WEEKS[0])
    assert not [v for row in rows for v in row.values() if v[:1] in ("=", "@", "\t", "+")]


def test_the_text_shows_the_strips_and_nothing_of_control() -> None:
    """One letter for each week."""
    shown = history.render(weeks_of(usual, {"p1": "unclear"}), 80)
    assert "Dana Whitfield               UWWW  walk away" in shown
    assert "2026-W45: Four meetings moved" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert not set(history.render(weeks_of(hostile), 80)) & set("\x1b\x00\u202e")


def test_the_letters_of_the_strips_are_told_apart_from_what_stands_between_them() -> None:
    """The dot is the sign of a week without a verdict, so it parts nothing else."""
    shown = history.render(weeks_of(usual), 200)
    assert "U unclear, · not judged" in shown


def test_an_empty_store_has_no_history() -> None:
    """And says so."""
    assert "Nobody is judged yet" in history.render(weeks_of(Made))


def with_ann(home: RepHome) -> None:
    """Ann has met us and been asked."""
    home.write(
        mail(ANN, ME, "2026-04-27 09:00", "Could you send an offer?", number="a"),
        mail(ME, ANN, "2026-04-28 09:00", "Here is our offer. What do you think?", answers="a"),
    )
    home.calendar(event("m1", start="2026-05-14 10:00"))


def test_the_command_writes_a_page_and_json_of_so_many_weeks(home: RepHome) -> None:
    """The last of them is the last full one, or the one named."""
    with_ann(home)
    page = home.folder / "page.html"
    assert home.run("report", "--weeks", "3", "--html", "--no-open", "-o", str(page)) == 0
    assert "Ann Lee" in page.read_text("utf-8")
    told = home.json("report", "--weeks", "3", "--week", "2026-W21")
    assert told["kind"] == "weeks"
    assert [week["id"] for week in told["weeks"]] == ["2026-W19", "2026-W20", "2026-W21"]
    assert told["people"][0]["person"]["address"] == "ann@acme.example"
    assert home.run("report", "--weeks", "2", "--csv") == 0
    assert home.said.count("2026-W2") == 2
    assert home.run("report", "--weeks", "2") == 0
    assert "Ann Lee" in home.said


@pytest.mark.parametrize("form", ["--md", "--xlsx"])
def test_forms_of_one_week_say_that_they_are(home: RepHome, form: str) -> None:
    """Nothing is written that was not asked for."""
    with_ann(home)
    assert home.run("report", "--weeks", "3", form) == 2
    assert "shows one week" in home.said
    assert not list(home.folder.glob("**/*.xlsx"))


@pytest.mark.parametrize("number", ["0", "54", "many"])
def test_a_number_of_weeks_has_bounds(home: RepHome, number: str) -> None:
    """A year at most."""
    assert home.run("report", "--weeks", number) == 2


def test_the_page_takes_its_place_among_the_reports(home: RepHome) -> None:
    """Under a name of its own, so that the report of the week stays."""
    with_ann(home)
    assert home.run("report", "--weeks", "2", "--html", "--no-open") == 0
    assert [each.name for each in home.folder.glob("**/reports/*.html")] == [
        "2026-W22-2-weeks.html"
    ]


def test_json_is_the_view() -> None:
    """The same bytes each time."""
    view = weeks_of(usual)
    told = json.loads(json_report.weeks(view))
    assert json_report.weeks(view) == json_report.weeks(weeks_of(usual))
    assert told["people"][0]["weeks"][0] == {
        "week": "2026-W44", "verdict": "walk away", "good": 0, "bad": 0,
    }  # fmt: skip
