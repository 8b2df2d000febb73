"""The configuration file: TOML, every key optional, all problems told at once with their lines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analyzer.settings import Settings
from brickwall.endpoints import Endpoints
from store.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Config:
    """What the user set. ``settings`` is all that judgement sees of it, ``endpoints`` all that
    the live accounts see.
    """

    addresses: tuple[str, ...] = ()
    zone: str = "UTC"
    internal: str = "drop"
    keep_text: bool = True
    excluded_addresses: tuple[str, ...] = ()
    excluded_labels: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    endpoints: Endpoints = field(default_factory=Endpoints)


_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class _NotAllowedError(ValueError):
    """One value that is not allowed; the message says what would be."""


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _NotAllowedError("must be a text in quotes")
    return value.strip()


def _addresses(value: object) -> tuple[str, ...]:
    entries = _texts(value)
    for entry in entries:
        if not re.fullmatch(r"[^@\s]*@[^@\s]+", entry):
            raise _NotAllowedError(
                f'"{entry}" is not an address (name@example.com or @example.com)'
            )
    return tuple(entry.lower() for entry in entries)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise _NotAllowedError('must be a list of texts, like ["a", "b"]')
    return tuple(entry.strip() for entry in value if entry.strip())


def _zone(value: object) -> str:
    name = _text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _NotAllowedError(
            f'"{name}" is not a time zone; write one like "Europe/Berlin"'
        ) from None
    return name


def _choice(*words: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in words:
            raise _NotAllowedError("must be one of " + ", ".join(f'"{word}"' for word in words))
        return str(value)

    return read


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise _NotAllowedError("must be true or false")
    return value


def _endpoint(value: object) -> str:
    """An address of a provider; without TLS only on this very machine."""
    address = _web_address(value)
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname not in _THIS_MACHINE:
        raise _NotAllowedError("must begin with https://")
    return address


def _web_address(value: object) -> str:
    address = _text(value).rstrip("/")
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        usable = False
    if not usable:
        raise _NotAllowedError('must be an address like "https://example.com"')
    if parts.username or parts.password:
        raise _NotAllowedError("may hold no name or password")
    return address


def _file(value: object) -> str:
    path = Path(_text(value)).expanduser()
    if not path.is_file():
        raise _NotAllowedError(f'"{path}" is not a file')
    return str(path)


def _number(low: float, high: float) -> Callable[[object], float]:
    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _NotAllowedError("must be a number")
        if not low <= value <= high:
            raise _NotAllowedError(f"must lie between {low:g} and {high:g}")
        return float(value)

    return read


#: Every key of the file: how it is read. Documented in docs/configuration.md (a test compares).
KEYS: Final[dict[str, Callable[[object], Any]]] = {
    "me.addresses": _addresses,
    "me.zone": _zone,
    "privacy.internal": _choice("drop", "keep"),
    "privacy.text": _choice("keep", "labels"),
    "exclude.addresses": _addresses,
    "exclude.labels": _texts,
    "money.hourly_rate": _number(0, 100_000),
    "money.currency": _text,
    "judge.late_notice_hours": _number(1, 24 * 14),
    "google.auth_endpoint": _endpoint,
    "google.token_endpoint": _endpoint,
    "google.revoke_endpoint": _endpoint,
    "google.gmail_endpoint": _endpoint,
    "google.calendar_endpoint": _endpoint,
    "google.meet_endpoint": _endpoint,
    "google.units_per_minute": _number(100, 1_000_000),
    "microsoft.authority": _endpoint,
    "microsoft.graph_endpoint": _endpoint,
    "microsoft.check_authority": _switch,
    "exchange.authority": _endpoint,
    "network.proxy": _web_address,
    "network.ca_file": _file,
    "network.timeout_seconds": _number(1, 3600),
}


def load(path: Path, *, local_zone: Callable[[], str]) -> Config:
    """The configuration at ``path``; all defaults where there is no file.

    ``local_zone`` names the machine's zone and is asked only when the file names none.
    Raises ``ConfigurationError`` with every problem and its line.
    """
    values = _read(path) if path.exists() else {}
    zone = values.get("me.zone") or local_zone()
    internal = values.get("privacy.internal", "drop")
    excluded = values.get("exclude.addresses", ())
    defaults = Settings()
    return Config(
        addresses=values.get("me.addresses", ()),
        zone=zone,
        internal=internal,
        keep_text=values.get("privacy.text", "keep") == "keep",
        excluded_addresses=excluded,
        excluded_labels=values.get("exclude.labels", ()),
        settings=Settings(
            zone=zone,
            internal=internal,
            hourly_rate=values.get("money.hourly_rate", defaults.hourly_rate),
            currency=values.get("money.currency", defaults.currency),
            late_notice_hours=values.get("judge.late_notice_hours", defaults.late_notice_hours),
            excluded_addresses=frozenset(excluded),
        ),
        endpoints=_endpoints(values),
    )


def _endpoints(values: dict[str, Any]) -> Endpoints:
    """The defaults, with what the file sets in their place."""
    defaults = Endpoints()
    sections = {}
    for section in fields(defaults):
        before = getattr(defaults, section.name)
        keys = {field.name: f"{section.name}.{field.name}" for field in fields(before)}
        told = {name: values[key] for name, key in keys.items() if key in values}
        sections[section.name] = replace(before, **told)
    return Endpoints(**sections)


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        tree = tomllib.loads(text)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}", "Check the file's rights."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path} is not valid TOML: {error}", "Correct the line named."
        ) from error
    values, problems = _check(_flatten(tree), text)
    if problems:
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise ConfigurationError(
            f"{path} has {len(problems)} problem{'s' * (len(problems) > 1)}:\n{listed}",
            "All keys are explained in docs/configuration.md.",
        )
    return values


def _flatten(tree: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for section, entries in tree.items():
        if isinstance(entries, dict):
            flat.update({f"{section}.{key}": value for key, value in entries.items()})
        else:
            flat[section] = entries
    return flat


def _check(flat: dict[str, Any], text: str) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    problems: list[tuple[int, str]] = []
    for key, value in flat.items():
        line = _line(key, text)
        if key not in KEYS:
            problems.append((line, f"line {line}: {key} is not a known key{_nearest(key)}"))
            continue
        try:
            values[key] = KEYS[key](value)
        except _NotAllowedError as problem:
            problems.append((line, f"line {line}: {key} {problem}"))
    return values, [words for _, words in sorted(problems)]


def _nearest(key: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(key, KEYS, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _line(key: str, text: str) -> int:
    """The line where ``section.key`` stands; 1 when it cannot be found."""
    section, _, name = key.rpartition(".")
    bare = re.compile(rf"\s*\"?{re.escape(name)}\"?\s*=")
    dotted = re.compile(rf"\s*{re.escape(key)}\s*=")
    current = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+([^\]]+)\]", line):
            current = header[1].strip()
        elif dotted.match(line) or (current == section and bare.match(line)):
            return number
    return 1
