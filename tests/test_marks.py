"""What the rep tells: every mark changes the next report, can be listed and taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickwall.marks import KINDS, in_force
from store.model import Mark, Told
from tests.home_builder import NOW, RepHome, event, home, selling

__all__ = ["home", "selling"]

DAY = datetime(2026, 5, 29, 10, tzinfo=UTC)


def people(home: RepHome) -> set[str]:
    """Addresses of all who are judged."""
    return {each["person"]["address"] for each in home.json("report")["contacts"]}


def ann(home: RepHome) -> dict[str, Any]:
    """The page of Ann."""
    page: dict[str, Any] = home.json("contact", "ann@acme.example")
    return page


def timeline(home: RepHome) -> str:
    """Ann's timeline as lines."""
    return "\n".join(entry["text"] for entry in ann(home)["timeline"])


def test_who_counts_is_the_reps_word(selling: RepHome) -> None:
    """``not-sales`` and ``sales`` decide who is judged, the last one told."""
    assert people(selling) == {"ann@acme.example"}
    selling.run("mark", "ann", "not-sales")
    selling.run("mark", "carl", "sales")
    assert people(selling) == {"carl@other.example"}
    selling.run("mark", "ann", "sales")
    assert people(selling) == {"ann@acme.example", "carl@other.example"}


@pytest.mark.parametrize(("kind", "told"), [("they-moved", "by them"), ("we-moved", "by you")])
def test_who_moved_a_meeting_is_the_reps_word(selling: RepHome, kind: str, told: str) -> None:
    """Nobody knew it, so it was asked; the answer stands, and the question is gone."""
    assert selling.study().analysis.questions["kind"].tolist() == ["moved by us"]
    assert selling.run("mark", "ann", kind) == 0
    assert f"moved {told}" in timeline(selling)
    assert "moved by us" not in selling.study().analysis.questions["kind"].tolist()


@pytest.mark.parametrize(
    ("kind", "told"), [("attended", ", they came"), ("no-show", ", they did not come")]
)
def test_who_came_is_the_reps_word(selling: RepHome, kind: str, told: str) -> None:
    """Also when the opposite was told before."""
    for first in ("attended", "no-show"):
        selling.run("mark", "ann", first)
    assert selling.run("mark", "ann", kind) == 0
    assert told in timeline(selling)


def test_a_call_answers_what_was_open(selling: RepHome) -> None:
    """After ``spoke`` nobody waits for an answer to the proposal."""
    before = selling.study().analysis.episodes
    assert before["open"].tolist().count(True) == 1
    assert selling.run("mark", "ann", "spoke", "--on", "2026-05-20") == 0
    after = selling.study().analysis.episodes
    assert not after["open"].any()
    assert "mark:1" in after["answered_by"].tolist()


def test_what_was_won_is_open_no_longer(selling: RepHome) -> None:
    """The proposal leaves the list of open ones."""
    assert len(ann(selling)["topics"]) == 1
    assert selling.run("mark", "ann", "won") == 0
    assert ann(selling)["topics"] == []


def test_a_no_told_by_the_rep_is_a_no(selling: RepHome) -> None:
    """As if they had written it."""
    assert selling.run("mark", "ann", "lost", "--on", "2026-05-20") == 0
    assert ann(selling)["contact"]["verdict"] == "win back"


def test_what_was_no_wall_counts_no_more(selling: RepHome) -> None:
    """Signs against them until then are gone; the silence after it may count again."""
    selling.run("mark", "ann", "they-moved")
    assert any(not sign["good"] for sign in ann(selling)["contact"]["signs"])
    assert selling.run("mark", "ann", "not-a-wall") == 0
    assert all(sign["good"] for sign in ann(selling)["contact"]["signs"])


