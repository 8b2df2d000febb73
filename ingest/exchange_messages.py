"""Messages of an Exchange Server as records: their raw mail, and what Exchange knows besides."""

from __future__ import annotations

import binascii
from base64 import b64decode
from email.utils import format_datetime
from hashlib import blake2b
from typing import Final

from ingest import exchange_xml as xml
from ingest import graph_meeting, mime
from ingest.exchange_client import OLD_TIMES
from ingest.exchange_xml import Element
from ingest.graph_json import instant
from ingest.mime import NotAMessageError
from ingest.source import Record
from ingest.strings import one_line
from store.model import Message

#: What Exchange calls messages about meetings; they carry iTIP.
MEETINGS: Final = frozenset(
    ("MeetingMessage", "MeetingRequest", "MeetingResponse", "MeetingCancellation")
)
#: What counts as mail of all that may lie in a mail folder.
MAIL: Final = MEETINGS | {"Message"}

_OLD: Final = dict(
    zip(map(str, OLD_TIMES), ("previousStartDateTime", "previousEndDateTime"), strict=True)
)
_MAX_HEADERS: Final = 1_000


def records(
    item: Element, *, labels: tuple[str, ...], zone: str, headers_only: bool
) -> list[Record]:
    """The message, and what it says of meetings. ``labels``: its folder; ``zone``: the owner's.

    Raises ``ingest.mime.NotAMessageError`` where it cannot be read.
    """
    raw = _headers(item) if headers_only else _content(item)
    parsed = mime.parse(raw, labels=labels, zone=zone)
    message = _told(parsed.message, item)
    carried = [r._replace(message_provider_id=message.provider_id) for r in parsed.revisions]
    return [message, *carried, *graph_meeting.previous(_previous(item), carried)]


def _told(message: Message, item: Element) -> Message:
    """With what Exchange knows better than any header."""
    meeting = xml.name_of(item) in MEETINGS
    return message._replace(
        provider_id=_identity(message),
        source_key=xml.id_in(item, "ItemId"),
        received_at=instant(xml.said(item, "DateTimeReceived")) or message.received_at,
        thread_hint=xml.id_in(item, "ConversationId") or message.thread_hint,
        kind="calendar" if meeting else message.kind,
    )


def _identity(message: Message) -> str:
    """What stays equal for copies, and when the mailbox moves to another server.

    The raw mail does not: Exchange makes it anew from what it keeps, each version in its own way.
    """
    if not message.message_id:
        return message.provider_id
    author = next((p.address for p in message.participants if p.role == "from"), "")
    sent = message.sent_at.isoformat() if message.sent_at else ""
    said = "\0".join((message.message_id, sent, message.subject, author))
    return blake2b(said.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _content(item: Element) -> bytes:
    try:
        raw = b64decode(xml.said(item, "MimeContent"))
    except (binascii.Error, ValueError) as error:
        raise NotAMessageError("Its raw mail is not written as base64.") from error
    if not raw:
        raise NotAMessageError("Exchange gives no raw mail for it.")
    return raw


def _headers(item: Element) -> bytes:
    """The headers as raw mail; those of sent mail, which has none, from what the item tells."""
    listed = xml.find(item, "InternetMessageHeaders")
    told = [(one.get("HeaderName") or "", one.text or "") for one in _some(listed)]
    made = _made(item)
    named = {name.lower() for name, _ in told}
    lines = [f"{name}: {_unfolded(value)}" for name, value in told]
    lines += [f"{name}: {value}" for name, value in made.items() if name.lower() not in named]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "replace")


def _some(listed: Element | None) -> list[Element]:
    return list(listed)[:_MAX_HEADERS] if listed is not None else []


def _unfolded(value: str) -> str:
    return value.replace("\r", "").replace("\n", "")


def _made(item: Element) -> dict[str, str]:
    sent = instant(xml.said(item, "DateTimeSent"))
    found = {
        "From": _people(item, "From"),
        "Sender": _people(item, "Sender"),
        "Reply-To": _people(item, "ReplyTo"),
        "To": _people(item, "ToRecipients"),
        "Cc": _people(item, "CcRecipients"),
        "Subject": one_line(xml.said(item, "Subject")),
        "Date": format_datetime(sent).replace("+0000", "-0000") if sent else "",
        "Message-ID": one_line(xml.said(item, "InternetMessageId")),
    }
    if found["Sender"] == found["From"]:
        found["Sender"] = ""
    return {name: value for name, value in found.items() if value}


def _people(item: Element, name: str) -> str:
    """The mailboxes in an element, as an address header."""
    holder = xml.find(item, name)
    people = [_mailbox(one) for one in _some(holder)]
    return ", ".join(person for person in people if person)


def _mailbox(element: Element) -> str:
    name = one_line(xml.said(element, "Name")).replace('"', "").replace("\\", "")
    address = one_line(xml.said(element, "EmailAddress"))
    if "@" not in address:
        return ""
    return f'"{name}" <{address}>' if name else address


def _previous(item: Element) -> dict[str, dict[str, str]]:
    """When the meeting was before the update that ``item`` is, in Graph's words."""
    found = {}
    for one in item:
        number = one[0].get("PropertyId") if xml.name_of(one) == "ExtendedProperty" else None
        if number in _OLD:
            found[_OLD[number]] = {"dateTime": xml.said(one, "Value"), "timeZone": "UTC"}
    return found
