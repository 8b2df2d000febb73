"""Who or what wrote a message: a person, or a machine, by the evidence of headers and words.

No single header is trusted where machines and people share it: ticket systems mark answers of
people as generated, rules of Outlook.com answer without any mark, X-Auto-Response-Suppress stands
in invitations and newsletters too.
"""

from __future__ import annotations

from typing import Final

from ingest.parts import Parts
from ingest.wordlists import words
from store.model import Kind, Participant

#: Words beyond this are no longer the opening of an automatic text.
_OPENING_CHARACTERS: Final = 1_500
_LISTS: Final = words("kinds")
_BOUNCE_SUBJECTS: Final = _LISTS["bounce.subject_prefixes"]
_AUTO_SUBJECTS: Final = _LISTS["auto_reply.subject_prefixes"]
_BOUNCE_PHRASES: Final = _LISTS["bounce.phrases"]
_BOUNCE_OPENINGS: Final = _LISTS["bounce.openings"]
_AUTO_PHRASES: Final = _LISTS["auto_reply.phrases"]
_BOUNCE_SENDERS: Final = frozenset(_LISTS["bounce.senders"])
_AUTO_SENDERS: Final = frozenset(_LISTS["auto_reply.senders"])
_BULK_SENDERS: Final = frozenset(_LISTS["bulk.senders"])
_BULK_HEADERS: Final = frozenset(_LISTS["bulk.headers"])
_AUTO_HEADERS: Final = frozenset(
    ("x-autoreply", "x-autorespond", "x-autoreply-from", "x-mail-autoreply", "x-autoresponder")
)
_BULK_PRECEDENCE: Final = frozenset(("bulk", "list", "junk"))
_SCHEDULING: Final = (
    b"REQUEST",
    b"REPLY",
    b"CANCEL",
    b"COUNTER",
    b"DECLINECOUNTER",
    b"REFRESH",
    b"ADD",
)


def kind_of(parts: Parts, subject: str, text: str, participants: tuple[Participant, ...]) -> Kind:
    """The kind of a message, by the strongest evidence first."""
    headers = parts.headers
    sender = participants[0].address.partition("@")[0] if participants else ""
    lowered = subject.lower()
    if _is_bounce(parts, sender, lowered, text):
        return "bounce"
    if parts.calendars and _is_scheduling(parts):
        return "calendar"
    if _is_auto_reply(parts, sender, lowered, text):
        return "auto_reply"
    if _is_bulk(parts, sender):
        return "bulk"
    return "person"


def _is_bounce(parts: Parts, sender: str, subject: str, text: str) -> bool:
    content_type = parts.header("content-type").lower()
    if content_type.startswith("multipart/report"):
        return "disposition-notification" not in content_type
    if "x-failed-recipients" in parts.headers:
        return True
    if any(a.media_type == "message/delivery-status" for a in parts.attachments):
        return True
    daemon = sender in _BOUNCE_SENDERS
    titled = subject.startswith(_BOUNCE_SUBJECTS)
    if not (daemon or titled or parts.header("return-path").strip() == "<>"):
        return False
    opening = text[:_OPENING_CHARACTERS].lower()
    worded = any(phrase in opening for phrase in _BOUNCE_PHRASES)
    return daemon + titled + worded >= 2


def _is_scheduling(parts: Parts) -> bool:
    """Whether a calendar part asks, answers or cancels (RFC 5546), not merely publishes."""
    return any(
        method in calendar[:4_096]
        for calendar in parts.calendars
        for method in (b"METHOD:" + name for name in _SCHEDULING)
    )


def _is_auto_reply(parts: Parts, sender: str, subject: str, text: str) -> bool:
    headers = parts.headers
    submitted = parts.header("auto-submitted").strip().lower()
    if submitted.startswith("auto-replied") or not _AUTO_HEADERS.isdisjoint(headers):
        return True
    if parts.header("precedence").strip().lower() in ("auto_reply", "auto-reply"):
        return True
    if "disposition-notification" in parts.header("content-type").lower():
        return True
    return subject.startswith(_AUTO_SUBJECTS)


def _is_bulk(parts: Parts, sender: str) -> bool:
    headers = parts.headers
    if not _BULK_HEADERS.isdisjoint(headers) or sender in _BULK_SENDERS:
        return True
    return parts.header("precedence").strip().lower() in _BULK_PRECEDENCE
