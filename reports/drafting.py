"""A draft to a contact: its text, how it looks at the terminal and for programs, and as a mail.

Nothing here sends, and nothing in a draft names brickwall: what the rep sends is their own mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from analyzer.derived.names import GENERIC
from reports import draft_kinds, draft_words, json_report
from reports.draft_kinds import Choice
from reports.draft_known import Known
from reports.draft_mails import Thread
from reports.draft_words import Pack
from reports.model import Person
from store.errors import InputError

#: Kinds that say something else while, or once, a day is here.
_DUE: Final = "milestone-due"
_AHEAD: Final = "win-back-ahead"


@dataclass(frozen=True, slots=True)
class Draft:
    """A text for the rep to look at and send.

    ``subject``: as it stands in the mail, ``Re: ...`` in a thread that has one. ``in_reply_to``:
    Message-ID of what it answers, ``""`` for none; ``references``: those of its thread.
    """

    kind: str
    language: str
    to: str
    subject: str
    body: str
    in_reply_to: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drafting:
    """What there is to write to somebody. ``draft``: ``None`` where no mail is needed, ``reason``
    then says why; ``fits``: the kinds that could be written.
    """

    person: Person
    verdict: str
    reason: str
    fits: tuple[str, ...]
    draft: Draft | None


def drafting(known: Known, choice: Choice, language: str) -> Drafting:
    """The draft of a choice, in a language of ``draft_words.LANGUAGES``."""
    made = _draft(known, choice.kind, draft_words.pack(language)) if choice.kind else None
    fits = draft_kinds.fitting(known)
    return Drafting(known.person, known.verdict, choice.why, fits, made)


def _draft(known: Known, kind: str, pack: Pack) -> Draft:
    text = pack.texts[_variant(known, kind)]
    facts = _facts(known, pack)
    plain = facts | {"topic": known.topic, "about": known.meeting_title}
    thread = known.thread if kind != "confirm" or _about_meeting(known) else None
    return Draft(
        kind=kind,
        language=pack.code,
        to=known.person.address,
        subject=_reply(thread) or _capital(draft_words.first(text.subject, plain)),
        body=_body(known, pack, [draft_words.first(each, facts) for each in text.paragraphs]),
        in_reply_to=thread.message_id if thread else "",
        references=(*thread.references, thread.message_id) if thread else (),
    )


def _variant(known: Known, kind: str) -> str:
    if kind == "milestone" and known.due:
        return _DUE
    return _AHEAD if kind == "win-back" and known.until else kind


def _about_meeting(known: Known) -> bool:
    """Whether the last thread is about the next meeting: else its subject would mislead."""
    subject = known.thread.subject.casefold() if known.thread else ""
    title = known.meeting_title.casefold()
    return bool(subject and title) and (title in subject or subject in title)


def _reply(thread: Thread | None) -> str:
    """The subject of an answer; ``""`` where that would say nothing."""
    return f"Re: {thread.subject}" if thread and thread.subject else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _body(known: Known, pack: Pack, paragraphs: list[str]) -> str:
    greeting = draft_words.first(pack.greeting, {"name": _name(known.person)})
    closing = f"{pack.closing}\n{known.me}".rstrip("\n")
    return "\n\n".join([greeting, *filter(None, paragraphs), closing]) + "\n"


def _name(person: Person) -> str:
    """How they call themselves; ``""`` for an address or the name of a function."""
    words = person.name.casefold().split()
    named = "@" not in person.name and not GENERIC.intersection(words)
    return person.name if named and not any(c.isdigit() for c in person.name) else ""


def _facts(known: Known, pack: Pack) -> dict[str, str]:
    """The facts as texts name them; ``""`` where there is none."""
    as_of = known.as_of

    def day(at: datetime | None) -> str:
        return pack.day(at, as_of) if at else ""

    def date(at: datetime | None) -> str:
        return pack.date(at, as_of) if at else ""

    return {
        "topic": _quoted(pack, known.topic),
        "about": _quoted(pack, known.meeting_title),
        "missed": day(known.missed),
        "meeting": _meeting(known, pack),
        "asked": date(known.asked),
        "heard": date(known.heard),
        "until": day(known.until),
        "month": pack.month(known.until, as_of) if known.until else "",
    }


def _quoted(pack: Pack, what: str) -> str:
    return draft_words.fill(pack.quoted, {"what": what}) if what else ""


def _meeting(known: Known, pack: Pack) -> str:
    if known.meeting is None:
        return ""
    if not known.timed:
        return pack.day(known.meeting, known.as_of)
    return pack.moment(known.meeting, known.as_of, zoned=known.far)


def text(view: Drafting) -> str:
    """For the terminal: what is said and why, then the mail."""
    draft = view.draft
    if draft is None:
        fits = f"\nWhat could be written: {', '.join(view.fits)}." if view.fits else ""
        return f"No mail to {view.person.name} is needed. {view.reason}{fits}"
    language = draft_words.pack(draft.language).name
    thread = " · in reply to your last thread" if draft.in_reply_to else ""
    return (
        f"{draft.kind} · {language}{thread}\nWhy: {view.reason}\n\n"
        f"To: {view.person.name} <{draft.to}>\nSubject: {draft.subject}\n\n{draft.body}"
    )


def as_json(view: Drafting) -> str:
    """For programs: one document, ``draft`` ``null`` where no mail is needed."""
    return json_report.document("draft", view)


def mail(draft: Draft, name: str, sender: str, message_id: str, date: datetime) -> bytes:
    """``draft`` as a mail of the rep, who is called ``name`` (``""`` unknown) at ``sender``.

    Raises ``InputError`` for an address that no header may hold.
    """
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(name, addr_spec=sender)
    made["To"] = _address(draft.to)
    made["Subject"] = draft.subject
    made["Date"] = date
    made["Message-ID"] = message_id
    if draft.in_reply_to:
        made["In-Reply-To"] = draft.in_reply_to
        made["References"] = " ".join(draft.references)
    made.set_content(draft.body, cte="quoted-printable")
    return bytes(made)


def _address(text: str) -> Address:
    """``text`` as the address that it is, and nothing more; raises ``InputError``."""
    try:
        address = Address(addr_spec=text)
    except (ValueError, IndexError, MessageError):
        address = Address()
    if address.addr_spec != text or not text.isascii() or not text.isprintable():
        raise InputError(f"{text!r}: no mail can be addressed to this", "Write it by hand.")
    return address
