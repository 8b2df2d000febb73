"""Meetings between the rep and a person: invited, moved, called off, missed, kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ingest.demo import times
from ingest.demo.cast import REP
from ingest.demo.diary import Meeting
from ingest.demo.invitations import sent
from ingest.demo.pen import moment
from ingest.demo.scene import Scene

#: Below this notice a move or cancellation is an act.
LATE_HOURS = 24.0
_ANSWERS_INVITATION = 0.85
_COUNTERS = 0.25
_HOSTS = 0.2


def meeting_round(scene: Scene) -> None:
    """One meeting from the invitation to its end; what they do is as their habits are."""
    habits = scene.habits
    meeting = hosted(scene) if scene.chance(_HOSTS) else invited(scene)
    accepted(scene, meeting)
    if scene.chance(habits.moves_early):
        moved(scene, meeting, scene.rng.uniform(40, 120))
    for _ in range(2):
        if scene.chance(habits.moves_late):
            moved(scene, meeting, scene.rng.triangular(0.4, 20, 2))
    if scene.chance(habits.phones):
        phoned(scene, meeting)
    elif scene.chance(0.04):
        _moved_by_us(scene, meeting)
    if scene.chance(habits.cancels_late):
        cancelled(scene, meeting)
    elif scene.chance(habits.stays_away):
        missed(scene, meeting)
    else:
        held(scene, meeting)


def invited(scene: Scene, *, days: tuple[int, int] = (4, 10)) -> Meeting:
    """The rep proposes a time and sends an invitation."""
    start = slot(scene, scene.now, *days)
    words = moment(start, scene.pen.language)
    scene.ours("propose_meeting", new="subject_meeting", slots=words)
    meeting = _planned(scene, start)
    sent(scene, meeting, "REQUEST", REP, scene.now + timedelta(minutes=3))
    return meeting


def hosted(scene: Scene) -> Meeting:
    """They invite the rep, who accepts."""
    at = scene.in_their_time(scene.now)
    scene.now = at
    meeting = replace(
        _planned(scene, slot(scene, at, 3, 8), keep=False),
        organizer=scene.them,
        guests=(REP,),
        summary=scene.pen.phrase(scene.them, "subject_request"),
    )
    sent(scene, meeting, "REQUEST", scene.them, at)
    scene.desk.meetings.append(meeting)
    _rep_accepts(scene, meeting)
    return meeting


def _rep_accepts(scene: Scene, meeting: Meeting) -> None:
    meeting.answers[REP.address] = "ACCEPTED"
    at = times.at_work(
        scene.rng, scene.now + timedelta(minutes=scene.rng.randrange(4, 90)), REP.zone
    )
    if at < meeting.start:
        meeting.changed = at
        sent(scene, meeting, "REPLY", REP, at)


def _planned(scene: Scene, start: datetime, *, keep: bool = True) -> Meeting:
    meeting = Meeting(
        uid=f"{scene.ident()}@{REP.domain}",
        organizer=REP,
        guests=(scene.them,),
        summary=scene.thread.subject.removeprefix("Re: ") if scene.thread else "",
        start=start,
        minutes=scene.rng.choice((30, 30, 45, 60)),
        created=scene.now,
        changed=scene.now,
    )
    if keep:
        scene.desk.meetings.append(meeting)
    return meeting


def slot(scene: Scene, after: datetime, least: int, most: int) -> datetime:
    """A time that suits both, so many working days later."""
    local = after.astimezone(ZoneInfo(REP.zone)).date()
    day = times.working_days_later(local, scene.rng.randint(least, most), scene.them.days)
    while any(first <= day < back for first, back in scene.absences):
        day = times.working_days_later(day, 1, scene.them.days)
    american = scene.them.zone.startswith("America")
    hours = (15, 16, 17) if american else (9, 10, 11, 13, 14, 15, 16)
    return times.on(day, scene.rng.choice(hours) * 60 + scene.rng.choice((0, 0, 30)), REP.zone)


def accepted(scene: Scene, meeting: Meeting) -> None:
    """Their answer to the rep's invitation, if any comes in time."""
    if meeting.organizer != REP or not scene.chance(_ANSWERS_INVITATION):
        return
    at = scene.in_their_time(scene.now + min(scene.delay(), timedelta(days=3)))
    if at >= meeting.start:
        return
    meeting.answers[scene.them.address] = "ACCEPTED"
    meeting.changed = at
    sent(scene, meeting, "REPLY", scene.them, at)
    if scene.chance(0.2):
        words = moment(meeting.start, scene.pen.language)
        scene.theirs("agree", at=at + timedelta(minutes=2), slots=words)


def before(scene: Scene, meeting: Meeting, notice_hours: float) -> datetime:
    """So long before the meeting, but not in the night nor before the last mail."""
    at = meeting.start - timedelta(hours=notice_hours)
    local = at.astimezone(ZoneInfo(scene.them.zone))
    if local.hour < 7:
        at += timedelta(hours=7 - local.hour)
    elif local.hour >= 21:
        at -= timedelta(hours=local.hour - 19)
    at = min(at, meeting.start - timedelta(minutes=10))
    return max(at, scene.now + timedelta(minutes=15))


