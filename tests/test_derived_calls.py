"""Who was in a call, by report of Meet or Teams: "no" is said only where nothing is left open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.builders import Story
from tests.meetings_builder import ANN, BOB, INVITED, START, Met, met

REP = "Rep Roe <rep@ours.example>"
KEN = "Ken Fox <ken@ours.example>"
CLEO = "Cleo Ray <cleo@other.example>"
YES, NO, UNKNOWN = "yes", "no", "unknown"


def meeting(
    to: Sequence[str] = (ANN, CLEO), *, start: str = START, **fields: Any
) -> tuple[Story, str]:
    """A story with one meeting of ours, in which everybody's name is known."""
    story = Story()
    uid = story.invite(REP, to=[REP, *to], start=start, at=INVITED, **fields)
    for who in to:
        story.mail(REP, to=who, at=INVITED, kind="calendar")
    return story, uid


def presence(story: Story, as_of: str = "2026-06-01 06:00") -> dict[str, str]:
    """Presence by the part of the address before the at sign, at the only meeting."""
    found = met(story.facts(), as_of).presence()
    return {address.partition("@")[0]: known for address, known in found.items()}


def told(people: Sequence[str], service: str = "teams", **fields: Any) -> dict[str, str]:
    """What the report of one call, with these people in it, says of Ann and Cleo."""
    story, uid = meeting()
    story.call(uid, *people, service=service, **fields)
    return presence(story)


def test_without_a_report_nothing_is_known() -> None:
    """Nobody may have opened the room; a calendar proves nothing."""
    story, _ = meeting()
    assert presence(story) == {"ann": UNKNOWN, "cleo": UNKNOWN}


def test_who_is_in_a_report_by_address_came_and_who_is_not_did_not() -> None:
    """Teams tells addresses; the evidence is the call."""
    story, uid = meeting()
    story.call(uid, REP, ANN)
    found = met(story.facts())
    assert found.presence() == {"ann@acme.example": YES, "cleo@other.example": NO}
    assert found.attendees["presence_by"].tolist() == ["call:1", "missed:1"]
    (call,) = found.calls.to_dict("records")
    assert (call["call"], call["service"], call["people"]) == (1, "teams", 2)


def test_who_is_in_a_report_by_name_came_and_who_is_not_did_not() -> None:
    """Meet tells names only, in whatever order."""
    assert told(["Rep Roe", "Lee, Ann"], "meet") == {"ann": YES, "cleo": NO}
    assert told(["Rep Roe"], "meet") == {"ann": NO, "cleo": NO}


@pytest.mark.parametrize(
    "guests",
    [
        ["+43 ** *** 34"],
        ["Guest"],
        ["Ann"],
        ["Ann Lee"],
    ],
    ids=["by phone", "a guest", "a first name", "a typed name"],
)
def test_with_somebody_who_did_not_sign_in_nobody_stayed_away(guests: list[str]) -> None:
    """It may have been anybody; and a name that was typed proves nothing either."""
    assert told([REP], guests=guests) == {"ann": UNKNOWN, "cleo": UNKNOWN}


@pytest.mark.parametrize(
    "other",
    ["A. Lee", "Annie", "Altostrat Room 7", "Otter Notetaker", "Somebody <some@body.example>"],
    ids=["an initial", "a nickname", "a room device", "a machine", "a stranger"],
)
@pytest.mark.parametrize("service", ["meet", "teams"])
def test_with_somebody_under_another_name_nobody_stayed_away(other: str, service: str) -> None:
    """Whoever it was: it may have been one of those who were invited."""
    assert told([REP, other], service) == {"ann": UNKNOWN, "cleo": UNKNOWN}


def test_a_room_that_was_invited_is_no_person() -> None:
    """Anybody may sit in it."""
    story, uid = meeting([ANN, "Room <room@ours.example>"])
    story.rows["attendances"][2]["role"] = "RESOURCE"
    story.call(uid, REP, "Room <room@ours.example>")
    assert presence(story) == {"ann": UNKNOWN}


