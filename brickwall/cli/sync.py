"""``brickwall sync``."""

from __future__ import annotations

import click


@click.command(
    "sync", epilog="Examples: brickwall sync · brickwall sync --account ann@ours.example"
)
@click.option("--account", "name", default="", metavar="NAME", help="Only this account.")
@click.option(
    "--allow-mass-removal",
    is_flag=True,
    help="Mark what is gone as removed even where it is more than a fifth of a mailbox.",
)
@click.option(
    "--retry-quarantined", is_flag=True, help="Also try again what could not be read before."
)
def command(name: str, allow_mass_removal: bool, retry_quarantined: bool) -> int:
    """Read what is new in the mail and calendars of your connected accounts.

    It may be interrupted at any time and goes on where it stopped. The first sync of a large
    mailbox takes long; the newest comes first, so that the report is useful soon.
    """
    from brickwall.cli.syncing import run_sync

    return run_sync(
        name, allow_mass_removal=allow_mass_removal, retry_quarantined=retry_quarantined
    )
