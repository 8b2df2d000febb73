"""How connecting an account looks at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from brickwall import providers
from brickwall.accounts import Accounts
from brickwall.cli.logs import handled
from brickwall.cli.talk import say, talk
from brickwall.connecting import as_before, connect, no_one_to_choose, opened_vault
from brickwall.paths import Home
from brickwall.posting import keep_smtp
from brickwall.providers import Account, Connection, Request, connect_again
from brickwall.tools import Toolbox
from brickwall.vault_keys import PASSPHRASE, Choice, Keys
from brickwall.workspace import Workspace, now, opened
from reports import escape


def run_connect(request: Request, key_file: Path | None, *, headers_only: bool | None) -> int:
    """Tell what will be read, sign in, and tell what was found. Returns the exit code.

    What ``request`` leaves open, and ``headers_only``, is as before.
    """
    with live() as (workspace, toolbox, keys):
        known = Accounts(workspace.home.accounts).all()
        request = as_before(request, known, headers_only=headers_only)
        say("Once you have signed in, brickwall reads:")
        for line in providers.load(request.provider).reads(request):
            say(line)
        say("")
        vault = opened_vault(workspace.home.vault, keys, key_file, lambda: _choice(workspace.home))
        account, connection = connect(request, toolbox, vault, workspace.database)
    for line in _told(account, connection, request):
        say(line)
    return 0


def run_connect_smtp(key_file: Path | None, auth: str) -> int:
    """Ask for what signs in to the configured SMTP server, try it, and keep it.

    ``auth``: password, or whose page in the browser signs in (google | microsoft).
    """
    with live() as (workspace, toolbox, keys):
        vault = opened_vault(workspace.home.vault, keys, key_file, lambda: _choice(workspace.home))
        keep_smtp(toolbox, vault, auth)
        smtp = workspace.config.smtp
    say(f"{escape.line(smtp.host)} takes mail of {escape.line(smtp.user)}.")
    say("Now run `brickwall digest --send`.")
    return 0


@contextmanager
def live(*, must_exist: bool = False) -> Iterator[tuple[Workspace, Toolbox, Keys]]:
    """The workspace, and what is needed to reach accounts; ``must_exist``: see ``opened``."""
    spoken = talk()
    with handled(debug="--debug" in sys.argv), opened(must_exist=must_exist) as workspace:
        toolbox = Toolbox(workspace.home, workspace.config, spoken, now)
        yield workspace, toolbox, Keys(spoken.ask_secret)


def _choice(home: Home) -> Choice:
    """Ask where the key of the vault is to be, where there is no keyring."""
    if not sys.stdin.isatty():
        return no_one_to_choose()
    path = home.config / "vault.key"
    say("This computer has no keyring for the key that encrypts what you sign in with. Choose:")
    say(f"  1. a passphrase, asked for at every sync (unless it is in {PASSPHRASE})")
    say(f"  2. a file that only you can read: {path}")
    say("  3. neither: stop")
    answer = click.prompt("1, 2 or 3", type=click.Choice(["1", "2", "3"]), show_choices=False)
    if answer == "3":
        raise click.Abort
    return Choice("passphrase") if answer == "1" else Choice("file", path)


def _told(account: Account, connection: Connection, request: Request) -> Iterator[str]:
    """What was found and what comes next."""
    yield f"Connected: {escape.line(account.name)} ({account.provider})."
    others = [escape.line(a) for a in account.addresses if a != account.name]
    if others:
        yield f"Also yours: {', '.join(others)}"
    yield f"Time zone: {escape.line(account.zone)}"
    yield from connection.notes
    for feature in sorted(request.features - account.granted):
        yield (
            f"You did not allow: {feature}. All else works; to allow it later: "
            f"{connect_again(account, feature)}"
        )
    yield "Now run `brickwall sync`."
