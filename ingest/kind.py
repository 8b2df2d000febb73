"""Who or what wrote a message: a person, or a machine, by the evidence of headers and words.

No single header is trusted where machines and people share it: ticket systems mark the answers of
people as generated, rules of Outlook.com answer without any mark, X-Auto-Response-Suppress stands
in invitations and newsletters too. So evidence for an automatic answer is weighed and summed.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.parts import Parts
from ingest.wordlists import words
from store.model import Kind, Participant

#: A machine says what it is in its first words, and how to unsubscribe in its last.
_OPENING_CHARACTERS: Final = 1_500
_CLOSING_CHARACTERS: Final = 2_000
_MIN_NEWSLETTER_CHARACTERS: Final = 600
#: Evidence that is enough for an automatic answer.
_SURE: Final = 3

_LISTS: Final = words("kinds")
_BOUNCE_SENDERS: Final = frozenset(_LISTS["bounce.senders"])
_BOUNCE_SURE: Final = _LISTS["bounce.sure_prefixes"]
_BOUNCE_PREFIXES: Final = _LISTS["bounce.prefixes"]
_BOUNCE_PHRASES: Final = _LISTS["bounce.phrases"]
_AUTO_SENDERS: Final = frozenset(_LISTS["auto_reply.senders"])
_AUTO_SURE_PREFIXES: Final = _LISTS["auto_reply.sure_prefixes"]
_AUTO_WEAK_PREFIXES: Final = _LISTS["auto_reply.weak_prefixes"]
_AUTO_SURE_PHRASES: Final = _LISTS["auto_reply.sure_phrases"]
_AUTO_PHRASES: Final = _LISTS["auto_reply.phrases"]
_AUTO_HEADERS: Final = frozenset(
    (
        "x-autoreply",
        "x-autorespond",
        "x-autoreply-from",
        "x-mail-autoreply",
        "x-autoresponder",
        "x-ms-exchange-inbox-rules-loop",
    )
)
_BULK_SENDERS: Final = frozenset(_LISTS["bulk.senders"])
_BULK_HEADERS: Final = frozenset(_LISTS["bulk.headers"])
_BULK_FOOTERS: Final = _LISTS["bulk.footers"]
_BULK_PRECEDENCE: Final = frozenset(("bulk", "list", "junk"))
_TICKET_HEADERS: Final = frozenset(("x-servicenow-generated", "x-servicenow-source"))
_METHOD: Final = re.compile(
    rb"(?mi)^METHOD[^:\r\n]*:\s*(?:REQUEST|REPLY|CANCEL|COUNTER|DECLINECOUNTER|REFRESH|ADD)\b"
)
#: Lotus Notes' agent; its texts are the same in every mailbox.
_NOTES_ABSENCE: Final = re.compile(
    r"will be out of the office starting\s+\S+(?:\s+\S+)? and will not return until"
    r"|ich werde ab\s+\S+ nicht im büro sein"
    r"|je serai absent\S* (?:du bureau )?à partir du\s+\S+"
)
_LIST_TAG: Final = re.compile(r"(?:\s*\[[^\[\]]{1,60}\])+\s*")


def kind_of(
    parts: Parts, subject: str, text: str, new: str, participants: tuple[Participant, ...]
) -> Kind:
    """The kind of a message, the surest first: bounce, calendar, auto_reply, bulk, person.

    ``text``: the whole text, quotations included; ``new``: without them; ``subject`` as decoded.
    """
    sender = ""
    if participants and participants[0].role == "from":
        sender = participants[0].address.partition("@")[0]
    lowered = _LIST_TAG.sub("", subject.lower(), count=1) if "[" in subject else subject.lower()
    report = _report(parts)
    if _is_bounce(parts, sender, lowered, text, report):
        return "bounce"
    if any(_METHOD.search(calendar[:8_192]) for calendar in parts.calendars):
        return "calendar"
    if report == "receipt" or _is_auto_reply(parts, sender, lowered, text):
        return "auto_reply"
    if _is_bulk(parts, sender) or _is_newsletter(parts, lowered, text, new):
        return "bulk"
    return "person"


def _is_bounce(parts: Parts, sender: str, subject: str, text: str, report: str) -> bool:
    if report:
        return report != "receipt"
    if "x-failed-recipients" in parts.headers or subject.startswith(_BOUNCE_SURE):
        return True
    if "mailer-daemon" in parts.header("from").lower():
        return True
    daemon = sender in _BOUNCE_SENDERS
    returned = parts.header("return-path").strip() == "<>"
    titled = subject.startswith(_BOUNCE_PREFIXES)
    if daemon and (returned or "auto-submitted" in parts.headers):
        return True
    original = any(a.media_type == "message/rfc822" for a in parts.attachments)
    if not (daemon or titled or returned or original):
        return False
    opening = text[:_OPENING_CHARACTERS].lower()
    worded = any(phrase in opening for phrase in _BOUNCE_PHRASES)
    return daemon + titled + worded + (returned and original) >= 2


def _report(parts: Parts) -> str:
    """``"receipt"`` or ``"delivery"`` for a report (RFC 3464, RFC 8098), ``""`` otherwise."""
    content_type = parts.header("content-type").lower()
    types = {attachment.media_type for attachment in parts.attachments}
    if "disposition-notification" in content_type or "message/disposition-notification" in types:
        return "receipt"
    reported = content_type.startswith("multipart/report") or "message/delivery-status" in types
    return "delivery" if reported else ""


def _is_auto_reply(parts: Parts, sender: str, subject: str, text: str) -> bool:
    evidence = _marks(parts, sender)
    if subject.startswith(_AUTO_SURE_PREFIXES):
        evidence += _SURE
    elif subject.startswith(_AUTO_WEAK_PREFIXES):
        evidence += 1 + (":" in subject[:40])
    elif evidence == 0 and not subject.endswith(("office", "office.", "ufficio", "leave")):
        return False
    if evidence >= _SURE:
        return True
    opening = text[:_OPENING_CHARACTERS].lower()
    worded = any(phrase in opening for phrase in _AUTO_PHRASES)
    if subject.endswith(" is out of the office.") and worded:
        return True
    if _NOTES_ABSENCE.search(opening) or any(phrase in opening for phrase in _AUTO_SURE_PHRASES):
        return True
    answers = "in-reply-to" in parts.headers or "references" in parts.headers
    return worded and evidence + 1 + answers >= _SURE


def _marks(parts: Parts, sender: str) -> int:
    """How far headers speak for an automatic answer."""
    headers = parts.headers
    submitted = parts.header("auto-submitted").strip().lower()
    precedence = parts.header("precedence").strip().lower()
    if not _AUTO_HEADERS.isdisjoint(headers) or precedence in ("auto_reply", "auto-reply"):
        return _SURE
    if submitted.startswith("auto-replied"):
        return _SURE
    return (
        (submitted.startswith("auto-") and _TICKET_HEADERS.isdisjoint(headers))
        + (parts.header("return-path").strip() == "<>")
        + (precedence in ("bulk", "junk"))
        + 2 * (sender in _AUTO_SENDERS)
    )


def _is_bulk(parts: Parts, sender: str) -> bool:
    headers = parts.headers
    if not _BULK_HEADERS.isdisjoint(headers) or sender in _BULK_SENDERS:
        return True
    if parts.header("precedence").strip().lower() in _BULK_PRECEDENCE:
        return True
    generated = parts.header("auto-submitted").strip().lower().startswith("auto-")
    return generated and _TICKET_HEADERS.isdisjoint(headers)


def _is_newsletter(parts: Parts, subject: str, text: str, new: str) -> bool:
    """Whether a mail that answers none, and quotes little, says how to unsubscribe."""
    if len(text) < _MIN_NEWSLETTER_CHARACTERS or "in-reply-to" in parts.headers:
        return False
    if 2 * len(new) < len(text):
        return False
    if subject.startswith(("re:", "fw:", "fwd:", "aw:", "wg:", "tr:", "rv:", "sv:")):
        return False
    closing = text[-_CLOSING_CHARACTERS:].lower()
    return any(footer in closing for footer in _BULK_FOOTERS)
