"""``brickwall mark``."""

from __future__ import annotations

from typing import Final

import click

#: What can be told, and what it changes.
KINDS: Final = {
    "sales": "judge this person: they are a sales contact",
    "not-sales": "never judge this person",
    "not-a-wall": "what looked like a wall was not; only later evidence counts",
    "spoke": "you spoke (phone, corridor): open questions are answered",
    "they-moved": "they asked for the last change of a meeting",
    "we-moved": "you changed that meeting yourself",
    "attended": "they were at the last meeting",
    "no-show": "they did not come to the last meeting",
    "won": "they bought",
    "lost": "they said no",
}


@click.command(
    "mark",
    epilog="Kinds:\b\n\n" + " · ".join(f"{kind}: {what}" for kind, what in KINDS.items()),
)
@click.argument("name")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.option("--on", "when", metavar="TIME", help="When it happened (2026-11-23). Default: now.")
def command(name: str, kind: str, when: str | None) -> None:
    """Tell brickwall what it cannot know; the next report takes it into account.

    NAME is a part of the name or of the address.
    """
    from brickwall.cli.people import find
    from brickwall.cli.times import instant
    from brickwall.workspace import now, opened, studied
    from store.model import Mark

    with opened() as workspace:
        moment = instant(when, workspace.config.zone) if when else now()
        person = find(studied(workspace, now()).analysis, name)
        mark = Mark(kind.replace("-", " "), person.address, "", moment)
        workspace.database.add_mark(mark, observed_at=now())
    click.echo(f"Noted: {person.name} <{person.address}>: {kind}, {moment:%Y-%m-%d}.")
