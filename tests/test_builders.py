"""The test builder itself: what it makes are facts frames."""

from __future__ import annotations

from store.facts import COLUMNS
from tests.builders import Story


def test_story_makes_frames_with_the_dtypes_of_the_facts() -> None:
    """Every frame has the documented columns and dtypes, filled or not."""
    story = Story()
    first = story.mail(
        story.me, to="Ann <ann@acme.example>", at="2026-03-02 09:00", intents=["auto"]
    )
    story.mail("ann@acme.example", to=story.me, at="2026-03-02 10:00", answers=first)
    uid = story.invite(story.me, to="ann@acme.example", start="2026-03-09 10:00", at="2026-03-02")
    story.move(uid, start="2026-03-10 10:00", at="2026-03-08 10:00")
    story.rsvp(uid, "ann@acme.example", "ACCEPTED", at="2026-03-08 12:00")
    story.cancel(uid, at="2026-03-10 09:00")
    story.mark("spoke", "ann@acme.example", at="2026-03-11")
    story.deal("ann@acme.example", "Pumps", value=9000.0)
    story.failure("x.eml", "broken")
    facts = story.facts()
    for name, columns in COLUMNS.items():
        frame = getattr(facts, name)
        assert {c: str(d) for c, d in frame.dtypes.items()} == dict(columns), name
    assert facts.messages["references"].tolist() == ["", "m1@story.example"]
    assert facts.events["method"].tolist() == ["REQUEST", "REQUEST", "REPLY", "CANCEL"]
    assert facts.events["start"].dt.day.tolist() == [9, 10, 10, 10]
