"""A booking tool's notice as event revisions.

A notice has no UID: analysis finds the event by the other side's address and the start. A move is
told as two states of one event, the old start until just before the notice and the new one from
then on. Where the notice carries a calendar part, that part's event is the one it is about.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from ingest.booking import Notice
from ingest.spoken_times import Spoken
from store.model import Attendance, EventRevision, Message
from store.revision import identified

_JUST_BEFORE: Final = timedelta(seconds=1)


def events(
    notice: Notice, message: Message, carried: tuple[EventRevision, ...]
) -> tuple[EventRevision, ...]:
    """The revisions that ``notice`` amounts to, those of its calendar parts (``carried``) included.

    ``()`` and ``carried`` as it is where it tells too little: no time, nobody, no date of its own.
    """
    at = message.sent_at or message.received_at
    single = [one for one in carried if not one.rrule and one.recurrence_at is None]
    base = single[0] if len(single) == len(carried) == 1 else None
    if at is None or not notice.guests or (carried and base is None):
        return carried
    if base is None and notice.start is not None:
        base = _event(notice, notice.start, message)
    if base is None or base.start is None:
        return carried
    state = _stated(notice, base, at)
    if notice.action != "moved" or notice.before is None or notice.before.start == state.start:
        return (state,)
    return (_earlier(state, notice.before, at), state)


def _event(notice: Notice, start: Spoken, message: Message) -> EventRevision:
    """The event of a notice without calendar part."""
    first = notice.before or start
    named = f"{notice.guests[0]} {notice.host} {first.start:%Y%m%dT%H%M%SZ}"
    return EventRevision(
        provider_id="",
        message_provider_id=message.provider_id,
        uid="booking-" + hashlib.blake2b(named.encode(), digest_size=12).hexdigest(),
        recurrence_at=None,
        sequence=0,
        dtstamp=None,
        learned_from="booking",
        method="REQUEST",
        organizer=notice.host,
        organizer_name="",
        sent_by="",
        actor="",
        start=start.start,
        end=start.end or start.start,
        zone=start.zone,
        all_day=False,
        floating=False,
        status="CONFIRMED",
        rrule="",
        rdate="",
        exdate="",
        summary=notice.title,
        comment="",
        attendances=tuple(_attendance(notice, guest) for guest in notice.guests),
        occurred_at=None,
    )


def _attendance(notice: Notice, guest: str) -> Attendance:
    """Who booked has accepted."""
    booker = guest == notice.guests[0]
    name = notice.guest_name if booker else ""
    agreed = booker and notice.action != "cancelled"
    return Attendance(guest, name, "REQ-PARTICIPANT", "ACCEPTED" if agreed else "NEEDS-ACTION", "")


def _stated(notice: Notice, base: EventRevision, at: datetime) -> EventRevision:
    gone = notice.action == "cancelled"
    return _named(
        base._replace(
            learned_from="booking",
            method="CANCEL" if gone else "REQUEST",
            status="CANCELLED" if gone else "CONFIRMED",
            actor=notice.actor,
            comment=notice.reason,
            attendances=base.attendances or tuple(_attendance(notice, g) for g in notice.guests),
            occurred_at=at,
        )
    )


def _earlier(state: EventRevision, before: Spoken, at: datetime) -> EventRevision:
    """The state that the move ended."""
    length = state.end - state.start if state.end and state.start else timedelta(0)
    return _named(
        state._replace(
            start=before.start,
            end=before.end or before.start + length,
            actor="",
            comment="",
            occurred_at=at - _JUST_BEFORE,
        )
    )


def _named(revision: EventRevision) -> EventRevision:
    return identified(revision)
