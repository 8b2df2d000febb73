"""``brickwall case``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("case", epilog='Example: brickwall case "Ann Lee" --md --output ann.md')
@click.argument("name")
@click.option("--as-of", metavar="TIME", help="As if it were this time.")
@click.option("--json", "form", flag_value="json", help="For programs: docs/report-json.md.")
@click.option("--md", "form", flag_value="md", help="Markdown, ready to paste into a mail.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write to this file.")
def command(name: str, as_of: str | None, form: str | None, output: Path | None) -> None:
    """One page about one person for the boss: value, hours, dated facts.

    No score and nothing about yourself.
    """
    from brickwall.cli.one import one
    from brickwall.cli.output import coloured, deliver, width
    from reports import json_report, tables, terminal
    from reports.views_person import case

    study, person = one(name, as_of)
    view = case(study.analysis, study.settings, person.id, study.facts.intents)
    if form == "json":
        text = json_report.case(view)
    elif form == "md":
        text = tables.markdown_case(view)
    else:
        text = terminal.case(view, width(), colour=coloured() and output is None)
    deliver(text, output, show=False)
