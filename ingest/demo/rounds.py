"""What goes on between the rep and a person: questions, proposals, requests, silences."""

from __future__ import annotations

from datetime import timedelta

from ingest.demo import times
from ingest.demo.appointments import meeting_round
from ingest.demo.cast import REP
from ingest.demo.scene import Scene

#: So long after the last reminder silence is known to be one.
_SILENT_DAYS = 5
_SILENT_UNREMINDED_DAYS = 10


def question_round(scene: Scene, purpose: str = "question") -> bool:
    """The rep asks something; whether an answer came."""
    scene.ours(purpose, new="subject_checkin" if purpose == "check_in" else "subject_question")
    if not waited(scene, scene.habits.answers, "reminder", "answers"):
        return False
    _answered(scene)
    return True


def proposal_round(scene: Scene, *, asked: bool = False) -> str:
    """A proposal goes out; returns ordered | answered | silent."""
    if asked or scene.chance(0.5):
        scene.theirs("wants_proposal", new="" if scene.thread else "subject_request")
    scene.ours(
        "proposal", (1, 3), new="" if scene.chance(0.5) else "subject_proposal",
        attachments=(f"Proposal {scene.pen.slots['company']}.pdf",),
    )  # fmt: skip
    sent = scene.now
    scene.pen.slots["sent"] = f"{sent:%d.%m.}" if scene.pen.language == "de" else f"{sent:%d %B}"
    if not waited(scene, scene.habits.answers_proposal, "proposal_reminder", "proposals"):
        return "silent"
    if scene.chance(scene.habits.orders):
        scene.theirs("accept", at=scene.now)
        scene.truth.won_at = scene.truth.won_at or scene.now
        scene.ours("order_thanks")
        return "ordered"
    _answered(scene)
    return "answered"


def request_round(scene: Scene) -> None:
    """They want something; the rep answers, sometimes with a question."""
    scene.theirs("request", new="subject_request", at=scene.in_their_time(scene.now))
    scene.ours("inform")
    if waited(scene, scene.habits.answers, "reminder", "answers"):
        scene.theirs("thanks", at=scene.now)


def waited(scene: Scene, chance: float, reminder: str, family: str) -> bool:
    """Wait for an answer, remind some times; whether it is coming now (``scene.now``)."""
    rng = scene.rng
    asked = scene.now
    coming = scene.in_their_time(asked + scene.delay()) if scene.chance(chance) else None
    for count in range(rng.choice((1, 2, 2, 3))):
        due = times.some_time(rng, scene.now, rng.uniform(4, 8) + 2 * count, REP.zone)
        if coming is not None and coming <= due:
            break
        scene.ours(reminder if count == 0 or family == "proposals" else "reminder_again", at=due)
        if coming is None and scene.chance(scene.habits.answers_reminded):
            coming = scene.in_their_time(scene.now + scene.delay())
    if coming is not None:
        scene.now = max(scene.now, coming)
        scene.check()
        return True
    _fell_silent(scene, family)
    return False


def _fell_silent(scene: Scene, family: str) -> None:
    known = times.some_time(scene.rng, scene.now, _SILENT_DAYS, REP.zone)
    scene.plant("silent", family, known)
    if scene.came_back_at and scene.now - scene.came_back_at < timedelta(days=60):
        scene.truth.planted.pop()
        scene.plant("silent again after coming back", "cycles", known, act=True)
        scene.came_back_at = None


def _answered(scene: Scene) -> None:
    """What they answer: plainly, with a promise, or by putting it off."""
    habits = scene.habits
    scene.made_good()
    if scene.chance(habits.puts_off):
        scene.theirs("brush_off", at=scene.now)
        scene.plant("put off", "promises")
    elif scene.chance(habits.promises):
        _promised(scene)
    else:
        late = habits.pace_hours > 60 and scene.chance(0.6)
        scene.theirs("sorry_late" if late else "answer", at=scene.now)
        if scene.chance(0.4):
            scene.ours("thanks")


def _promised(scene: Scene) -> None:
    thing = scene.pen.phrase(scene.them, "thing")
    scene.theirs("promise", at=scene.now, slots={"thing": thing})
    made = scene.now
    if scene.chance(scene.habits.keeps):
        kept = times.some_time(scene.rng, made, scene.rng.uniform(1, 3), scene.them.zone)
        scene.theirs("promise_kept", at=scene.in_their_time(kept), slots={"thing": thing})
        return
    known = times.some_time(scene.rng, made, 8, REP.zone)
    scene.plant("promise broken", "promises", known, act=True)
    scene.ours("chase_promise", (6, 9), slots={"thing": thing})
    if waited(scene, scene.habits.answers, "reminder", "answers"):
        scene.theirs("sorry_late", at=scene.now)


def comes_back(scene: Scene) -> bool:
    """After a silence they may write again, with an apology and a request."""
    if not scene.chance(scene.habits.comes_back):
        return False
    scene.pause(scene.rng.uniform(8, 20))
    scene.theirs("comes_back", at=scene.in_their_time(scene.now))
    scene.made_good()
    scene.came_back_at = scene.now
    if scene.chance(0.5):
        proposal_round(scene)
        return True
    scene.ours("inform")
    if waited(scene, scene.habits.answers, "reminder", "answers"):
        scene.theirs("thanks", at=scene.now)
    return True


def next_round(scene: Scene) -> None:
    """One more round of any kind, as their habits are."""
    habits = scene.habits
    rounds = ("meeting", "proposal", "request", "question")
    weights = (habits.meets, habits.proposes, habits.requests, 0.35)
    chosen = scene.rng.choices(rounds, weights)[0]
    if chosen == "meeting":
        meeting_round(scene)
    elif chosen == "proposal":
        proposal_round(scene)
    elif chosen == "request":
        request_round(scene)
    else:
        question_round(scene, scene.rng.choice(("question", "check_in")))
