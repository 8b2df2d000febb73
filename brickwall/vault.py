"""The vault: passwords and tokens of all accounts, encrypted, one file for each account.

AES-GCM with a 256 bit key that lies elsewhere (``brickwall/vault_keys.py``). What is encrypted is
bound to its account and to its number in the order of writing, so that no file passes for another
one's.

Providers that rotate refresh tokens may forget the old one as soon as they have given the new one.
So the new one is on the disk, whole, before anything else happens: first as ``.new``, which
then takes the place of the old file. Should the machine stop in between, the next reader finds the
newer file, sees from its seal that it is whole, and finishes the move.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from brickwall.paths import take_place, write_durably
from brickwall.redact import remember
from store.errors import SignInError, StoreError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_MAGIC: Final = b"brickwall vault 1\n"
_NUMBER: Final = struct.Struct(">Q")
_NONCE_BYTES: Final = 12
_NEW: Final = ".new"


@dataclass(frozen=True, slots=True)
class Vault:
    """The encrypted files in ``folder`` under ``key`` (32 bytes)."""

    folder: Path
    key: bytes = field(repr=False)

    def secrets(self, account: str) -> VaultSecrets:
        """The secrets of one account (see ``ingest.secrets.Secrets``); ``account`` is its id."""
        return VaultSecrets(self, account)

    def path(self, account: str) -> Path:
        """The file of an account."""
        digest = hashlib.sha256(account.encode()).hexdigest()[:24]
        return self.folder / f"{digest}.secrets"

    def forget(self, account: str) -> None:
        """Delete the secrets of an account; nothing happens when there are none."""
        forget(self.folder, account)

    def seal(self, account: str, number: int, plain: bytes) -> bytes:
        """``plain`` as the content of a file."""
        nonce = os.urandom(_NONCE_BYTES)
        bound = _bound(account, number)
        return (
            bound[: len(_MAGIC) + _NUMBER.size]
            + nonce
            + self._cipher().encrypt(nonce, plain, bound)
        )

    def unseal(self, account: str, data: bytes) -> tuple[int, bytes] | None:
        """Number and plain content of a file; ``None`` when it is not whole or not ours."""
        from cryptography.exceptions import InvalidTag

        head = len(_MAGIC) + _NUMBER.size
        if len(data) < head + _NONCE_BYTES or not data.startswith(_MAGIC):
            return None
        (number,) = _NUMBER.unpack(data[len(_MAGIC) : head])
        nonce, sealed = data[head : head + _NONCE_BYTES], data[head + _NONCE_BYTES :]
        try:
            return number, self._cipher().decrypt(nonce, sealed, _bound(account, number))
        except InvalidTag:
            return None

    def _cipher(self) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self.key)


def _bound(account: str, number: int) -> bytes:
    return _MAGIC + _NUMBER.pack(number) + account.encode()


def forget(folder: Path, account: str) -> None:
    """Delete the secrets of an account, which needs no key."""
    path = Vault(folder, b"").path(account)
    for file in (path.with_name(path.name + _NEW), path):
        file.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class VaultSecrets:
    """The secrets of one account in the vault."""

    vault: Vault
    account: str

    def read(self) -> dict[str, str]:
        """All secrets; empty when there are none.

        Raises ``SignInError`` when they cannot be decrypted, ``StoreError`` when the file cannot be
        read.
        """
        return self._current()[1]

    def write(self, values: Mapping[str, str]) -> None:
        """Replace all secrets; durable before it returns. Nothing is written when they are equal.

        Raises ``StoreError`` when the disk is full or may not be written; the old ones then stand.
        """
        remember(values.values())
        number, before = self._current(damaged_is_empty=True)
        if before == dict(values):
            return
        plain = json.dumps(dict(values), ensure_ascii=False).encode()
        path = self.vault.path(self.account)
        try:
            write_durably(path, self.vault.seal(self.account, number + 1, plain), beside=_NEW)
        except OSError as error:
            raise _unusable(path, error) from error

    def _current(self, *, damaged_is_empty: bool = False) -> tuple[int, dict[str, str]]:
        path = self.vault.path(self.account)
        new = path.with_name(path.name + _NEW)
        try:
            standing, newer = self._load(path), self._load(new)
            if newer and (not standing or newer[0] > standing[0]):
                take_place(new, path)
                standing = newer
            damaged = standing is None and path.exists()
        except OSError as error:
            raise _unusable(path, error) from error
        if damaged and not damaged_is_empty:
            raise SignInError(
                f"{self.account}: the saved sign-in cannot be decrypted ({path})",
                f"Sign in again: brickwall connect {self.account.replace(':', ' ', 1)}",
            )
        return standing or (0, {})

    def _load(self, path: Path) -> tuple[int, dict[str, str]] | None:
        """Number and secrets in a file; ``None`` when it is missing or not whole."""
        try:
            unsealed = self.vault.unseal(self.account, path.read_bytes())
        except FileNotFoundError:
            return None
        if unsealed is None:
            return None
        values: dict[str, str] = json.loads(unsealed[1])
        remember(values.values())
        return unsealed[0], values


def _unusable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{path}: {error.strerror or error}",
        "Free some space, or check the rights of the folder; the sign-in before still stands.",
    )
