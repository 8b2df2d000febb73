"""What a source may ask for that nobody else may see: its account's passwords and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Secrets(Protocol):
    """The secrets of one account, by name ("refresh_token", "password", "token_cache" ...).

    A provider that rotates its refresh tokens must ``write`` the new one before it is used: from
    then on it is known even if the machine stops at that moment.
    """

    def read(self) -> dict[str, str]:
        """All secrets of the account; empty when there are none."""
        ...

    def write(self, values: Mapping[str, str]) -> None:
        """Replace all secrets of the account; durable before it returns."""
        ...


class Token(Protocol):
    """Gives an access token. ``renew``: the one given last was refused."""

    def __call__(self, *, renew: bool = False) -> str:
        """May raise ``store.errors.SignInError``."""
        ...


class MemorySecrets:
    """Secrets that are kept nowhere yet: those of an account that is just being connected."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"<{len(self._values)} secrets>"

    def read(self) -> dict[str, str]:
        """What was written last."""
        return dict(self._values)

    def write(self, values: Mapping[str, str]) -> None:
        """Remember ``values`` as long as this object lives."""
        self._values = dict(values)
