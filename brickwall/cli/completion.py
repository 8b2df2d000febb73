"""``brickwall completion``."""

from __future__ import annotations

import os
from typing import ClassVar

import click
from click.shell_completion import (
    CompletionItem,
    ShellComplete,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

_POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $tree, $position)
    $line = $tree.ToString().PadRight($position).Substring(0, $position)
    $env:COMP_WORDS = $line
    $env:COMP_CWORD = $word
    $env:%(complete_var)s = "powershell_complete"
    %(prog_name)s | ForEach-Object {
        $value, $help = $_ -split "`t", 2
        if (-not $help) { $help = $value }
        $kind = "ParameterValue"
        [System.Management.Automation.CompletionResult]::new($value, $value, $kind, $help)
    }
    $env:COMP_WORDS = $env:COMP_CWORD = $env:%(complete_var)s = $null
}
"""


@add_completion_class
class PowerShell(ShellComplete):
    """What click lacks: completion in PowerShell."""

    name: ClassVar[str] = "powershell"
    source_template: ClassVar[str] = _POWERSHELL

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is being written, and that one."""
        words = split_arg_string(os.environ["COMP_WORDS"])[1:]
        begun = os.environ.get("COMP_CWORD", "")
        return (words[:-1] if begun and words and words[-1] == begun else words), begun

    def format_completion(self, item: CompletionItem) -> str:
        """One line: what is offered, and its help."""
        return f"{item.value}\t{item.help or ''}"


@click.command(
    "completion", epilog="Example: brickwall completion bash > brickwall-completion.bash"
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", "powershell"]))
def command(shell: str) -> None:
    """Print what completes commands and options in SHELL; docs/commands.md tells where it goes."""
    from brickwall.cli import COMPLETE, main

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(main, {}, "brickwall", COMPLETE).source().rstrip())
