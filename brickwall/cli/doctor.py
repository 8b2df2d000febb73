"""``brickwall doctor``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from brickwall.config import Config
    from brickwall.daemon.past import Memory
    from brickwall.doctor import Finding
    from brickwall.paths import Home
    from store.database import Database

#: Version of the JSON; a new field does not change it.
VERSION: Final = 1
_SIGNS: Final = {"ok": "ok     ", "warning": "warning", "error": "ERROR  "}


@click.command("doctor", epilog="Examples: brickwall doctor · brickwall doctor --json")
@click.option("--json", "as_json", is_flag=True, help="For programs: docs/doctor.md.")
@click.option("--retry", is_flag=True, help="First try again what could not be read before.")
def command(as_json: bool, retry: bool) -> int:
    """What is wrong and what to do about it: accounts, vault, store, disk, clock, daemon, digest.

    Ends with 0 without errors; else 10 (configuration or store), 12 (sign-in needed), 3 (others).
    Warnings alone end with 0.
    """
    from dataclasses import asdict

    from brickwall.cli.talk import say
    from brickwall.doctor import exit_code

    if retry:
        from brickwall.cli.syncing import run_sync

        run_sync("", allow_mass_removal=False, retry_quarantined=True)
    findings = list(_findings())
    code = exit_code(findings)
    if as_json:
        listed = [asdict(one) for one in findings]
        tree = {"version": VERSION, "exit_code": code, "findings": listed}
        click.echo(json.dumps(tree, indent=2, ensure_ascii=False))
        return code
    for one in findings:
        say(f"{_SIGNS[one.level]}  {one.area}: {one.what}")
        if one.remedy:
            say(f"         {one.remedy}")
    return code


def _findings() -> Iterator[Finding]:
    """Everything that is found, also where the configuration cannot be read."""
    from brickwall import doctor
    from brickwall.cli.config import problems
    from brickwall.config import Config
    from brickwall.daemon import installing, past
    from brickwall.paths import home
    from brickwall.workspace import configured

    place = home()
    wrong = problems(place)
    unreadable = [problem for problem in wrong if "digest.via" not in problem]
    config = Config() if unreadable else configured(place)
    memory = past.load(place.daemon_memory)
    yield from doctor.configuration(place, wrong)
    yield from doctor.disk(place)
    yield from doctor.store(place)
    yield from _of_accounts(place, config, memory)
    yield from doctor.daemon(place, memory, installed=installing.here().path.exists())


def _of_accounts(place: Home, config: Config, memory: Memory) -> Iterator[Finding]:
    """What needs the accounts and the store; one that cannot be opened was told before."""
    from brickwall import doctor
    from brickwall.accounts import Accounts
    from brickwall.cli.talk import ask_secret
    from brickwall.vault_keys import Keys
    from brickwall.workspace import now
    from store import database
    from store.errors import BrickwallError
    from store.overview import overview

    at = now()
    try:
        connected = Accounts(place.accounts).all()
    except BrickwallError as error:
        yield doctor.of_error("accounts", error)
        return
    yield from doctor.vault(connected, config.smtp, lambda: Keys(ask_secret).open(place.vault))
    with ExitStack() as stack:
        kept: Database | None = None
        with suppress(BrickwallError):
            if place.database.exists():
                kept = stack.enter_context(database.open(place.database))
        states = overview(kept) if kept else []
        yield from doctor.accounts(connected, states, memory, at)
        yield from doctor.clock(states, memory, at)
        yield from doctor.delivery(config, memory, connected, kept, at)
