"""``brickwall accounts``."""

from __future__ import annotations

import click


@click.command("accounts", epilog="Example: brickwall accounts --json")
@click.option("--quarantine", is_flag=True, help="What could not be read, item by item, and why.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(quarantine: bool, as_json: bool) -> None:
    """The connected accounts: what is read, how fresh it is, what is wrong."""
    from brickwall.accounts import Accounts
    from brickwall.cli.accounting import as_lines, as_tree, unread_lines, unread_tree
    from brickwall.cli.talk import say
    from brickwall.workspace import opened
    from store import overview as stored

    with opened(must_exist=False) as workspace:
        if quarantine:
            unread = stored.quarantine(workspace.database)
            lines, tree = unread_lines(unread), unread_tree(unread)
        else:
            accounts = Accounts(workspace.home.accounts).all()
            states = stored.overview(workspace.database)
            lines = as_lines(accounts, states, workspace.config.zone)
            tree = as_tree(accounts, states)
    if as_json:
        click.echo(tree)
        return
    for line in lines:
        say(line)
