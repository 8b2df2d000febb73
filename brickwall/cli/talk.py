"""Talking with the user while an account is connected: lines, questions, passwords, the browser."""

from __future__ import annotations

import os
import sys

import click

from brickwall.redact import remember
from brickwall.tools import Talk
from store.errors import SignInError


def talk() -> Talk:
    """Talks at the terminal; where there is none, a password may come as a line of the input."""
    return Talk(say=say, ask=ask, ask_secret=ask_secret, browse=browse)


def say(line: str) -> None:
    """Show a line, without anything that could steer the terminal."""
    click.echo("".join(c if c.isprintable() else "�" for c in line))


def ask(question: str) -> str:
    """The answer to a question. Raises ``SignInError`` where nobody can be asked."""
    if not sys.stdin.isatty():
        raise _nobody(question)
    answer: str = click.prompt(question, err=True)
    return answer.strip()


def agree(question: str) -> None:
    """Ask before something is deleted or replaced. Raises ``click.Abort`` without a yes."""
    try:
        agreed = click.confirm(question)
    except click.Abort:  # interrupted, or nobody can be asked
        click.echo("")
        agreed = False
    if not agreed:
        raise click.Abort("Nothing was changed.")


def ask_secret(question: str) -> str:
    """A password, not shown. Raises ``SignInError`` where nobody can be asked."""
    if sys.stdin.isatty():
        secret: str = click.prompt(question, hide_input=True, err=True)
    else:
        secret = sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise _nobody(question)
    remember([secret])
    return secret


def _nobody(question: str) -> SignInError:
    return SignInError(
        f"Nobody can be asked: {question}", "Run the command in a terminal, and try again."
    )


def browse(address: str) -> bool:
    """Open an address in the browser; whether there is one."""
    if not has_screen():
        return False
    import webbrowser

    try:
        return webbrowser.open(address)
    except webbrowser.Error:
        return False


def has_screen() -> bool:
    """Whether this is a desktop."""
    return sys.platform in ("win32", "darwin") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
