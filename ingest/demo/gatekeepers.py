"""People of whom only the assistant is ever heard."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ingest.demo import times
from ingest.demo.appointments import before, invited, shifted, slot
from ingest.demo.cast import REP, Person
from ingest.demo.diary import Meeting
from ingest.demo.invitations import sent
from ingest.demo.pen import moment
from ingest.demo.scene import Scene

#: With so many answers by the assistant it is clear that nobody else answers.
_CLEAR = 3


def gatekept(scene: Scene) -> None:
    """The assistant is kind, prompt, and never says anything; dates come and go."""
    titles = {"en": "Executive Assistant", "de": "Assistenz der Geschäftsleitung"}
    assistant = scene.cast.colleague_of(scene.them, titles[scene.pen.language])
    scene.ours("first_mail", new="subject_first")
    scene.theirs("interested")
    behind = scene.chance(0.4)
    count = 0
    while True:
        if scene.chance(scene.habits.meets):
            _date(scene, assistant, behind)
        scene.ours("question", new="subject_question")
        if scene.chance(scene.habits.answers):
            _answer(scene, assistant, "assistant_answer", behind)
            count += 1
            if count == _CLEAR:
                scene.plant("only the assistant answers", "answers")
        else:
            scene.ours("reminder", (5, 8))
            _answer(scene, assistant, "assistant_answer", behind)
            count += 1
        scene.pause(scene.habits.gap_days)


def _answer(scene: Scene, assistant: Person, purpose: str, behind: bool, **slots: str) -> None:
    """The assistant writes, under the own name or in the boss's."""
    slots = {"boss": scene.them.name, **slots}
    if behind:
        letter = scene.theirs(purpose, slots=slots, author=assistant)
        scene.desk.letters[-1] = scene.thread = replace(
            letter, sender=scene.them, by=assistant, ident=letter.ident
        )
    else:
        cc = (scene.them,) if scene.chance(0.6) else ()
        scene.theirs(purpose, slots=slots, author=assistant, cc=cc)


def _date(scene: Scene, assistant: Person, behind: bool) -> None:
    """A meeting is agreed, moved in good time once or twice, and taken out again."""
    meeting = invited(scene, days=(8, 14))
    _answer(scene, assistant, "assistant_ok", behind)
    for _ in range(scene.rng.choice((1, 1, 2))):
        if not _asked_to_move(scene, assistant, behind, meeting):
            break
    scene.now = before(scene, meeting, scene.rng.uniform(50, 90))
    if scene.now >= meeting.start:
        return
    scene.ours("agree_cancel", at=scene.now + timedelta(minutes=5))
    meeting.status, meeting.changed = "CANCELLED", scene.now
    meeting.sequence += 1
    sent(scene, meeting, "CANCEL", REP, scene.now)
    scene.now = times.some_time(scene.rng, scene.now, 2, REP.zone)


def _asked_to_move(scene: Scene, assistant: Person, behind: bool, meeting: Meeting) -> bool:
    at = before(scene, meeting, scene.rng.uniform(50, 110))
    if at >= meeting.start:
        return False
    new = slot(scene, meeting.start, 6, 12)
    scene.now = at
    _answer(scene, assistant, "assistant_moves", behind, **moment(new, scene.pen.language))
    if scene.now >= meeting.start:
        return False
    shifted(scene, meeting, new, scene.now + timedelta(minutes=scene.rng.randrange(5, 60)))
    sent(scene, meeting, "REQUEST", REP, meeting.changed)
    return True
