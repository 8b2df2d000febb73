"""Who wanted a change of a meeting: us, them, or nobody knows."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analyzer.derived.movers import LATE_HOURS
from tests.builders import Story, instant
from tests.meetings_builder import ANN, ANSWER, BOB, INVITED, LATE, NOTICE, START, invited, met

REP = "rep@ours.example"
LATER = "2026-05-26 10:00"


def moved_by_us(story: Story, uid: str, at: str = LATE) -> None:
    """We send our invitation again, with another start."""
    story.move(uid, start=LATER, at=at)


def test_the_organizer_outside_moved_it() -> None:
    """By an update of their own."""
    story, uid = invited()
    story.move(uid, start=LATER, at=LATE)
    assert met(story.facts()).told() == [("moved", "them", "ann@acme.example")]


def test_a_delegate_acts_for_the_organizer() -> None:
    """SENT-BY: it counts for the principal, via the assistant."""
    story, uid = invited()
    story.move(uid, start=LATER, at=LATE, sent_by="flo@acme.example")
    change = met(story.facts()).change()
    assert (change["who"], change["by"]) == ("ann@acme.example", "flo@acme.example")


def test_an_organizer_who_sends_for_themselves_is_no_delegate() -> None:
    """Some calendars always write SENT-BY."""
    story, uid = invited()
    story.move(uid, start=LATER, at=LATE, sent_by="ann@acme.example")
    assert met(story.facts()).change()["by"] == ""


def test_an_assistant_who_answers_from_their_own_mailbox_is_via() -> None:
    """The invitation was answered for Ann; the mail came from somebody at her company."""
    story, uid = invited(by=REP)
    story.rsvp(uid, ANN, "DECLINED", at=LATE, actor="flo@acme.example")
    change = met(story.facts()).change()
    assert (change["who"], change["by"]) == ("ann@acme.example", "flo@acme.example")


def test_the_machine_that_sends_an_answer_is_not_via() -> None:
    """Google's and others' calendars send in people's names."""
    story, uid = invited(by=REP)
    story.rsvp(uid, ANN, "DECLINED", at=LATE, actor="noreply@google.example")
    assert met(story.facts()).change()["by"] == ""


def test_moved_late_by_us_without_a_trace_is_unknown_and_asked() -> None:
    """Assistants phone: it counts against nobody, and the rep is asked."""
    story, uid = invited(by=REP)
    moved_by_us(story, uid)
    found = met(story.facts(), zone="Europe/Berlin")
    assert found.told() == [("moved", "unknown", "ann@acme.example")]
    (sentence,) = found.questions["sentence"]
    assert sentence == (
        "The meeting with Ann Lee of 21 May, 12:00 was moved by your side at short notice, and "
        "nothing tells why. Did they phone, or was it you? (brickwall mark, they-moved or we-moved)"
    )


def test_moved_early_by_us_without_a_trace_was_us() -> None:
    """There is nothing to ask."""
    story, uid = invited(by=REP)
    moved_by_us(story, uid, at="2026-05-18 09:00")
    found = met(story.facts())
    assert found.change()["actor"] == "us"
    assert found.questions.empty


def test_moved_by_us_after_it_should_have_begun_is_asked_as_such() -> None:
    """They may have phoned, or not come."""
    story, uid = invited(by=REP)
    moved_by_us(story, uid, at="2026-05-21 10:20")
    (sentence,) = met(story.facts()).questions["sentence"]
    assert "after it should have begun" in sentence


@pytest.mark.parametrize("intent", ["reschedule", "cancel"])
def test_what_we_move_soon_after_their_mail_asked_for_it_they_moved(intent: str) -> None:
    """With the notice that their mail gave, and the mail as evidence."""
    story, uid = invited(by=REP)
    story.mail(ANN, to=story.me, at="2026-05-20 10:00", intents=[intent])
    moved_by_us(story, uid)
    change = met(story.facts()).change()
    assert (change["actor"], change["who"]) == ("them", "ann@acme.example")
    assert change["notice_hours"] == 24
    assert change["evidence"] == ("message:1", "event:2")


