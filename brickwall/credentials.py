"""``credentials.json``: the OAuth clients with which brickwall introduces itself to providers.

Explained field by field in docs/credentials.md. The secrets of accounts are elsewhere, in the
vault (``brickwall/vault.py``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from store.errors import ConfigurationError

#: Section of the file -> its fields, the needed ones first; the tenant's default is in ``Client``.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "google": ("client_id", "client_secret"),
    "microsoft": ("client_id", "tenant"),
    "exchange": ("client_id", "tenant"),
}
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "google": ("client_id", "client_secret"),
    "microsoft": ("client_id",),
    "exchange": ("client_id",),
}
_PLACEHOLDER: Final = "YOUR-"
_GOOGLE: Final = "console.cloud.google.com > Google Auth Platform > Clients"
_EXPLAINED: Final = (
    'Write a JSON object like {"microsoft": {"client_id": "..."}}. The section google has '
    f"client_id and client_secret, made at {_GOOGLE} (type Desktop app; the file for download "
    "works as it is); microsoft has the client_id of entra.microsoft.com > App registrations "
    "(platform Mobile and desktop applications, http://localhost)."
)


@dataclass(frozen=True, slots=True)
class Client:
    """One OAuth client. ``client_secret`` is ``""`` for public clients (Microsoft)."""

    client_id: str
    client_secret: str = field(default="", repr=False)
    tenant: str = "organizations"


@dataclass(frozen=True, slots=True)
class Clients:
    """The clients of the file at ``path``, read when one is asked for."""

    path: Path

    def client(self, section: str) -> Client:
        """The client of ``google``, ``microsoft`` or ``exchange``.

        Raises ``ConfigurationError`` where the file, the section or a field is missing or wrong.
        """
        found = self._read().get(section)
        if found is None:
            raise ConfigurationError(f'{self.path} has no section "{section}"', _EXPLAINED)
        return Client(**self._fields(section, found))

    def _read(self) -> dict[str, Any]:
        try:
            tree = json.loads(self.path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError as error:
            raise ConfigurationError(f"{self.path} does not exist", _EXPLAINED) from error
        except OSError as error:
            raise ConfigurationError(
                f"{self.path} cannot be read: {error.strerror}", "Check the file's rights."
            ) from error
        except ValueError as error:
            where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
            raise ConfigurationError(f"{self.path} is not valid JSON{where}", _EXPLAINED) from error
        if not isinstance(tree, dict):
            raise ConfigurationError(f"{self.path} is not a JSON object", _EXPLAINED)
        # The file that Google's console offers for download may be used as it is.
        return {"google": tree} if "installed" in tree or "web" in tree else tree

    def _fields(self, section: str, found: object) -> dict[str, str]:
        if section == "google" and isinstance(found, dict):
            if "web" in found:
                raise ConfigurationError(
                    f'{self.path}: google: this client is of the type "Web application"',
                    f'Make a client of the type "Desktop app": {_GOOGLE}.',
                )
            found = found.get("installed", found)
        if not isinstance(found, dict):
            raise ConfigurationError(f"{self.path}: {section} is not a JSON object", _EXPLAINED)
        known = {name: found[name] for name in FIELDS[section] if found.get(name) not in (None, "")}
        self._check(section, known)
        return {name: value.strip() for name, value in known.items()}

    def _check(self, section: str, known: Mapping[str, object]) -> None:
        missing = [f"{section}.{name}" for name in NEEDED[section] if name not in known]
        if missing:
            raise ConfigurationError(f"{self.path}: missing: {', '.join(missing)}", _EXPLAINED)
        for name, value in known.items():
            if not isinstance(value, str) or value.startswith(_PLACEHOLDER):
                raise ConfigurationError(
                    f"{self.path}: {section}.{name} is still to be filled in"
                    if isinstance(value, str)
                    else f"{self.path}: {section}.{name} must be a text in quotes",
                    _EXPLAINED,
                )
