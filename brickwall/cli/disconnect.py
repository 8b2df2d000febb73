"""``brickwall disconnect``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from store.errors import BrickwallError

_END_IT = (
    "End it there yourself. Google: https://myaccount.google.com/connections · Microsoft: "
    "https://myapps.microsoft.com · elsewhere: delete the password, if you made it for brickwall."
)


@click.command("disconnect", epilog="Example: brickwall disconnect ann@ours.example")
@click.argument("name")
@click.option("--forget-mail", is_flag=True, help="Also delete all that was read through it.")
@click.option("--yes", is_flag=True, help="Do not ask before deleting.")
def command(name: str, forget_mail: bool, yes: bool) -> None:
    """Take the access to an account back and forget its sign-in.

    NAME is its address, or provider:address; smtp is the server that sends the digest. What was
    read stays, unless --forget-mail is given.
    """
    from brickwall.accounts import Accounts, account_id
    from brickwall.cli.connecting import live
    from brickwall.cli.talk import agree, say
    from brickwall.connecting import disconnect
    from brickwall.posting import forget_smtp

    with live() as (workspace, toolbox, keys):
        if name == "smtp":
            problem = forget_smtp(toolbox, keys)
            say("The sign-in of the SMTP server is deleted from this machine.")
            _tell(problem)
            return
        account = Accounts(workspace.home.accounts).one(name)
        if forget_mail and not yes:
            agree(f"Delete everything that was read through {account_id(account)}?")
        problem = disconnect(account, toolbox, keys)
        if forget_mail:
            workspace.database.forget_account(account.name, account.provider)
    say(f"Disconnected: {account_id(account)}. Its sign-in is deleted from this machine.")
    _tell(problem)
    say(
        "What was read through it is deleted."
        if forget_mail
        else "What was read through it is kept; --forget-mail would have deleted it."
    )


def _tell(problem: BrickwallError | None) -> None:
    """Why the access could not be taken back, where it could not."""
    from brickwall.cli.talk import say

    if problem is not None:
        say(f"But the access could not be taken back at the provider: {problem.cause}.")
        say(_END_IT)
