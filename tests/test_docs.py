"""A command or an option that nobody can read about does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from brickwall.cli import COMMANDS, main

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
#: Commands all of whose options are explained in docs/accounts.md or docs/privacy.md.
LIVE = ("connect", "sync", "accounts", "disconnect")


def options(command: click.Command) -> set[str]:
    """The long options of a command and of its subcommands."""
    found = {
        option
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option.startswith("--")
    }
    if isinstance(command, click.Group):
        found |= {o for sub in command.commands.values() for o in options(sub)}
    return found


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_documented(name: str) -> None:
    """In the README or in docs/."""
    assert f"brickwall {name}" in TEXT


@pytest.mark.parametrize("name", LIVE)
def test_every_option_of_the_commands_for_accounts_is_documented(name: str) -> None:
    """Also how a password is given, which is none."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    unknown = [o for o in sorted(options(command)) if not re.search(rf"{o}(?![\w-])", TEXT)]
    assert unknown == []


def test_every_provider_has_a_chapter() -> None:
    """The help of `connect` leads there."""
    from brickwall.cli.connect import command

    chapters = (ROOT / "docs" / "accounts.md").read_text(encoding="utf-8")
    for name in command.commands:
        assert f"brickwall connect {name}" in chapters


def test_every_right_that_is_asked_for_is_documented() -> None:
    """What stands in the consent page stands in docs/accounts.md."""
    from ingest import google_auth, microsoft_auth

    text = (ROOT / "docs" / "accounts.md").read_text(encoding="utf-8")
    for headers_only in (True, False):
        for auth in (google_auth, microsoft_auth):
            features = frozenset(auth.FEATURES)
            asked = auth.scopes(headers_only=headers_only, features=features)
            assert [s for s in asked if f"`{s.rpartition('/')[2]}`" not in text] == []
