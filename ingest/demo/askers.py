"""People full of questions: those who only ask, and those who are eager."""

from __future__ import annotations

from datetime import timedelta

from ingest.demo.appointments import meeting_round
from ingest.demo.rounds import proposal_round, send_proposal
from ingest.demo.scene import Scene

#: So many answered questions over so long, and nothing else: it is clear that they only ask.
_CLEAR, _LONG = 6, timedelta(days=42)


def asker(scene: Scene) -> None:
    """Always friendly, always one more question, and never a step; each is answered."""
    _begun(scene)
    first = scene.now
    count = 0
    while True:
        _question(scene)
        count += 1
        if count >= _CLEAR and scene.now - first >= _LONG and not scene.truth.planted:
            scene.plant("only asks", "effort")
        scene.pause(scene.habits.gap_days)


def eager(scene: Scene) -> None:
    """As many questions, and between them they meet, want offers and order."""
    _begun(scene)
    meeting_round(scene)
    while True:
        _question(scene)
        if scene.chance(scene.habits.meets):
            meeting_round(scene)
        if scene.chance(scene.habits.proposes):
            proposal_round(scene, requested=True)
        scene.pause(scene.habits.gap_days)


def _begun(scene: Scene) -> None:
    """The rep wrote first and sent an offer that nobody had asked for."""
    scene.ours("first_mail", new="subject_first")
    scene.theirs("interested")
    send_proposal(scene)


def _question(scene: Scene) -> None:
    """They want to know something, and are told; sometimes they say thanks."""
    scene.pause(1)
    new = "subject_request" if scene.chance(0.6) else ""
    scene.theirs("only_asks", new=new, at=scene.in_their_time(scene.now))
    scene.ours("explains")
    if scene.chance(0.3 * scene.habits.answers):
        scene.theirs("thanks")
