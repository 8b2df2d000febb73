"""Messages as Graph tells them in JSON, read like raw mail.

Graph's JSON holds what is needed of a usual mail: transport headers, addresses, the whole body. Raw
mail is fetched only where something in it counts that JSON leaves out; see ``needs_mime``.
"""

from __future__ import annotations

from email.utils import format_datetime
from hashlib import blake2b
from typing import Final

from ingest import graph_links, mime
from ingest.addresses import MAX_MAILBOXES, Mailbox
from ingest.graph_json import Json, instant, mailbox, mailboxes, part, parts, text
from ingest.mime import ParsedMessage
from ingest.parts import CALENDAR_TYPES, MAX_ATTACHMENTS, MAX_TEXT_CHARACTERS, Parts
from ingest.slow_reader import decoded
from ingest.strings import clean, one_line
from store.model import Attachment

#: What is asked for of every message; ``BODY`` as well where texts may be read.
FIELDS: Final = (
    "internetMessageId",
    "conversationId",
    "internetMessageHeaders",
    "subject",
    "from",
    "sender",
    "replyTo",
    "toRecipients",
    "ccRecipients",
    "sentDateTime",
    "receivedDateTime",
    "isDraft",
    "hasAttachments",
    graph_links.FIELD,
)
BODY: Final = "body"
#: What is asked for of attachments: never their content.
ATTACHMENT_FIELDS: Final = ("name", "contentType", "isInline")

_MAX_HEADERS: Final = 1_000
_MAX_HEADER_CHARACTERS: Final = 100_000
_SIGNED: Final = frozenset(
    ("multipart/signed", "application/pkcs7-mime", "application/x-pkcs7-mime")
)
_KINDS: Final = {
    "#microsoft.graph.itemattachment": "message/rfc822",
    "#microsoft.graph.referenceattachment": "application/octet-stream",
}


def is_event_message(item: Json) -> bool:
    """Whether it is an invitation, an answer to one or a cancellation."""
    return "eventmessage" in text(item, "@odata.type").lower()


def is_request(item: Json) -> bool:
    """Whether it is an invitation or an update of one, which tells what it changes."""
    return "eventmessagerequest" in text(item, "@odata.type").lower()


def is_whole(item: Json) -> bool:
    """Whether it tells a message; a change of a known one tells only what changed (isRead)."""
    return "receivedDateTime" in item and "subject" in item


def needs_mime(item: Json) -> bool:
    """Whether its attachments say that raw mail tells more: a calendar, a text in a signature."""
    return any(_is_calendar(one) or _type(one) in _SIGNED for one in parts(item, "attachments"))


def read(item: Json, *, labels: tuple[str, ...], zone: str) -> ParsedMessage:
    """The message in ``item``; ``labels``: its folder; ``zone``: the owner's IANA zone."""
    return _told(mime.of_parts(_parts(item), _identity(item), labels=labels, zone=zone), item)


def read_mime(item: Json, raw: bytes, *, labels: tuple[str, ...], zone: str) -> ParsedMessage:
    """The message in ``raw`` under the identity that ``item`` gives it.

    Raises ``ingest.mime.NotAMessageError``.
    """
    parsed = mime.parse(raw, labels=labels, zone=zone)
    name = _identity(item)
    message = parsed.message._replace(provider_id=name)
    revisions = tuple(one._replace(message_provider_id=name) for one in parsed.revisions)
    return _told(parsed._replace(message=message, revisions=revisions), item)


def _identity(item: Json) -> str:
    """What stays equal for copies of a message, and when its mailbox moves to another server."""
    author = mailbox(part(item, "from"))[1]
    told = [text(item, name) for name in ("internetMessageId", "sentDateTime", "subject")]
    said = "\0".join([*told, author]) if told[0] else text(item, "id")
    return blake2b(said.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _told(parsed: ParsedMessage, item: Json) -> ParsedMessage:
    """With what Exchange knows better than any header."""
    message = parsed.message
    return parsed._replace(
        message=message._replace(
            source_key=text(item, "id"),
            web_link=text(item, graph_links.FIELD),
            received_at=instant(text(item, "receivedDateTime")) or message.received_at,
            thread_hint=one_line(text(item, "conversationId")) or message.thread_hint,
            kind="calendar" if is_event_message(item) else message.kind,
        )
    )


def _parts(item: Json) -> Parts:
    body = part(item, "body")
    content = clean(text(body, "content")[:MAX_TEXT_CHARACTERS])
    is_html = text(body, "contentType").lower() == "html"
    return Parts(
        headers=_headers(item),
        mailboxes=_mailboxes(item),
        plain="" if is_html else content,
        html=content if is_html else "",
        attachments=tuple(map(_attachment, parts(item, "attachments")[:MAX_ATTACHMENTS])),
        calendars=(),
        warnings=(),
    )


def _headers(item: Json) -> dict[str, list[str]]:
    """Transport headers, which sent mail has none of, completed by what the item tells."""
    found: dict[str, list[str]] = {}
    for header in parts(item, "internetMessageHeaders")[:_MAX_HEADERS]:
        value = text(header, "value")[:_MAX_HEADER_CHARACTERS]
        unfolded = value.replace("\r", "").replace("\n", "")
        found.setdefault(text(header, "name").strip().lower(), []).append(decoded(unfolded))
    found["subject"] = [text(item, "subject")]
    for name, value in (("message-id", text(item, "internetMessageId")), ("date", _date(item))):
        if value:
            found.setdefault(name, [value])
    name, address = mailbox(part(item, "from"))
    found.setdefault("from", [f"{name} <{address}>" if address else name])
    return found


def _date(item: Json) -> str:
    """The time of sending, without a hint of the sender's zone (RFC 5322, 3.3)."""
    sent = instant(text(item, "sentDateTime"))
    return format_datetime(sent).replace("+0000", "-0000") if sent else ""


def _mailboxes(item: Json) -> dict[str, list[Mailbox]]:
    """By header. A sender who is the author has no header in raw mail."""
    author, sender = mailbox(part(item, "from")), mailbox(part(item, "sender"))
    found = {
        "from": [author if author[1] else sender],
        "sender": [sender] if author[1] and sender[1] != author[1] else [],
        "reply-to": mailboxes(item, "replyTo"),
        "to": mailboxes(item, "toRecipients"),
        "cc": mailboxes(item, "ccRecipients"),
    }
    return {
        name: people[:MAX_MAILBOXES] for name, people in found.items() if people and people[0][1]
    }


def _attachment(item: Json) -> Attachment:
    return Attachment(one_line(text(item, "name")), _type(item))


def _type(item: Json) -> str:
    told = text(item, "contentType").partition(";")[0].strip().lower()
    kind = _KINDS.get(text(item, "@odata.type").lower(), "application/octet-stream")
    return one_line(told) or kind


def _is_calendar(item: Json) -> bool:
    return _type(item) in CALENDAR_TYPES or text(item, "name").lower().endswith(".ics")
