"""``brickwall contacts``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from brickwall.workspace import Workspace
    from reports.roster import Entry


@click.command("contacts", epilog="Examples: brickwall contacts · brickwall contacts --review")
@click.option("--review", is_flag=True, help="Ask about everyone who is in doubt.")
@click.option("--as-of", metavar="TIME", help="As if it were this time.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(review: bool, as_of: str | None, as_json: bool) -> None:
    """Who is judged and why, who is not and why, and who is in doubt."""
    from brickwall.cli.output import coloured, width
    from brickwall.cli.times import instant
    from brickwall.workspace import now, opened, studied
    from reports.roster import as_tree, render, roster

    with opened() as workspace:
        moment = instant(as_of, workspace.config.zone) if as_of else now()
        study = studied(workspace, moment)
        entries = roster(study.analysis, study.settings.zone)
        if as_json:
            click.echo(as_tree(entries))
        elif review:
            _review(workspace, [entry for entry in entries if entry.in_doubt])
        else:
            click.echo(render(entries, width(), colour=coloured()).rstrip("\n"))


def _review(workspace: Workspace, doubtful: list[Entry]) -> None:
    """Ask about each and keep the answer as a mark."""
    from brickwall.workspace import now
    from store.model import Mark

    if not doubtful:
        click.echo("Nobody is in doubt.")
    for entry in doubtful:
        question = f"{entry.person.name} <{entry.person.address}> ({entry.why}): a sales contact?"
        answer = click.prompt(question, type=click.Choice(["yes", "no", "skip"]), default="skip")
        if answer != "skip":
            kind = "sales" if answer == "yes" else "not sales"
            mark = Mark(kind, entry.person.address, "", now())
            workspace.database.add_mark(mark, observed_at=now())
