"""What the rep tells brickwall by mail: finds the mails that signed links made, keeps the marks.

Such a mail goes from the rep to the rep and lies among their sent mail. It is read while mail is
taken in, before mail among colleagues is dropped, and is never stored itself.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from brickwall.paths import write_durably
from ingest.folders import kind_of
from store.errors import StoreError
from store.model import Mark, Message

if TYPE_CHECKING:
    from reports.action_links import Told
    from store.database import Database

ACTION: Final = "what you told brickwall by mail"
FOREIGN: Final = "not sent by you to yourself alone"
FORGED: Final = "altered, or not made by this brickwall"
LATE: Final = "sent too long after the digest"
AGAIN: Final = "told before"
UNKNOWN: Final = "about somebody who is not known any more"

#: A link tells for so long after its digest; clocks may differ by a day.
TELLS_FOR: Final = timedelta(days=60)
_CLOCKS_DIFFER: Final = timedelta(days=1)
_KEY_BYTES: Final = 32
_MARK: Final = "bw1-"
#: Gmail over IMAP shows all mail in one folder, sent mail with it.
_GMAIL: Final = ("[gmail]/", "[google mail]/")


def key(path: Path) -> bytes:
    """The key that signs links, made at the first call, readable by the user alone.

    Raises ``StoreError`` when the file cannot be read or written.
    """
    return known_key(path) or _made(path)


def known_key(path: Path) -> bytes | None:
    """The key, ``None`` where none was made: then no link of ours can be about."""
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read: {error.strerror}.", "Check the rights of the file."
        ) from error
    return found if len(found) == _KEY_BYTES else None


def _made(path: Path) -> bytes:
    made = os.urandom(_KEY_BYTES)
    try:
        write_durably(path, made)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror}.",
            "Check the disk and the folder's rights.",
        ) from error
    return made


@dataclass
class Answers:
    """Listens for what the rep tells by mail; each link is heeded once, so that a correction that
    was taken back stays so.

    ``key``: see ``known_key``. ``own``: the rep's addresses. ``sent_only``: only mails count whose
    folder says that they were sent, as connected accounts tell. ``noted``: marks kept; ``ignored``:
    why -> how many.
    """

    database: Database
    key: bytes | None
    own: frozenset[str]
    now: Callable[[], datetime]
    sent_only: bool
    noted: int = 0
    ignored: Counter[str] = field(default_factory=Counter)

    def hear(self, messages: Iterable[Message]) -> set[str]:
        """Keep what ``messages`` tell, in the order of sending.

        Returns the provider ids of those that are mails to brickwall, heeded or not: they are
        nobody else's concern.
        """
        meant = [message for message in messages if _MARK in message.subject.lower()]
        return {one.provider_id for one in sorted(meant, key=_sent_at) if self._take(one)}

    def _take(self, message: Message) -> bool:
        if not self._is_own(message):
            self.ignored[FOREIGN] += 1
            return False
        why = self._heed(message)
        if why:
            self.ignored[why] += 1
        return True

    def _heed(self, message: Message) -> str:
        """Keep what an own mail tells; why not, else ``""``."""
        from reports import action_links
        from store.overview import has_own

        told = action_links.read(self.key, message.subject) if self.key else None
        if told is None:
            return FORGED
        if self.sent_only and not _was_sent(message.labels):
            return ""  # its copy in the inbox: the one among the sent mail tells
        if not self._in_time(told, _sent_at(message)):
            return LATE
        address = self._contacts.get(told.contact)
        if address is None:
            return UNKNOWN
        if has_own(self.database, f"heard {told.signature}"):
            return AGAIN
        self._note(told, address, _sent_at(message))
        self.database.own(f"heard {told.signature}", told.made.isoformat)
        return ""

    def _note(self, told: Told, address: str, sent_at: datetime) -> None:
        from brickwall import marks

        until = told.about.date().isoformat() if told.kind == "park" and told.about else ""
        happened = told.about if told.about and not until else sent_at
        mark = Mark(told.kind, address, until, happened)
        if marks.note(self.database, mark, self.now()):
            self.noted += 1

    def _is_own(self, message: Message) -> bool:
        """From the rep, and to nobody but the rep."""
        roles: dict[str, set[str]] = {"from": set(), "to": set()}
        for person in message.participants:
            roles.setdefault(person.role, set()).add(person.address)
        everybody = set().union(*roles.values())
        return bool(roles["from"] and roles["to"]) and everybody <= self.own

    def _in_time(self, told: Told, sent_at: datetime) -> bool:
        made = datetime(told.made.year, told.made.month, told.made.day, tzinfo=UTC)
        latest = min(made + TELLS_FOR, self.now() + _CLOCKS_DIFFER)
        return made - _CLOCKS_DIFFER <= sent_at <= latest

    @cached_property
    def _contacts(self) -> dict[str, str]:
        """Address by contact token, of everybody who is known."""
        from reports.action_links import contact_token
        from store.overview import all_addresses

        assert self.key is not None
        return {contact_token(self.key, one): one for one in all_addresses(self.database)}

    def account(self) -> str:
        """What was heard, in a line for the rep; ``""`` for nothing."""
        told = [f"{self.noted:,} noted"] if self.noted else []
        told += [
            f"{n:,} ignored ({why})" for why, n in sorted(self.ignored.items()) if why != AGAIN
        ]
        return f"Told by mail: {', '.join(told)}." if told else ""


def _sent_at(message: Message) -> datetime:
    return message.sent_at or message.received_at or datetime.min.replace(tzinfo=UTC)


def _was_sent(labels: Iterable[str]) -> bool:
    return any(kind_of(one) == "sent" or one.lower().startswith(_GMAIL) for one in labels)
