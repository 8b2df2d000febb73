"""Where the key of the vault lies: in the keyring, in a passphrase, or in a file.

The keyring of the operating system where there is one. Where there is none, the user chooses:
nothing less safe is ever taken silently.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final, Literal, TypeAlias

from brickwall.paths import write_durably
from brickwall.vault import Vault
from store.errors import ConfigurationError, SignInError, StoreError

Place: TypeAlias = Literal["keyring", "passphrase", "file"]

SERVICE: Final = "brickwall"
PASSPHRASE: Final = "BRICKWALL_PASSPHRASE"  # noqa: S105 - a name
SHORTEST_PASSPHRASE: Final = 8
_KEY_BYTES: Final = 32
_HEADER: Final = "vault.json"

#: scrypt's cost: 64 MiB and about a fifth of a second.
COST: Final = 2**16
_CHECK: Final = b"brickwall"


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a new vault's key goes. ``path``: of the key file."""

    place: Place
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class _Header:
    """What lies readable beside the secrets. ``check`` tells whether a key is the right one."""

    id: str
    key: Place
    check: str = ""
    path: str = ""
    salt: str = ""
    n: int = 0
    version: int = 1

    @property
    def whole(self) -> bool:
        """Whether everything is there that the kind of key needs."""
        texts = (self.id, self.check, self.path, self.salt)
        told = {"keyring": True, "file": bool(self.path), "passphrase": bool(self.salt)}
        cost = self.n in (2**power for power in range(1, 21)) or self.key != "passphrase"
        return all(isinstance(t, str) for t in texts) and told.get(self.key, False) and cost


@dataclass(frozen=True, slots=True)
class Keys:
    """Opens and makes vaults.

    ``ask_secret`` asks for a passphrase without showing it; it raises where nobody can be asked.
    ``cost``: of deriving a key from a passphrase, for new vaults.
    """

    ask_secret: Callable[[str], str]
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    cost: int = field(default_factory=lambda: COST)

    def open(self, folder: Path) -> Vault:
        """The vault in ``folder``.

        Raises ``ConfigurationError`` where its key cannot be had, each time with the remedy.
        """
        header = _read(folder / _HEADER)
        if header.key == "keyring":
            key = _from_keyring(header.id, folder)
        elif header.key == "file":
            key = _from_file(Path(header.path))
        else:
            said = self.environment.get(PASSPHRASE) or self._ask("Passphrase of the vault")
            key = _derived(said, header)
        vault = Vault(folder, key)
        if vault.unseal(header.id, _bytes(header.check)) is None:
            raise _wrong_key(header.key, folder)
        return vault

    def make(self, folder: Path, choice: Choice) -> Vault:
        """A new, empty vault, its key where it was chosen to be."""
        header = _Header(secrets.token_hex(8), choice.place)
        key = secrets.token_bytes(_KEY_BYTES)
        if choice.place == "keyring":
            _into_keyring(header.id, key)
        elif choice.path is not None:
            path = choice.path.expanduser().absolute()
            key = _into_file(path, key)
            header = replace(header, path=str(path))
        else:
            header = replace(header, salt=_text(secrets.token_bytes(16)), n=self.cost)
            key = _derived(self._new_passphrase(), header)
        vault = Vault(folder, key)
        header = replace(header, check=_text(vault.seal(header.id, 0, _CHECK)))
        _write(folder / _HEADER, header)
        return vault

    def _ask(self, question: str) -> str:
        try:
            return self.ask_secret(question)
        except SignInError as error:
            raise ConfigurationError(
                "The vault needs its passphrase, and nobody can be asked",
                f"Run it in a terminal, or put the passphrase into {PASSPHRASE}.",
            ) from error

    def _new_passphrase(self) -> str:
        said = self.environment.get(PASSPHRASE)
        if not said:
            said = self._ask("New passphrase of the vault")
            if said != self._ask("Once more"):
                raise ConfigurationError("The two passphrases differ", "Try again.")
        if len(said) < SHORTEST_PASSPHRASE:
            raise ConfigurationError(
                "The passphrase is too short",
                f"Take one of at least {SHORTEST_PASSPHRASE} characters.",
            )
        return said


def exists(folder: Path) -> bool:
    """Whether there is a vault in ``folder``."""
    return (folder / _HEADER).exists()


