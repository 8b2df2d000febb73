"""How one value of the configuration is read: each reader returns it, or says what would be
allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class NotAllowedError(ValueError):
    """One value that is not allowed; the message says what would be."""


def text(value: object) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise NotAllowedError("must be a text in quotes")
    return value.strip()


def texts(value: object) -> tuple[str, ...]:
    """A list of texts; empty ones are left out."""
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise NotAllowedError('must be a list of texts, like ["a", "b"]')
    return tuple(entry.strip() for entry in value if entry.strip())


def addresses(value: object) -> tuple[str, ...]:
    """Addresses, or domains with an @ in front, in small letters."""
    return _each(value, r"[^@\s]*@[^@\s]+", "name@example.com or @example.com")


def mailboxes(value: object) -> tuple[str, ...]:
    """Whole addresses, in small letters."""
    return _each(value, r"[^@\s,;<>]+@[^@\s,;<>]+", "name@example.com")


def _each(value: object, form: str, example: str) -> tuple[str, ...]:
    entries = texts(value)
    for entry in entries:
        if not re.fullmatch(form, entry):
            raise NotAllowedError(f'"{entry}" is not an address ({example})')
    return tuple(entry.lower() for entry in entries)


def zone(value: object) -> str:
    """The name of a time zone that this machine knows."""
    name = text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise NotAllowedError(
            f'"{name}" is not a time zone; write one like "Europe/Berlin"'
        ) from None
    return name


def time_of_day(value: object) -> time:
    """A time of day, written as a text or as TOML's own kind of time."""
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    if isinstance(value, str) and re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value.strip()):
        hour, minute = value.split(":")
        return time(int(hour), int(minute))
    raise NotAllowedError('must be a time of day, like "07:00"')


def choice(*words: str) -> Callable[[object], str]:
    """One of ``words``; large letters do not matter."""

    def read(value: object) -> str:
        word = value.strip().lower() if isinstance(value, str) else value
        if word not in words:
            raise NotAllowedError("must be one of " + ", ".join(f'"{word}"' for word in words))
        return str(word)

    return read


def switch(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise NotAllowedError("must be true or false")
    return value


def endpoint(value: object) -> str:
    """An address of a provider; without TLS only on this very machine."""
    address = web_address(value)
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname not in THIS_MACHINE:
        raise NotAllowedError("must begin with https://")
    return address


def web_address(value: object) -> str:
    """A web address without name and password."""
    address = text(value).rstrip("/")
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        usable = False
    if not usable:
        raise NotAllowedError('must be an address like "https://example.com"')
    if parts.username or parts.password:
        raise NotAllowedError("may hold no name or password")
    return address


def host(value: object) -> str:
    """The name of a server, without a port."""
    name = text(value).lower()
    if not re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]+", name):
        raise NotAllowedError('must be the name of a server, like "smtp.example.com"')
    return name


def file(value: object) -> str:
    """The path of a file that is there."""
    path = Path(text(value)).expanduser()
    if not path.is_file():
        raise NotAllowedError(f'"{path}" is not a file')
    return str(path)


def number(low: float, high: float) -> Callable[[object], float]:
    """A number between ``low`` and ``high``."""

    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise NotAllowedError("must be a number")
        if not low <= value <= high:
            raise NotAllowedError(f"must lie between {low:g} and {high:g}")
        return float(value)

    return read


def whole(low: int, high: int) -> Callable[[object], int]:
    """A whole number between ``low`` and ``high``."""
    inner = number(low, high)

    def read(value: object) -> int:
        if inner(value) != int(inner(value)):
            raise NotAllowedError("must be a whole number")
        return int(inner(value))

    return read
