"""``brickwall case``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("case", epilog='Example: brickwall case "Ann Lee" --output ann.md')
@click.argument("name")
@click.option("--as-of", metavar="TIME", help="As if it were this time.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write to this file.")
def command(name: str, as_of: str | None, output: Path | None) -> None:
    """One page about one person for the boss: value, hours, dated facts.

    No score and nothing about yourself. Markdown, ready to paste into a mail.
    """
    from brickwall.cli.one import one
    from brickwall.cli.output import deliver
    from reports.tables import markdown_case
    from reports.views import case

    analysis, person, settings = one(name, as_of)
    deliver(markdown_case(case(analysis, settings, person)), output, show=False)