def keyring_usable() -> bool:
    """Whether this machine has a keyring that keeps secrets safe (none that writes them plain)."""
    import keyring

    try:
        return float(keyring.get_keyring().priority) >= 1
    except Exception:  # whoever wrote the backend: one that cannot even start is none
        return False


def _read(path: Path) -> _Header:
    try:
        tree = json.loads(path.read_bytes())
        if isinstance(tree, dict) and tree.get("version") not in (None, 1):
            raise ConfigurationError(f"{path}: made by a newer brickwall", "Update brickwall.")
        header = _Header(**tree)
        whole = header.whole
    except FileNotFoundError as error:
        raise SignInError(
            f"{path.parent}: the saved sign-ins are gone", "Connect your accounts again."
        ) from error
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}", "Check the file's rights.") from error
    except (ValueError, TypeError) as error:
        raise _damaged(path) from error
    if not whole:
        raise _damaged(path)
    return header


def _write(path: Path, header: _Header) -> None:
    told = {name: value for name, value in asdict(header).items() if value}
    try:
        write_durably(path, json.dumps(told, indent=1).encode())
    except OSError as error:
        raise StoreError(
            f"{path}: {error.strerror or error}", "Free some space, or check the folder's rights."
        ) from error


def _damaged(path: Path) -> ConfigurationError:
    return ConfigurationError(
        f"{path}: the file is damaged",
        f"Put back a copy of it, or move {path.parent} away and connect your accounts again.",
    )


def _wrong_key(place: str, folder: Path) -> ConfigurationError:
    if place == "passphrase":
        return ConfigurationError(
            "That is not the passphrase of the vault",
            f"Try again. If it is lost, move {folder} away and connect your accounts again.",
        )
    return ConfigurationError(
        f"The key in the {'key file' if place == 'file' else 'keyring'} is not the one of {folder}",
        f"Put the right one back, or move {folder} away and connect your accounts again.",
    )


def _from_keyring(identity: str, folder: Path) -> bytes:
    import keyring

    try:
        found = keyring.get_password(SERVICE, identity)
    except Exception as error:  # backends raise what they like
        raise ConfigurationError(
            f"The keyring of this machine cannot be opened ({type(error).__name__})",
            "Unlock it (signing in at the desktop does), then try again.",
        ) from error
    if found is None:
        raise ConfigurationError(
            "The key of the vault is not in the keyring of this machine",
            f"If the keyring was emptied, move {folder} away and connect your accounts again.",
        )
    return _bytes(found)


def _into_keyring(identity: str, key: bytes) -> None:
    import keyring

    try:
        keyring.set_password(SERVICE, identity, _text(key))
        kept = keyring.get_password(SERVICE, identity)
    except Exception as error:  # backends raise what they like
        raise _keyring_refuses(type(error).__name__) from error
    if kept != _text(key):
        raise _keyring_refuses("it does not keep what it is given")


def _keyring_refuses(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"The keyring of this machine does not take a key ({why})",
        f"Unlock it and try again, or choose: --key-file PATH, or a passphrase in {PASSPHRASE}.",
    )


def _from_file(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise ConfigurationError(
            f"The key of the vault, {path}, cannot be read: {error.strerror}",
            "Put the file back where it was.",
        ) from error
    if os.name == "posix" and mode & 0o077:
        raise ConfigurationError(
            f"{path}, the key of the vault, can be read by others", f"Run: chmod 600 {path}"
        )
    key = _bytes(text)
    if len(key) != _KEY_BYTES:
        raise ConfigurationError(f"{path} holds no key of a vault", "Put the right file back.")
    return key


def _into_file(path: Path, key: bytes) -> bytes:
    """Write the key; a file that is there already is used as it is."""
    if path.exists():
        return _from_file(path)
    try:
        write_durably(path, _text(key).encode() + b"\n")
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror}", "Name another place with --key-file."
        ) from error
    return key


def _derived(passphrase: str, header: _Header) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    kdf = Scrypt(salt=_bytes(header.salt), length=_KEY_BYTES, n=header.n, r=8, p=1)
    return kdf.derive(passphrase.encode())


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    """What ``_text`` was given; ``b""`` where it is no such text."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