def test_where_the_meeting_had_a_place_besides_nobody_stayed_away() -> None:
    """Ann may sit in the rep's room, with the rep's computer in the call; who is in it came."""
    assert told([REP, CLEO], in_person=True) == {"ann": UNKNOWN, "cleo": YES}
    assert told([REP, CLEO]) == {"ann": NO, "cleo": YES}


def test_a_name_that_two_have_says_nothing() -> None:
    """Two people called Ann Lee, of two companies."""
    story, uid = meeting([ANN, "Ann Lee <a.lee@other.example>"])
    story.call(uid, "Rep Roe", "Ann Lee", service="meet")
    assert presence(story) == {"ann": UNKNOWN, "a.lee": UNKNOWN}


def test_an_address_of_theirs_that_nobody_knew_is_known_by_its_name() -> None:
    """Teams vouches for the account."""
    assert told([REP, "Ann Lee <ann@group.example>"]) == {"ann": YES, "cleo": NO}


def test_who_came_twice_came_once() -> None:
    """On two devices, or after a cut line."""
    assert told([REP, ANN, ANN]) == {"ann": YES, "cleo": NO}


def test_our_colleagues_are_no_strangers() -> None:
    """As long as they are invited."""
    story, uid = meeting([ANN, KEN])
    story.call(uid, REP, KEN)
    assert presence(story) == {"ann": NO}


def test_a_colleague_who_came_uninvited_leaves_it_open() -> None:
    """Somebody changed something that the calendar does not show."""
    assert told([REP, KEN]) == {"ann": UNKNOWN, "cleo": UNKNOWN}


def test_who_may_have_sat_beside_a_colleague_is_not_accused() -> None:
    """Bob came; Ann is of the same company. Cleo is not."""
    story, uid = meeting([ANN, BOB, CLEO])
    story.call(uid, REP, BOB)
    assert presence(story) == {"ann": UNKNOWN, "bob": YES, "cleo": NO}


@pytest.mark.parametrize(
    ("stay", "known"),
    [
        (("2026-05-21 10:00", 60), NO),
        (("2026-05-21 10:03", 5), NO),
        (("2026-05-21 10:00", 4), UNKNOWN),
        (("2026-05-21 09:30", 33), UNKNOWN),
        (("2026-05-21 10:58", 30), UNKNOWN),
    ],
    ids=["the whole time", "five minutes", "four minutes", "too early", "too late"],
)
def test_whoever_did_not_wait_cannot_have_been_stood_up(stay: tuple[str, int], known: str) -> None:
    """The rep was there for five minutes of the planned time, or nothing is known."""
    assert told([REP], began="2026-05-21 09:30", minutes=120, stays={REP: stay}) == {
        "ann": known,
        "cleo": known,
    }


def test_without_the_rep_only_who_came_is_known() -> None:
    """They may have waited for us."""
    assert told([ANN]) == {"ann": YES, "cleo": UNKNOWN}


def test_all_calls_of_a_meeting_count_together() -> None:
    """All left and came again: who was in the second one came."""
    story, uid = meeting()
    story.call(uid, REP, minutes=10)
    story.call(uid, REP, ANN, began="2026-05-21 10:20", minutes=40)
    found = met(story.facts())
    assert found.presence() == {"ann@acme.example": YES, "cleo@other.example": NO}
    assert found.attendees["presence_by"].tolist() == ["call:2", "missed:1"]
    assert found.calls["people"].tolist() == [2]


def test_before_the_meeting_was_to_end_nobody_stayed_away() -> None:
    """They may still come."""
    story, uid = meeting()
    story.call(uid, REP, ANN, minutes=20)
    assert presence(story, "2026-05-21 10:30") == {"ann": YES, "cleo": UNKNOWN}
    assert presence(story, "2026-05-21 11:00") == {"ann": YES, "cleo": NO}


def test_a_report_that_was_not_there_yet_is_not_known() -> None:
    """As of the time before it."""
    story, uid = meeting()
    story.call(uid, REP, ANN)
    assert presence(story, "2026-05-21 10:30") == {"ann": UNKNOWN, "cleo": UNKNOWN}


