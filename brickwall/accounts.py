"""Which accounts are connected: one small JSON file, nothing secret in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from brickwall.paths import write_durably
from brickwall.providers import Account
from store.errors import ConfigurationError, StoreError, UsageError

VERSION: Final = 1


def account_id(account: Account) -> str:
    """What an account is called where it must be told from every other: ``provider:name``."""
    return f"{account.provider}:{account.name}"


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts in the file at ``path``, in the order of their connection."""

    path: Path

    def all(self) -> tuple[Account, ...]:
        """All connected accounts; none where there is no file.

        Raises ``ConfigurationError`` where the file is damaged or made by a newer version.
        """
        try:
            tree = json.loads(self.path.read_bytes())
            if tree["version"] > VERSION:
                raise ConfigurationError(f"{self.path}: made by a newer brickwall", "Update it.")
            return tuple(_account(entry) for entry in tree["accounts"])
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror}", "Check its rights.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(
                f"{self.path}: the file is damaged",
                "Move it away and connect your accounts again; what was read is kept.",
            ) from error

    def put(self, account: Account) -> None:
        """Add an account; one with the same provider and name is replaced in its place."""
        before = self.all()
        known = [account if account_id(a) == account_id(account) else a for a in before]
        self._write(known if account in known else [*known, account])

    def remove(self, account: Account) -> None:
        """Forget an account."""
        self._write([a for a in self.all() if account_id(a) != account_id(account)])

    def named(self, name: str) -> tuple[Account, ...]:
        """The accounts that ``name`` means: an address, or ``provider:address``; all for ``""``.

        Raises ``UsageError`` when it means none.
        """
        accounts = self.all()
        wanted = name.strip().lower()
        found = [a for a in accounts if wanted in ("", a.name, account_id(a), *a.addresses)]
        if found:
            return tuple(found)
        known = ", ".join(map(account_id, accounts))
        if not known:
            raise UsageError(
                "No account is connected.",
                "Connect one: brickwall connect gmail (or microsoft, exchange, imap, caldav).",
            )
        raise UsageError(f'No connected account is called "{name}".', f"There are: {known}.")

    def one(self, name: str) -> Account:
        """The one account that ``name`` means. Raises ``UsageError`` when there are several."""
        found = self.named(name)
        if len(found) == 1:
            return found[0]
        listed = ", ".join(map(account_id, found))
        raise UsageError(f'"{name}" may be {listed}.', "Give it with its provider, as here.")

    def _write(self, accounts: Sequence[Account]) -> None:
        tree = {"version": VERSION, "accounts": [_entry(account) for account in accounts]}
        try:
            text = json.dumps(tree, indent=1, ensure_ascii=False, sort_keys=True)
            write_durably(self.path, text.encode())
        except OSError as error:
            raise StoreError(
                f"{self.path}: {error.strerror or error}", "Free some space, or check its rights."
            ) from error


def _entry(account: Account) -> dict[str, Any]:
    return {
        "provider": account.provider,
        "name": account.name,
        "addresses": list(account.addresses),
        "zone": account.zone,
        "headers_only": account.headers_only,
        "granted": sorted(account.granted),
        "settings": dict(account.settings),
        "connected_at": account.connected_at.isoformat(),
    }


def _account(entry: dict[str, Any]) -> Account:
    return Account(
        provider=str(entry["provider"]),
        name=str(entry["name"]),
        addresses=tuple(entry["addresses"]),
        zone=str(entry["zone"]),
        headers_only=bool(entry["headers_only"]),
        granted=frozenset(entry["granted"]),
        settings=dict(entry["settings"]),
        connected_at=datetime.fromisoformat(entry["connected_at"]),
    )
