"""The weekly digest as a mail to the rep: subject, text, HTML and charts, put together as MIME.

Nothing here sends, reads a clock or makes up an id: what differs from mail to mail is an argument,
so that the same digest is the same mail, to the byte.
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

from reports import digest_charts, digest_html, digest_text, words
from reports.action_links import ActionLinks
from reports.digest_items import Linked, quiet
from reports.digest_model import DigestView

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
class Digest:
    """A digest before it has a sender. ``empty``: nothing to do, to expect or to answer."""

    week: str
    subject: str
    text: str
    html: str
    images: tuple[Image, ...]
    empty: bool


def digest(view: DigestView, links: ActionLinks | None = None) -> Digest:
    """The digest in all its forms; without ``links`` nothing can be told from the phone."""
    linked = Linked(quiet(view), links)
    images = _images(view)
    return Digest(
        week=str(view.week),
        subject=subject(view),
        text=digest_text.render(linked),
        html=digest_html.render(linked, subject(view), images),
        images=images,
        empty=view.empty,
    )


def _images(view: DigestView) -> tuple[Image, ...]:
    """The drawings; those of an empty week would say nothing."""
    drawn = (digest_charts.meetings(view.meetings), digest_charts.signs(view.weeks))
    return tuple(
        Image(
            f"{name}.{view.week}@brickwall.invalid",
            bars.title,
            bars.up_is,
            bars.down_is,
            bars.told,
            digest_charts.png(bars),
            digest_charts.WIDTH,
            digest_charts.HEIGHT,
        )
        for name, bars in zip(("meetings", "signs"), drawn, strict=True)
        if bars is not None and not view.empty
    )


def subject(view: DigestView) -> str:
    """Counts alone, and those of what the mail holds: it is seen on lock screens."""
    told = []
    if view.to_do:
        told.append(_shown(len(view.to_do), view.to_do_left_out, "thing") + " to do")
    if view.risky:
        told.append(words.count(len(view.risky), "risky meeting"))
    if view.promises:
        told.append(_shown(len(view.promises), view.promises_left_out, "promise") + " due")
    if view.wakes:
        told.append(f"{len(view.wakes)} to wake")
    if view.questions and not told:
        told.append(_shown(len(view.questions), view.questions_left_out, "question"))
    return f"brickwall, week {view.week.number}: {', '.join(told[:3]) or 'nothing to do'}"


def _shown(shown: int, left_out: int, one: str) -> str:
    """What the mail holds, and of how many where it does not hold all: ``5 of 16 things``."""
    told = words.count(shown + left_out, one)
    return f"{shown:,} of {told}" if left_out else told


def message(digest: Digest, sender: str, to: str, message_id: str, date: datetime) -> EmailMessage:
    """``digest`` as a mail. ``message_id`` with its brackets; ``date`` timezone-aware.

    Raises ``ValueError`` for an address, an id or a date that no mail may have.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError(f"not a Message-ID: {message_id!r}")
    if date.tzinfo is None:
        raise ValueError("the date needs a time zone")
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = _UNSAFE.sub(" ", digest.subject)
    mail["From"] = Address("brickwall", addr_spec=_address(sender))
    mail["To"] = Address(addr_spec=_address(to))
    mail["Date"] = date
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail[HEADER] = f"digest {digest.week}"
    mail.set_content(digest.text, cte="quoted-printable")
    if digest.html:
        _add_html(mail, digest)
    _name_boundaries(mail, message_id)
    return mail


def _address(text: str) -> str:
    if _UNSAFE.search(text):
        raise ValueError(f"not an address: {text!r}")
    return text


def _add_html(mail: EmailMessage, digest: Digest) -> None:
    mail.add_alternative(digest.html, subtype="html", cte="quoted-printable")
    page = mail.get_payload(1)
    assert isinstance(page, EmailMessage)
    for image in digest.images:
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