def moved(scene: Scene, meeting: Meeting, notice_hours: float) -> None:
    """They want another time: by mail, as a counter-proposal, or in their own invitation."""
    at = before(scene, meeting, notice_hours)
    if at >= meeting.start:
        return
    late = (meeting.start - at) / timedelta(hours=1) < LATE_HOURS
    new = slot(scene, meeting.start, 1, 6)
    words = moment(new, scene.pen.language)
    if late:
        scene.plant("moved late", "meetings", at, cause=meeting.uid, act=True)
    if meeting.organizer != REP:
        shifted(scene, meeting, new, at)
        sent(scene, meeting, "REQUEST", scene.them, at)
        _rep_accepts(scene, meeting)
        return
    if scene.chance(_COUNTERS):
        sent(scene, meeting, "COUNTER", scene.them, at, start=new)
    else:
        scene.theirs("move_late" if late else "move_early", at=at, slots=words)
    _shifted_by_rep(scene, meeting, new, 5, 90)
    if scene.chance(0.7):
        scene.ours("agree_move", at=scene.now + timedelta(minutes=2), slots=words)
    accepted(scene, meeting)


def _shifted_by_rep(scene: Scene, meeting: Meeting, new: datetime, least: int, most: int) -> None:
    at = scene.now + timedelta(minutes=scene.rng.randrange(least, most))
    last = max(meeting.start - timedelta(minutes=4), scene.now + timedelta(minutes=1))
    shifted(scene, meeting, new, min(at, last))
    sent(scene, meeting, "REQUEST", REP, meeting.changed)


def shifted(scene: Scene, meeting: Meeting, new: datetime, at: datetime) -> None:
    """The meeting stands at a new time; nobody has answered to it yet."""
    scene.check(at)
    meeting.sequence += 1
    meeting.start = new
    meeting.answers.clear()
    meeting.changed = at


def phoned(scene: Scene, meeting: Meeting) -> None:
    """Somebody phones, the rep moves the meeting: no mail tells who wanted it."""
    at = before(scene, meeting, scene.rng.triangular(1, 30, 6))
    if meeting.organizer == REP and at < meeting.start:
        scene.now = at
        _shifted_by_rep(scene, meeting, slot(scene, meeting.start, 1, 5), 1, 10)
        accepted(scene, meeting)


def _moved_by_us(scene: Scene, meeting: Meeting) -> None:
    at = before(scene, meeting, scene.rng.uniform(3, 60))
    if meeting.organizer == REP and at < meeting.start:
        new = slot(scene, meeting.start, 1, 4)
        scene.ours("we_move", at=at, slots=moment(new, scene.pen.language))
        _shifted_by_rep(scene, meeting, new, 1, 5)
        accepted(scene, meeting)


def cancelled(scene: Scene, meeting: Meeting) -> None:
    """They call it off shortly before, and nobody names a new time."""
    at = before(scene, meeting, scene.rng.triangular(0.3, 16, 1.5))
    if at >= meeting.start:
        return
    scene.plant("cancelled late", "meetings", at, cause=meeting.uid, act=True)
    if meeting.organizer != REP:
        _called_off(scene, meeting, at)
        return
    if scene.chance(0.4):
        meeting.answers[scene.them.address] = "DECLINED"
        sent(scene, meeting, "REPLY", scene.them, at)
    else:
        scene.theirs("cancel", at=at)
    _called_off(scene, meeting, scene.now + timedelta(minutes=scene.rng.randrange(10, 80)))
    scene.ours("agree_cancel", at=meeting.changed + timedelta(minutes=3))


def _called_off(scene: Scene, meeting: Meeting, at: datetime) -> None:
    scene.check(at)
    meeting.sequence += 1
    meeting.status = "CANCELLED"
    meeting.changed = at
    sent(scene, meeting, "CANCEL", meeting.organizer, at)


def missed(scene: Scene, meeting: Meeting) -> None:
    """They do not come, and the rep writes so."""
    scene.now = max(scene.now, meeting.start)
    at = meeting.start + timedelta(minutes=scene.rng.randrange(18, 90))
    scene.ours("noshow_note", at=at, slots=moment(meeting.start, scene.pen.language))
    scene.plant("no-show", "meetings", at, cause=meeting.uid, act=True)
    if scene.chance(scene.habits.answers):
        scene.theirs("noshow_sorry")


def held(scene: Scene, meeting: Meeting) -> None:
    """It takes place; often the rep writes a few lines afterwards."""
    scene.now = max(scene.now, meeting.end)
    scene.check()
    if scene.chance(0.6):
        at = meeting.end + timedelta(minutes=scene.rng.randrange(15, 200))
        scene.ours("after_meeting", at=at, new=scene.rng.choice(("after_subject", "")))
        if scene.chance(0.4 * scene.habits.answers):
            scene.theirs("thanks")
