"""``brickwall contact``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("contact", epilog='Examples: brickwall contact "Ann Lee" · brickwall contact acme')
@click.argument("name")
@click.option("--as-of", metavar="TIME", help="Judge as if it were this time.")
@click.option("--json", "form", flag_value="json", help="For programs: docs/report-json.md.")
@click.option("--md", "form", flag_value="md", help="Markdown.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write to this file.")
def command(name: str, as_of: str | None, form: str | None, output: Path | None) -> None:
    """One person: verdict, reasons, timeline with evidence, hours spent.

    NAME is a part of the name, the address or the company.
    """
    from brickwall.cli.one import one
    from brickwall.cli.output import coloured, deliver, width
    from brickwall.webmail import links
    from brickwall.workspace import opened
    from reports import json_report, tables, terminal
    from reports.views_person import contact_page

    study, person = one(name, as_of)
    with opened() as workspace:
        web = links(workspace, study.facts)
    view = contact_page(study.analysis, study.settings, person.id, study.facts.intents, web)
    if form == "json":
        text = json_report.contact(view)
    elif form == "md":
        text = tables.markdown_contact(view)
    else:
        text = terminal.contact(view, width(), colour=coloured() and output is None)
    deliver(text, output, show=False)
