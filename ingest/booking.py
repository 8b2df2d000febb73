"""Notices of booking tools: who booked, moved or cancelled which meeting with the owner.

A notice is known by its sender's domain (Microsoft Bookings: by a link to the booking page of the
sender's own mailbox) *and* by its structure: a headline that says what happened, the other side's
address and a time, each under a label. Subjects alone are never believed: anybody can write them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import dropwhile, takewhile
from typing import Final, Literal, NamedTuple, TypeAlias
from urllib.parse import unquote

from ingest.addresses import registrable_domain
from ingest.parts import Parts
from ingest.spoken_times import Spoken, has_date, read
from ingest.strings import one_line
from ingest.wordlists import words
from store.model import Message

Action: TypeAlias = Literal["booked", "moved", "cancelled"]

_LISTS: Final = words("bookings")
_TOOLS: Final = {
    domain: key.partition(".")[2]
    for key, domains in _LISTS.items()
    if key.startswith("domains.")
    for domain in domains
}
_ACTIONS: Final = tuple(
    (name, _LISTS[f"actions.{name}"])
    for name in ("none", "asked_again", "moved", "cancelled", "booked")
)
_LABELS: Final = {
    label: key.partition(".")[2]
    for key, labels in _LISTS.items()
    if key.startswith("labels.")
    for label in labels
}
_PAGE: Final = re.compile(
    "(?:" + "|".join(map(re.escape, _LISTS["pages.microsoft"])) + r")([\w.+%'-]+)", re.IGNORECASE
)
_SENTENCE: Final = re.compile(
    rf"^(?:.*: )?(?P<name>[^:]{{2,80}}?) (?:{'|'.join(_LISTS['sentences.verbs'])})"
    rf" (?:{'|'.join(_LISTS['sentences.objects'])})",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_GREETING: Final = re.compile(
    rf"^(?:{'|'.join(_LISTS['people.greetings'])})\s+(.{{2,80}}?)[,!]?$", re.I
)
_ORGANIZER: Final = re.compile(rf"\s-\s(?:{'|'.join(_LISTS['people.organizer'])})\b", re.IGNORECASE)
_INLINE: Final = re.compile(r"^([^:]{2,45}):\s+(\S.*)$")
_MAX_LINES: Final = 300
_MAX_FIELD_LINES: Final = 12


class Notice(NamedTuple):
    """What a notice tells.

    ``start``: the meeting's time, after a move the new one; ``before``: the time it was moved from.
    ``host``: whose calendar was booked; ``guests``: who booked it, first of them the booker.
    ``actor``: address of who did it, ``""`` where the notice does not say.
    """

    action: Action
    start: Spoken | None
    before: Spoken | None
    host: str
    guests: tuple[str, ...]
    guest_name: str
    actor: str
    title: str
    reason: str


def tool(parts: Parts, message: Message) -> str:
    """Which booking tool sent the message: calendly | hubspot | cal | microsoft | ``""``."""
    author = message.participants[0] if message.participants else None
    if author is None or author.role != "from":
        return ""
    known = _TOOLS.get(author.domain, "")
    text = parts.html or parts.plain
    if known or "book" not in text:
        return known
    pages = (unquote(page).lower() for page in _PAGE.findall(text))
    return "microsoft" if any(page.startswith(author.address) for page in pages) else ""


def notice(name: str, message: Message, text: str, zone: str) -> Notice | None:
    """What a message of tool ``name`` tells of a meeting, or ``None``.

    ``text``: the whole text. ``zone``: the owner's IANA zone, for times without one.
    """
    lines = [line.strip() for line in text.split("\n", _MAX_LINES)[:_MAX_LINES]]
    headline, fields = _fields(lines, bare=name in ("cal", "microsoft"))
    told = _action(headline) or _action([message.subject])
    if told in ("", "none"):
        return None
    who = _who(fields, message) if name != "microsoft" else _customer(fields, message, lines)
    action: Action = "cancelled" if told == "asked_again" else told  # type: ignore[assignment]
    start, before = _times(action, fields, lines if name == "microsoft" else [], zone)
    by = who.host if told == "asked_again" else _by(fields, headline, message, who)
    if action == "booked" and who.guests:
        by = who.guests[0]
    return Notice(
        action=action,
        start=start,
        before=before,
        host=who.host,
        guests=who.guests,
        guest_name=who.name,
        actor=by,
        title=_paragraph(fields.get("title", []))[:300],
        reason=_paragraph(fields.get("reason", []))[:1_000],
    )


def _fields(lines: list[str], *, bare: bool) -> tuple[list[str], dict[str, list[str]]]:
    """The lines before the first label, and the lines under each label, empty ones too.

    ``bare``: labels may stand alone on their line without a colon.
    """
    headline: list[str] = []
    fields: dict[str, list[str]] = {}
    current: list[str] = headline
    for line in lines:
        label, value = _label(line, bare=bare)
        if label:
            current = fields.setdefault(label, [])
        elif line.endswith(":") and len(line) < 60:
            current = []
        if len(current) < _MAX_FIELD_LINES:
            current.append(value if label else line)
    return headline, fields


def _paragraph(lines: list[str]) -> str:
    """The first lines up to an empty one."""
    filled = dropwhile(lambda line: not line, lines)
    return one_line(" ".join(takewhile(bool, filled)))


def _label(line: str, *, bare: bool) -> tuple[str, str]:
    if line.endswith(":") or bare:
        alone = _LABELS.get(line.rstrip(":* ").lstrip("* ").lower(), "")
        if alone:
            return alone, ""
    inline = _INLINE.match(line)
    return (_LABELS.get(inline[1].strip("* ").lower(), ""), inline[2]) if inline else ("", "")


def _action(lines: Iterable[str]) -> str:
    said = " ".join(lines).lower()
    return next((name for name, phrases in _ACTIONS if any(p in said for p in phrases)), "")


class _Who(NamedTuple):
    host: str
    guests: tuple[str, ...]
    name: str


def _who(fields: dict[str, list[str]], message: Message) -> _Who:
    """Host and guests: from the list of who takes part, else the invitee's address."""
    recipients = [p.address for p in message.participants if p.role in ("to", "cc")]
    listed = _listed(fields.get("who", []))
    invitee = _first_address(fields.get("email", []))
    guests = listed.guests or ((invitee,) if invitee else ())
    name = listed.name or _paragraph(fields.get("invitee", []))
    host = listed.host
    if not host and guests and guests[0] in recipients:
        host = _reply_to(message)
    elif not host:
        host = next((address for address in recipients if address not in guests), "")
    return _Who(host, guests, name[:200])


