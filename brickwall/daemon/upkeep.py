"""What is done once a day beside mail and calendars."""

from __future__ import annotations

from brickwall.workspace import Workspace


def upkeep(workspace: Workspace) -> dict[str, int]:
    """Do it; the numbers for the log."""
    del workspace
    return {}
