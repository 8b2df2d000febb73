"""Briefs for tests: somebody with a history of every kind, and people who are out to harm."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from analyzer.settings import Settings
from reports.brief import Asked, brief
from reports.brief_model import Brief, Known, Meeting
from tests.analysis_builder import Made
from tests.report_sample import HOSTILE

SETTINGS = Settings(zone="Europe/Berlin")
ZONE = ZoneInfo("Europe/Berlin")
#: A Friday, 17:00 in Berlin; the Monday after it.
FRIDAY, MONDAY = "2026-11-20 16:00", date(2026, 11, 23)


def about(made: Made, *meetings: int, day: date | None = MONDAY) -> Brief:
    """The brief about these meetings."""
    return brief(made.analysis(), SETTINGS, Asked(meetings, day=day))


def of_somebody(made: Made, person: int) -> Known:
    """What is told of somebody without a meeting ahead."""
    (told,) = brief(made.analysis(), SETTINGS, Asked(people=(person,))).people
    return told


def lines(known: Known) -> dict[str, str]:
    """The history by what it is about."""
    return {line.about: line.text for line in known.history}


def ahead(made: Made, person: int, partstat: str = "ACCEPTED") -> int:
    """A meeting on Monday at 10:00."""
    return made.meeting(person, at="2026-11-23 09:00", summary="Pilot results", partstat=partstat)


def usual() -> tuple[Made, int, int]:
    """Somebody with a history of every kind, and a risky meeting on Monday: their id, its id."""
    made = Made(as_of=FRIDAY)
    made.account()
    li = made.person(
        "Li Wen",
        "li.wen@harbourfreight.example",
        verdict="change approach",
        reason="Three of five meetings were moved on the day itself.",
        next_step="Ask for a colleague who can stand in.",
    )
    made.meeting(li, at="2026-03-02 09:00", summary="Kick-off", presence="yes")
    made.meeting(li, at="2026-04-02 09:00", summary="Pilot", presence="no")
    for day, notice in (("06", 2.0), ("07", 90.0)):
        at = f"2026-05-{day} 09:00"
        moved = made.meeting(li, at=at, summary="Pilot", status="moved away")
        made.change(li, moved, "moved", at=at, notice_hours=notice)
    made.topic(
        li,
        "Harbour Freight: roll-out",
        deal=9,
        stage="pilot",
        value=126_500.0,
        currency="EUR",
        proposed_at="2026-10-20",
        last_two_way_at="2026-11-09 07:30",
    )
    for number, waited in enumerate((3.0, 20.0, 70.0)):
        asked = f"2026-0{number + 6}-01 09:00"
        made.asked(li, at=asked, waited_hours=waited)
    made.promise(li, "I will send you the figures", by="them", at="2026-11-09", due="2026-11-18")
    made.promise(li, "you get the new offer", by="us", at="2026-11-10", due="2026-11-24")
    made.waits(li, at="2026-11-17 12:00", subject="Which finish?")
    made.message(li, at="2026-11-19 07:30", subject="Re: pilot")
    meeting = ahead(made, li)
    why = "3 of 4 dates so far moved late or missed; confirm the day before."
    made.meeting_risk(meeting, li, at="2026-11-23 09:00", risk=0.6, why=why)
    return made, li, meeting


def told(made: Made, meeting: int) -> Meeting:
    """What a brief tells of one meeting."""
    (found,) = about(made, meeting).meetings
    return found


def hostile() -> Brief:
    """Meetings with people and texts that are out to harm."""
    made = Made(as_of=FRIDAY)
    made.account("<b>account</b>")
    meetings = []
    for number, text in enumerate(HOSTILE):
        person = made.person(text, f"h{number}@evil.example", company=text, reason=text,
                             next_step=text)  # fmt: skip
        made.message(person, at="2026-11-18 08:00", subject=text)
        made.promise(person, text, by="us", at="2026-11-10", due="2026-11-24")
        made.topic(person, text, proposed_at="2026-11-01", stage=text, next_step=text)
        meeting = made.meeting(person, at="2026-11-23 09:00", summary=text)
        made.meeting_risk(meeting, person, at="2026-11-23 09:00", risk=0.9, why=text)
        meetings.append(meeting)
    texts = {number: HOSTILE[number % len(HOSTILE)] for number in range(1, 60)}
    return brief(made.analysis(), SETTINGS, Asked(tuple(meetings), day=MONDAY), texts)
