"""What goes on between the rep and a person: questions, proposals, requests, silences."""

from __future__ import annotations

from datetime import datetime, timedelta

from ingest.demo import times
from ingest.demo.appointments import meeting_round
from ingest.demo.cast import REP
from ingest.demo.scene import Scene

#: Silence is known to be one so many working days after the question and the last reminder.
_SILENT_DAYS, _REMINDED_DAYS = 20, 4


def question_round(scene: Scene, purpose: str = "question") -> bool:
    """The rep asks something; whether an answer came."""
    scene.ours(purpose, new="subject_checkin" if purpose == "check_in" else "subject_question")
    if not waited(scene, scene.habits.answers, "reminder", "answers"):
        return False
    answered(scene)
    return True


def proposal_round(scene: Scene, *, requested: bool = False) -> str:
    """A proposal goes out; returns ordered | answered | silent."""
    if not requested and scene.chance(0.5):
        scene.theirs("wants_proposal", new="" if scene.thread else "subject_request")
        requested = True
    send_proposal(scene)
    if not waited(
        scene, scene.habits.proposal, "proposal_reminder", "proposals", requested=requested
    ):
        return "silent"
    if scene.chance(scene.habits.orders):
        scene.theirs("accept", at=scene.now)
        scene.truth.won_at = scene.truth.won_at or scene.now
        scene.ours("order_thanks")
        return "ordered"
    answered(scene)
    return "answered"


def send_proposal(scene: Scene) -> None:
    """The mail with the offer."""
    scene.ours(
        "proposal",
        (1, 3),
        new="" if scene.chance(0.5) else "subject_proposal",
        attachments=(f"Proposal {scene.pen.slots['company']}.pdf",),
    )
    day = f"{scene.now:%d.%m.}" if scene.pen.language == "de" else f"{scene.now.day} {scene.now:%B}"
    scene.pen.slots["sent"] = day


def request_round(scene: Scene) -> None:
    """They want something; the rep answers with a question."""
    scene.theirs("request", new="subject_request", at=scene.in_their_time(scene.now))
    scene.ours("inform")
    if waited(scene, scene.habits.answers, "reminder", "answers"):
        answered(scene)


def waited(
    scene: Scene,
    chance: float,
    reminder: str,
    family: str,
    *,
    requested: bool = False,
    cause: str = "",
) -> bool:
    """Wait for an answer, remind some times; whether it is coming now (``scene.now``).

    ``requested``: they had asked for what was sent. ``cause``: what the silence belongs to.
    """
    rng, asked = scene.rng, scene.now
    coming = scene.in_their_time(scene.now + scene.delay()) if scene.chance(chance) else None
    for count in range(rng.choice((1, 2, 2, 3))):
        due = times.some_time(rng, scene.now, rng.uniform(4, 8) + 2 * count, REP.zone)
        if coming is not None and coming <= due:
            break
        again = count > 0 and family != "proposals"
        scene.ours("reminder_again" if again else reminder, at=due)
        if coming is None and scene.chance(scene.habits.reminded):
            coming = scene.in_their_time(scene.now + scene.delay())
    if coming is None:
        scene.fall_silent(family, _known_silent(scene, asked), requested=requested, cause=cause)
        return False
    scene.now = max(scene.now, coming)
    scene.check()
    return True


def _known_silent(scene: Scene, asked: datetime) -> datetime:
    """When nobody would take it for a slow answer or a holiday any more."""
    absent = scene.away_at(scene.now)
    since = max(scene.now, times.on(absent[1], 540, REP.zone)) if absent else scene.now
    return max(
        times.some_time(scene.rng, asked, _SILENT_DAYS, REP.zone),
        times.some_time(scene.rng, since, _REMINDED_DAYS, REP.zone),
    )


def answered(scene: Scene) -> None:
    """What they answer: plainly, with a promise, or by putting it off."""
    habits = scene.habits
    if scene.chance(habits.puts_off):
        scene.theirs("brush_off", at=scene.now)
    elif scene.chance(habits.promises):
        _promised(scene)
    else:
        late = habits.pace_hours > 60 and scene.chance(0.6)
        scene.theirs("sorry_late" if late else "answer", at=scene.now)
        if scene.chance(0.4):
            scene.ours("thanks")


def _promised(scene: Scene) -> None:
    """They promise something; by its day it comes, or it does not and the rep asks for it."""
    thing = scene.pen.phrase(scene.them, "thing")
    ready = scene.in_their_time(scene.now + timedelta(days=scene.rng.uniform(1, 5)))
    due = times.some_time(scene.rng, ready, scene.rng.randint(0, 1), scene.them.zone)
    slots = {"thing": thing, "by": scene.pen.by(due, scene.now)}
    scene.theirs("promise", at=scene.now, slots=slots)
    if scene.chance(scene.habits.keeps):
        scene.theirs("promise_kept", at=ready, slots=slots, attachments=("attachment.xlsx",))
        scene.ours("thanks")
        return
    known = times.some_time(scene.rng, due, 3, REP.zone)
    cause = f"promise {known:%Y-%m-%d}"
    scene.plant("promise broken", "promises", known, cause=cause, act=True)
    scene.ours("chase_promise", at=known, slots=slots)
    if waited(scene, scene.habits.answers, "reminder", "answers", cause=cause):
        scene.theirs("sorry_late", at=scene.now)


def comes_back(scene: Scene) -> None:
    """After a silence they write again, with an apology and a request."""
    scene.pause(scene.rng.uniform(12, 26))
    proposal = scene.chance(0.5)
    purpose = "comes_back_offer" if proposal else "comes_back"
    new = "subject_request" if scene.chance(0.3) else ""
    scene.theirs(purpose, at=scene.in_their_time(scene.now), new=new)
    scene.came_back_at = scene.now
    if proposal:
        proposal_round(scene, requested=True)
        return
    scene.ours("inform")
    if waited(scene, scene.habits.answers, "reminder", "answers"):
        answered(scene)


def next_round(scene: Scene) -> None:
    """One more round of any kind, as their habits are; who is silent is asked how it stands."""
    habits = scene.habits
    if scene.silent:
        question_round(scene, "check_in")
        return
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
