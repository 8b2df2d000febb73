"""The clipboard, by the program that each desktop has for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from store.errors import InputError

_SECONDS: Final = 10
_REMEDY: Final = "Copy the text from the terminal, or leave it among your drafts with --save."


class _Way(NamedTuple):
    """A program that takes the text on its input, and how it wants it encoded."""

    command: tuple[str, ...]
    encoding: str = "utf-8"


#: Windows reads what has a byte order mark as what it is, all else in its old code page.
_WINDOWS: Final = _Way(("clip.exe",), "utf-16")
_MAC: Final = _Way(("pbcopy",))
_WAYLAND: Final = _Way(("wl-copy",))
_X11: Final = (_Way(("xclip", "-selection", "clipboard")), _Way(("xsel", "--clipboard", "--input")))


def copy(text: str) -> None:
    """Put ``text`` into the clipboard.

    Raises ``InputError`` where no program for it is installed, or it fails.
    """
    ways = list(_ways(sys.platform, os.environ))
    found = next((way for way in ways if shutil.which(way.command[0])), None)
    if found is None:
        names = " or ".join(dict.fromkeys(way.command[0] for way in ways))
        missing = f"{names} is not installed" if names else "this is no desktop"
        raise InputError(f"Nothing can be copied to the clipboard: {missing}", _REMEDY)
    _run(found, text)


def _ways(platform: str, environment: Mapping[str, str]) -> Iterator[_Way]:
    """The programs to try, the best first."""
    if platform == "win32":
        yield _WINDOWS
    elif platform == "darwin":
        yield _MAC
    else:
        if environment.get("WAYLAND_DISPLAY"):
            yield _WAYLAND
        if environment.get("DISPLAY"):
            yield from _X11
        if environment.get("WSL_DISTRO_NAME"):
            yield _WINDOWS


def _run(way: _Way, text: str) -> None:
    """Run it; its outputs are closed, since some live on to serve what they hold."""
    environment = {**os.environ, "LC_CTYPE": "UTF-8"} if way is _MAC else None
    try:
        subprocess.run(  # noqa: S603 - fixed names, the text goes to its input
            way.command,
            input=text.encode(way.encoding),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=_SECONDS,
            env=environment,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise InputError(
            f"Nothing was copied to the clipboard: {way.command[0]} failed", _REMEDY
        ) from error