def test_a_meeting_is_named_by_its_day_or_its_start(selling: RepHome) -> None:
    """As it was planned or as it is now, in the rep's zone; the one named is meant."""
    selling.calendar(event("m2", start="2026-05-29 14:00", summary="Second"))
    assert selling.run("mark", "ann", "no-show", "--meeting", "2026-05-29") == 2
    assert "2026-05-29T12:00, 2026-05-29T16:00" in selling.said
    assert selling.run("mark", "ann", "no-show", "--meeting", "2026-05-29T12:00") == 0
    told = timeline(selling).splitlines()
    assert "Fleet contract, they did not come" in told
    assert "Second" in told
    assert selling.run("mark", "ann", "attended", "--meeting", "2026-05-20") == 2
    assert "no meeting with them on 2026-05-20" in selling.said


def test_a_meeting_can_only_be_named_where_it_matters(selling: RepHome) -> None:
    """``won`` is about no meeting."""
    assert selling.run("mark", "ann", "won", "--meeting", "2026-05-29") == 2
    assert selling.run("mark", "ann", "no-show", "--meeting", "yesterday") == 2
    assert "2026-11-23T09:30" in selling.said


def test_marks_are_listed_with_what_still_holds(selling: RepHome) -> None:
    """For people and for programs."""
    selling.run("mark", "ann", "not-sales")
    selling.run("mark", "ann", "sales")
    selling.run("mark", "carl", "spoke")
    told = selling.json("mark", "--list")["marks"]
    assert [(m["number"], m["kind"], m["in_force"]) for m in told] == [
        (1, "not sales", False),
        (2, "sales", True),
        (3, "spoke", True),
    ]
    assert [m["number"] for m in selling.json("mark", "--list", "carl")["marks"]] == [3]
    selling.run("mark", "--list")
    assert "(replaced by what you told later)" in selling.said


def test_a_mark_taken_back_counts_no_more(selling: RepHome) -> None:
    """The report is what it was before; a number that is not there is an error."""
    before = ann(selling)
    selling.run("mark", "ann", "lost")
    assert ann(selling) != before
    assert selling.run("mark", "--undo", "1") == 0
    assert ann(selling) == before
    assert selling.run("mark", "--undo", "1") == 2
    assert "There is no mark 1." in selling.said


def test_the_same_again_is_no_new_mark(selling: RepHome) -> None:
    """Of one meeting nobody needs to be told twice."""
    selling.run("mark", "ann", "no-show")
    assert selling.run("mark", "ann", "no-show") == 0
    assert "Known already" in selling.said
    assert len(selling.json("mark", "--list")["marks"]) == 1


def test_a_mark_without_a_kind_says_what_is_missing(selling: RepHome) -> None:
    """Usage, not a traceback."""
    assert selling.run("mark", "ann") == 2
    assert "what happened?" in selling.said


@pytest.mark.parametrize("kind", ["spoke", "no-show", "won"])
def test_what_lies_ahead_cannot_have_happened(selling: RepHome, kind: str) -> None:
    """A mistyped year is refused, and nothing is noted."""
    assert selling.run("mark", "ann", kind, "--on", f"{NOW.year + 1}-05-05") == 2
    assert "lies ahead" in selling.said
    assert selling.json("mark", "--list")["marks"] == []


told = st.lists(
    st.tuples(
        st.sampled_from([kind.replace("-", " ") for kind in KINDS]),
        st.sampled_from(["a@x.example", "b@x.example"]),
        st.sampled_from([NOW, DAY]),
    )
)


@given(told)
def test_of_contradicting_marks_the_last_told_holds(given_marks: list[tuple[Any, ...]]) -> None:
    """Never two of a pair about the same, and what was told last always holds."""
    said = [
        Told(number, Mark(kind, target, "", at), NOW)
        for number, (kind, target, at) in enumerate(given_marks, 1)
    ]
    holds = in_force(said)
    assert said[-1:] == holds[-1:]
    for pair in (("sales", "not sales"), ("won", "lost")):
        about = [each.mark.target for each in holds if each.mark.kind in pair]
        assert len(about) == len(set(about))
