"""``brickwall accounts``."""

from __future__ import annotations

import click


@click.command("accounts", epilog="Example: brickwall accounts --json")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(as_json: bool) -> None:
    """The connected accounts: what is read, how fresh it is, what is wrong."""
    from brickwall.accounts import Accounts
    from brickwall.cli.accounting import as_lines, as_tree
    from brickwall.cli.talk import say
    from brickwall.workspace import opened
    from store.overview import overview

    with opened(must_exist=False) as workspace:
        accounts = Accounts(workspace.home.accounts).all()
        states = overview(workspace.database)
    if as_json:
        click.echo(as_tree(accounts, states))
        return
    for line in as_lines(accounts, states, workspace.config.zone):
        say(line)
