"""Meetings derived from a story, with addresses in place of people's numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from analyzer.derived.mail import mail
from analyzer.derived.meetings import Meetings, meetings
from analyzer.derived.people import people
from analyzer.derived.threads import thread
from analyzer.settings import Settings
from store.facts import Facts
from tests.builders import Story, instant

AS_OF = "2026-06-01 06:00"
ANN, BOB = "Ann Lee <ann@acme.example>", "Bob Day <bob@acme.example>"
INVITED, START, LATE = "2026-05-11 09:00", "2026-05-21 10:00", "2026-05-21 07:00"
#: What makes an event of a story an entry of our calendar, an answer, or a booking tool's notice.
SHOWN: dict[str, Any] = {"learned_from": "calendar", "method": "", "dtstamp": None}
ANSWER: dict[str, Any] = {"method": "REPLY", "actor": "ann@acme.example"}
NOTICE: dict[str, Any] = {"learned_from": "booking", "dtstamp": None}


@dataclass(frozen=True)
class Met:
    """Derived meetings. ``who`` and ``by``: addresses (or ``""``) of ``person`` and ``via``."""

    meetings: pd.DataFrame
    attendees: pd.DataFrame
    calls: pd.DataFrame
    changes: pd.DataFrame
    questions: pd.DataFrame

    def meeting(self) -> dict[str, Any]:
        """The only meeting."""
        return _only(self.meetings)

    def change(self, *kinds: str) -> dict[str, Any]:
        """The only change, or the only one of these kinds."""
        return _only(self.changes[self.changes["kind"].isin(kinds)] if kinds else self.changes)

    def presence(self) -> dict[str, str]:
        """Presence of each person at the only meeting."""
        assert len(self.meetings) == 1
        return dict(zip(self.attendees["who"], self.attendees["presence"], strict=True))

    def told(self) -> list[tuple[str, str, str]]:
        """Kind, actor and address of all changes."""
        columns = (self.changes[name].astype("str") for name in ("kind", "actor", "who"))
        return list(zip(*columns, strict=True))


def invited(*, by: str = ANN, start: str = START, **fields: Any) -> tuple[Story, str]:
    """A story with one invitation, Ann's if not told otherwise, and its UID."""
    story = Story()
    to = story.me if by == ANN else ANN
    return story, story.invite(by, to=to, start=start, at=INVITED, **fields)


def _only(rows: pd.DataFrame) -> dict[str, Any]:
    (row,) = rows.to_dict("records")
    return {str(column): value for column, value in row.items()}


def met(facts: Facts, as_of: str = AS_OF, **settings: Any) -> Met:
    """The meetings that are known at ``as_of``."""
    at: datetime = instant(as_of).to_pydatetime()
    chosen = Settings(**settings)
    who = people(facts, chosen)
    told = thread(mail(facts, who, chosen, at), facts)
    return _named(meetings(facts, who.people, told, chosen, at), who.people)


def _named(found: Meetings, who: pd.DataFrame) -> Met:
    address = who.set_index("person")["address"]

    def named(frame: pd.DataFrame) -> pd.DataFrame:
        columns = {"person": "who", "via": "by", "organizer": "organizer"}
        return frame.assign(
            **{
                new: frame[old].map(address).fillna("").astype("str")
                for old, new in columns.items()
                if old in frame
            }
        )

    return Met(*(named(getattr(found, name)) for name in Met.__dataclass_fields__))


def calendar(story: Story, uid: str, *, start: str, at: str, by: str = ANN, **fields: Any) -> int:
    """What our calendar shows of the event that ``by`` organises."""
    return story.event(
        by, **{"to": story.me if by == ANN else ANN, **SHOWN, **fields}, start=start, at=at, uid=uid
    )
