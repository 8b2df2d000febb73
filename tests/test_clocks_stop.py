"""Absences and named days stop the clocks, from the mail to the verdict."""

from __future__ import annotations

import pandas as pd
import pytest

from analyzer.analysis import Analysis, analyze
from analyzer.settings import Settings
from tests.builders import Story, instant

ANN = "Ann Lee <ann@acme.example>"


def asked() -> Story:
    """Ann asked for a proposal, got it, and was reminded."""
    story = Story(zone="Europe/Berlin")
    story.mail(ANN, to=story.me, at="2026-03-02 09:00", intents=["expects_reply"])
    for at in ("2026-03-04 09:00", "2026-04-01 09:00"):
        story.mail(story.me, to=ANN, at=at, intents=["proposal", "expects_reply"])
    return story


def judged(story: Story, as_of: str) -> Analysis:
    """The analysis of the story."""
    settings = Settings(zone="Europe/Berlin")
    return analyze(story.facts(), settings, instant(as_of).to_pydatetime())


def told(story: Story, words: str, *, at: str = "2026-04-02 09:00", subject: str = "Auto") -> None:
    """An automatic reply of hers."""
    story.mail(
        ANN, to=story.me, at=at, subject=subject, kind="auto_reply", intents=["auto"],
        intent_words=words,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "begin", "end"),
    [
        ("I am away from 30 March to 10 April.", "2026-03-30", "2026-04-13"),
        ("Ich bin bis einschließlich 9. April nicht im Büro.", "2026-04-02 09:00", "2026-04-10"),
        ("Ik ben afwezig tot 10 april.", "2026-04-02 09:00", "2026-04-10"),
        ("Je serai de retour le 10 avril.", "2026-04-02 09:00", "2026-04-10"),
        ("Thank you for your message.", "2026-04-02 09:00", "2026-04-09 09:00"),
    ],
)
def test_an_absence_lasts_from_the_first_day_named_to_the_return(
    words: str, begin: str, end: str
) -> None:
    """Local days of hers; without a day a week."""
    story = asked()
    told(story, words)
    (row,) = judged(story, "2026-06-01 06:00").absences.to_dict("records")
    assert row["from_at"] == instant(begin)
    assert row["until_at"] == instant(end)


def test_dates_in_our_own_subject_are_none_of_an_absence() -> None:
    """Such as the meeting that the automatic reply quotes from us."""
    story = asked()
    told(story, "I am away.", subject="Automatic reply: Meeting on 30 April")
    (until,) = judged(story, "2026-06-01 06:00").absences["until_at"]
    assert until == instant("2026-04-09 09:00")


def test_who_is_parked_while_away_wakes_with_the_return() -> None:
    """No day was told, and none is needed."""
    story = asked()
    told(story, "I am out of the office and back on 30 April.")
    story.mark("park", "ann@acme.example", at="2026-04-03 09:00")
    before, after = judged(story, "2026-04-20 06:00"), judged(story, "2026-05-04 06:00")
    assert before.verdicts["verdict"].astype("str").tolist() == ["park"]
    assert before.parks["until"].tolist() == [instant("2026-04-30")]
    assert after.verdicts["verdict"].astype("str").tolist() != ["park"]


def test_a_decision_day_that_they_named_suspends_silence_until_it_passes() -> None:
    """Then the waiting begins."""
    story = asked()
    story.mail(
        ANN, to=story.me, at="2026-04-02 09:00", intents=["brush_off"], answers=3,
        intent_words="We decide after Easter, please wait for that.",
    )  # fmt: skip
    story.mail(story.me, to=ANN, at="2026-04-03 09:00", intents=["follow_up", "expects_reply"])
    ours = judged(story, "2026-04-13 06:00").episodes.query("direction == 'ours' and open")
    assert ours["suspended_until"].tolist() == [pd.Timestamp("2026-04-07", tz="UTC")]
    assert (ours["waited_hours"] == 24 * 6 + 6).all()
