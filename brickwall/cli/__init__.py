"""The command line: one group, commands loaded only when they are called."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Final

import click

from brickwall import __version__

#: Where a shell says that it asks for completions.
COMPLETE: Final = "_BRICKWALL_COMPLETE"

#: command -> one line of help. Each lives in the module of its name (``import`` in ``import_``).
COMMANDS: Final = {
    "demo": "A made-up rep's year: import, analyse, report, page. No account needed.",
    "init": "A guided start: who you are, where your mail is, when the digest comes.",
    "import": "Read mail, calendar and deal files into the store.",
    "connect": "Sign in to Gmail, Microsoft 365, Exchange, IMAP or CalDAV.",
    "accounts": "The connected accounts: what is read, how fresh it is, what is wrong.",
    "sync": "New mail and calendar changes of all connected accounts.",
    "disconnect": "Take the access to an account back and forget its sign-in.",
    "report": "The brick-wall report of a week.",
    "digest": "The weekly mail to you: look at it, or send it.",
    "contact": "One person: timeline, reasons, evidence, hours.",
    "brief": "Before meetings: who comes, the history, what is open, the risk.",
    "case": "One page about one person for the boss: value, hours, dated facts.",
    "backtest": "How right all of this would have been on your own history.",
    "mirror": "The same rules applied to you; private.",
    "contacts": "Who is judged, who is not, and who is in doubt.",
    "mark": "Tell brickwall what it cannot know.",
    "park": "Leave somebody alone until a day, or until something has happened.",
    "draft": "A short text to a contact, for you to send.",
    "daemon": "Sync and digest by themselves, in the background.",
    "forget": "Delete a person everywhere on this machine, for good.",
    "export": "Everything that is known of a person, as a file.",
    "purge": "Delete old texts, or everything that brickwall holds.",
    "doctor": "What is wrong on this machine, and what to do about it.",
    "completion": "Completion of commands and options for your shell.",
    "config": "The configuration file: whether it is right, and where it is.",
}


class _Lazy(click.Group):
    """A group that imports a command's module only to run it, so that ``--help`` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        module = import_module(
            f"brickwall.cli.{name}_" if name == "import" else f"brickwall.cli.{name}"
        )
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Everything stays on this machine. BRICKWALL_HOME moves configuration and data.",
)
@click.version_option(__version__, prog_name="brickwall")
@click.option("--debug", is_flag=True, help="Show a traceback when something unexpected happens.")
def main(debug: bool) -> None:
    """Tell a sales rep whom they are wasting their time on, how that is known, what to do."""


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code; every error becomes words here."""
    from brickwall.cli.errors import exit_code

    if os.environ.get(COMPLETE, "").startswith("powershell"):
        import_module("brickwall.cli.completion")  # click knows the other shells by itself
    return exit_code(
        lambda: main.main(
            args=arguments, prog_name="brickwall", complete_var=COMPLETE, standalone_mode=False
        )
    )
