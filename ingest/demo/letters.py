"""Mails of the made-up world as RFC 5322 messages, and the mbox they lie in."""

from __future__ import annotations

import html
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.header import Header
from email.utils import encode_rfc2231, format_datetime
from zoneinfo import ZoneInfo

from ingest.demo.cast import REP, Person

_QUOTED_LEVELS = 3


@dataclass(frozen=True)
class Letter:
    """One mail. ``text`` is what its author wrote; ``parent`` is quoted below it if ``quotes``.

    ``calendar``: method and text of an iTIP part. ``by``: who pressed send for the sender.
    ``bounced``: the mail of which this one tells that it was not delivered. ``purpose``: the list
    of phrases that it was made from; written nowhere.
    """

    ident: str
    at: datetime
    sender: Person
    to: tuple[Person, ...]
    subject: str
    text: str
    cc: tuple[Person, ...] = ()
    parent: Letter | None = None
    quotes: bool = True
    html: bool = False
    attachments: tuple[str, ...] = ()
    calendar: tuple[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    by: Person | None = None
    bounced: Letter | None = None
    purpose: str = ""

    @property
    def ours(self) -> bool:
        """Whether the rep wrote it."""
        return self.sender == REP

    @property
    def message_id(self) -> str:
        """With its angle brackets."""
        return f"<{self.ident}@{(self.by or self.sender).domain}>"

    def full_text(self, levels: int = _QUOTED_LEVELS) -> str:
        """The text with the quotation of what it answers."""
        if self.parent is None or not self.quotes or levels == 0:
            return self.text
        return f"{self.text}\n\n{_quotation(self.parent, self.sender, levels - 1)}"


def mbox(letters: Iterable[Letter]) -> bytes:
    """An mbox file as Takeout writes it."""
    parts: list[bytes] = []
    for letter in letters:
        line = f"From {letter.ident}@xxx {letter.at:%a %b %d %H:%M:%S +0000 %Y}\n".encode()
        body = raw(letter).replace(b"\nFrom ", b"\n>From ")
        parts.append(line + body.rstrip(b"\n") + b"\n\n")
    return b"".join(parts)


def raw(letter: Letter) -> bytes:
    """The mail as it lies in a mailbox, with all its headers and parts."""
    headers = "".join(f"{name}: {value}\n" for name, value in _headers(letter))
    return f"{headers}MIME-Version: 1.0\n{_body(letter)}".encode("ascii")


def _body(letter: Letter) -> str:
    """Content headers, an empty line, and the parts."""
    parts = [_text_part(letter.full_text(), "plain")]
    if letter.html:
        parts.append(_text_part(_html(letter), "html"))
    if letter.calendar:
        method, text = letter.calendar
        parts.append(_encoded(text.encode(), f"text/calendar; charset=utf-8; method={method}"))
    body = _multipart(letter, "alternative", parts) if len(parts) > 1 else parts[0]
    if letter.bounced:
        report = [body, *_report(letter.bounced)]
        return _multipart(letter, "report; report-type=delivery-status", report)
    if letter.attachments:
        return _multipart(letter, "mixed", [body, *map(_attached, letter.attachments)])
    return body


def _multipart(letter: Letter, kind: str, parts: list[str]) -> str:
    boundary = f"=_{letter.ident}_{kind[:3]}"
    inner = "".join(f"--{boundary}\n{part.rstrip()}\n\n" for part in parts)
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\n'
    return f"{head}\n{inner}--{boundary}--\n"


def _text_part(text: str, kind: str) -> str:
    encoded = b2a_qp(text.encode(), istext=True).decode("ascii")
    head = f"Content-Type: text/{kind}; charset=utf-8\n"
    return f"{head}Content-Transfer-Encoding: quoted-printable\n\n{encoded}\n"


def _encoded(data: bytes, kind: str, *more: str) -> str:
    """A part in base64; ``more``: further headers."""
    head = [f"Content-Type: {kind}", "Content-Transfer-Encoding: base64", *more]
    return "\n".join(head) + "\n\n" + encodebytes(data).decode("ascii")


def _attached(name: str) -> str:
    kind = "pdf" if name.endswith(".pdf") else "octet-stream"
    shown = encode_rfc2231(name, "utf-8") if not name.isascii() else ""
    told = f"filename*={shown}" if shown else f'filename="{name}"'
    return _encoded(
        name.encode(), f"application/{kind}", f"Content-Disposition: attachment; {told}"
    )


def _report(bounced: Letter) -> list[str]:
    """The machine-readable parts of a delivery status notification (RFC 3464)."""
    status = (
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.{REP.domain}\n\n"
        f"Final-Recipient: rfc822; {bounced.to[0].address}\nAction: failed\nStatus: 5.1.1\n"
    )
    kept = ("Message-ID", "From", "To", "Subject")
    told = "".join(f"{name}: {value}\n" for name, value in _headers(bounced) if name in kept)
    return [status, f"Content-Type: text/rfc822-headers\n\n{told}"]


def _headers(letter: Letter) -> Iterator[tuple[str, str]]:
    sender = letter.sender
    sent = letter.at.astimezone(ZoneInfo((letter.by or sender).zone))
    if letter.ours:
        yield "X-Gmail-Labels", "Sent"
    else:
        yield "X-Gmail-Labels", "Inbox"
        yield "Delivered-To", REP.address
        came = format_datetime(letter.at + timedelta(seconds=4))
        yield "Received", f"from mx.{sender.domain} by mx.{REP.domain} with ESMTPS; {came}"
    yield "Message-ID", letter.message_id
    yield "Date", format_datetime(sent)
    yield "From", _address(sender)
    if letter.by:
        yield "Sender", _address(letter.by)
    yield "To", ", ".join(_address(person) for person in letter.to)
    if letter.cc:
        yield "Cc", ", ".join(_address(person) for person in letter.cc)
    yield "Subject", _word(letter.subject)
    if letter.parent:
        yield "In-Reply-To", letter.parent.message_id
        yield "References", "\n ".join(reversed(_chain(letter.parent)))
    yield from ((name, _word(value)) for name, value in letter.headers.items())


def _word(text: str) -> str:
    """Text of a header, as an encoded word (RFC 2047) where it is not ASCII."""
    return text if text.isascii() else Header(text, "utf-8").encode()


def _chain(letter: Letter | None) -> list[str]:
    found: list[str] = []
    while letter is not None and len(found) < 12:
        found.append(letter.message_id)
        letter = letter.parent
    return found


def _address(person: Person) -> str:
    name = f'"{person.name}"' if person.name.isascii() else _word(person.name)
    return f"{name} <{person.address}>"


def _quotation(letter: Letter, quoter: Person, levels: int) -> str:
    """How the writer's program quotes what is answered."""
    local = letter.at.astimezone(ZoneInfo(quoter.zone))
    sender = letter.sender
    body = letter.full_text(levels)
    if quoter.client == "outlook":
        if quoter.language == "de":
            return (
                f"Von: {sender.name} <{sender.address}>\nGesendet: {local:%d.%m.%Y %H:%M}\n"
                f"An: {letter.to[0].name}\nBetreff: {letter.subject}\n\n{body}"
            )
        return (
            f"From: {sender.name} <{sender.address}>\nSent: {local:%d %B %Y %H:%M}\n"
            f"To: {letter.to[0].name}\nSubject: {letter.subject}\n\n{body}"
        )
    quoted = "\n".join(f"> {line}".rstrip() for line in body.splitlines())
    if quoter.language == "de":
        return f"Am {local:%d.%m.%Y} um {local:%H:%M} schrieb {sender.name}:\n{quoted}"
    when = f"On {local:%a, %d %b %Y} at {local:%H:%M}"
    return f"{when}, {sender.name} <{sender.address}> wrote:\n{quoted}"


def _html(letter: Letter) -> str:
    paragraphs = letter.text.split("\n\n")
    body = "".join(f"<p>{html.escape(p).replace(chr(10), '<br>')}</p>" for p in paragraphs)
    if letter.parent and letter.quotes:
        quoted = html.escape(letter.parent.full_text(1)).replace("\n", "<br>")
        head = f"{html.escape(letter.parent.sender.name)} wrote:"
        body += f'<div class="gmail_quote">{head}<blockquote>{quoted}</blockquote></div>'
    return f"<html><body>{body}</body></html>"
