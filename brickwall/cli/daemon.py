"""``brickwall daemon``."""

from __future__ import annotations

import click

TASKS = ("sync", "digest", "brief", "upkeep")


@click.group("daemon", epilog="Start it once for all: brickwall daemon install")
def command() -> None:
    """Sync and digest by themselves, in the background."""


@command.command("run", epilog="Example: brickwall daemon run (Ctrl-C ends it)")
@click.option("--quiet", is_flag=True, help="Write to the log only.")
@click.option("--home", "moved", metavar="FOLDER", help="As if BRICKWALL_HOME named this folder.")
def run(quiet: bool, moved: str | None) -> None:
    """Be the background program, until it is ended.

    Syncs every few minutes, mails the digest every week and the briefs, if you want them, every
    morning, each exactly once. It tells what it does in lines of JSON, without what mail says.
    """
    import os

    from brickwall.daemon.run import run as run_daemon
    from brickwall.paths import home

    if moved:
        os.environ["BRICKWALL_HOME"] = moved  # the working processes inherit it

    run_daemon(home(), echo=(lambda _: None) if quiet else click.echo)


@command.command("install", epilog="Example: brickwall daemon install")
def install() -> None:
    """Let it run in the background from now on, as you, without an administrator's rights.

    A unit of systemd --user, a LaunchAgent of macOS, or a task of Windows that begins when you sign
    in. Doing it again replaces it.
    """
    from brickwall.cli.talk import say
    from brickwall.daemon import installing
    from brickwall.paths import home
    from brickwall.workspace import configured

    configured(home())  # mistakes are told now, not in a log
    service = installing.here()
    installing.install(service)
    say(f"Installed: {service.path}")
    say("It syncs and sends the digest by itself from now on: brickwall daemon status")
    if service.hint:
        say(service.hint)


@command.command("uninstall", epilog="Example: brickwall daemon uninstall")
def uninstall() -> None:
    """End it and take the service back; mail, settings and log stay."""
    from brickwall.cli.talk import say
    from brickwall.daemon import installing

    service = installing.here()
    there = installing.uninstall(service)
    say(f"Uninstalled: {service.path}" if there else "It was not installed.")


@command.command(
    "status", epilog="Examples: brickwall daemon status · brickwall daemon status --json"
)
@click.option("--json", "as_json", is_flag=True, help="For programs: docs/daemon.md.")
def status(as_json: bool) -> None:
    """Whether it runs, what it did last, and what comes next."""
    import json

    from brickwall.cli.talk import say
    from brickwall.daemon import installing
    from brickwall.daemon import status as standing
    from brickwall.paths import home
    from brickwall.workspace import configured, now

    place = home()
    found = standing.status(place, configured(place), installing.here().path, now())
    if as_json:
        click.echo(json.dumps(standing.as_tree(found), indent=2, ensure_ascii=False))
        return
    for line in standing.as_lines(found):
        say(line)


@command.command("work", hidden=True)
@click.argument("task", type=click.Choice(TASKS))
def work(task: str) -> int:
    """Do one piece of work; for the daemon alone."""
    from brickwall.daemon.work import run as run_work

    return run_work(task)
