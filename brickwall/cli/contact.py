"""``brickwall contact``."""

from __future__ import annotations

import click


@click.command("contact", epilog='Examples: brickwall contact "Ann Lee" · brickwall contact acme')
@click.argument("name")
@click.option("--as-of", metavar="TIME", help="Judge as if it were this time.")
def command(name: str, as_of: str | None) -> None:
    """One person: verdict, reasons, timeline with evidence, hours spent.

    NAME is a part of the name or of the address.
    """
    from brickwall.cli.one import one
    from brickwall.cli.output import coloured, width
    from reports.terminal import render_contact
    from reports.views import contact

    analysis, person, settings = one(name, as_of)
    view = contact(analysis, settings, person)
    click.echo(render_contact(view, width=width(), colour=coloured()).rstrip("\n"))
