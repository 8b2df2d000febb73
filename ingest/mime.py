"""One raw mail → one message record, its kind, and the event revisions it carries."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from fast_mail_parser import ParseError

from ingest import booking, dates, fast_reader, headers, hints, html, slow_reader
from ingest.booking_events import events
from ingest.identity import provider_id, text_digest
from ingest.kind import kind_of
from ingest.parts import MAX_READ_BYTES, Parts
from ingest.quotation import new_text
from ingest.strings import bounded, clean, one_line, repaired
from store.model import EventRevision, Kind, Message

#: Size of the stored text (UTF-8).
MAX_TEXT_BYTES: Final = 4_096
#: What the standard library is asked to read of a mail that the fast reader refused.
_MAX_SLOW_BYTES: Final = 8 * 1024 * 1024

_MAIL_HEADERS: Final = frozenset(
    [
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "message-id",
        "received",
        "return-path",
        "sender",
        "mime-version",
        "content-type",
        "delivered-to",
        "reply-to",
        "x-mailer",
        "in-reply-to",
        "references",
    ]
)
_MAX_LINE_BYTES: Final = 4_096


class NotAMessageError(ValueError):
    """The bytes are no mail at all; the message says why."""


class ParsedMessage(NamedTuple):
    """What one raw mail tells.

    ``calendars``: its decoded iCalendar parts; ``revisions``: what they say of events, each with
    the message's provider id; ``warnings``: what could not be read, in words.
    """

    message: Message
    calendars: tuple[bytes, ...]
    revisions: tuple[EventRevision, ...]
    warnings: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """Who or what wrote it: person | auto_reply | bounce | bulk | calendar."""
        return self.message.kind


def parse(raw: bytes, *, labels: tuple[str, ...] = (), zone: str = "UTC") -> ParsedMessage:
    """The message in ``raw``, an RFC 5322 mail however broken.

    ``labels``: folders or labels known from outside. ``zone``: IANA name of the owner's time
    zone, for events without one. Raises ``NotAMessageError`` where ``raw`` is no mail.
    """
    raw = _without_envelope(raw)
    parts = _read(raw)
    if _MAIL_HEADERS.isdisjoint(parts.headers):
        raise NotAMessageError("No mail header was found at the beginning.")
    return of_parts(parts, provider_id(parts, raw), labels=labels, zone=zone)


def of_parts(
    parts: Parts, name: str, *, labels: tuple[str, ...] = (), zone: str = "UTC"
) -> ParsedMessage:
    """The message in ``parts``, for sources that give no raw mail; ``name``: its provider id."""
    text = _body(parts)
    message = _message(parts, name, labels, text)
    revisions, failures = _revisions(parts, message, zone)
    told = _notice(parts, message, text, revisions, zone) or _hint(parts, message, text, zone)
    if told:
        message, revisions = message._replace(kind="calendar"), told
    return ParsedMessage(message, parts.calendars, revisions, parts.warnings + failures)


def _without_envelope(raw: bytes) -> bytes:
    """``raw`` without a byte order mark, blank lines and an mbox ``From `` line before the mail."""
    if raw[:3] == b"\xef\xbb\xbf" or raw[:1] in (b"\n", b"\r"):
        raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if raw[:5] == b"From " or raw[:6] == b">From ":
        raw = raw[raw.find(b"\n") + 1 :]
    if b"\n" not in raw[:_MAX_LINE_BYTES] and b"\r" in raw[:_MAX_LINE_BYTES]:
        raw = raw.replace(b"\r", b"\n")
    return raw


def _read(raw: bytes) -> Parts:
    """The parts by the fast reader where that is sure of its answer, else by the slow one."""
    if len(raw) > MAX_READ_BYTES:
        left = f"Only the first {MAX_READ_BYTES >> 20} of {len(raw) >> 20} MiB were read."
        parts = _read(raw[:MAX_READ_BYTES])
        return parts._replace(warnings=(*parts.warnings, left))
    try:
        return fast_reader.read(raw)
    except (ParseError, fast_reader.UnsureError):
        return slow_reader.read(raw[:_MAX_SLOW_BYTES])


def _message(parts: Parts, name: str, labels: tuple[str, ...], text: str) -> Message:
    subject = _subject(parts)
    new = new_text(text)
    tokens = new.split()
    sent = dates.read(parts.header("date"))
    participants = headers.participants(parts)
    return Message(
        provider_id=name,
        message_id=headers.first_id(parts.header("message-id")),
        in_reply_to=headers.first_id(parts.header("in-reply-to")),
        references=headers.ids(parts.header("references")),
        thread_hint=headers.thread_hint(parts),
        sent_at=sent.instant,
        received_at=_received_at(parts),
        offset_minutes=sent.offset_minutes,
        kind=kind_of(parts, subject, text, new, participants),
        subject=subject,
        subject_key=headers.subject_key(subject),
        text=bounded(clean(new), MAX_TEXT_BYTES),
        words=len(tokens),
        text_digest=text_digest(tokens),
        attachments=parts.attachments,
        labels=headers.labels(parts, labels),
        participants=participants,
        sequence_tool=headers.sequence_tool(parts),
        language=headers.language(parts),
    )


def _subject(parts: Parts) -> str:
    subject = parts.header("subject")
    if not subject.isascii():
        subject = repaired(subject)
    return one_line(subject[: headers.MAX_SUBJECT_CHARACTERS])


def _received_at(parts: Parts) -> datetime | None:
    value = parts.header("received")
    return dates.received(value) if value else None


def _body(parts: Parts) -> str:
    """The plain text, or the HTML's where the plain text is missing or only points to it."""
    return (html.to_text(parts.html) if parts.html else "") or parts.plain


def _revisions(
    parts: Parts, message: Message, zone: str
) -> tuple[tuple[EventRevision, ...], tuple[str, ...]]:
    """Event revisions of all calendar parts.

    An event that cannot be read is a warning, and so is a time zone that nothing explains.
    """
    if not parts.calendars:
        return (), ()
    # heavy; most mails carry no calendar
    from ingest.itip import MailContext, parse_all, unexplained_zones

    mail = MailContext(message.provider_id, message.sent_at or message.received_at)
    found: dict[str, EventRevision] = {}
    warnings: list[str] = []
    for calendar in parts.calendars:
        revisions, failures = parse_all(calendar, zone=zone, mail=mail)
        found.update({revision.provider_id: revision for revision in revisions})
        warnings += [f"{failure.item} could not be read: {failure.why}" for failure in failures]
        warnings += [f"{note.item}: {note.why}" for note in unexplained_zones(calendar)]
    return tuple(found.values()), tuple(warnings)


def _notice(
    parts: Parts, message: Message, text: str, carried: tuple[EventRevision, ...], zone: str
) -> tuple[EventRevision, ...]:
    """What a booking tool's notice says of a meeting, its calendar parts included; else ``()``."""
    tool = booking.tool(parts, message)
    notice = booking.notice(tool, message, text, zone) if tool else None
    return events(notice, message, carried) if notice else ()


def _hint(parts: Parts, message: Message, text: str, zone: str) -> tuple[EventRevision, ...]:
    """What a mail whose calendar part is gone hints at; else ``()``."""
    kind = hints.kind(parts, message.subject)
    hint = hints.hint(kind, message, text, zone) if kind and message.kind == "person" else None
    return (hint,) if hint else ()
