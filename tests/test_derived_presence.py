"""Who came to a meeting: only text and the rep's word prove it."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.builders import Story, instant
from tests.meetings_builder import ANN, BOB, INVITED, SHOWN, START, invited, met

REP = "rep@ours.example"
SOON = "2026-05-21 11:30"


def presence(story: Story) -> dict[str, str]:
    """Presence by address at the only meeting."""
    return met(story.facts()).presence()


def test_a_calendar_never_proves_that_somebody_stayed_away() -> None:
    """Nor that they came, whatever it shows."""
    for partstat in ("NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE"):
        story, uid = invited(by=REP)
        to = {ANN: partstat}
        story.event(story.me, to=to, start=START, at="2026-05-21 12:00", uid=uid, **SHOWN)
        assert presence(story) == {"ann@acme.example": "unknown"}


@pytest.mark.parametrize(
    ("sender", "intents", "known"),
    [
        (ANN, ["no_show", "apology"], "no"),
        (ANN, ["no_show"], "unknown"),
        (REP, ["no_show"], "no"),
        (REP, ["no_show", "apology"], "unknown"),
    ],
)
def test_who_apologises_for_missing_it_was_absent(
    sender: str, intents: list[str], known: str
) -> None:
    """Ann's "sorry I missed our call", our "you did not show up"; but not our own absence."""
    story, _ = invited(by=REP)
    story.mail(sender, to=REP if sender == ANN else ANN, at=SOON, intents=intents)
    found = met(story.facts())
    assert found.presence() == {"ann@acme.example": known}
    assert found.attendees["presence_by"].tolist() == ["message:1" if known == "no" else ""]


@pytest.mark.parametrize(
    ("subject", "known"),
    [
        ("Thank you for your time", "yes"),
        ("Great meeting you!", "yes"),
        ("Vielen Dank für das Gespräch", "yes"),
        ("Merci pour votre temps", "yes"),
        ("Meeting notes", "yes"),
        ("Thank you for your order", "unknown"),
        ("Meeting on Thursday", "unknown"),
    ],
)
def test_thanks_for_the_meeting_prove_that_it_was_held(subject: str, known: str) -> None:
    """In the subject of a mail soon after it, of either side."""
    story, _ = invited(by=REP)
    story.mail(REP, to=ANN, at=SOON, subject=subject)
    assert presence(story) == {"ann@acme.example": known}


@pytest.mark.parametrize("at", ["2026-05-21 09:00", "2026-05-25 11:00"])
def test_thanks_before_it_or_days_after_it_are_about_something_else(at: str) -> None:
    """Before it began, or more than three days later."""
    story, _ = invited(by=REP)
    story.mail(ANN, to=REP, at=at, subject="Thank you for your time")
    assert presence(story) == {"ann@acme.example": "unknown"}


def test_text_is_about_the_people_of_the_mail() -> None:
    """Bob was there as well, but nothing says so."""
    story = Story()
    story.invite(story.me, to=[ANN, BOB], start=START, at=INVITED)
    story.mail(ANN, to=REP, at=SOON, subject="Thank you for your time")
    assert presence(story) == {"ann@acme.example": "yes", "bob@acme.example": "unknown"}


def test_missed_beats_thanks() -> None:
    """Thanks may be for anything."""
    story, _ = invited(by=REP)
    story.mail(ANN, to=REP, at=SOON, intents=["no_show", "apology"])
    story.mail(REP, to=ANN, at="2026-05-21 12:30", subject="Thanks for your time")
    assert presence(story) == {"ann@acme.example": "no"}


@pytest.mark.parametrize(("mark", "known"), [("attended", "yes"), ("no-show", "no")])
def test_the_reps_word_beats_all_text(mark: str, known: str) -> None:
    """Whatever the mails say."""
    story, _ = invited(by=REP)
    story.mail(ANN, to=REP, at=SOON, intents=["no_show", "apology"])
    story.mail(REP, to=ANN, at="2026-05-21 12:30", subject="Thanks for your time")
    story.mark(mark, "ann@acme.example", at="2026-05-23 09:00")
    found = met(story.facts())
    assert found.presence() == {"ann@acme.example": known}
    assert found.attendees["presence_by"].tolist() == ["mark:1"]


def test_a_text_speaks_of_the_last_meeting_before_it() -> None:
    """Not of last week's."""
    story, _ = invited(by=REP, start="2026-05-18 10:00")
    story.invite(story.me, to=ANN, start=START, at=INVITED)
    story.mail(ANN, to=REP, at=SOON, intents=["no_show", "apology"])
    assert met(story.facts()).attendees["presence"].tolist() == ["unknown", "no"]


def test_what_was_called_off_nobody_missed() -> None:
    """The apology is for the one before."""
    story, _ = invited(by=REP, start="2026-05-20 10:00")
    uid = story.invite(story.me, to=ANN, start=START, at=INVITED)
    story.cancel(uid, at="2026-05-20 11:00")
    story.mail(ANN, to=REP, at=SOON, intents=["no_show", "apology"])
    assert met(story.facts()).attendees["presence"].tolist() == ["no", "unknown"]


def test_a_meeting_missed_and_then_moved_was_missed() -> None:
    """The new date is another meeting."""
    story, uid = invited()
    story.mail(ANN, to=REP, at=SOON, intents=["no_show", "apology"])
    story.move(uid, start="2026-05-28 10:00", at="2026-05-21 11:35")
    found = met(story.facts())
    assert found.attendees["presence"].tolist() == ["no", "unknown"]


def test_a_missed_meeting_that_no_calendar_shows_is_known_by_mail() -> None:
    """By their apology, or by our asking where they were."""
    story = Story()
    story.mail(ANN, to=REP, at=SOON, intents=["no_show", "apology"])
    story.mail(REP, to=BOB, at=SOON, intents=["no_show"])
    found = met(story.facts())
    assert found.meetings["source"].tolist() == ["mail", "mail"]
    assert set(found.attendees["presence"]) == {"no"}
    assert found.changes.empty


@given(st.integers(-100, 300), st.sampled_from(["attended", "no-show"]))
@hypothesis_settings(deadline=None, max_examples=10)
def test_a_mark_before_the_meeting_says_nothing(hours: int, mark: str) -> None:
    """It counts from the start of the meeting on."""
    story, _ = invited(by=REP)
    story.mark(mark, "ann@acme.example", at=str(instant(START) + pd.Timedelta(hours=hours)))
    told = {"attended": "yes", "no-show": "no"}[mark]
    found = met(story.facts(), "2026-06-10 06:00").presence()
    assert found == {"ann@acme.example": told if hours >= 0 else "unknown"}
