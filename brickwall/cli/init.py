"""``brickwall init``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def _read(reader: str, *arguments: Any) -> Callable[..., Any]:
    """A callback of click that reads an option as the configuration would."""

    def callback(_: click.Context, parameter: click.Parameter, value: Any) -> Any:
        if value is None or value == ():
            return value
        from brickwall import values

        read = getattr(values, reader)(*arguments) if arguments else getattr(values, reader)
        try:
            return read(list(value) if isinstance(value, tuple) else value)
        except values.NotAllowedError as problem:
            raise click.BadParameter(f"it {problem}", param=parameter) from None

    return callback


@click.command(
    "init",
    epilog="Examples: brickwall init · brickwall init --me ann@ours.example --day friday · "
    "brickwall init --demo --smtp-host localhost --smtp-port 1025 --smtp-security none",
)
@click.option(
    "--me", multiple=True, metavar="ADDRESS", callback=_read("mailboxes"), help="You; repeatable."
)
@click.option("--zone", metavar="ZONE", callback=_read("zone"), help="Like Europe/Berlin.")
@click.option("--day", metavar="DAY", help="The day of the digest. Default: monday.")
@click.option("--time", "at", metavar="HH:MM", callback=_read("time_of_day"), help="Its time.")
@click.option(
    "--to", multiple=True, metavar="ADDRESS", callback=_read("mailboxes"), help="Default: you."
)
@click.option("--no-digest", is_flag=True, help="No weekly mail.")
@click.option("--smtp-host", callback=_read("host"), help="A server that takes the digest.")
@click.option("--smtp-port", type=click.IntRange(1, 65_535), help="Default: the usual one.")
@click.option(
    "--smtp-security", type=click.Choice(["starttls", "tls", "none"]), help="Default: starttls."
)
@click.option("--smtp-user", help="The name to sign in with. Default: no sign-in.")
@click.option("--demo", is_flag=True, help="A made-up rep's year as the account, for trying.")
@click.option("--force", is_flag=True, help="Replace a configuration that is there already.")
def command(demo: bool, force: bool, **said: Any) -> int:
    """A guided start: who you are, where your mail is, when the digest comes, and to whom.

    Writes a commented configuration file. Asks nothing when any option is given, or when nobody
    can be asked.
    """
    import sys

    from brickwall.cli.starting import run_init

    given = demo or any(value not in (None, (), False) for value in said.values())
    ask = not given and sys.stdin.isatty()
    return run_init(said, demo=demo, force=force, ask=ask)
