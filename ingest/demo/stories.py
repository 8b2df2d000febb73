"""How relations go, from the first mail on. Each story runs until the year is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ingest.demo import askers, bystanders, regulars, times
from ingest.demo.appointments import meeting_round
from ingest.demo.cast import REP
from ingest.demo.gatekeepers import gatekept
from ingest.demo.pen import month
from ingest.demo.rounds import (
    answered,
    comes_back,
    next_round,
    proposal_round,
    question_round,
    send_proposal,
    waited,
)
from ingest.demo.scene import Scene

_LATER = (25, 60)


def opening(scene: Scene) -> None:
    """The first mail and an interested answer, or a word with somebody known for long."""
    if scene.chance(0.3):
        scene.ours("service", new="subject_checkin")
        scene.theirs("thanks")
        return
    scene.ours("first_mail", new="subject_first")
    scene.theirs("interested")
    scene.ours("inform")
    if waited(scene, 0.9, "reminder", "answers"):
        answered(scene)


def courtship(scene: Scene) -> None:
    """Rounds of everything, one after the other."""
    opening(scene)
    meeting_round(scene)
    while True:
        scene.pause(scene.habits.gap_days * (1.7 if scene.silent else 1.0))
        next_round(scene)


def wall(scene: Scene) -> None:
    """It begins well; then silences are long, and now and then they come back."""
    opening(scene)
    meeting_round(scene)
    proposal_round(scene, requested=True)
    while True:
        if scene.silent and scene.chance(scene.habits.comes_back):
            comes_back(scene)
        else:
            scene.pause(scene.habits.gap_days)
            next_round(scene)


def ghost(scene: Scene) -> None:
    """Everything is fine until the proposal, and then nobody answers any more."""
    opening(scene)
    meeting_round(scene)
    _some_rounds(scene, 1, 4)
    scene.theirs("wants_proposal")
    send_proposal(scene)
    scene.fall_silent("proposals", times.some_time(scene.rng, scene.now, 20, REP.zone))
    for _ in range(scene.rng.choice((2, 3))):
        scene.ours("proposal_reminder", (5, 9))
    while True:
        scene.pause(scene.rng.uniform(*_LATER))
        scene.ours("check_in", new="subject_checkin")
        if scene.chance(0.5):
            scene.ours("reminder", (5, 9))


def _some_rounds(scene: Scene, least: int, most: int) -> None:
    for _ in range(scene.rng.randint(least, most)):
        scene.pause(scene.habits.gap_days)
        next_round(scene)


def refuser(scene: Scene) -> None:
    """They look at it honestly, and say no."""
    opening(scene)
    meeting_round(scene)
    _some_rounds(scene, 0, 3)
    if scene.chance(0.6):
        scene.theirs("wants_proposal")
    send_proposal(scene)
    if scene.chance(0.5):
        scene.ours("proposal_reminder", (5, 8))
    scene.theirs("decline")
    scene.truth.decided_at = scene.now
    scene.truth.lost = True
    scene.ours("ack_no")


def objector(scene: Scene) -> None:
    """Polite at first, and then they want no more mail."""
    scene.ours("first_mail", new="subject_first")
    scene.theirs("interested")
    scene.ours("inform")
    for purpose in ("reminder", "reminder_again", "check_in")[: scene.rng.randint(1, 3)]:
        scene.ours(purpose, (5, 10))
    scene.theirs("objection")
    scene.truth.decided_at = scene.now
    scene.ours("ack_stop")


def parked(scene: Scene) -> None:
    """They name a month, the rep waits for it, and then it goes on."""
    opening(scene)
    meeting_round(scene)
    _some_rounds(scene, 0, 3)
    if scene.chance(0.5):
        send_proposal(scene)
    until = _months_later(scene.now, scene.rng.randint(2, 6))
    _put_until(scene, until)
    scene.ours("ack_later")
    scene.now = max(scene.now, until)
    scene.pause(scene.rng.uniform(1, 4))
    scene.ours("wake")
    scene.theirs("wakes")
    scene.ours("inform")
    courtship_goes_on(scene)


def _put_until(scene: Scene, until: datetime) -> None:
    """They ask to be left alone until that month, naming it or the quarter or year before it."""
    purpose = "later_date"
    if until.month in (1, 4, 7, 10) and scene.chance(0.5):
        purpose = "later_quarter"
    elif until.month == 1 and scene.chance(0.5):
        purpose = "later_year"
    quarter = f"Q{(until.month - 1) // 3 or 4}"
    scene.theirs(purpose, slots={"month": month(until, scene.pen.language), "quarter": quarter})
    scene.truth.decided_at = scene.now
    scene.truth.parked_until = until


def courtship_goes_on(scene: Scene) -> None:
    """Rounds of everything with somebody known."""
    while True:
        scene.pause(scene.habits.gap_days)
        next_round(scene)


def _months_later(at: datetime, count: int) -> datetime:
    """Midnight of the first day of a later month, in the rep's zone."""
    local = at.astimezone(ZoneInfo(REP.zone))
    number = local.year * 12 + local.month - 1 + count
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=ZoneInfo(REP.zone))


def fresh(scene: Scene) -> None:
    """Met a short time ago."""
    opening(scene)
    scene.now += timedelta(days=scene.rng.uniform(1, 4))
    question_round(scene)
    courtship_goes_on(scene)


STORIES: dict[str, Callable[[Scene], None]] = {
    "courtship": courtship,
    "wall": wall,
    "ghost": ghost,
    "gatekept": gatekept,
    "refuser": refuser,
    "objector": objector,
    "parked": parked,
    "fresh": fresh,
    "regular": regulars.regular,
    "booker": regulars.booker,
    "asker": askers.asker,
    "eager": askers.eager,
    "supplier": bystanders.supplier,
    "recruiter": bystanders.recruiter,
    "friend": bystanders.friend,
    "colleague": bystanders.colleague,
    "newsletter": bystanders.newsletter,
    "cold": bystanders.cold,
}
