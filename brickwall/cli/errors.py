"""The one place that turns errors into words and exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable

import click

from brickwall.redact import redact
from store.errors import BrickwallError

INTERRUPTED = 130
UNEXPECTED = 1
_STOPPED = "Interrupted. What was read so far is kept; run the same command to go on."


def exit_code(action: Callable[[], object]) -> int:
    """Run ``action``; what went wrong is said in one or two lines on standard error.

    0 done · 1 unexpected · 2 usage · 3 a file or account failed, the rest is done ·
    10 configuration or store · 11 another brickwall is at work · 12 sign-in needed ·
    130 interrupted.
    """
    try:
        result = action()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt) as stop:
        _say(str(stop) or _STOPPED)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrickwallError as error:
        _show(error)
        return error.exit_code
    except BrokenPipeError:
        _forget_output()
        return 0
    except Exception as error:  # the last line of defence: no traceback reaches a user
        return _unexpected(error)
    return result if isinstance(result, int) else 0


def _show(error: BrickwallError) -> None:
    if "--debug" in sys.argv:
        _say(traceback.format_exc().rstrip())
    _say(f"Error: {error.cause}")
    if error.remedy:
        _say(error.remedy)


def _unexpected(error: Exception) -> int:
    if "--debug" in sys.argv:
        _say(traceback.format_exc().rstrip())
    _say(f"Error: something unexpected happened ({type(error).__name__}: {_brief(error)}).")
    _say("Nothing was lost. Run `brickwall --debug ...` for the details and report them.")
    return UNEXPECTED


def _brief(error: Exception) -> str:
    line = " ".join(str(error).split())
    return line if len(line) <= 200 else line[:199] + "…"


def _say(line: str) -> None:
    shown = (c if c.isprintable() or c == "\n" else "�" for c in redact(line))
    click.echo("".join(shown), err=True)


def _forget_output() -> None:
    """Standard output is gone (``| head``): keep the interpreter from complaining at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
