"""What the sources of attendance share: which meeting a call was held for, and being refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from store.model import EventRevision

#: Whoever may not ask for attendance yet is asked again so seldom.
ASK_AGAIN_AFTER: Final = timedelta(days=1)
#: How the reason begins for which attendance is left out; the rest is the provider's.
REFUSED: Final = "who came to calls: "

_NEVER: Final = timedelta(0)


class RefusedError(Exception):
    """The provider does not tell this account who came to calls; its text is why.

    That is told once and is no error: everything else is read without it.
    """


class Meeting(NamedTuple):
    """One date of a meeting, under the key that its event revisions have.

    ``invited``: addresses of everybody who stands on it.
    """

    uid: str
    recurrence_at: datetime | None
    start: datetime
    end: datetime
    invited: tuple[str, ...]


def meeting_of(told: EventRevision) -> Meeting | None:
    """The date that a calendar shows; ``None`` for whole days and what is called off."""
    if told.start is None or told.end is None or told.all_day or told.status == "CANCELLED":
        return None
    people = {one.address for one in told.attendances} | {told.organizer}
    invited = tuple(sorted(people - {""}))
    return Meeting(told.uid, told.recurrence_at, told.start, told.end, invited)


def held_for(meetings: Iterable[Meeting], began_at: datetime, ended_at: datetime) -> Meeting | None:
    """Of all dates of one room the one that the call shares most time with, ``None`` for none."""

    def shared(meeting: Meeting) -> timedelta:
        return min(ended_at, meeting.end) - max(began_at, meeting.start)

    best = max(meetings, key=shared, default=None)
    return best if best is not None and shared(best) > _NEVER else None
