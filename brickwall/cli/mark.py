"""``brickwall mark``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from brickwall.marks import KINDS, MOVERS, PRESENCE

if TYPE_CHECKING:
    from brickwall.workspace import Workspace


@click.command(
    "mark",
    epilog="Kinds:\b\n\n"
    + " · ".join(f"{kind}: {what}" for kind, what in KINDS.items())
    + '\n\nExamples: brickwall mark "Ann Lee" no-show · brickwall mark ann they-moved --meeting '
    "2026-11-23 · brickwall mark --list · brickwall mark --undo 7",
)
@click.argument("name", required=False)
@click.argument("kind", type=click.Choice(list(KINDS)), required=False)
@click.option("--on", "when", metavar="TIME", help="When it happened (2026-11-23). Default: now.")
@click.option(
    "--meeting", metavar="TIME", help="Which meeting: its day or start. Default: the last one."
)
@click.option("--list", "listed", is_flag=True, help="What you told and what still holds.")
@click.option("--undo", metavar="NUMBER", type=int, help="Take back the mark of this number.")
@click.option("--json", "as_json", is_flag=True, help="With --list, for programs.")
def command(
    name: str | None,
    kind: str | None,
    when: str | None,
    meeting: str | None,
    listed: bool,
    undo: int | None,
    as_json: bool,
) -> None:
    """Tell brickwall what it cannot know; the next report takes it into account.

    NAME is a part of the name or of the address.
    """
    from brickwall.workspace import opened
    from store.errors import UsageError

    with opened() as workspace:
        if undo is not None:
            _undo(workspace, undo)
        elif listed:
            _list(workspace, name, as_json=as_json)
        elif name and kind:
            _note(workspace, name, kind.replace("-", " "), when, meeting)
        else:
            raise UsageError(
                "Whom does it concern, and what happened?",
                'Like: brickwall mark "Ann Lee" spoke. `brickwall mark --help` names all kinds.',
            )


def _note(
    workspace: Workspace, name: str, kind: str, when: str | None, meeting: str | None
) -> None:
    from brickwall import marks
    from brickwall.cli.people import find
    from brickwall.cli.times import instant
    from brickwall.workspace import now, studied
    from store.errors import UsageError
    from store.model import Mark

    zone, present = workspace.config.zone, now()
    moment = instant(when, zone) if when else present
    if moment > present:
        raise UsageError(f"{when} lies ahead.", "Say it when it has happened.")
    analysis = studied(workspace, present).analysis
    person, uid, about = find(analysis, name), "", ""
    if kind in (*PRESENCE, *MOVERS):
        moment, uid = marks.about_meeting(analysis, person.id, kind, meeting or when, zone)
        about = "meeting of " if kind in PRESENCE else "changed on "
    elif meeting:
        raise UsageError(
            f'"{kind}" is not about a meeting.', "Say when it happened with --on instead."
        )
    mark = Mark(kind, person.address, uid, moment)
    said = "Noted" if marks.note(workspace.database, mark, present) else "Known already"
    kind = kind.replace(" ", "-")
    click.echo(f"{said}: {person.name} <{person.address}>: {kind}, {about}{_at(moment, zone)}.")


def _undo(workspace: Workspace, number: int) -> None:
    from reports import escape
    from store.errors import UsageError
    from store.marks import marks

    told = [each for each in marks(workspace.database) if each.number == number]
    if not workspace.database.take_back_marks([number]):
        raise UsageError(f"There is no mark {number}.", "`brickwall mark --list` shows them all.")
    kind, target = (
        told[0].mark.kind.replace(" ", "-"),
        escape.line(told[0].mark.target, escape.NAME),
    )
    click.echo(f"Taken back: {target}: {kind}. The next report goes without it.")


def _list(workspace: Workspace, name: str | None, *, as_json: bool) -> None:
    from brickwall.marks import in_force
    from reports import corrections
    from store.marks import marks

    said = marks(workspace.database)
    view = corrections.corrections(said, in_force(said), workspace.config.zone, name or "")
    click.echo((corrections.as_json(view) if as_json else corrections.text(view)).rstrip("\n"))


def _at(moment: datetime, zone: str) -> str:
    from reports.words import moment as written

    return written(moment.astimezone(ZoneInfo(zone)))
