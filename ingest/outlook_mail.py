"""Outlook items, from data files or .msg files, turned into RFC 5322 mails.

So everything behind reads one form: the transport headers where the item has them, else headers
made of its properties; its text and HTML; names and types of its attachments without content.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from ingest.content import LARGEST_MESSAGE_BYTES
from store.errors import InputError

if TYPE_CHECKING:
    from types import ModuleType

#: First bytes of a compound file (MS-CFB).
OLE2_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_CALENDAR_TYPES = frozenset(("text/calendar", "application/ics"))
_LARGEST_CALENDAR_BYTES = 1 << 20

# Property tags of MS-OXPROPS.
MESSAGE_CLASS = 0x001A
_SENDER_NAME, _SENDER_ADDRESS, _SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
_FROM_NAME, _FROM_ADDRESS, _FROM_SMTP = 0x0042, 0x0065, 0x5D02
_AUTHOR = (_FROM_SMTP, _SENDER_SMTP, _FROM_ADDRESS, _SENDER_ADDRESS)
_MESSAGE_ID, _REFERENCES, _IN_REPLY_TO = 0x1035, 0x1039, 0x1042
_RECIPIENT_TYPE, _NAME, _ADDRESS, _SMTP = 0x0C15, 0x3001, 0x3003, 0x39FE
_MEDIA_TYPE, _CODE_PAGE = 0x370E, 0x3FDE
_DROPPED_HEADER = re.compile(
    r"(?im)^(?:content-[\w-]+|mime-version)[ \t]*:.*\r?\n(?:[ \t].*\r?\n?)*"
)


class Attached(NamedTuple):
    """Name and media type of an attachment; its content only where that is a calendar."""

    name: str
    media_type: str
    calendar: bytes = b""


class Mail(NamedTuple):
    """An Outlook item as far as a mail needs it. ``headers``: as transported, or ``""``."""

    headers: str
    made: tuple[tuple[str, str], ...]
    text: bytes
    html: bytes
    html_charset: str
    attached: tuple[Attached, ...]

    def as_bytes(self) -> bytes:
        """As RFC 5322 mail; a body is bounded, an attachment is empty."""
        headers = self.headers.lstrip("\r\n\0")
        if not headers.strip():
            headers = "".join(f"{name}: {value}\r\n" for name, value in self.made if value)
        headers = _DROPPED_HEADER.sub("", headers.rstrip("\r\n\0") + "\r\n")
        parts = [_text_part("plain", self.text, "utf-8")] if self.text or not self.html else []
        if self.html:
            parts.append(_text_part("html", self.html, self.html_charset))
        body = _multipart("alternative", parts)
        if self.attached:
            body = _multipart("mixed", [body, *map(_attachment, self.attached)])
        return headers.encode("utf-8", "replace") + b"MIME-Version: 1.0\r\n" + body


def needed(module: str, place: str) -> ModuleType:
    """An optional library. Raises ``InputError`` naming the extra where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise InputError(
            f"{place} is an Outlook file, and the parts that read it are not installed.",
            "Install them with: pip install 'brickwall[outlook]'",
        ) from error


def is_outlook_item(path: Path) -> bool:
    """Whether an OLE2 file is a message and not, say, an old Word file (MS-CFB, MS-OXMSG)."""
    with path.open("rb") as file:
        header = file.read(512)
        sector = int.from_bytes(header[48:52], "little")
        shift = int.from_bytes(header[30:32], "little")
        if shift not in (9, 12):
            return False
        file.seek((sector + 1) << shift)
        names = file.read(1 << shift).decode("utf-16-le", "replace")
    return any(name in names for name in ("__nameid_", "__substg1", "__properties", "__recip_"))


