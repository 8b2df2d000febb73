"""``brickwall daemon``."""

from __future__ import annotations

import click

TASKS = ("sync", "digest", "brief", "upkeep")


@click.group("daemon", epilog="Start it once for all: brickwall daemon install")
def command() -> None:
    """Sync and digest by themselves, in the background."""


@command.command("run", epilog="Example: brickwall daemon run (Ctrl-C ends it)")
@click.option("--quiet", is_flag=True, help="Write to the log only.")
def run(quiet: bool) -> None:
    """Be the background program, until it is ended.

    Syncs every few minutes, mails the digest every week and the briefs, if you want them, every
    morning, each exactly once. It tells what it does in lines of JSON, without what mail says.
    """
    from brickwall.daemon.run import run as run_daemon
    from brickwall.paths import home

    run_daemon(home(), echo=(lambda _: None) if quiet else click.echo)


@command.command("work", hidden=True)
@click.argument("task", type=click.Choice(TASKS))
def work(task: str) -> int:
    """Do one piece of work; for the daemon alone."""
    from brickwall.daemon.work import run as run_work

    return run_work(task)
