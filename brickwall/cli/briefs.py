"""How a brief is mailed from the terminal."""

from __future__ import annotations

from datetime import date

from brickwall import briefing
from brickwall.briefing import Briefing
from brickwall.cli.connecting import live
from brickwall.cli.digesting import told
from brickwall.cli.talk import say
from brickwall.posting import post
from brickwall.workspace import now, studied
from store.errors import InputError


def send(day: date | None) -> int:
    """Mail the rep the brief of ``day`` (default: the next working day) once; the exit code.

    A day without meetings is left open in the ledger: one may still be made.
    """
    with live(must_exist=True) as (workspace, toolbox, keys):
        asked = briefing.of_day(studied(workspace, now()), day)
        assert asked.day is not None
        if not asked.meetings:
            say(f"There is no meeting on {asked.day}: no brief is sent.")
            return 0
        before = {one[:3]: one for one in workspace.database.deliveries()}
        done = Briefing(workspace, now).send(
            asked.day,
            lambda recipient: post(toolbox, lambda: keys.open(workspace.home.vault), recipient),
            asked=True,
        )
    for one in done:
        say(told(one, workspace.config.zone, again=before.get(one[:3]) == one))
    return 0 if all(one.state in ("sent", "skipped") for one in done) else InputError.exit_code