def _listed(lines: list[str]) -> _Who:
    """``Ken Roe - Organizer``, ``ken@ours.example``, ``Ann Lee``, ``ann@acme.example`` and such."""
    host = name = pending = ""
    guests: list[str] = []
    organizes = False
    for line in filter(None, lines):
        address = _first_address([line])
        organizes = organizes or _ORGANIZER.search(line) is not None
        if not address:
            pending = line
        elif organizes:
            host, organizes = address, False
        else:
            name = name or _ADDRESS.sub("", line).partition(" - ")[0].strip() or pending
            guests.append(address)
    return _Who(host, tuple(dict.fromkeys(guests)), name.partition(" - ")[0])


def _customer(fields: dict[str, list[str]], message: Message, lines: list[str]) -> _Who:
    """Microsoft Bookings writes no labels: the customer has the first address of another domain."""
    own = {p.domain for p in message.participants if p.role != "reply_to"}
    found = [a.lower() for line in lines for a in _ADDRESS.findall(line)]
    labelled = _first_address(fields.get("email", []))
    others = [a for a in found if registrable_domain(a.rpartition("@")[2]) not in own]
    customer = labelled or next(iter(others), "") or _reply_to(message)
    host = next((p.address for p in message.participants if p.role == "to"), "")
    name = _paragraph(fields.get("invitee", []))
    return _Who(host, (customer,) if customer else (), name[:200])


def _reply_to(message: Message) -> str:
    """The first address that answers go to and that is not the tool's."""
    own = message.participants[0].domain
    replies = (p for p in message.participants if p.role == "reply_to" and p.domain != own)
    return next((person.address for person in replies), "")


def _first_address(lines: list[str]) -> str:
    found = _ADDRESS.search(" ".join(lines))
    return found[0].lower() if found else ""


def _times(
    action: Action, fields: dict[str, list[str]], lines: list[str], zone: str
) -> tuple[Spoken | None, Spoken | None]:
    """The time of the meeting and the one before it was moved.

    ``lines``: all lines, where times may stand without a label.
    """
    told = {name: _time(fields.get(name, []), zone) for name in ("when", "before", "after")}
    start = told["after"] or told["when"] or _time(lines, zone)
    if action == "moved":
        return start, told["before"]
    return told["before"] or start if action == "cancelled" else start, None


def _time(lines: list[str], zone: str) -> Spoken | None:
    """The first time: in a line with a date, and up to two that follow it."""
    lines = [line for line in lines if line]
    for position, line in enumerate(lines):
        found = read(" ".join(lines[position : position + 3]), zone) if has_date(line) else None
        if found is not None:
            return found
    return None


def _by(fields: dict[str, list[str]], headline: list[str], message: Message, who: _Who) -> str:
    """Address of who did it, as far as the notice tells."""
    told = fields.get("by", [])
    address = _first_address(told)
    if address:
        return address
    name = _paragraph(told) or _subject_of_sentence([*headline, message.subject])
    folded = name.casefold()
    guest = who.guests[0] if who.guests else ""
    if not folded:
        return ""
    if folded in (who.name.casefold(), *_LISTS["people.invitee"]):
        return guest
    return who.host if folded in _host_names(headline, message, who) else ""


def _subject_of_sentence(lines: Iterable[str]) -> str:
    return next((found["name"] for line in lines if (found := _SENTENCE.match(line))), "")


def _host_names(headline: list[str], message: Message, who: _Who) -> set[str]:
    greeted = {found[1].casefold() for line in headline if (found := _GREETING.match(line))}
    named = {p.name.casefold() for p in message.participants if p.address == who.host and p.name}
    return greeted | named | set(_LISTS["people.you"])
