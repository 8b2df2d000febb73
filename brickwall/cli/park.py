"""``brickwall park``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from brickwall.workspace import Workspace
    from reports.parked import Parks


@click.command(
    "park",
    epilog='Examples: brickwall park "Ann Lee" --until 2027-01-15 · brickwall park ann --until '
    '"after Q3" · brickwall park ann --milestone "lease signed" · brickwall park ann --done · '
    "brickwall park --list · brickwall park --ics parked.ics",
)
@click.argument("name", required=False)
@click.option("--until", metavar="DAY", help='2027-01-15, "after Q3", "in two months".')
@click.option("--milestone", metavar="TEXT", help="What has to happen first.")
@click.option("--done", is_flag=True, help="Not parked any more.")
@click.option("--list", "listed", is_flag=True, help="Who is parked, the next to wake first.")
@click.option("--ics", type=click.Path(path_type=Path), help="Write them as a calendar file.")
@click.option("--json", "as_json", is_flag=True, help="With --list, for programs.")
def command(
    name: str | None,
    until: str | None,
    milestone: str | None,
    done: bool,
    listed: bool,
    ics: Path | None,
    as_json: bool,
) -> None:
    """Leave somebody alone until a day, or until something has happened.

    They wake on that day, or earlier when they come back themselves. NAME is a part of the name or
    of the address.
    """
    from brickwall.workspace import opened
    from store.errors import UsageError

    with opened() as workspace:
        if name:
            _park(workspace, name, until, milestone, done=done)
        if listed or ics:
            _show(workspace, ics, listed=listed, as_json=as_json)
    if not (name or listed or ics):
        raise UsageError(
            "Whom do you want to park?",
            'Like: brickwall park "Ann Lee" --until 2027-01-15. `brickwall park --list` lists all.',
        )


def _park(
    workspace: Workspace, name: str, until: str | None, milestone: str | None, *, done: bool
) -> None:
    from analyzer.parks import value
    from brickwall import marks
    from brickwall.cli.people import find
    from brickwall.parking import day_named
    from brickwall.workspace import now, studied
    from reports import escape
    from store.errors import UsageError
    from store.model import Mark

    if done == bool(until or milestone):
        raise UsageError(
            "Until when?" if not done else "--done goes with nothing else.",
            'Like: --until 2027-01-15, --until "after Q3", --milestone "lease signed", or --done.',
        )
    present, zone = now(), workspace.config.zone
    day = day_named(until, present, zone) if until else None
    what = escape.line(milestone or "", escape.SUBJECT)
    analysis = studied(workspace, present).analysis
    person = find(analysis, name)
    if done and not analysis.parks["person"].eq(person.id).any():
        click.echo(f"{person.name} <{person.address}> is not parked; nothing was noted.")
        return
    told = "" if done else value(day, escape.line(until or "", escape.NAME), what)
    mark = Mark("unpark" if done else "park", person.address, told, present)
    marks.note(workspace.database, mark, present)
    until_then = f" until {day.day} {day:%B %Y}" if day else ""
    then = f"{' or' if day else ''} until this: {what}" if what else ""
    said = "not parked any more" if done else f"parked{until_then}{then}"
    click.echo(f"Noted: {person.name} <{person.address}>: {said}.")


def _show(workspace: Workspace, ics: Path | None, *, listed: bool, as_json: bool) -> None:
    from brickwall.workspace import now, studied
    from reports import parked

    study = studied(workspace, now())
    view = parked.parked(study.analysis, study.settings.zone)
    if listed:
        click.echo((parked.as_json(view) if as_json else parked.text(view)).rstrip("\n"))
    if ics:
        _write(view, ics)


def _write(view: Parks, path: Path) -> None:
    from brickwall.cli.output import deliver
    from brickwall.parking import calendar, reminders

    dated, without_day = reminders(view)
    deliver(calendar(dated).decode(), path, show=False)
    if without_day:
        click.echo(f"{without_day} without a day left out: they wait for a milestone.")
