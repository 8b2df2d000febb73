"""What a path is, told by its content and never by its ending."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path

from ingest.content import HEAD_BYTES, Content, head, opened
from ingest.deals import looks_like_deals
from ingest.maildir import is_maildir
from ingest.outlook_mail import OLE2_MAGIC


class Form(Enum):
    """The forms of input. The values are words for people."""

    MBOX = "an mbox file"
    MAILDIR = "a Maildir"
    MESSAGE = "one message"
    CALENDAR = "a calendar"
    ZIP = "a zip archive"
    OUTLOOK_STORE = "an Outlook data file"
    OUTLOOK_ITEM = "an Outlook message"
    DEALS = "a list of deals"
    FOLDER = "a folder"
    EMPTY = "an empty file"
    UNKNOWN = "neither mail, nor a calendar, nor a list of deals"


_MAGIC = (
    (b"PK\x03\x04", Form.ZIP),
    (b"PK\x05\x06", Form.ZIP),
    (b"!BDN", Form.OUTLOOK_STORE),
    (OLE2_MAGIC, Form.OUTLOOK_ITEM),
)
_CALENDAR = re.compile(rb"\s*BEGIN:VCALENDAR\b", re.IGNORECASE)
_HEADER_NAME = re.compile(rb"(?m)^([A-Za-z][!-9;-~]{0,100}):")
_HEADER_LINE = re.compile(rb"[!-9;-~]{1,100}[ \t]*:|[ \t]+\S")
_MAIL_HEADERS = frozenset(
    b"from to cc subject date message-id received return-path sender mime-version content-type "
    b"delivered-to reply-to x-mailer in-reply-to references x-gmail-labels x-mozilla-status".split()
)


def recognise(path: Path) -> Form:
    """The form of a file or folder. Raises ``OSError`` where it cannot be looked at."""
    if path.is_dir():
        return Form.MAILDIR if is_maildir(path) else Form.FOLDER
    return recognise_content(opened(path))


def recognise_content(content: Content) -> Form:
    """The form of a file by its first bytes."""
    return recognise_head(head(content, HEAD_BYTES))


def recognise_head(data: bytes) -> Form:
    """The form of a file that begins with ``data`` (a whole small file, or its first 4 KiB)."""
    for magic, form in _MAGIC:
        if data.startswith(magic):
            return form
    text = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if not text.strip():
        return Form.UNKNOWN if data.strip(b"\r\n\t ") else Form.EMPTY
    if text.startswith(b"From ") and b"\n" in text:
        return Form.MBOX
    if _CALENDAR.match(text):
        return Form.CALENDAR
    if _is_message(text):
        return Form.MESSAGE
    return Form.DEALS if looks_like_deals(text) else Form.UNKNOWN


def _is_message(text: bytes) -> bool:
    headers = re.split(rb"\r?\n\r?\n", text, maxsplit=1)[0]
    if not _HEADER_LINE.match(headers):
        return False
    names = {name.lower() for name in _HEADER_NAME.findall(headers)}
    return not names.isdisjoint(_MAIL_HEADERS)
