"""``brickwall connect``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_HEADERS = click.option(
    "--headers-only/--with-texts",
    default=None,
    help="Read only who, when and subject, never the texts. Default: as before, else with texts.",
)
_ADDRESS = click.argument("address", default="")
_FEATURES = click.option(
    "--with",
    "features",
    multiple=True,
    type=click.Choice(["send", "drafts"]),
    help="Also ask for this right: send you the digest, leave drafts. Repeatable.",
)
_FEATURES_AND_CALLS = click.option(
    "--with",
    "features",
    multiple=True,
    type=click.Choice(["send", "drafts", "attendance"]),
    help="Also ask for this right: send you the digest, leave drafts, see who came to calls. "
    "Repeatable.",
)
_DRAFTS = click.option(
    "--with",
    "features",
    multiple=True,
    type=click.Choice(["drafts"]),
    help="Also allow this: leave drafts.",
)
_AUTH = click.option(
    "--auth",
    type=click.Choice(["password", "xoauth2"]),
    help="How to sign in. Default: as before, else password.",
)
_MAIL_AUTH = click.option(
    "--auth",
    type=click.Choice(["password", "google", "microsoft"]),
    help="How to sign in: with a password, or with Google or Microsoft in your browser. "
    "Default: as before, else password.",
)
_KEY_FILE = click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the vault's key in this file, which only you can read, not in the keyring.",
)
_USER = click.option(
    "--user", default="", help="The name to sign in with. Default: as before, else the address."
)


@click.group("connect", epilog="Example: brickwall connect gmail · then: brickwall sync")
def command() -> None:
    """Sign in to an account of yours; says beforehand what will be read and why.

    Passwords are asked for, never given on the command line.
    """


@command.command(
    "gmail", epilog="Example: brickwall connect gmail · once before: a client in credentials.json"
)
@_ADDRESS
@_HEADERS
@_FEATURES_AND_CALLS
@_KEY_FILE
def gmail(key_file: Path | None, **said: Any) -> int:
    """Gmail and Google Calendar, with your browser."""
    return _connect("gmail", key_file, said)


@command.command(
    "microsoft",
    epilog="Example: brickwall connect microsoft · once before: a client in credentials.json",
)
@_ADDRESS
@_HEADERS
@_FEATURES_AND_CALLS
@click.option(
    "--device-code", is_flag=True, help="Sign in on another device: no browser is needed here."
)
@_KEY_FILE
def microsoft(key_file: Path | None, **said: Any) -> int:
    """Microsoft 365: Outlook mail and calendar, with your browser."""
    return _connect("microsoft", key_file, said)


@command.command("exchange", epilog="Example: brickwall connect exchange ann@ours.example")
@_ADDRESS
@click.option(
    "--server",
    default="",
    help="Its name, like mail.ours.example. Default: as before, else found out.",
)
@_USER
@click.option(
    "--auth",
    type=click.Choice(["ntlm", "basic", "oauth"]),
    help="How to sign in. Default: as before, else ntlm.",
)
@_HEADERS
@_FEATURES
@_KEY_FILE
def exchange(key_file: Path | None, **said: Any) -> int:
    """An Exchange Server of your company: mail and calendar."""
    return _connect("exchange", key_file, said)


@command.command(
    "imap", epilog="Example: brickwall connect imap ann@ours.example --server imap.ours.example"
)
@_ADDRESS
@click.option(
    "--server", default="", metavar="HOST[:PORT]", help="The IMAP server. Default: as before."
)
@_USER
@_MAIL_AUTH
@click.option(
    "--security",
    type=click.Choice(["tls", "starttls", "none"]),
    help="How the connection is encrypted; none only for a server on this machine. "
    "Default: as before, else tls.",
)
@_HEADERS
@_DRAFTS
@_KEY_FILE
def imap(key_file: Path | None, **said: Any) -> int:
    """Mail of any other provider, by IMAP."""
    return _connect("imap", key_file, said)


@command.command(
    "caldav",
    epilog="Example: brickwall connect caldav ann@ours.example --server https://dav.ours.example",
)
@_ADDRESS
@click.option("--server", default="", metavar="URL", help="The CalDAV server. Default: as before.")
@_USER
@_AUTH
@_KEY_FILE
def caldav(key_file: Path | None, **said: Any) -> int:
    """Calendars of any other provider, by CalDAV."""
    return _connect("caldav", key_file, said)


@command.command(
    "smtp", epilog="Example: brickwall connect smtp · once before: smtp.host and smtp.user"
)
@_MAIL_AUTH
@_KEY_FILE
def smtp(auth: str | None, key_file: Path | None) -> int:
    """The server that sends the digest, as smtp.* in the configuration names it."""
    from brickwall.cli.connecting import run_connect_smtp

    return run_connect_smtp(key_file, auth or "")


def _connect(provider: str, key_file: Path | None, said: dict[str, Any]) -> int:
    from brickwall.cli.connecting import run_connect
    from brickwall.providers import Request

    features = frozenset(said.pop("features", ()))
    headers_only = said.pop("headers_only", None)
    told = {name: value for name, value in said.items() if value is not None}
    request = Request(provider, features=features, **told)
    return run_connect(request, key_file, headers_only=headers_only)
