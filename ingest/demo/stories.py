"""How relations go, from the first mail on. Each story runs until the year is over."""

from __future__ import annotations

from collections.abc import Callable

from ingest.demo.appointments import meeting_round
from ingest.demo.rounds import comes_back, next_round, proposal_round
from ingest.demo.scene import Scene


def opening(scene: Scene) -> None:
    """The first mail, and an interested answer."""
    scene.ours("first_mail", new="subject_first")
    scene.theirs("interested")
    scene.ours("thanks")


def courtship(scene: Scene) -> None:
    """Rounds of everything, one after the other."""
    opening(scene)
    meeting_round(scene)
    while True:
        scene.pause(scene.habits.gap_days)
        next_round(scene)


def wall(scene: Scene) -> None:
    """As in courtship, but silences are long, and now and then they come back."""
    opening(scene)
    meeting_round(scene)
    proposal_round(scene, asked=True)
    while True:
        if not comes_back(scene):
            scene.pause(scene.habits.gap_days)
        next_round(scene)


STORIES: dict[str, Callable[[Scene], None]] = {"courtship": courtship, "wall": wall}
