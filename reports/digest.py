"""The weekly digest as a mail to the rep: subject, text, HTML and charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from reports import digest_charts, digest_html, digest_text, mail, words
from reports.action_links import ActionLinks
from reports.digest_items import Linked, quiet
from reports.digest_model import DigestView
from reports.mail import Image


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
    """``digest`` as a mail; as ``mail.message``."""
    what = f"digest {digest.week}"
    written = mail.Written(what, digest.subject, digest.text, digest.html, digest.images)
    return mail.message(written, sender, to, message_id, date)
