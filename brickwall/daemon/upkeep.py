"""What is done once a day beside mail and calendars."""

from __future__ import annotations

from datetime import datetime

from brickwall import purging
from brickwall.workspace import Workspace


def upkeep(workspace: Workspace, now: datetime) -> dict[str, int]:
    """Delete texts whose time is over; the numbers for the log.

    Parked contacts need nothing: whoever analyses the store on their day finds them awake.
    """
    days = workspace.config.retention.text_days
    return {"texts_deleted": purging.expire(workspace.database, days, now)}
