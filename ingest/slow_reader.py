"""Takes a mail apart with the standard library: for what the fast reader refuses or guesses."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message as Mail
from email.parser import BytesHeaderParser
from itertools import islice
from typing import Final

import charset_normalizer

from ingest import addresses
from ingest.parts import (
    ADDRESS_HEADERS,
    CALENDAR_TYPES,
    MAX_ATTACHMENTS,
    MAX_CALENDAR_BYTES,
    MAX_CALENDARS,
    MAX_TEXT_CHARACTERS,
    Parts,
    needs_html,
)
from ingest.strings import clean, one_line
from store.model import Attachment

_ENCODED_WORD: Final = re.compile(r"=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS: Final = re.compile(r"(\?=)\s+(=\?)")
_MAX_HEADER_CHARACTERS: Final = 1_000_000
#: Charsets that mail without a true label is written in.
_LIKELY: Final = (
    *("cp1252", "cp1251", "koi8_r", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("gb18030", "big5", "euc_jp", "shift_jis", "euc_kr", "iso2022_jp"),
)
_MAX_SAMPLE_BYTES: Final = 16_384


def read(raw: bytes) -> Parts:
    """The parts of one mail; never raises, what could not be read is named in ``warnings``."""
    try:
        mail = message_from_bytes(raw)
        leaves = list(islice(_leaves(mail), 2_000))
    except RecursionError:
        mail = BytesHeaderParser().parsebytes(raw)
        return _parts(mail, [], ("Its parts lie too deep in one another to be read.",))
    return _parts(mail, leaves, ())


def raw_headers(raw: bytes) -> dict[str, list[str]]:
    """Lower-case name → values of the header block, unfolded but not decoded."""
    return _raw_headers(BytesHeaderParser().parsebytes(raw))


def mailboxes(values: list[str]) -> list[addresses.Mailbox]:
    """The mailboxes of all undecoded values of one address header, names decoded."""
    found = [mailbox for value in values for mailbox in addresses.split(value)]
    return [(decoded(name), decoded(address)) for name, address in found]


def decoded(value: str) -> str:
    """A header value with its encoded words (RFC 2047) and raw 8 bit characters decoded."""
    if not value.isascii():
        value = _text(value.encode("utf-8", "surrogateescape"), "")
    if "=?" not in value:
        return value
    value = _BETWEEN_WORDS.sub(r"\1\2", value)
    return "".join(_words(value))


def _words(value: str) -> Iterator[str]:
    """Plain stretches and decoded words; neighbours of one charset are decoded as one."""
    end = 0
    pending, charset = b"", ""
    for match in _ENCODED_WORD.finditer(value):
        name = match[1].lower()
        if pending and (match.start() > end or name != charset):
            yield _text(pending, charset)
            pending = b""
        yield value[end : match.start()]
        pending, charset, end = pending + _word_bytes(match[2], match[3]), name, match.end()
    yield _text(pending, charset)
    yield value[end:]


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return quopri.decodestring(data, header=True)
    try:
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return data


def _raw_headers(mail: Mail) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for name, value in mail.raw_items():
        unfolded = str(value)[:_MAX_HEADER_CHARACTERS].replace("\r", "").replace("\n", "")
        headers.setdefault(name.strip().lower(), []).append(unfolded)
    return headers


def _parts(mail: Mail, leaves: list[Mail], warnings: tuple[str, ...]) -> Parts:
    raw = _raw_headers(mail)
    bodies = [leaf for leaf in leaves if _is_body(leaf)]
    others = [leaf for leaf in leaves if not _is_body(leaf)]
    plain = _joined(leaf for leaf in bodies if leaf.get_content_type() == "text/plain")
    html = (leaf for leaf in bodies if leaf.get_content_type() == "text/html")
    return Parts(
        headers={name: [decoded(value) for value in values] for name, values in raw.items()},
        mailboxes={name: mailboxes(raw[name]) for name in ADDRESS_HEADERS if name in raw},
        plain=plain,
        html=_joined(html) if needs_html(plain, (raw.get("from") or [""])[0]) else "",
        attachments=tuple(_attachment(leaf) for leaf in others[:MAX_ATTACHMENTS]),
        calendars=tuple(islice(_calendars(others), MAX_CALENDARS)),
        warnings=warnings,
    )


def _leaves(mail: Mail) -> Iterator[Mail]:
    """Parts that hold something; a mail within the mail is one part, not looked into."""
    if mail.get_content_maintype() == "multipart" and mail.is_multipart():
        for part in mail.get_payload():
            if isinstance(part, Mail):
                yield from _leaves(part)
    else:
        yield mail


def _is_body(leaf: Mail) -> bool:
    text = leaf.get_content_type() in ("text/plain", "text/html")
    return text and leaf.get_content_disposition() != "attachment"


def _joined(leaves: Iterator[Mail]) -> str:
    return "\n".join(_text(_content(leaf), leaf.get_content_charset() or "") for leaf in leaves)[
        :MAX_TEXT_CHARACTERS
    ]


def _content(leaf: Mail) -> bytes:
    payload = leaf.get_payload(decode=True)
    return payload[: 4 * MAX_TEXT_CHARACTERS] if isinstance(payload, bytes) else b""


def _attachment(leaf: Mail) -> Attachment:
    name = leaf.get_filename() or ""
    return Attachment(one_line(decoded(name)), one_line(leaf.get_content_type()))


def _calendars(leaves: list[Mail]) -> Iterator[bytes]:
    for leaf in leaves:
        if leaf.get_content_type() in CALENDAR_TYPES:
            payload = leaf.get_payload(decode=True)
            if isinstance(payload, bytes) and len(payload) <= MAX_CALENDAR_BYTES:
                yield payload


def _text(data: bytes, charset: str) -> str:
    """``data`` as text: by its label, else UTF-8, else the likeliest, else Windows-1252."""
    for name in filter(None, (charset, "utf-8")):
        try:
            return clean(data.decode(name))
        except (UnicodeError, LookupError, ValueError):
            continue
    high = sum(byte > 127 for byte in data[:_MAX_SAMPLE_BYTES])
    if 4 * high < len(data[:_MAX_SAMPLE_BYTES]):  # mostly ASCII: a western text
        return clean(data.decode("cp1252", "replace"))
    sample = data[:_MAX_SAMPLE_BYTES]
    best = charset_normalizer.from_bytes(sample, cp_isolation=list(_LIKELY)).best()
    return clean(data.decode(best.encoding if best is not None else "cp1252", "replace"))
