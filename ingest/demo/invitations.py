"""Mails with an iTIP part, as calendar programs send them."""

from __future__ import annotations

from datetime import datetime

from ingest.demo.cast import REP, Person
from ingest.demo.diary import Meeting, part
from ingest.demo.letters import Letter
from ingest.demo.pen import moment
from ingest.demo.scene import Scene

_PREFIXES = {
    "en": {
        "ACCEPTED": "Accepted: ",
        "DECLINED": "Declined: ",
        "CANCEL": "Canceled: ",
        "COUNTER": "New Time Proposed: ",
    },
    "de": {
        "ACCEPTED": "Zugesagt: ",
        "DECLINED": "Abgelehnt: ",
        "CANCEL": "Abgesagt: ",
        "COUNTER": "Neue Zeit vorgeschlagen: ",
    },
}


def sent(
    scene: Scene,
    meeting: Meeting,
    method: str,
    author: Person,
    at: datetime,
    *,
    start: datetime | None = None,
    occurrence: datetime | None = None,
) -> None:
    """A request, cancellation, reply or counter-proposal goes between the rep and the person.

    ``start``: another time than the meeting's; ``occurrence``: only this one of a series.
    """
    answers = method in ("REPLY", "COUNTER")
    kind = meeting.answers.get(author.address, "") if method == "REPLY" else method
    shown = moment(start or occurrence or meeting.start, author.language, author.zone)
    scene.post(
        Letter(
            ident=scene.ident(),
            at=at,
            sender=author,
            to=(scene.them if author == REP else REP,),
            subject=_PREFIXES[author.language].get(kind, "") + meeting.summary,
            text=f"{meeting.summary}\n{shown['day']}, {shown['date']}, {shown['time']}\nTeams",
            calendar=part(
                method,
                meeting,
                at,
                only=author if answers else None,
                start=start,
                occurrence=occurrence,
            ),
        )
    )
