"""``brickwall purge``."""

from __future__ import annotations

import click


@click.command(
    "purge", epilog="Examples: brickwall purge --texts 365 · brickwall purge --everything"
)
@click.option(
    "--texts",
    "text_days",
    type=click.IntRange(min=1),
    metavar="DAYS",
    help="Delete the texts of mail older than this; judgements stay.",
)
@click.option("--everything", is_flag=True, help="Delete all data; only the configuration stays.")
@click.option("--yes", is_flag=True, help="Do not ask before deleting.")
def command(text_days: int | None, everything: bool, yes: bool) -> None:
    """Delete old texts, or all that brickwall holds on this machine.

    Without an option: texts older than retention.text_days of the configuration, which the daemon
    does each day. Your mailbox itself is never touched.
    """
    if everything:
        _everything(yes=yes)
        return
    from brickwall.cli.talk import agree
    from brickwall.purging import expire
    from brickwall.workspace import now, opened

    with opened() as workspace:
        days = text_days or workspace.config.retention.text_days
        if not days:
            click.echo("Texts are kept for good: retention.text_days is 0. Nothing was deleted.")
            return
        if text_days and not yes:
            agree(f"Delete the texts of mail older than {days} days?")
        count = expire(workspace.database, days, now())
    click.echo(f"Deleted {count:,} texts older than {days} days; judgements stay.")


def _everything(*, yes: bool) -> None:
    from brickwall.accounts import Accounts, account_id
    from brickwall.cli.talk import agree
    from brickwall.paths import home
    from brickwall.purging import everything
    from store.errors import UsageError

    place = home()
    connected = [account_id(account) for account in Accounts(place.accounts).all()]
    if connected:
        raise UsageError(
            f"Still connected: {', '.join(connected)}.",
            "Take the access back first: brickwall disconnect NAME. Then run purge again.",
        )
    if not yes:
        agree(f"Delete all mail, judgements and reports in {place.data}?")
    count = everything(place)
    click.echo(f"Deleted {count} files and folders in {place.data}. The configuration stays.")
