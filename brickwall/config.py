"""The configuration file: TOML, every key optional, all problems told at once with their lines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from analyzer.settings import Settings
from brickwall import values as v
from brickwall.endpoints import Endpoints
from brickwall.routine import SMTP_PORTS, WEEKDAYS, Brief, Daemon, Digest, Retention, Smtp
from store.errors import ConfigurationError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class Config:
    """What the user set. ``settings`` is all that judgement sees of it, ``endpoints`` all that
    the live accounts see; from ``digest`` on it is what brickwall does by itself.
    """

    addresses: tuple[str, ...] = ()
    zone: str = "UTC"
    internal: str = "drop"
    keep_text: bool = True
    excluded_addresses: tuple[str, ...] = ()
    excluded_labels: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    endpoints: Endpoints = field(default_factory=Endpoints)
    digest: Digest = field(default_factory=Digest)
    smtp: Smtp = field(default_factory=Smtp)
    daemon: Daemon = field(default_factory=Daemon)
    brief: Brief = field(default_factory=Brief)
    retention: Retention = field(default_factory=Retention)


class ConfigProblemsError(ConfigurationError):
    """The file holds what is not allowed. ``problems``: each with its line, in words."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        listed = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(
            f"{path} has {len(problems)} problem{'s' * (len(problems) > 1)}:\n{listed}",
            "Correct these lines; what is left out is as by default.",
        )
        self.problems = tuple(problems)


#: Every key of the file: how it is read. Documented in docs/configuration.md (a test compares).
KEYS: Final[dict[str, Callable[[object], Any]]] = {
    "me.addresses": v.addresses,
    "me.zone": v.zone,
    "privacy.internal": v.choice("drop", "keep"),
    "privacy.text": v.choice("keep", "labels"),
    "exclude.addresses": v.addresses,
    "exclude.labels": v.texts,
    "money.hourly_rate": v.number(0, 100_000),
    "money.currency": v.text,
    "judge.late_notice_hours": v.number(1, 24 * 14),
    "google.auth_endpoint": v.endpoint,
    "google.token_endpoint": v.endpoint,
    "google.revoke_endpoint": v.endpoint,
    "google.gmail_endpoint": v.endpoint,
    "google.calendar_endpoint": v.endpoint,
    "google.meet_endpoint": v.endpoint,
    "google.units_per_minute": v.number(100, 1_000_000),
    "microsoft.authority": v.endpoint,
    "microsoft.graph_endpoint": v.endpoint,
    "microsoft.check_authority": v.switch,
    "exchange.authority": v.endpoint,
    "network.proxy": v.web_address,
    "network.ca_file": v.file,
    "network.timeout_seconds": v.number(1, 3600),
    "digest.enabled": v.switch,
    "digest.to": v.mailboxes,
    "digest.day": v.choice(*WEEKDAYS),
    "digest.time": v.time_of_day,
    "digest.via": v.text,
    "digest.when_empty": v.choice("skip", "line"),
    "smtp.host": v.host,
    "smtp.port": v.whole(1, 65_535),
    "smtp.security": v.choice(*SMTP_PORTS),
    "smtp.user": v.text,
    "daemon.sync_minutes": v.whole(1, 24 * 60),
    "brief.mail": v.switch,
    "brief.time": v.time_of_day,
    "retention.text_days": v.whole(0, 36_500),
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
        digest=_section(Digest(to=_own_mailbox(values)), "digest", values),
        smtp=_smtp(values),
        daemon=_section(Daemon(), "daemon", values),
        brief=_section(Brief(), "brief", values),
        retention=_section(Retention(), "retention", values),
    )


Section = TypeVar("Section", bound="DataclassInstance")


def _section(defaults: Section, name: str, values: dict[str, Any]) -> Section:
    """``defaults``, with what the file sets in their place; an empty list sets nothing."""
    told = {field.name: values.get(f"{name}.{field.name}", ()) for field in fields(defaults)}
    return replace(defaults, **{key: value for key, value in told.items() if value != ()})


def _own_mailbox(values: dict[str, Any]) -> tuple[str, ...]:
    """The first own address, as whom the digest goes to; not a whole domain."""
    return tuple(a for a in values.get("me.addresses", ()) if not a.startswith("@"))[:1]


def _smtp(values: dict[str, Any]) -> Smtp:
    security = values.get("smtp.security", Smtp().security)
    return _section(Smtp(port=SMTP_PORTS[security]), "smtp", values)


def _endpoints(values: dict[str, Any]) -> Endpoints:
    """The defaults, with what the file sets in their place."""
    defaults = Endpoints()
    names = [field.name for field in fields(defaults)]
    return Endpoints(**{name: _section(getattr(defaults, name), name, values) for name in names})


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
        return checked(path, raw.decode("utf-8-sig"))
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}", "Check the file's rights."
        ) from error
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            f"{path} is not saved as UTF-8: line {line} holds a character of another encoding",
            "Open it in your editor and save it as UTF-8.",
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"{path} is not valid TOML: {error}", "Correct the line named."
        ) from error


def checked(path: Path, text: str) -> dict[str, Any]:
    """The values in ``text``, which stands in ``path`` or is to be written there.

    Raises ``ConfigProblemsError`` with every problem and its line.
    """
    values, problems = _check(_flatten(tomllib.loads(text)), text)
    if problems:
        raise ConfigProblemsError(path, problems)
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
        line = line_of(key, text)
        if key not in KEYS:
            problems.append((line, f"line {line}: {key} is not a known key{_nearest(key)}"))
            continue
        try:
            values[key] = KEYS[key](value)
        except v.NotAllowedError as problem:
            problems.append((line, f"line {line}: {key} {problem}"))
    for key, clash in _together(values):
        line = line_of(key, text)
        problems.append((line, f"line {line}: {key} {clash}"))
    return values, [words for _, words in sorted(problems)]


def _together(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is allowed one by one and not together."""
    bare = values.get("smtp.security") == "none"
    if bare and values.get("smtp.host", "localhost") not in v.THIS_MACHINE:
        yield "smtp.security", '"none" is allowed only for a server on this machine'
    if values.get("digest.via") == "smtp" and "smtp.host" not in values:
        yield "digest.via", 'is "smtp", but no smtp.host is set'


def _nearest(key: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(key, KEYS, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def line_of(key: str, text: str) -> int:
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
