"""Meeting messages as Graph tells them: what an update changed, and answers without raw mail.

The iTIP part of the raw mail says more and is read where it may be (``graph_message.read_mime``);
only Graph's own fields say when a meeting was before an update, which no other mail tells.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from ingest.graph_event import SERIES, Owner
from ingest.graph_json import Json, instant, mailbox, moment, part, text
from ingest.itip import normalised_uid
from store.model import Attendance, EventRevision, Message, Participant
from store.revision import identified

#: meetingMessageType (with Graph's own spelling) -> METHOD and PARTSTAT.
_KINDS: Final = {
    "meetingRequest": ("REQUEST", ""),
    "meetingCancelled": ("CANCEL", ""),
    "meetingAccepted": ("REPLY", "ACCEPTED"),
    "meetingTenativelyAccepted": ("REPLY", "TENTATIVE"),
    "meetingDeclined": ("REPLY", "DECLINED"),
}
#: The state before an update is told by the update and was true before it, nobody says how long;
#: certainly longer than a slip that is put right at once.
_BEFORE: Final = timedelta(minutes=30)
_PREVIOUS: Final = ("previousStartDateTime", "previousEndDateTime")


def previous(item: Json, carried: Iterable[EventRevision]) -> Iterator[EventRevision]:
    """When the meeting was to be before the update that ``item`` is, as hints.

    ``carried``: what its mail says. Nothing for the first invitation. Of a series only another
    time of the same day is told: a rule for other days would not fit the old start.
    """
    start, end = (moment(part(item, name), "UTC") for name in _PREVIOUS)
    for one in carried:
        if one.method != "REQUEST" or one.start is None or start is None or start.at == one.start:
            continue
        if one.rrule and start.at.date() != one.start.date():
            continue
        length = (one.end or one.start) - one.start
        before = one.occurred_at - _BEFORE if one.occurred_at else None
        yield identified(
            one._replace(
                learned_from="hint",
                method="",
                sequence=0,
                dtstamp=None,
                actor="",
                start=start.at,
                end=end.at if end is not None and end.at >= start.at else start.at + length,
                attendances=tuple(a._replace(partstat="NEEDS-ACTION") for a in one.attendances),
                occurred_at=before,
            )
        )


def revisions(item: Json, message: Message, owner: Owner) -> list[EventRevision]:
    """What a meeting message says of its meeting, without its raw mail.

    ``item``: with ``event`` where the meeting still stands in the calendar; else its UID is not
    known, and it is known by the people and the time. Empty where it names no time, and for
    invitations to a whole series, whose rule the calendar tells better.
    """
    method, partstat = _KINDS.get(text(item, "meetingMessageType"), ("", ""))
    start, end = (moment(part(item, name), owner.zone) for name in ("startDateTime", "endDateTime"))
    event = part(item, "event")
    series = text(item, "type") == SERIES and method == "REQUEST"
    if not method or start is None or series:
        return []
    uid = normalised_uid(text(event, "iCalUId"))
    organizer = _organizer(event, message, method)
    told = EventRevision(
        provider_id="",
        message_provider_id=message.provider_id,
        uid=uid or _nameless(organizer, start.at),
        recurrence_at=instant(text(event, "originalStart")),
        sequence=0,
        dtstamp=None,
        learned_from="itip" if uid else "hint",
        method=method,
        organizer=organizer,
        organizer_name="",
        sent_by="",
        actor=_author(message),
        start=start.at,
        end=max(end.at, start.at) if end is not None else start.at,
        zone=start.zone,
        all_day=item.get("isAllDay") is True,
        floating=False,
        status="CANCELLED" if method == "CANCEL" else "",
        rrule="",
        rdate="",
        exdate="",
        summary=message.subject if method == "REQUEST" else "",
        comment="",
        attendances=tuple(_attendances(message, method, partstat)),
        occurred_at=message.sent_at or message.received_at,
    )
    return [identified(told)]


def _author(message: Message) -> str:
    return next((p.address for p in message.participants if p.role == "from"), "")


def _invited(message: Message) -> list[Participant]:
    return [p for p in message.participants if p.role in ("to", "cc")]


def _organizer(event: Json, message: Message, method: str) -> str:
    """As the calendar says, else who invites or cancels, else to whom the answer goes."""
    told = mailbox(part(event, "organizer"))[1]
    if told or method != "REPLY":
        return told or _author(message)
    return next((p.address for p in _invited(message)), "")


def _attendances(message: Message, method: str, partstat: str) -> Iterator[Attendance]:
    if method == "REPLY":
        people = [p for p in message.participants if p.role == "from"]
    else:
        people = _invited(message)
    for person in people:
        yield Attendance(
            person.address, person.name, "REQ-PARTICIPANT", partstat or "NEEDS-ACTION", ""
        )


def _nameless(organizer: str, start: datetime) -> str:
    told = f"{organizer} {start.isoformat()}"
    return "no-uid-" + hashlib.blake2b(told.encode(), digest_size=12).hexdigest()
