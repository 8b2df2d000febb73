"""What holds of meetings whatever happens to their events (property-based)."""

from __future__ import annotations

import random

import pandas as pd
import pytest
from hypothesis import Phase, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.builders import Story, instant
from tests.meetings_builder import (
    INVITED,
    START,
    Met,
    calendar,
    met,
)

STEP = st.tuples(
    st.sampled_from(["move", "bump", "cancel", "show", "ACCEPTED", "DECLINED"]), st.integers(1, 72)
)
#: What happens to several events at once, each with a person of its own.
HISTORIES = st.lists(st.lists(STEP, max_size=5), min_size=1, max_size=8)
few = hypothesis_settings(
    deadline=None, max_examples=8, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)


def happened(histories: list[list[tuple[str, int]]]) -> Story:
    """Events that are invited and then moved, cancelled, answered or shown by a calendar."""
    story = Story()
    for number, steps in enumerate(histories):
        guest = f"guest@company{number}.example"
        uid = story.invite(story.me, to=guest, start=START, at=INVITED, uid=f"event-{number}")
        at = instant(INVITED)
        for kind, hours in steps:
            at += pd.Timedelta(hours=hours)
            tell(story, uid, guest, kind, at)
    return story


def tell(story: Story, uid: str, guest: str, kind: str, at: pd.Timestamp) -> None:
    """One more revision of an event."""
    latest = story.latest(uid)
    start = str(latest["start"])
    if kind == "move":
        story.move(uid, start=str(instant(START) + (at - instant(INVITED))), at=str(at))
    elif kind == "bump":
        story.move(uid, start=start, at=str(at))
    elif kind == "cancel":
        story.cancel(uid, at=str(at))
    elif kind == "show":
        shown = {"by": story.me, "to": guest, "sequence": latest["sequence"]}
        calendar(story, uid, start=start, at=str(at), **shown)
    else:
        story.rsvp(uid, guest, kind, at=str(at))


def same(one: Met, other: Met) -> None:
    """Equal but for the numbers of evidence."""
    for name in ("meetings", "attendees"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    left, right = (found.changes.drop(columns=["evidence", "asked_by"]) for found in (one, other))
    pd.testing.assert_frame_equal(left, right)


@given(HISTORIES, st.randoms(use_true_random=False))
@few
def test_any_order_of_arrival_gives_the_same_meetings(
    histories: list[list[tuple[str, int]]], chance: random.Random
) -> None:
    """Mails are imported in any order."""
    story = happened(histories)
    told = met(story.facts())
    order = list(story.rows["events"])
    chance.shuffle(order)
    number = {row["event"]: new for new, row in enumerate(order, 1)}
    story.rows["events"] = [{**row, "event": number[row["event"]]} for row in order]
    for row in story.rows["attendances"]:
        row["event"] = number[row["event"]]
    same(told, met(story.facts()))


@given(HISTORIES)
@example([[("show", 45), ("show", 55), ("bump", 60), ("show", 34), ("cancel", 63)]])
@few
def test_a_revision_told_twice_changes_nothing(histories: list[list[tuple[str, int]]]) -> None:
    """The same from two accounts, or by two ways."""
    story = happened(histories)
    once = met(story.facts())
    people = list(story.rows["attendances"])
    for row in list(story.rows["events"]):
        number = len(story.rows["events"]) + 1
        story.rows["events"].append({**row, "event": number})
        again = [one for one in people if one["event"] == row["event"]]
        story.rows["attendances"].extend({**one, "event": number} for one in again)
    same(once, met(story.facts()))


@given(HISTORIES)
@few
def test_changes_keep_their_contract(histories: list[list[tuple[str, int]]]) -> None:
    """Notice is old start minus time; nothing lies in the future; moves move."""
    as_of = "2026-05-20 06:00"
    changes = met(happened(histories).facts(), as_of).changes
    moved = changes[changes["notice_hours"].notna() & (changes["asked_by"] == "")]
    hours = (moved["old_start"] - moved["at"]).dt.total_seconds() / 3600
    assert moved["notice_hours"].tolist() == pytest.approx(hours.tolist())
    assert (changes["at"] <= instant(as_of)).all()
    moves = changes[changes["kind"] == "moved"]
    assert (moves["old_start"] != moves["new_start"]).all()
    assert set(changes["actor"]) <= {"us", "them", "unknown"}


@given(HISTORIES)
@few
def test_a_higher_number_alone_changes_nothing(histories: list[list[tuple[str, int]]]) -> None:
    """Without the revisions that only count up, the meetings are the same."""
    bumped = [[("bump", 1), *steps] for steps in histories]
    plain = [[("ACCEPTED", 1), *steps] for steps in histories]
    kinds = ["moved", "cancelled", "restored"]
    one, other = (met(happened(told).facts()).changes for told in (bumped, plain))
    columns = ["who", "kind", "at", "notice_hours", "old_start", "new_start"]
    left, right = (each[each["kind"].isin(kinds)][columns] for each in (one, other))
    assert left.astype("str").values.tolist() == right.astype("str").values.tolist()


@given(HISTORIES)
@few
def test_people_who_have_nothing_to_do_with_it_change_nothing(
    histories: list[list[tuple[str, int]]],
) -> None:
    """What is known of one event is the same with all others as alone."""
    whole = met(happened(histories).facts()).changes
    alone = met(happened(histories[:1]).facts()).changes
    columns = ["kind", "at", "actor", "notice_hours", "old_start", "new_start", "rebooked"]
    kept = whole[whole["who"] == "guest@company0.example"]
    assert kept[columns].astype("str").values.tolist() == (
        alone[columns].astype("str").values.tolist()
    )
