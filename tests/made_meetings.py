"""Meetings of an analysis made by hand, and what happened to them."""

from __future__ import annotations

import pandas as pd

from tests.builders import instant
from tests.made_people import MadePeople


class MadeMeetings(MadePeople):
    """Collects meetings and their changes."""

    def meeting(
        self,
        person: int,
        *,
        at: str,
        summary: str,
        presence: str = "unknown",
        status: str = "confirmed",
        partstat: str = "ACCEPTED",
    ) -> int:
        """A meeting of an hour with ``person``. Its id."""
        meeting = len(self.rows["meetings"]) + 1
        end = (instant(at) + pd.Timedelta(hours=1)).isoformat()
        fields = {"uid": f"m{meeting}", "original_start": at, "start": at, "end": end}
        self._add(
            "meetings",
            meeting=meeting,
            summary=summary,
            status=status,
            ours=True,
            organizer=self.me,
            source="calendar",
            first_known_at=at,
            **fields,
        )
        who = {"person": person, "partstat": partstat}
        self._add("attendees", meeting=meeting, presence=presence, **who)
        return meeting

    def invite(self, meeting: int, person: int, partstat: str = "ACCEPTED") -> None:
        """Somebody else in a meeting."""
        who = {"person": person, "partstat": partstat}
        self._add("attendees", meeting=meeting, presence="unknown", **who)

    def change(
        self,
        person: int,
        meeting: int,
        kind: str,
        *,
        at: str,
        actor: str = "them",
        old_start: str | None = None,
        new_start: str | None = None,
        notice_hours: float = 2.0,
    ) -> str:
        """What happened to a meeting. The reference of the event that told it."""
        change = len(self.rows["changes"]) + 1
        start = old_start or self.rows["meetings"][meeting - 1]["start"].isoformat()
        self._add(
            "changes",
            change=change,
            cause=change,
            meeting=meeting,
            person=person,
            kind=kind,
            at=at,
            actor=actor,
            notice_hours=notice_hours,
            old_start=start,
            new_start=new_start,
            rebooked=new_start is not None,
            learned="calendar",
            evidence=(f"event:{change}",),
        )
        return f"event:{change}"

    def meeting_risk(self, meeting: int, person: int, *, at: str, risk: float, why: str) -> None:
        """How likely the meeting ahead is moved late or missed."""
        ends = {"risk_low": max(risk - 0.2, 0.0), "risk_high": min(risk + 0.2, 1.0)}
        told = {"meeting": meeting, "person": person, "start": at, "why": why}
        self._add("meeting_risks", risk=risk, **told, **ends)
