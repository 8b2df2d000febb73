"""All commands that anybody is to know, with their options."""

from __future__ import annotations

import click

from brickwall.cli import COMMANDS, main


def every_command() -> dict[str, click.Command]:
    """All commands and subcommands that anybody is to know, by their words."""
    found: dict[str, click.Command] = {}
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        assert command is not None
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {n}": sub for n, sub in command.commands.items() if not sub.hidden}
    return found


EVERY = every_command()


def options(command: click.Command) -> set[str]:
    """The long options of a command."""
    return {
        option
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
        for option in (*parameter.opts, *parameter.secondary_opts)
        if option.startswith("--")
    }
