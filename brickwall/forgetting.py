"""Forgetting a person: deleted everywhere on this machine; nothing but hashes stays."""

from __future__ import annotations

import html
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile, is_zipfile

from store.errors import StoreError

if TYPE_CHECKING:
    from store.database import Database
    from store.forgetting import Forgotten

SALT = "forgotten_salt"


@dataclass(frozen=True)
class Unwelcome:
    """Tells whether an address belongs to somebody who is forgotten."""

    salt: str
    hashes: frozenset[str]

    def __contains__(self, address: object) -> bool:
        return bool(self.hashes) and hashed(str(address), self.salt) in self.hashes


#: Nobody is forgotten.
NOBODY = Unwelcome("", frozenset())


@lru_cache(maxsize=65_536)
def hashed(address: str, salt: str) -> str:
    """What stays of an address: with the salt of this store alone it can be told again."""
    return blake2b(
        address.encode("utf-8", "replace"), key=salt.encode(), digest_size=16
    ).hexdigest()


def unwelcome(database: Database) -> Unwelcome:
    """Who must not come back into this store."""
    hashes = database.forgotten()
    return Unwelcome(_salt(database), hashes) if hashes else NOBODY


def forget(
    database: Database,
    addresses: Collection[str],
    names: Collection[str],
    *,
    at: datetime,
    files: Iterable[Path],
) -> tuple[Forgotten, int]:
    """Delete a person from the store and from ``files`` (written reports and logs).

    A file that names them is deleted as a whole. Returns what was deleted from the store and how
    many files. Raises ``StoreError`` where a file cannot be read or deleted; the store is done by
    then.
    """
    salt = _salt(database)
    with database.writing():
        gone = database.forget_people(
            addresses, names, [hashed(word, salt) for word in sorted({*addresses, *names})], at
        )
    return gone, sum(_delete_naming(path, [*addresses, *names]) for path in sorted(files))


def _delete_naming(path: Path, words: Collection[str]) -> bool:
    try:
        text = _text_of(path)
        named = any(word and word.casefold() in text for word in words)
        if named:
            path.unlink()
    except (OSError, BadZipFile) as error:
        why = getattr(error, "strerror", "") or error
        raise StoreError(
            f"{path} cannot be looked through: {why}", "Delete it yourself."
        ) from error
    return named


def _text_of(path: Path) -> str:
    """What a file says, in small letters: a workbook is packed, a page escapes what is special, and
    the long lines of a calendar are folded anywhere, also inside a name.
    """
    raw = path.read_bytes()
    if is_zipfile(path):
        with ZipFile(path) as packed:
            raw = b"\n".join(packed.read(name) for name in packed.namelist())
    return html.unescape(raw.replace(b"\r\n ", b"").decode("utf-8", "replace")).casefold()


def _salt(database: Database) -> str:
    return database.own(SALT, lambda: secrets.token_hex(16))