def test_their_assistants_mail_asks_for_them() -> None:
    """It counts for the principal, via the delegate."""
    story, uid = invited(by=REP)
    flo = "Flo on behalf of Ann Lee <flo@acme.example>"
    story.mail(flo, to=story.me, at="2026-05-21 06:00", intents=["reschedule"])
    moved_by_us(story, uid)
    change = met(story.facts()).change()
    assert (change["who"], change["by"]) == ("ann@acme.example", "flo@acme.example")


@pytest.mark.parametrize(
    ("sender", "at", "kind"),
    [
        (ANN, "2026-05-18 06:59", "person"),
        (ANN, "2026-05-21 07:01", "person"),
        (ANN, "2026-05-21 06:00", "auto_reply"),
        ("Zoe <zoe@zeta.example>", "2026-05-21 06:00", "person"),
    ],
)
def test_an_old_later_automatic_or_strangers_mail_asked_for_nothing(
    sender: str, at: str, kind: str
) -> None:
    """More than 72 hours before, or after it."""
    story, uid = invited(by=REP)
    story.mail(sender, to=story.me, at=at, intents=["reschedule"], kind=kind)
    moved_by_us(story, uid)
    assert "them" not in {row["actor"] for row in calendar_changes(story)}


def calendar_changes(story: Story) -> list[dict[str, object]]:
    """Changes of meetings that calendars know."""
    changes = met(story.facts()).changes.query("learned != 'mail'")
    return [{str(key): value for key, value in row.items()} for row in changes.to_dict("records")]


def test_a_counter_proposal_asked_for_the_move_that_follows() -> None:
    """One decision: the proposal and our acceptance of it."""
    story, uid = invited(by=REP)
    counter = {**ANSWER, "method": "COUNTER"}
    story.event(story.me, to={ANN: "TENTATIVE"}, start=LATER, at="2026-05-20 10:00", uid=uid,
                **counter)  # fmt: skip
    moved_by_us(story, uid)
    found = met(story.facts())
    assert found.told() == [
        ("countered", "them", "ann@acme.example"),
        ("moved", "them", "ann@acme.example"),
    ]
    assert found.changes["cause"].nunique() == 1
    assert found.change("countered")["new_start"] == instant(LATER)


def test_a_refusal_asked_for_the_cancellation_that_follows() -> None:
    """They declined, so we called it off: one decision, theirs, with the notice of the refusal."""
    story, uid = invited(by=REP)
    story.rsvp(uid, ANN, "DECLINED", at="2026-05-20 10:00")
    story.cancel(uid, at=LATE)
    found = met(story.facts())
    assert {row[1] for row in found.told()} == {"them"}
    assert found.changes["cause"].nunique() == 1
    assert found.change("cancelled")["notice_hours"] == 24


def test_a_refusal_of_another_meeting_asked_for_nothing_here() -> None:
    """Unlike a mail, an answer is about one meeting."""
    story, uid = invited(by=REP)
    other = story.invite(story.me, to=ANN, start="2026-05-22 15:00", at=INVITED)
    story.rsvp(other, ANN, "DECLINED", at="2026-05-21 06:00")
    moved_by_us(story, uid)
    assert met(story.facts()).change("moved")["actor"] == "unknown"


def test_what_they_move_soon_after_we_asked_for_it_we_moved() -> None:
    """The organizer only did what we wanted."""
    story, uid = invited()
    story.mail(story.me, to=ANN, at="2026-05-21 06:00", intents=["reschedule"])
    story.mail(ANN, to=story.me, at="2026-05-21 06:30", intents=["reschedule"], answers=1)
    story.move(uid, start=LATER, at=LATE)
    assert [row["actor"] for row in calendar_changes(story)] == ["us"]


def test_what_they_cancel_after_we_declined_we_cancelled() -> None:
    """The meeting fell through because of us."""
    story, uid = invited()
    story.rsvp(uid, story.me, "DECLINED", at="2026-05-21 06:00", actor=story.me)
    story.cancel(uid, at=LATE)
    assert {row[1] for row in met(story.facts()).told()} == {"us"}


def test_a_request_explains_the_next_change_only() -> None:
    """What we move again the day after, nobody had asked for."""
    story, uid = invited(by=REP)
    story.mail(ANN, to=story.me, at="2026-05-20 06:00", intents=["reschedule"])
    story.move(uid, start="2026-05-22 10:00", at="2026-05-20 08:00")
    story.move(uid, start=LATER, at="2026-05-21 08:00")
    assert met(story.facts()).changes["actor"].tolist() == ["them", "unknown"]


