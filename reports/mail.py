"""A mail to the rep, put together as MIME from its text, its HTML and its drawings.

Nothing here sends, reads a clock or makes up an id: what differs from mail to mail is an argument,
so that the same mail is the same to the byte.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

#: Every mail that brickwall makes carries this header, so that it never reads its own.
HEADER: Final = "X-Brickwall"
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f]")
_MESSAGE_ID: Final = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")


@dataclass(frozen=True, slots=True)
class Image:
    """A drawing: its Content-ID without brackets, title and legend, what it shows in words, PNG.

    ``width`` and ``height``: in points, as it is shown.
    """

    cid: str
    title: str
    up_is: str
    down_is: str
    told: str
    png: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Written:
    """A mail before it has a sender. ``what``: like ``digest 2026-W47``; ``html``: or ``""``."""

    what: str
    subject: str
    text: str
    html: str
    images: tuple[Image, ...] = ()


def message(
    written: Written, sender: str, to: str, message_id: str, date: datetime
) -> EmailMessage:
    """``written`` as a mail. ``message_id`` with its brackets; ``date`` timezone-aware.

    Raises ``ValueError`` for an address, an id or a date that no mail may have.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError(f"not a Message-ID: {message_id!r}")
    if date.tzinfo is None:
        raise ValueError("the date needs a time zone")
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = _UNSAFE.sub(" ", written.subject)
    mail["From"] = Address("brickwall", addr_spec=_address(sender))
    mail["To"] = Address(addr_spec=_address(to))
    mail["Date"] = date
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail[HEADER] = written.what
    mail.set_content(written.text, cte="quoted-printable")
    if written.html:
        _add_html(mail, written)
    _name_boundaries(mail, message_id)
    return mail


def _address(text: str) -> str:
    if _UNSAFE.search(text):
        raise ValueError(f"not an address: {text!r}")
    return text


def _add_html(mail: EmailMessage, written: Written) -> None:
    mail.add_alternative(written.html, subtype="html", cte="quoted-printable")
    page = mail.get_payload(1)
    assert isinstance(page, EmailMessage)
    for image in written.images:
        page.add_related(
            image.png,
            "image",
            "png",
            cid=f"<{image.cid}>",
            disposition="inline",
            filename=f"{image.cid.partition('@')[0]}.png",
        )


def _name_boundaries(mail: EmailMessage, message_id: str) -> None:
    """The same mail has the same boundaries; none occurs in a part, being a digest of its own."""
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            seed = hashlib.sha256(f"{number} {message_id}".encode()).hexdigest()[:32]
            part.set_boundary(f"=_brickwall_{seed}")
