"""Signed ``mailto:`` links: a mail of the rep to themselves that tells brickwall something.

The subject of such a mail carries readable words and one token: what is told, of whom (opaque),
when the link was made, the time it is about, and a signature. No name stands in it. Pure: the key
is an argument. ``read`` turns a subject back; whether the mail is the rep's own is for the caller.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import quote

#: What can be told by mail: kind of mark -> code in the token, label of the link, words for the
#: subject of the mail.
KINDS: Final = {
    "they moved": ("tm", "They moved it", "they moved it"),
    "we moved": ("wm", "I moved it", "I moved it"),
    "no show": ("ns", "They did not come", "they did not come"),
    "attended": ("at", "They came", "they came"),
    "spoke": ("sp", "We spoke", "we spoke"),
    "not a wall": ("nw", "This is wrong", "this is wrong"),
    "sales": ("sc", "Sales contact", "this is a sales contact"),
    "not sales": ("no", "Not sales", "this is not a sales contact"),
    "park": ("pk", "Park", "park"),
}
_KIND: Final = {code: kind for kind, (code, *_) in KINDS.items()}
_DAY_ZERO: Final = date(2020, 1, 1)
_CONTACT_BYTES: Final = 10
_SIGNATURE_BYTES: Final = 15
_NUMBER: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_TOKEN: Final = re.compile(
    r"\bbw1-([a-z]{2})-([a-z2-7]{16})-([0-9a-z]{1,4})-([0-9a-z]{1,8})-([a-z2-7]{24})\b", re.I
)
#: Where a token begins; without a whole one after it, the subject was altered.
MARK: Final = "bw1-"


@dataclass(frozen=True, slots=True)
class Link:
    """One link: the words to show and where it leads. ``short``: without a text in the mail."""

    label: str
    href: str
    short: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a subject tells. ``contact``: see ``contact_token``. ``about``: the instant it is about
    (a meeting, a change of one) or, for ``park``, the day until which; ``None``: the mail's time.
    ``signature`` tells links apart.
    """

    kind: str
    contact: str
    made: date
    about: datetime | None
    signature: str


@dataclass(frozen=True, slots=True)
class ActionLinks:
    """Makes the links of one digest.

    ``key``: at least 16 secret bytes of this user. ``to``: the rep's own address. ``made``: the day
    of the digest.
    """

    key: bytes = field(repr=False)
    to: str
    made: date

    def link(
        self, kind: str, address: str, *, where: str = "", about: datetime | None = None
    ) -> Link:
        """The link that tells ``kind`` of the contact with ``address``.

        ``where``: readable words that say which item of the digest it is, without a name.
        """
        words = _words(kind, about)
        token = self._token(kind, address, about)
        subject = f"brickwall: {words}{f' ({where})' if where else ''} {token}"
        body = (
            "Send this mail as it is: it goes to yourself alone.\n"
            f"brickwall finds it among your sent mail and notes: {words}.\n"
        )
        to = quote(self.to, safe="@")
        short = f"mailto:{to}?subject={_query(subject)}"
        return Link(_label(kind, about), f"{short}&body={_query(body)}", short)

    def links(
        self,
        kinds: Sequence[str],
        address: str,
        *,
        where: str = "",
        about: datetime | None = None,
        park_until: date | None = None,
    ) -> tuple[Link, ...]:
        """Links of several kinds; ``park`` only with a day."""
        until = None
        if park_until is not None:
            until = datetime(park_until.year, park_until.month, park_until.day, tzinfo=UTC)
        return tuple(
            self.link(kind, address, where=where, about=until if kind == "park" else about)
            for kind in kinds
            if kind != "park" or until is not None
        )

    def _token(self, kind: str, address: str, about: datetime | None) -> str:
        parts = (
            KINDS[kind][0],
            contact_token(self.key, address),
            _digits((self.made - _DAY_ZERO).days),
            _digits(_seconds(about)),
        )
        return f"{MARK}{'-'.join(parts)}-{_signature(self.key, parts)}"


def contact_token(key: bytes, address: str) -> str:
    """What stands for ``address``; only who has the key can tell whom it means."""
    return _base32(_digest(key, "contact", address.lower())[:_CONTACT_BYTES])


def read(key: bytes, subject: str) -> Told | None:
    """What ``subject`` tells, ``None`` where it holds no token that was signed with ``key``."""
    found = _TOKEN.search(subject)
    if found is None:
        return None
    *parts, signature = (part.lower() for part in found.groups())
    code, contact, made, about = parts
    genuine = hmac.compare_digest(signature, _signature(key, parts))
    if not genuine or code not in _KIND:
        return None
    seconds = int(about, 36)
    return Told(
        _KIND[code],
        contact,
        _DAY_ZERO + timedelta(days=int(made, 36)),
        datetime.fromtimestamp(seconds, UTC) if seconds else None,
        signature,
    )


def _label(kind: str, about: datetime | None) -> str:
    label = KINDS[kind][1]
    return f"{label} till {about.day} {about:%b}" if kind == "park" and about else label


def _words(kind: str, about: datetime | None) -> str:
    words = KINDS[kind][2]
    return f"{words} until {about.day} {about:%B %Y}" if kind == "park" and about else words


def _query(text: str) -> str:
    return quote(text.replace("\n", "\r\n"), safe="")


def _seconds(about: datetime | None) -> int:
    """Whole seconds, never before the instant itself; 0 for none."""
    return 0 if about is None else -int(-about.timestamp() // 1)


def _signature(key: bytes, parts: Sequence[str]) -> str:
    return _base32(_digest(key, "action", "-".join(parts))[:_SIGNATURE_BYTES])


def _digest(key: bytes, purpose: str, text: str) -> bytes:
    return hmac.new(key, f"brickwall {purpose} 1\0{text}".encode(), hashlib.sha256).digest()


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().lower()


def _digits(number: int) -> str:
    """``number`` (not negative) to base 36."""
    written = ""
    while number:
        number, digit = divmod(number, 36)
        written = _NUMBER[digit] + written
    return written or "0"
