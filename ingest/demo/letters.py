"""Mails of the made-up world as RFC 5322 messages, and the mbox they lie in."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from ingest.demo.cast import REP, Person

_POLICY = policy.default.clone(linesep="\n", max_line_length=120)
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
        body = message(letter).as_bytes(policy=_POLICY)
        parts.append(line + body.replace(b"\nFrom ", b"\n>From ").rstrip(b"\n") + b"\n\n")
    return b"".join(parts)


def message(letter: Letter) -> EmailMessage:
    """The mail with all its headers and parts."""
    made = EmailMessage(_POLICY)
    for name, value in _headers(letter):
        made[name] = value
    made.set_content(letter.full_text(), cte="quoted-printable")
    if letter.html:
        made.add_alternative(_html(letter), subtype="html", cte="quoted-printable")
    if letter.calendar:
        method, text = letter.calendar
        made.add_alternative(text, subtype="calendar", cte="base64", params={"method": method})
    for name in letter.attachments:
        kind = "pdf" if name.endswith(".pdf") else "octet-stream"
        made.add_attachment(
            name.encode(), maintype="application", subtype=kind, filename=name, cte="base64"
        )
    if letter.bounced:
        _report(made, letter.bounced)
    for number, part in enumerate(made.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{letter.ident}_{number}")
    return made


def _report(made: EmailMessage, bounced: Letter) -> None:
    """Make it a delivery status notification (RFC 3464)."""
    status = EmailMessage(_POLICY)
    status["Reporting-MTA"] = f"dns; mx.{REP.domain}"
    reached = EmailMessage(_POLICY)
    reached["Final-Recipient"] = f"rfc822; {bounced.to[0].address}"
    reached["Action"] = "failed"
    reached["Status"] = "5.1.1"
    report = EmailMessage(_POLICY)
    report["Content-Type"] = "message/delivery-status"
    report.set_payload([status, reached])
    headers = EmailMessage(_POLICY)
    headers["Content-Type"] = "text/rfc822-headers"
    kept = ("Message-ID", "From", "To", "Subject")
    told = [f"{name}: {value}" for name, value in _headers(bounced) if name in kept]
    headers.set_payload("\n".join(told) + "\n")
    made.make_mixed()
    made.set_param("report-type", "delivery-status")
    made.replace_header("Content-Type", str(made["Content-Type"]).replace("mixed", "report", 1))
    made.attach(report)
    made.attach(headers)


def _headers(letter: Letter) -> Iterable[tuple[str, object]]:
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
    yield "Date", sent
    yield "From", _address(sender)
    if letter.by:
        yield "Sender", _address(letter.by)
    yield "To", [_address(person) for person in letter.to]
    if letter.cc:
        yield "Cc", [_address(person) for person in letter.cc]
    yield "Subject", letter.subject
    if letter.parent:
        yield "In-Reply-To", letter.parent.message_id
        yield "References", " ".join(reversed(_chain(letter.parent)))
    yield from letter.headers.items()


def _chain(letter: Letter | None) -> list[str]:
    found: list[str] = []
    while letter is not None and len(found) < 12:
        found.append(letter.message_id)
        letter = letter.parent
    return found


def _address(person: Person) -> Address:
    return Address(person.name, addr_spec=person.address)


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