def msg_mail(path: Path) -> bytes:
    """A .msg file as RFC 5322 mail. Raises ``InputError`` where the extra is missing.

    Raises ``ValueError`` saying why for what extract-msg cannot read.
    """
    extract_msg = needed("extract_msg", str(path))
    try:
        with extract_msg.openMsg(path, delayAttachments=False) as item:
            return _msg_mail(item).as_bytes()
    except Exception as error:  # the library raises many kinds, some of its dependencies'
        why = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise ValueError(f"the Outlook message cannot be read ({why})") from error


def pst_mail(message: Any) -> Mail:
    """An item of a data file as mail."""
    attachments = [message.get_attachment(at) for at in range(message.number_of_attachments)]
    recipients = list(_pst_recipients(message))
    sender = (
        property_text(message, _FROM_NAME) or property_text(message, _SENDER_NAME),
        _smtp(property_text(message, tag) for tag in _AUTHOR),
    )
    made = _headers(
        sender=sender,
        recipients=recipients,
        subject=re.sub(r"^\x01.", "", message.subject or "", flags=re.DOTALL),
        date=message.client_submit_time or message.delivery_time,
        message_id=property_text(message, _MESSAGE_ID),
        in_reply_to=property_text(message, _IN_REPLY_TO),
        references=property_text(message, _REFERENCES),
    )
    return Mail(
        headers=message.transport_headers or "",
        made=made,
        text=_bytes(message.plain_text_body),
        html=_bytes(message.html_body),
        html_charset=_charset(_property_number(message, _CODE_PAGE)),
        attached=tuple(_pst_attached(attachment) for attachment in attachments),
    )


def _pst_recipients(message: Any) -> Iterator[tuple[int, str, str]]:
    """Type (1 to, 2 cc, 3 bcc), name and address."""
    table = message.recipients
    for at in range(table.number_of_recipients if table is not None else 0):
        entries = table.get_recipient(at)
        kind = _entry(entries, _RECIPIENT_TYPE)
        name = _entry_text(entries, _NAME)
        address = _smtp(_entry_text(entries, tag) for tag in (_SMTP, _ADDRESS))
        yield int.from_bytes(kind.data or b"\1", "little") if kind else 1, name, address


def _pst_attached(attachment: Any) -> Attached:
    name = attachment.long_filename or ""
    media_type = property_text(attachment, _MEDIA_TYPE) or "application/octet-stream"
    if _is_calendar(name, media_type) and attachment.size <= _LARGEST_CALENDAR_BYTES:
        return Attached(name, "text/calendar", attachment.read_buffer(attachment.size))
    return Attached(name, media_type)


def property_text(item: Any, tag: int) -> str:
    """A text property of an item of a data file, by its tag (MS-OXPROPS); ``""`` where absent."""
    for at in range(item.number_of_record_sets):
        if text := _entry_text(item.get_record_set(at), tag):
            return text
    return ""


def _property_number(item: Any, tag: int) -> int:
    entry = _entry(item.get_record_set(0), tag) if item.number_of_record_sets else None
    return int.from_bytes((entry.data or b"")[:4], "little") if entry is not None else 0


def _entry(record_set: Any, tag: int) -> Any:
    return next((entry for entry in record_set.entries if entry.entry_type == tag), None)


def _entry_text(record_set: Any, tag: int) -> str:
    entry = _entry(record_set, tag)
    return str(entry.data_as_string or "") if entry is not None and entry.data else ""


def _msg_mail(item: Any) -> Mail:
    recipients = [(int(r.type), r.name or "", _smtp([r.email or ""])) for r in item.recipients]
    text = item.body if isinstance(item.body, str) else ""
    attached = tuple(_msg_attached(attachment) for attachment in item.attachments)
    return Mail(
        headers=item.headerText or "",
        made=_headers(
            sender=(
                _msg_text(item, _FROM_NAME) or _msg_text(item, _SENDER_NAME),
                _smtp(_msg_text(item, tag) for tag in _AUTHOR),
            ),
            recipients=recipients,
            subject=item.subject or "",
            date=item.date,
            message_id=item.messageId or "",
            in_reply_to=item.inReplyTo or "",
            references="",
        ),
        text=text.encode("utf-8", "replace"),
        html=_bytes(item.htmlBody),
        html_charset="utf-8",
        attached=attached,
    )


