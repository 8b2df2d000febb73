"""Answers to invitations, and cancellations, whose calendar part is gone: hints.

Archives and gateways drop calendar parts. What stays is the subject ("Accepted: Review") and, with
luck, the time: in Outlook's ``When:`` line or behind ``@`` in Google's subject. Without a time it
cannot be said which meeting is meant, and so nothing is said. An update names the new time alone
and is no hint at all.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from ingest.parts import Parts
from ingest.spoken_times import Spoken, read
from ingest.wordlists import words
from store.model import Attendance, EventRevision, Message
from store.revision import identified

_LISTS: Final = words("replies")
_KINDS: Final = ("accepted", "declined", "tentative", "cancelled")
_PREFIXES: Final = {prefix: kind for kind in _KINDS for prefix in _LISTS[f"subjects.{kind}"]}
_LONGEST: Final = max(map(len, _PREFIXES))
_WHEN: Final = re.compile(rf"(?im)^[>\s]*(?:{'|'.join(_LISTS['lines.when'])})[^\S\n]*:([^\n]*)$")
_PARTSTATS: Final = {"accepted": "ACCEPTED", "declined": "DECLINED", "tentative": "TENTATIVE"}
_OPENING_CHARACTERS: Final = 2_000
_MAX_PEOPLE: Final = 20


def kind(parts: Parts, subject: str) -> str:
    """What the subject hints at: accepted | declined | tentative | cancelled | ``""``."""
    prefix, colon, _ = subject[: _LONGEST + 3].partition(":")
    return "" if parts.calendars or not colon else _PREFIXES.get(prefix.strip().lower(), "")


def hint(name: str, message: Message, text: str, zone: str) -> EventRevision | None:
    """The revision that a mail of this ``kind`` hints at, ``None`` where it names no time.

    ``text``: the whole text; ``zone``: the owner's IANA zone, for times without one.
    """
    told = _time(message.subject, text, zone)
    people = [p for p in message.participants if p.role in ("to", "cc")]
    author = message.participants[0] if message.participants else None
    if told is None or author is None or author.role != "from" or not people:
        return None
    gone = name == "cancelled"
    organizer = author if gone else people[0]
    answering = [
        Attendance(author.address, author.name, "REQ-PARTICIPANT", _PARTSTATS.get(name, ""), "")
    ]
    invited = [
        Attendance(p.address, p.name, "REQ-PARTICIPANT", "NEEDS-ACTION", "")
        for p in people[:_MAX_PEOPLE]
    ]
    return _event(
        message, told, organizer.address, tuple(invited if gone else answering), gone=gone
    )


def _time(subject: str, text: str, zone: str) -> Spoken | None:
    _, at, told = subject.rpartition(" @ ")
    if at:
        return read(told, zone)
    line = _WHEN.search(text[:_OPENING_CHARACTERS])
    return read(line[1], zone) if line else None


def _event(
    message: Message,
    told: Spoken,
    organizer: str,
    attendances: tuple[Attendance, ...],
    *,
    gone: bool,
) -> EventRevision:
    named = f"{organizer} {attendances[0].address} {told.start:%Y%m%dT%H%M%SZ}"
    return identified(
        EventRevision(
            provider_id="",
            message_provider_id=message.provider_id,
            uid="hint-" + hashlib.blake2b(named.encode(), digest_size=12).hexdigest(),
            recurrence_at=None,
            sequence=0,
            dtstamp=None,
            learned_from="hint",
            method="CANCEL" if gone else "REPLY",
            organizer=organizer,
            organizer_name="",
            sent_by="",
            actor="",
            start=told.start,
            end=told.end or told.start,
            zone=told.zone,
            all_day=False,
            floating=False,
            status="CANCELLED" if gone else "CONFIRMED",
            rrule="",
            rdate="",
            exdate="",
            summary=message.subject.partition(":")[2].rpartition(" @ ")[0].strip()[:300],
            comment="",
            attendances=attendances,
            occurred_at=message.sent_at or message.received_at,
        )
    )
