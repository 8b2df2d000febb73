"""The whole way from facts to verdicts, told as stories."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest

from analyzer.analysis import Analysis, analyze
from analyzer.frames import COLUMNS
from analyzer.settings import Settings
from store.facts import Facts
from tests.builders import Story, instant

AS_OF = instant("2026-06-01 06:00").to_pydatetime()


def verdict(analysis: Analysis, address: str) -> str:
    """The verdict about the person with this address."""
    people = analysis.people.set_index("address")["person"]
    return str(analysis.verdicts.set_index("person")["verdict"][people[address]])


def offer(story: Story, to: str, at: str) -> int:
    """We send a proposal."""
    return story.mail(
        story.me, to=to, at=at, subject="Offer", intents=["proposal", "expects_reply"]
    )


def told() -> Story:
    """Four contacts: one keeps her word, one is silent, one says no, one objects."""
    story = Story(me="rep@ours.example")
    for name in ("kate", "gus", "nora", "otto"):
        address = f"{name}@{name}.example"
        first = story.mail(
            address, to=story.me, at="2026-02-20 09:00", subject="Question",
            intents=["expects_reply"],
        )  # fmt: skip
        story.mail(story.me, to=address, at="2026-02-21 09:00", answers=first)
        sent = offer(story, address, "2026-04-01 09:00")
        if name == "kate":
            story.mail(
                address, to=story.me, at="2026-04-01 15:00", answers=sent, intents=["acceptance"]
            )
        if name == "nora":
            story.mail(
                address, to=story.me, at="2026-04-02 09:00", answers=sent,
                intents=["refusal"], intent_words="We chose another vendor.",
            )  # fmt: skip
        if name == "otto":
            story.mail(
                address, to=story.me, at="2026-04-02 09:00", answers=sent, intents=["objection"]
            )
        if name == "gus":
            for day in (14, 28):
                story.mail(
                    story.me, to=address, at=f"2026-04-{day} 09:00", answers=sent,
                    intents=["follow_up", "expects_reply"],
                )  # fmt: skip
    return story


def test_people_end_where_they_should() -> None:
    """Through the real derivation: a ghost, a no, an objection, and one who accepts."""
    analysis = analyze(told().facts(), Settings(), AS_OF)
    found = {
        name: verdict(analysis, f"{name}@{name}.example")
        for name in ("kate", "gus", "nora", "otto")
    }
    assert found["gus"] == "stop chasing"
    assert found["nora"] == "win back"
    assert found["otto"] == "do not contact"
    assert found["kate"] in {"keep going", "unclear"}


def test_the_same_facts_give_the_same_bytes() -> None:
    """Settings, facts and instant alone decide."""
    first, second = (analyze(told().facts(), Settings(), AS_OF) for _ in range(2))
    for name in COLUMNS:
        if hasattr(first, name):
            pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))
            assert getattr(first, name).to_csv() == getattr(second, name).to_csv()


def test_every_frame_has_its_shape() -> None:
    """Columns and dtypes are those of the contract."""
    analysis = analyze(told().facts(), Settings(), AS_OF)
    for name, columns in COLUMNS.items():
        if hasattr(analysis, name):
            frame = getattr(analysis, name)
            assert {c: str(frame[c].dtype) for c in columns} == dict(columns)


def test_no_facts_give_no_verdicts() -> None:
    """An empty store is no error."""
    analysis = analyze(Facts.of(), Settings(), AS_OF)
    assert analysis.verdicts.empty
    assert analysis.scores.empty


def test_a_mark_that_it_was_no_wall_clears_what_was_before() -> None:
    """The rep can correct; only later evidence counts."""
    story = told()
    story.mark("not a wall", "gus@gus.example", at="2026-05-30 09:00")
    analysis = analyze(story.facts(), Settings(), AS_OF)
    assert verdict(analysis, "gus@gus.example") not in {"stop chasing", "last try"}


def test_what_happens_later_is_not_known_yet() -> None:
    """As of a day before the no, there is no win back."""
    earlier: datetime = instant("2026-04-01 18:00").to_pydatetime()
    analysis = analyze(told().facts(), Settings(), earlier)
    assert verdict(analysis, "nora@nora.example") != "win back"


def test_a_time_without_zone_is_refused() -> None:
    """An instant must be one."""
    with pytest.raises(ValueError, match="time zone"):
        analyze(Facts.of(), Settings(), datetime(2026, 6, 1))  # noqa: DTZ001
