"""Where a rendered report goes: the terminal, a private file, the browser."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from brickwall.paths import write_private
from store.errors import StoreError

if TYPE_CHECKING:
    from reports.model import Report


def coloured() -> bool:
    """Whether to use colour: only for a person at a terminal who has not set ``NO_COLOR``."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def width() -> int:
    """Columns to write in: the terminal's, or 100 when piped."""
    from shutil import get_terminal_size

    return max(40, get_terminal_size((100, 24)).columns)


def rendered(view: Report, form: str, *, to_file: bool = False) -> str:
    """The report in one form: text | html | json | csv | md."""
    if form == "html":
        from reports import page

        return page.render(view)
    if form == "json":
        from reports import json_report

        return json_report.render(view)
    if form in ("csv", "md"):
        from reports import tables

        return tables.csv(view) if form == "csv" else tables.markdown(view)
    from reports import terminal

    return terminal.render(view, width(), colour=coloured() and not to_file)


def deliver(text: str, path: Path | None, *, show: bool | None) -> None:
    """Print ``text``, or write it to ``path`` for the user alone and say where it is."""
    if path is None:
        click.echo(text.rstrip("\n"))
        return
    deliver_file(text, path)
    if show or (show is None and _at_a_desktop()):
        click.launch(path.resolve().as_uri())


def deliver_file(content: str | bytes, path: Path) -> None:
    """Write ``content`` to ``path`` for the user alone and say where it is."""
    try:
        write_private(path, content)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror}",
            "Name another place with --output, or make room.",
        ) from error
    click.echo(f"Written to {path}")


def _at_a_desktop() -> bool:
    """Whether opening a browser makes sense: a person at a terminal with a screen."""
    screen = sys.platform in ("win32", "darwin") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    return screen and sys.stdout.isatty()
