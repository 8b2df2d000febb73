"""Connecting an account, and giving its access back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from brickwall import providers, vault, vault_keys
from brickwall.accounts import Accounts, account_id
from brickwall.providers import FOUND, NEED_ADDRESS, Account, Connection, Request
from brickwall.redact import remember
from brickwall.tools import Toolbox
from brickwall.vault_keys import Choice, Keys
from ingest.secrets import MemorySecrets
from store.errors import (
    BrickwallError,
    ConfigurationError,
    InputError,
    SignInError,
    UsageError,
)

if TYPE_CHECKING:
    from brickwall.vault import Vault
    from store.database import Database


#: What follows the provider's name when an account is connected for the first time.
_EXAMPLES: Final = {
    "exchange": "ann@ours.example",
    "imap": "ann@ours.example --server imap.ours.example",
    "caldav": "ann@ours.example --server https://dav.ours.example",
}


def no_one_to_choose() -> Choice:
    """Where there is no terminal: nothing is chosen. Raises ``ConfigurationError``."""
    raise ConfigurationError(
        "This machine has no keyring for the key of the vault, which encrypts what you sign in "
        "with",
        f"Choose: a passphrase in {vault_keys.PASSPHRASE}, or a file that only you can read with "
        "--key-file PATH.",
    )


def opened_vault(
    folder: Path, keys: Keys, key_file: Path | None, choose: Callable[[], Choice]
) -> Vault:
    """The vault in ``folder``, made where there is none.

    The key of a new one lies in ``key_file`` where that is named, is derived from the passphrase in
    the environment where there is one, else lies in the keyring; where there is none, ``choose``
    decides. Raises ``ConfigurationError`` where the key cannot be had.
    """
    if vault_keys.exists(folder):
        return keys.open(folder)
    if key_file is not None:
        choice = Choice("file", key_file)
    elif keys.environment.get(vault_keys.PASSPHRASE):
        choice = Choice("passphrase")
    elif vault_keys.keyring_usable():
        choice = Choice("keyring")
    else:
        choice = choose()
    return keys.make(folder, choice)


def as_before(
    request: Request, accounts: Iterable[Account], *, headers_only: bool | None = None
) -> Request:
    """``request`` with what is known of the same account, where it does not say otherwise.

    Features that were allowed stay so, and texts that were not to be read stay unread: signing in
    again takes nothing back and reads no more. Where no server is named, it is that of before, with
    the way of signing in there. Without an address it is the only account of the provider.
    ``headers_only``: what the user says of that now, if anything.

    Raises ``UsageError`` where an address is needed that is not known.
    """
    of_provider = [one for one in accounts if one.provider == request.provider]
    wanted = request.address.strip().lower()
    same = [one for one in of_provider if wanted in (one.name, *one.addresses)]
    if not wanted and len(of_provider) == 1:
        same = of_provider
    if not wanted and not same and request.provider in NEED_ADDRESS:
        raise _which(request.provider, of_provider)
    if not same:
        return replace(request, headers_only=bool(headers_only))
    before = same[0]
    known = replace(
        request,
        address=request.address or before.name,
        headers_only=before.headers_only if headers_only is None else headers_only,
        features=request.features | before.granted,
    )
    return known if request.server else _there(known, before.settings)


def _which(provider: str, known: Sequence[Account]) -> UsageError:
    listed = ", ".join(account.name for account in known)
    cause = f"Which account? There are: {listed}" if listed else "The address is missing"
    example = known[0].name if known else _EXAMPLES[provider]
    return UsageError(cause, f"For example: brickwall connect {provider} {example}")


def _there(request: Request, settings: Mapping[str, str]) -> Request:
    """``request`` at the server that an account had, signing in as it did.

    A server that was found by itself is looked for again: it may have moved.
    """
    server, port = settings.get("server", ""), settings.get("port", "")
    host = f"[{server}]" if port and ":" in server else server
    return replace(
        request,
        server="" if settings.get(FOUND) else f"{host}:{port}" if port else host,
        user=request.user or settings.get("user", ""),
        auth=request.auth or settings.get("auth", ""),
        security=request.security or settings.get("security", ""),
    )


class Draft(MemorySecrets):
    """Secrets of an account that is not kept yet; never said either."""

    def write(self, values: Mapping[str, str]) -> None:
        """Remember ``values`` as long as this object lives."""
        remember(values.values())
        super().write(values)


def connect(
    request: Request, toolbox: Toolbox, opened: Vault, database: Database
) -> tuple[Account, Connection]:
    """Sign in, test the access, and keep the account.

    Nothing is kept unless all of it has worked. An account that was connected before is replaced;
    what was read through it stays.

    Raises:
        SignInError: signing in did not work.
        InputError: the provider cannot be reached or refuses what is to be read.
        ConfigurationError: ``credentials.json`` is missing or wrong.
    """
    secrets = Draft()
    connection = providers.load(request.provider).connect(request, toolbox.lend(secrets))
    account = _account(request, connection, toolbox)
    opened.secrets(account_id(account)).write(secrets.read())
    database.account(account.name, account.provider, account.zone, account.addresses)
    Accounts(toolbox.home.accounts).put(account)
    return account, connection


def _account(request: Request, connection: Connection, toolbox: Toolbox) -> Account:
    name = connection.name.strip().lower()
    addresses = (a.strip().lower() for a in (name, *connection.addresses))
    return Account(
        provider=request.provider,
        name=name,
        addresses=tuple(dict.fromkeys(a for a in addresses if "@" in a)),
        zone=_known_zone(connection.zone) or toolbox.config.zone,
        headers_only=request.headers_only,
        granted=connection.granted,
        settings=connection.settings,
        connected_at=toolbox.now(),
    )


def _known_zone(name: str) -> str:
    """``name`` where it is an IANA zone, else ``""``: providers have names of their own."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""
    return name


def disconnect(account: Account, toolbox: Toolbox, keys: Keys) -> BrickwallError | None:
    """Take the access back at the provider and forget the secrets and the account.

    They are forgotten even where the access could not be taken back; why is returned. What was
    read stays in the store.
    """
    folder = toolbox.home.vault
    problem: BrickwallError | None = None
    try:
        secrets = keys.open(folder).secrets(account_id(account))
        providers.load(account.provider).disconnect(account, toolbox.lend(secrets))
    except (InputError, SignInError, ConfigurationError) as error:
        problem = error
    vault.forget(folder, account_id(account))
    Accounts(toolbox.home.accounts).remove(account)
    return problem