def test_one_mail_that_moves_two_meetings_is_one_decision() -> None:
    """One cause, however many dates it touched."""
    story, first = invited(by=REP)
    second = story.invite(story.me, to=ANN, start="2026-05-21 15:00", at=INVITED)
    story.mail(ANN, to=story.me, at="2026-05-21 06:00", intents=["reschedule"])
    moved_by_us(story, first)
    story.move(second, start="2026-05-27 10:00", at=LATE)
    changes = met(story.facts()).changes
    assert changes["actor"].tolist() == ["them", "them"]
    assert changes["cause"].nunique() == 1


def test_the_one_who_asked_is_the_mover_not_the_others() -> None:
    """Bob could not come; Ann has done nothing."""
    story = Story()
    uid = story.invite(story.me, to=[ANN, BOB], start=START, at=INVITED)
    story.mail(BOB, to=story.me, at="2026-05-21 06:00", intents=["reschedule"])
    moved_by_us(story, uid)
    assert met(story.facts()).told() == [("moved", "them", "bob@acme.example")]


def test_what_nobody_outside_changed_concerns_everybody_outside() -> None:
    """A row each, one cause."""
    story = Story()
    uid = story.invite(story.me, to=[ANN, BOB], start=START, at=INVITED)
    moved_by_us(story, uid)
    found = met(story.facts())
    assert {row[2] for row in found.told()} == {"ann@acme.example", "bob@acme.example"}
    assert found.changes["cause"].nunique() == 1
    assert len(found.questions) == 1


@pytest.mark.parametrize(("mark", "actor"), [("they moved", "them"), ("we moved", "us")])
def test_the_rep_says_who_it_was(mark: str, actor: str) -> None:
    """The mark is evidence, and nothing is left to ask."""
    story, uid = invited(by=REP)
    moved_by_us(story, uid)
    story.mark(mark, "ann@acme.example", at="2026-05-21 18:00")
    found = met(story.facts())
    change = found.change()
    assert (change["actor"], change["who"]) == (actor, "ann@acme.example")
    assert change["evidence"] == ("event:2", "mark:1")
    assert found.questions.empty


def test_a_mark_means_the_last_change_before_it() -> None:
    """And all of what was decided then: the first dates of a series keep their actor."""
    story = Story()
    weekly = {"rrule": "FREQ=WEEKLY;COUNT=6"}
    uid = story.invite(story.me, to=ANN, start="2026-05-06 10:00", at="2026-04-20 09:00", **weekly)
    story.move(uid, start="2026-05-13 11:00", at="2026-05-12 09:00", **weekly)
    story.move(uid, start="2026-05-20 12:00", at="2026-05-19 09:00", **weekly)
    story.mark("they moved", ANN.partition("<")[2].rstrip(">"), at="2026-05-19 18:00")
    changes = met(story.facts()).changes
    by_time = changes.groupby("at")["actor"].agg(set).tolist()
    assert by_time == [{"unknown", "us"}, {"them"}]


def test_a_booking_tool_says_that_we_moved() -> None:
    """Then nobody is asked."""
    story = Story()
    story.event(story.me, to=ANN, start=START, at=INVITED, uid="booking-1", **NOTICE)
    by_us = {**NOTICE, "actor": story.me}
    story.event(story.me, to=ANN, start=LATER, at=LATE, uid="booking-1", **by_us)
    found = met(story.facts())
    assert found.change()["actor"] == "us"
    assert found.questions.empty


@given(st.integers(0, 240), st.booleans())
@hypothesis_settings(deadline=None, max_examples=10)
def test_only_a_request_makes_our_move_theirs(hours: int, asked: bool) -> None:
    """Whatever the notice."""
    story, uid = invited(by=REP)
    at = instant(START) - pd.Timedelta(hours=hours)
    if asked:
        story.mail(ANN, to=story.me, at=str(at), intents=["reschedule"])
    story.move(uid, start=LATER, at=str(at))
    (change,) = calendar_changes(story)
    late = "unknown" if hours < LATE_HOURS else "us"
    assert change["actor"] == ("them" if asked else late)
    assert change["notice_hours"] == pytest.approx(hours)