def _msg_text(item: Any, tag: int) -> str:
    return str(item.getStringStream(f"__substg1.0_{tag:04X}") or "")


def _msg_attached(attachment: Any) -> Attached:
    media_type = getattr(attachment, "mimetype", None) or "application/octet-stream"
    name = getattr(attachment, "longFilename", None) or getattr(attachment, "name", None) or ""
    data = getattr(attachment, "data", None)
    if _is_calendar(str(name), str(media_type)) and isinstance(data, bytes):
        return Attached(str(name), "text/calendar", data[:_LARGEST_CALENDAR_BYTES])
    return Attached(str(name), str(media_type))


def _is_calendar(name: str, media_type: str) -> bool:
    return media_type.lower() in _CALENDAR_TYPES or name.lower().endswith(".ics")


def _headers(
    *,
    sender: tuple[str, str],
    recipients: Sequence[tuple[int, str, str]],
    subject: str,
    date: datetime | None,
    message_id: str,
    in_reply_to: str,
    references: str,
) -> tuple[tuple[str, str], ...]:
    def joined(kind: int) -> str:
        return ", ".join(_address(name, address) for at, name, address in recipients if at == kind)

    when = date.replace(tzinfo=UTC) if date is not None and date.tzinfo is None else date
    return (
        ("From", _address(*sender)),
        ("To", joined(1)),
        ("Cc", joined(2)),
        ("Subject", _encoded(subject)),
        ("Date", format_datetime(when) if when is not None else ""),
        ("Message-ID", _one_line(message_id)),
        ("In-Reply-To", _one_line(in_reply_to)),
        ("References", _one_line(references)),
    )


def _address(name: str, address: str) -> str:
    """An address with its name; ``""`` where Exchange kept no SMTP address."""
    return formataddr((_one_line(name), address)) if address else ""


def _smtp(candidates: Iterable[str]) -> str:
    """The first that is an SMTP address, not an Exchange path such as ``/O=...``."""
    found = (_one_line(text).strip() for text in candidates)
    return next(
        (t for t in found if re.fullmatch(r"[^\s@<>/,]+@[^\s@<>/,]+", t) and t.isascii()), ""
    )


def _encoded(text: str) -> str:
    return _one_line(text) if text.isascii() else Header(_one_line(text), "utf-8").encode()


def _one_line(text: str) -> str:
    return re.sub(r"[\r\n\0]+\s*", " ", text)


def _bytes(body: bytes | str | None) -> bytes:
    data = body.encode("utf-8", "replace") if isinstance(body, str) else body or b""
    return data[: LARGEST_MESSAGE_BYTES // 4]


def _charset(code_page: int) -> str:
    known = {0: "utf-8", 65001: "utf-8", 20127: "us-ascii", 28591: "iso-8859-1", 20866: "koi8-r"}
    return known.get(code_page, f"windows-{code_page}")


def _text_part(kind: str, body: bytes, charset: str) -> bytes:
    head = (
        f"Content-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return head.encode("ascii", "replace") + body


def _attachment(attached: Attached) -> bytes:
    media_type = re.sub(r"[^\w/.+-]", "", attached.media_type, flags=re.ASCII)
    name = quote(attached.name, safe="")
    return (
        f"Content-Type: {media_type}\r\n"
        f"Content-Disposition: attachment; filename*=utf-8''{name}\r\n\r\n"
    ).encode("ascii", "replace") + attached.calendar


def _multipart(kind: str, parts: Sequence[bytes]) -> bytes:
    if len(parts) == 1:
        return parts[0]
    boundary = blake2b(b"\0".join(parts), digest_size=16).hexdigest()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    body = b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), part) for part in parts)
    return head + body + b"--%b--\r\n" % boundary.encode()
