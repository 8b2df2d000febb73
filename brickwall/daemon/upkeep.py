"""What is done once a day beside mail and calendars."""

from __future__ import annotations

from datetime import datetime

from brickwall import parking, purging
from brickwall.workspace import Workspace


def upkeep(workspace: Workspace, now: datetime) -> dict[str, int]:
    """Delete texts whose time is over, and write the calendar of the parked anew; the numbers for
    the log.

    To wake, the parked need nothing: whoever analyses the store on their day finds them awake.
    """
    days = workspace.config.retention.text_days
    return {
        "texts_deleted": purging.expire(workspace.database, days, now),
        "parked": parking.refresh(workspace, now),
    }
