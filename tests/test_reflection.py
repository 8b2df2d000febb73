"""The mirror as the rep sees it."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from analyzer.frames import COLUMNS, shaped
from reports import json_report, reflection
from tests.analysis_builder import Made
from tests.home_builder import ANN, ME, RepHome, event, home, mail

__all__ = ["home"]


def seen(*rows: dict[str, Any]) -> reflection.Mirror:
    """The mirror of two people with these months."""
    made = Made()
    made.person("Ann Lee", "ann@acme.example")
    made.person("Bob Ray", "bob@bolt.example")
    analysis = made.analysis()
    blank = dict.fromkeys(COLUMNS["mirror"], 0) | {"answer_hours": float("nan")}
    frame = pd.DataFrame([blank | row for row in rows], columns=list(COLUMNS["mirror"]))
    object.__setattr__(analysis, "mirror", shaped("mirror", frame))
    return reflection.mirror(analysis, "UTC")


def test_who_is_owed_most_stands_first() -> None:
    """What we left open, moved late or broke counts; then how much they asked."""
    view = seen(
        {"person": 1, "month": "2026-04", "asked": 9},
        {"person": 2, "month": "2026-04", "asked": 2, "unanswered": 1},
    )
    assert [each.person.name for each in view.people] == ["Bob Ray", "Ann Lee"]
    assert view.whole.asked == 11


def test_months_are_told_apart_and_weighed_by_their_answers() -> None:
    """Nine quick answers and one slow one are quick."""
    view = seen(
        {"person": 1, "month": "2026-04", "asked": 9, "answered": 9, "answer_hours": 2.0},
        {"person": 1, "month": "2026-05", "asked": 1, "answered": 1, "answer_hours": 90.0},
    )
    assert [month.conduct.answer_hours for month in view.months] == [2.0, 90.0]
    assert view.whole.answer_hours == 2.0
    assert "Your usual answer took 2.0 h." in reflection.render(view, 200)


def test_the_table_keeps_its_words_whole_in_a_narrow_terminal() -> None:
    """At 60 columns names are folded, headings only between words, and no line is longer."""
    told = {"asked": 120, "unanswered": 10, "answered": 90, "answer_hours": 16.4, "meetings": 80}
    text = reflection.render(seen({"person": 1, "month": "2026-04"} | told), 60)
    assert max(map(len, text.splitlines())) <= 60
    for word in ("Asked", "Left", "open", "Answer", "Meetings", "Moved", "Broken", "16.4 h"):
        assert word in text


def test_nothing_yet_is_said() -> None:
    """No table without rows; and JSON that says the same."""
    view = seen()
    assert reflection.render(view).startswith("Nothing to see yet")
    told = json.loads(json_report.document("mirror", view))
    assert told["whole"]["answer_hours"] is None
    assert told["people"] == []


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_brickwall_mirror_tells_what_i_left_open(home: RepHome, form: list[str]) -> None:
    """From mail to words: a question of Ann's waits since May."""
    home.write(
        mail(
            ME, ANN, "2026-05-01 09:00", "Attached is our proposal for EUR 12,000. Any questions?"
        ),
        mail(
            ANN, ME, "2026-05-04 09:00", "Thanks. Could you send me the terms? When can you start?"
        ),
    )
    home.calendar(event("m1", start="2026-05-28 10:00"))
    assert home.run("mirror", *form) == 0
    if form:
        told = json.loads(home.said)
        assert told["kind"] == "mirror"
        assert told["whole"]["unanswered"] == 1
    else:
        assert "1 of them waited a working week or longer" in home.said
        assert "For you alone" in home.said
