"""Takes a mail apart with fast-mail-parser, and says when it is not sure of the answer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from fast_mail_parser import DecodeError, PyAddress, PyLazyAttachment, PyLazyMail, parse_email

from ingest import slow_reader
from ingest.addresses import MAX_MAILBOXES, Mailbox
from ingest.parts import (
    CALENDAR_TYPES,
    MAX_ATTACHMENTS,
    MAX_CALENDAR_BYTES,
    MAX_CALENDARS,
    MAX_TEXT_CHARACTERS,
    Parts,
    needs_html,
)
from ingest.strings import one_line, repaired
from store.model import Attachment

#: Repairs that concern a single header, which is then read again; all others mean a guess.
_HARMLESS: Final = frozenset({"address-unparseable", "date-unparseable"})
#: The parser's time grows with the square of the number of encoded words.
_MAX_ENCODED_WORDS: Final = 5_000
_MANY_BYTES: Final = 50_000
_LOOKED_AT_BYTES: Final = 4 * 1024 * 1024


class UnsureError(Exception):
    """The fast reader had to guess: the slow one shall read this mail."""


def read(raw: bytes) -> Parts:
    """The parts of one mail. Raises ``UnsureError`` or ``fast_mail_parser.ParseError``."""
    if len(raw) > _MANY_BYTES and raw.count(b"=?", 0, _LOOKED_AT_BYTES) > _MAX_ENCODED_WORDS:
        raise UnsureError
    mail = parse_email(raw, mode="lazy")
    if any(warning.kind not in _HARMLESS for warning in mail.warnings):
        raise UnsureError
    headers = _headers(mail)
    attachments = mail.attachments
    plain = _text(mail.text_plain, raw)
    return Parts(
        headers=headers,
        mailboxes=_mailboxes(raw, mail, headers),
        plain=plain,
        html=_text(mail.text_html, raw) if needs_html(plain, _author(headers)) else "",
        attachments=tuple([_attachment(a) for a in attachments[:MAX_ATTACHMENTS]])
        if attachments
        else (),
        calendars=tuple(islice(_calendars(attachments), MAX_CALENDARS)) if attachments else (),
        warnings=(),
    )


def _author(headers: dict[str, list[str]]) -> str:
    return headers.get("from", [""])[0]


def _headers(mail: PyLazyMail) -> dict[str, list[str]]:
    written = mail.headers
    headers = {name.lower(): values for name, values in written.items()}
    if len(headers) == len(written):
        return headers
    merged: dict[str, list[str]] = {}
    for name, values in written.items():
        merged.setdefault(name.strip().lower(), []).extend(values)
    return merged


def _mailboxes(
    raw: bytes, mail: PyLazyMail, headers: dict[str, list[str]]
) -> dict[str, list[Mailbox]]:
    read_by_parser: dict[str, list[PyAddress]] = {
        "from": [mail.from_] if mail.from_ else [],
        "reply-to": mail.reply_to,
        "to": mail.to,
        "cc": mail.cc,
    }
    found: dict[str, list[Mailbox]] = {}
    unread: list[str] = ["sender"] if "sender" in headers else []
    for name, people in read_by_parser.items():
        values = headers.get(name)
        if values is None:
            continue
        if len(values) > 1 or not people or _is_odd(values[0], name):
            unread.append(name)
        else:
            found[name] = [(p.display_name or "", p.address) for p in people[:MAX_MAILBOXES]]
    if unread:
        undecoded = slow_reader.raw_headers(raw)
        found.update({name: slow_reader.mailboxes(undecoded.get(name, [])) for name in unread})
    return found


def _is_odd(value: str, name: str) -> bool:
    """A name in a comment, or several authors: the parser reports neither."""
    return "(" in value or (name == "from" and value.count("@") > 1)


def _text(texts: list[str], raw: bytes) -> str:
    if not texts:
        return ""
    text = texts[0] if len(texts) == 1 else "\n".join(texts)
    text = text[:MAX_TEXT_CHARACTERS]
    if not text.isascii():
        if "\ufffd" in text:
            raise UnsureError
        if not raw.isascii():  # 8 bit characters, perhaps without a charset: taken for Windows-1252
            text = repaired(text)
    return text.replace("\0", "") if "\0" in text else text


def _attachment(part: PyLazyAttachment) -> Attachment:
    return Attachment(one_line(part.filename), one_line(part.mimetype.lower()))


def _calendars(attachments: list[PyLazyAttachment]) -> Iterator[bytes]:
    for part in attachments:
        if part.mimetype.lower() in CALENDAR_TYPES and part.encoded_size <= 2 * MAX_CALENDAR_BYTES:
            try:
                content = part.content
            except DecodeError as error:
                raise UnsureError from error
            if len(content) <= MAX_CALENDAR_BYTES:
                yield content
