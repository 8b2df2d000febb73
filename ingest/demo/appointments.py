"""Meetings between the rep and a person: invited, moved, called off, missed, kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ingest.demo import times
from ingest.demo.cast import REP, Person
from ingest.demo.diary import Meeting, part
from ingest.demo.letters import Letter
from ingest.demo.pen import moment
from ingest.demo.scene import Scene

_SUBJECTS = {
    "en": {
        "REPLY": "Accepted: ",
        "DECLINED": "Declined: ",
        "CANCEL": "Canceled: ",
        "COUNTER": "New Time Proposed: ",
    },
    "de": {
        "REPLY": "Zugesagt: ",
        "DECLINED": "Abgelehnt: ",
        "CANCEL": "Abgesagt: ",
        "COUNTER": "Neue Zeit vorgeschlagen: ",
    },
}
#: Below this notice a move or cancellation is an act.
LATE_HOURS = 24.0


def meeting_round(scene: Scene) -> None:
    """One meeting from the invitation to its end; what they do is as their habits are."""
    habits = scene.habits
    meeting = invited(scene)
    if not _accepted(scene, meeting):
        return
    if scene.chance(habits.moves_early):
        _moved(scene, meeting, scene.rng.uniform(40, 120), act=False)
    for _ in range(3):
        if not scene.chance(habits.moves_late):
            break
        _moved(scene, meeting, scene.rng.triangular(0.4, 20, 2), act=True)
    if scene.chance(habits.cancels_late):
        _cancelled(scene, meeting)
    elif scene.chance(habits.stays_away):
        _missed(scene, meeting)
    else:
        _held(scene, meeting)


def invited(scene: Scene, *, days: tuple[int, int] = (4, 10), minutes: int = 30) -> Meeting:
    """The rep proposes a time and sends an invitation."""
    start = _slot(scene, scene.now, *days)
    language = scene.pen.language
    scene.ours("propose_meeting", new="subject_meeting", slots=moment(start, language))
    meeting = Meeting(
        uid=f"{scene.ident()}@{REP.domain}",
        organizer=REP,
        guests=(scene.them,),
        summary=scene.thread.subject if scene.thread else "",
        start=start,
        minutes=minutes,
        created=scene.now,
        changed=scene.now,
    )
    scene.desk.meetings.append(meeting)
    _sent(scene, meeting, "REQUEST", REP, scene.now + timedelta(minutes=3))
    return meeting


def _slot(scene: Scene, after: datetime, least: int, most: int) -> datetime:
    """A time that suits both, so many working days later."""
    day = times.working_days_later(
        after.astimezone(ZoneInfo(REP.zone)).date(), scene.rng.randint(least, most), scene.them.days
    )
    while any(first <= day < back for first, back in scene.absences):
        day = times.working_days_later(day, 1, scene.them.days)
    american = scene.them.zone.startswith("America")
    hours = (15, 16, 17) if american else (9, 10, 11, 13, 14, 15, 16)
    return times.on(day, scene.rng.choice(hours) * 60 + scene.rng.choice((0, 0, 30)), REP.zone)


def _accepted(scene: Scene, meeting: Meeting) -> bool:
    """Their answer to the invitation, if any comes; whether the meeting stands."""
    at = scene.in_their_time(scene.now + min(scene.delay(), timedelta(days=3)))
    if at < meeting.start and scene.chance(0.85):
        meeting.answers[scene.them.address] = "ACCEPTED"
        meeting.changed = at
        _sent(scene, meeting, "REPLY", scene.them, at)
        if scene.chance(0.25):
            scene.theirs(
                "agree",
                at=at + timedelta(minutes=2),
                slots=moment(meeting.start, scene.pen.language),
            )
    return meeting.status == "CONFIRMED"


def _before(scene: Scene, meeting: Meeting, notice_hours: float) -> datetime:
    """So long before the meeting, but not in the night nor before the last mail."""
    at = meeting.start - timedelta(hours=notice_hours)
    local = at.astimezone(ZoneInfo(scene.them.zone))
    if local.hour < 7:
        at += timedelta(hours=7 - local.hour)
    elif local.hour >= 21:
        at -= timedelta(hours=local.hour - 19)
    at = min(at, meeting.start - timedelta(minutes=10))
    return max(at, scene.now + timedelta(minutes=15))


def _moved(scene: Scene, meeting: Meeting, notice_hours: float, *, act: bool) -> None:
    """They ask for another time, by mail or as a counter-proposal; the rep moves it."""
    at = _before(scene, meeting, notice_hours)
    if at >= meeting.start:
        return
    late = (meeting.start - at) / timedelta(hours=1) < LATE_HOURS
    new = _slot(scene, meeting.start, 1, 6)
    words = moment(new, scene.pen.language)
    if scene.chance(0.25):
        meeting.start, old = new, meeting.start
        _sent(scene, meeting, "COUNTER", scene.them, at)
        meeting.start = old
    else:
        scene.theirs("move_late" if late else "move_early", at=at, slots=words)
    if late and act:
        scene.plant("moved late", "meetings", at, act=True)
    answered = scene.now + timedelta(minutes=scene.rng.randrange(5, 90))
    meeting.sequence += 1
    meeting.start = new
    meeting.answers.clear()
    meeting.changed = answered
    _sent(scene, meeting, "REQUEST", REP, answered)
    if scene.chance(0.7):
        scene.ours("agree_move", at=answered + timedelta(minutes=2), slots=words)
    scene.now = max(scene.now, answered)
    _accepted(scene, meeting)


def _cancelled(scene: Scene, meeting: Meeting) -> None:
    """They call it off shortly before; nobody names a new time."""
    at = _before(scene, meeting, scene.rng.triangular(0.3, 16, 1.5))
    if at >= meeting.start:
        return
    meeting.changed = at
    if scene.chance(0.4):
        meeting.answers[scene.them.address] = "DECLINED"
        _sent(scene, meeting, "REPLY", scene.them, at)
    else:
        scene.theirs("cancel", at=at)
    scene.plant("cancelled late", "meetings", at, act=True)
    meeting.sequence += 1
    meeting.status = "CANCELLED"
    meeting.changed = scene.now + timedelta(minutes=scene.rng.randrange(10, 80))
    _sent(scene, meeting, "CANCEL", REP, meeting.changed)
    scene.ours("agree_cancel", at=meeting.changed + timedelta(minutes=3))


def _missed(scene: Scene, meeting: Meeting) -> None:
    """They do not come, and the rep writes so."""
    scene.now = max(scene.now, meeting.start)
    at = meeting.start + timedelta(minutes=scene.rng.randrange(18, 90))
    scene.ours("noshow_note", at=at, slots=moment(meeting.start, scene.pen.language))
    scene.plant("no-show", "meetings", at, act=True)
    if scene.chance(scene.habits.answers):
        scene.theirs("noshow_sorry")


def _held(scene: Scene, meeting: Meeting) -> None:
    """It takes place; often the rep writes a few lines afterwards."""
    scene.now = max(scene.now, meeting.end)
    scene.check()
    if scene.chance(0.6):
        at = meeting.end + timedelta(minutes=scene.rng.randrange(15, 200))
        scene.ours("after_meeting", at=at, new=scene.rng.choice(("after_subject", "")))
        if scene.chance(0.4 * scene.habits.answers):
            scene.theirs("thanks")


def _sent(scene: Scene, meeting: Meeting, method: str, author: Person, at: datetime) -> None:
    """A mail with an iTIP part, as a calendar program sends it."""
    reader = REP if author != REP else scene.them
    reply = method in ("REPLY", "COUNTER")
    only = author if reply else None
    kind = "DECLINED" if reply and meeting.answers.get(author.address) == "DECLINED" else method
    prefix = _SUBJECTS[author.language].get(kind, "")
    when = moment(meeting.start, author.language, author.zone)
    text = f"{meeting.summary}\n{when['day']}, {when['date']}, {when['time']}\nMicrosoft Teams"
    scene.post(
        Letter(
            ident=scene.ident(),
            at=at,
            sender=author,
            to=(reader,),
            subject=f"{prefix}{meeting.summary}",
            text=text,
            calendar=part(method, meeting, at, only=only),
        )
    )
