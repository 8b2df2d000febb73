"""Mail in Graph's JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote
from zlib import crc32

from tests.graph_values import Json, recipient, utc

OUTLOOK: Final = "https://outlook.office365.com"


def received(mail: EmailMessage) -> str:
    """When it came, as a DateTimeOffset."""
    return utc(parsedate_to_datetime(str(mail["date"])))


def _people(mail: EmailMessage, header: str) -> list[Json]:
    found = getaddresses([str(value) for value in mail.get_all(header, [])])
    return [recipient(address, name) for name, address in found if address]


def web_link(name: str) -> str:
    """Where Outlook on the web shows the item of this id: with Exchange's own form of the id."""
    item = quote(outlook_id(name), safe="")
    return f"{OUTLOOK}/owa/?ItemID={item}&exvsurl=1&viewmodel=ReadMessageItem"


def outlook_id(name: str) -> str:
    """An id in the form of Exchange Web Services and of Outlook on the web."""
    return name.replace("-", "/").replace("_", "+")


def mail_json(name: str, mail: EmailMessage, *, sent: bool) -> Json:
    """The fields of a message; sent mail has no transport headers."""
    body = mail.get_body(("html", "plain"))
    headers: Iterable[tuple[str, Any]] = [] if sent else mail.raw_items()
    author = next(iter(_people(mail, "from")), None)
    return {
        "id": name,
        "webLink": web_link(name),
        "internetMessageId": str(mail["message-id"] or f"<{name}@exchange.example>").strip(),
        "conversationId": f"AAQk{crc32(str(mail['subject']).removeprefix('Re: ').encode()):08x}",
        "internetMessageHeaders": [{"name": key, "value": str(value)} for key, value in headers]
        or None,
        "subject": str(mail["subject"] or ""),
        "from": author,
        "sender": next(iter(_people(mail, "sender")), author),
        "replyTo": _people(mail, "reply-to"),
        "toRecipients": _people(mail, "to"),
        "ccRecipients": _people(mail, "cc"),
        "sentDateTime": received(mail),
        "isDraft": False,
        "isRead": False,
        "hasAttachments": any(True for _ in attachments(mail)),
        "body": {
            "contentType": "html" if body and body.get_content_subtype() == "html" else "text",
            "content": str(body.get_content()) if body else "",
        },
    }


def attachments(mail: EmailMessage) -> Iterator[Json]:
    """The attachments of a mail."""
    for number, part in enumerate(mail.iter_attachments()):
        yield {
            "@odata.type": "#microsoft.graph.fileAttachment",
            "id": f"A{number}",
            "name": part.get_filename() or "",
            "contentType": part.get_content_type(),
            "isInline": False,
            "size": 1,
        }
