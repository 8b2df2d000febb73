"""``brickwall config``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from brickwall.paths import Home

#: Version of the JSON; a new field does not change it.
VERSION = 1


@click.group("config", epilog="Example: brickwall config check")
def command() -> None:
    """The configuration file: whether it is right, and where it is."""


@command.command("check", epilog="Examples: brickwall config check · brickwall config check --json")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def check(as_json: bool) -> int:
    """Tell all problems of the configuration at once, each with its line.

    Ends with exit code 10 where there are any.
    """
    from brickwall.cli.talk import say
    from brickwall.paths import home
    from store.errors import ConfigurationError

    place = home()
    found = problems(place)
    if as_json:
        tree = {"version": VERSION, "path": str(place.config_file), "problems": found}
        click.echo(json.dumps(tree, indent=2, ensure_ascii=False))
    elif found:
        say(f"{place.config_file} has {len(found)} problem{'s' * (len(found) > 1)}:")
        for problem in found:
            say(f"  {problem}")
        say("Correct these lines; what is left out is as by default.")
    elif place.config_file.exists():
        say(f"{place.config_file} is in order.")
    else:
        say(f"{place.config_file} does not exist: everything is as by default.")
        say("`brickwall init` writes one.")
    return ConfigurationError.exit_code if found else 0


@command.command("path", epilog='Example: nano "$(brickwall config path)"')
def path() -> None:
    """Where the configuration file is, or would be."""
    from brickwall.paths import home

    click.echo(home().config_file)


def problems(place: Home) -> list[str]:
    """Everything that is wrong with the configuration of ``place``, in words with lines."""
    from brickwall.config import ConfigProblemsError, line_of
    from brickwall.workspace import configured
    from store.errors import ConfigurationError

    try:
        config = configured(place)
    except ConfigProblemsError as error:
        return list(error.problems)
    except ConfigurationError as error:
        return [error.cause]
    via = config.digest.via
    if via in ("auto", "smtp") or _is_account(place, via):
        return []
    line = line_of("digest.via", place.config_file.read_text(encoding="utf-8-sig"))
    return [f'line {line}: digest.via "{via}" is no connected account']


def _is_account(place: Home, name: str) -> bool:
    from brickwall.accounts import Accounts, account_id

    accounts = Accounts(place.accounts).all()
    return any(name.lower() in (a.name, account_id(a), *a.addresses) for a in accounts)
