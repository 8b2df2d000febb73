"""Customers with a fixed date, and those who book it themselves with a tool."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ingest.demo import times
from ingest.demo.appointments import held, shifted, slot
from ingest.demo.cast import REP, Person
from ingest.demo.diary import Meeting
from ingest.demo.invitations import sent
from ingest.demo.letters import Letter
from ingest.demo.pen import moment
from ingest.demo.rounds import next_round, question_round
from ingest.demo.scene import Scene

_TOOL = Person("Calendly", "notifications@calendly.com", "Calendly", client="gmail")


def regular(scene: Scene) -> None:
    """A fixed date every week or two; single dates move, in good time, or are left out."""
    scene.ours("service", new="subject_checkin")
    scene.theirs("thanks")
    every = scene.rng.choice((1, 2, 2, 4))
    meeting = _series(scene, every)
    first = meeting.start.astimezone(ZoneInfo(REP.zone))
    minute = first.hour * 60 + first.minute
    for number in range(52 // every):
        at = times.on(first.date() + timedelta(weeks=every * number), minute, REP.zone)
        if at > scene.now:
            _occurrence(scene, meeting, at)


def _series(scene: Scene, every: int) -> Meeting:
    start = slot(scene, scene.now, 4, 8)
    meeting = Meeting(
        uid=f"{scene.ident()}@{REP.domain}",
        organizer=REP,
        guests=(scene.them,),
        summary=f"{scene.them.company} / Tidewater",
        start=start,
        minutes=30,
        created=scene.now,
        changed=scene.now,
        rule=f"FREQ=WEEKLY;INTERVAL={every};COUNT={52 // every}",
    )
    scene.desk.meetings.append(meeting)
    sent(scene, meeting, "REQUEST", REP, scene.now + timedelta(minutes=2))
    meeting.answers[scene.them.address] = "ACCEPTED"
    sent(scene, meeting, "REPLY", scene.them, scene.in_their_time(scene.now + timedelta(hours=2)))
    return meeting


def _occurrence(scene: Scene, meeting: Meeting, at: datetime) -> None:
    """One date of the series: moved now and then, or with a question before it."""
    if scene.chance(0.15):
        asked = max(scene.now, times.on(at.date() - timedelta(days=3), 600, REP.zone))
        new = slot(scene, at, 1, 3)
        words = moment(new, scene.pen.language)
        if asked < at:
            scene.theirs("move_early", at=asked, new="subject_meeting", slots=words)
            scene.check(scene.now + timedelta(minutes=20))
            meeting.sequence += 1
            meeting.moved[at] = new
            meeting.changed = scene.now + timedelta(minutes=20)
            sent(scene, meeting, "REQUEST", REP, meeting.changed, start=new, occurrence=at)
            at = new
    elif scene.chance(0.4):
        question_round(scene)
    scene.now = max(scene.now, at + timedelta(minutes=30))
    scene.check()
    if scene.chance(0.3):
        scene.ours("after_meeting", at=scene.now + timedelta(minutes=40), new="after_subject")


def booker(scene: Scene) -> None:
    """Dates come through a booking tool's notices; once in a while they move one there."""
    while True:
        booked = scene.in_their_time(scene.now + timedelta(days=1))
        start = slot(scene, booked, 2, 5)
        meeting = Meeting(
            uid=f"{scene.ident()}@calendly.com",
            organizer=REP,
            guests=(scene.them,),
            summary=f"{scene.them.name} and {REP.name}",
            start=start,
            minutes=30,
            created=booked,
            changed=booked,
            answers={scene.them.address: "ACCEPTED"},
        )
        scene.desk.meetings.append(meeting)
        _notice(scene, meeting, "New Event", "A new event has been scheduled.", booked)
        if scene.chance(scene.habits.moves_early + scene.habits.moves_late):
            at = scene.in_their_time(booked + (start - booked) * scene.rng.uniform(0.2, 0.6))
            if at < start:
                shifted(scene, meeting, slot(scene, start, 1, 4), at)
                _notice(scene, meeting, "Updated", "An event has been rescheduled.", at)
        held(scene, meeting)
        scene.pause(scene.habits.gap_days)
        next_round(scene)
        scene.pause(scene.habits.gap_days)


def _notice(scene: Scene, meeting: Meeting, word: str, told: str, at: datetime) -> None:
    local = meeting.start.astimezone(ZoneInfo(REP.zone))
    hour = f"{local:%I:%M%p}".lower().lstrip("0")
    date = f"{local:%A}, {local:%B} {local.day}, {local.year}"
    text = (
        f"Hi {REP.name},\n\n{told}\n\nEvent Type:\n30 Minute Meeting\n\nInvitee:\n"
        f"{scene.them.name}\n\nInvitee Email:\n{scene.them.address}\n\nEvent Date/Time:\n"
        f"{hour} - {date} (Central European Time)\n\nLocation:\nMicrosoft Teams\n\n"
        "View event in Calendly: https://calendly.com/app/scheduled_events/user/me"
    )
    short = f"{hour} {local:%a, %b} {local.day}, {local.year}"
    subject = f"{word}: {scene.them.name} - {short} - 30 Minute Meeting"
    scene.post(
        Letter(
            scene.ident(),
            at,
            _TOOL,
            (REP,),
            subject,
            text,
            headers={"Auto-Submitted": "auto-generated"},
        )
    )
