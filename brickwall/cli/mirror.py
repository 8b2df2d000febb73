"""``brickwall mirror``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("mirror", epilog="Examples: brickwall mirror · brickwall mirror --json")
@click.option("--as-of", metavar="TIME", help="As if it were this time.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write to this file.")
def command(as_of: str | None, as_json: bool, output: Path | None) -> None:
    """The same rules applied to you: questions you left open, meetings you moved late.

    Private: no report or case shows it, and your digest one line of it.
    """
    from brickwall.cli.output import coloured, deliver, width
    from brickwall.cli.times import instant
    from brickwall.workspace import now, opened, studied
    from reports import json_report, reflection

    with opened() as workspace:
        moment = instant(as_of, workspace.config.zone) if as_of else now()
        study = studied(workspace, moment)
    view = reflection.mirror(study.analysis, study.settings.zone)
    if as_json:
        text = json_report.document("mirror", view)
    else:
        text = reflection.render(view, width(), colour=coloured() and output is None)
    deliver(text, output, show=False)