def test_a_refusal_is_no_absence() -> None:
    """Who declined was not expected."""
    story, uid = meeting()
    story.rsvp(uid, "cleo@other.example", "DECLINED", at="2026-05-20 09:00")
    story.call(uid, REP)
    assert presence(story) == {"ann": NO, "cleo": UNKNOWN}


def test_a_call_is_that_of_its_date() -> None:
    """Of a series, each date has its own."""
    story, uid = meeting([ANN], rrule="FREQ=WEEKLY;COUNT=3", start="2026-05-07 10:00")
    story.call(uid, REP, ANN)
    for row, date in ((0, "2026-05-14 10:00"), (1, "2026-05-21 10:00")):
        story.call(uid, *([REP, ANN] if row == 0 else [REP]), began=date)
        story.rows["conferences"][-1] |= {"start": date, "end": date.replace("10:", "11:")}
    assert met(story.facts()).attendees["presence"].tolist() == [YES, YES, NO]


def test_a_meeting_that_was_moved_or_called_off_was_not_missed() -> None:
    """The room was opened at the old time by mistake."""
    for change in ("move", "cancel"):
        story, uid = meeting([ANN])
        story.call(uid, REP)
        if change == "move":
            story.move(uid, start="2026-05-28 10:00", at="2026-05-20 11:35")
        else:
            story.cancel(uid, at="2026-05-20 11:35")
        assert NO not in met(story.facts()).attendees["presence"].tolist()


@pytest.mark.parametrize(("mark", "known"), [("attended", YES), ("no-show", NO)])
def test_the_reps_word_beats_the_report(mark: str, known: str) -> None:
    """They were in the room, or it was somebody else with that name."""
    story, uid = meeting([ANN])
    story.call(uid, REP, *([ANN] if known == NO else []))
    story.mark(mark, "ann@acme.example", at="2026-05-23 09:00")
    assert presence(story) == {"ann": known}


def test_the_report_beats_text() -> None:
    """Thanks may be for anything, and so may an apology."""
    story, uid = meeting([ANN])
    story.mail(ANN, to=REP, at="2026-05-21 11:30", intents=["no_show", "apology"])
    story.call(uid, REP, ANN)
    assert presence(story) == {"ann": YES}
    other, uid = meeting([ANN])
    other.mail(REP, to=ANN, at="2026-05-21 11:30", subject="Thank you for your time")
    other.call(uid, REP)
    assert presence(other) == {"ann": NO}


def test_text_still_tells_what_no_report_tells() -> None:
    """A guest was in the call, and they thank for it."""
    story, uid = meeting([ANN])
    story.mail(ANN, to=REP, at="2026-05-21 11:30", subject="Thank you for your time")
    story.call(uid, REP, guests=["Ann"])
    found = met(story.facts())
    assert found.presence() == {"ann@acme.example": YES}
    assert found.attendees["presence_by"].tolist()[0].startswith("message:")


PEOPLE = st.lists(
    st.sampled_from([REP, ANN, CLEO, "Ann Lee", "Rep Roe", "Room 7", KEN]), max_size=5
)
GUESTS = st.lists(st.sampled_from(["Ann Lee", "Guest", "+43 1"]), max_size=2)


@given(PEOPLE, GUESTS)
@hypothesis_settings(deadline=None, max_examples=40)
def test_whoever_is_named_is_never_said_to_have_stayed_away(
    people: list[str], guests: list[str]
) -> None:
    """And with anybody who is not known, nobody is."""
    found = told(people, guests=guests)
    for name, address in (("ann", "Ann Lee"), ("cleo", "Cleo Ray")):
        if any(address in one for one in people):
            assert found[name] == YES
    strangers = {"Room 7", KEN} & set(people)
    if strangers or guests or not any("Rep Roe" in one for one in people):
        assert NO not in found.values()


def test_no_report_no_row() -> None:
    """The frame of calls is empty then."""
    story, _ = meeting()
    found: Met = met(story.facts())
    assert found.calls.empty
