"""One relation as it goes on: a cursor in time, and verbs that write its mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from math import log
from random import Random
from zoneinfo import ZoneInfo

from ingest.demo import times
from ingest.demo.cast import REP, Cast, Person
from ingest.demo.diary import Meeting
from ingest.demo.habits import Habits, Kind
from ingest.demo.letters import Letter
from ingest.demo.pen import Pen, moment
from ingest.demo.truth import Planted, Truth

_SPREAD = 0.7
_HTML = 0.5
_QUOTES = 0.9


class OverError(Exception):
    """The year is over: nothing after it was written."""


@dataclass
class Desk:
    """All that the rep's mailbox and calendar hold at the end of the year."""

    end: datetime
    letters: list[Letter] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)


class Scene:
    """The rep and one person. ``now`` is the time of what happened last.

    ``thread``: the last mail of the conversation; ``silent``: they owe an answer and it is known;
    ``came_back_at``: when they last ended a silence with a request of their own.
    """

    def __init__(
        self,
        rng: Random,
        cast: Cast,
        desk: Desk,
        kind: Kind,
        them: Person,
        slots: dict[str, str],
        start: datetime,
    ) -> None:
        self.rng = rng
        self.cast = cast
        self.desk = desk
        self.them = them
        self.habits: Habits = kind.habits(rng)
        self.pen = Pen(rng, them, slots)
        self.now = start
        self.thread: Letter | None = None
        self.truth = Truth(them.name, them.address, kind.name, kind.wall)
        self.absences: list[tuple[date, date]] = []
        self.silent = False
        self.came_back_at: datetime | None = None
        self.dead_proposals = 0
        self._told_absent: set[date] = set()

    # ------------------------------------------------------------------ time and chance
    def pause(self, days: float) -> None:
        """Let about so many working days pass."""
        days *= self.rng.uniform(0.7, 1.3)
        self.now = times.some_time(self.rng, self.now, days, REP.zone)
        self.check()

    def check(self, at: datetime | None = None) -> None:
        """Raises ``OverError`` where that time (else ``now``) lies after the end of the year."""
        if (at or self.now) > self.desk.end:
            raise OverError

    def chance(self, of: float) -> bool:
        """Whether something with this chance happens."""
        return self.rng.random() < of

    def delay(self) -> timedelta:
        """How long they take for an answer this time."""
        return timedelta(hours=self.rng.lognormvariate(log(self.habits.pace_hours), _SPREAD))

    def in_their_time(self, when: datetime) -> datetime:
        """The next moment from then on at which they are at work."""
        absent = self.away_at(when)
        if absent:
            when = times.on(absent[1], 9 * 60 + self.rng.randrange(200), self.them.zone)
        return times.at_work(self.rng, when, self.them.zone, self.them.days)

    def away_at(self, when: datetime) -> tuple[date, date] | None:
        """The absence of theirs that the moment lies in: first day, and day of return."""
        day = when.astimezone(ZoneInfo(self.them.zone)).date()
        return next(((a, b) for a, b in self.absences if a <= day < b), None)

    # ------------------------------------------------------------------ mail
    def ours(
        self,
        purpose: str,
        days: tuple[float, float] = (0, 1),
        *,
        new: str = "",
        at: datetime | None = None,
        attachments: Sequence[str] = (),
        slots: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Letter:
        """A mail of the rep, in the thread or with a ``new`` subject, so many days later."""
        when = at or times.some_time(self.rng, self.now, self.rng.uniform(*days), REP.zone)
        letter = self._draft(REP, self.them, purpose, when, new, slots or {})
        letter = replace(letter, attachments=tuple(attachments), headers=headers or {})
        self.thread = self.post(letter)
        self._out_of_office(letter)
        return letter

    def theirs(
        self,
        purpose: str,
        *,
        at: datetime | None = None,
        new: str = "",
        author: Person | None = None,
        cc: Sequence[Person] = (),
        attachments: Sequence[str] = (),
        slots: Mapping[str, str] | None = None,
    ) -> Letter:
        """A mail to the rep, after their usual delay or at a time."""
        when = at or self.in_their_time(self.now + self.delay())
        letter = self._draft(author or self.them, REP, purpose, when, new, slots or {})
        self.thread = self.post(replace(letter, attachments=tuple(attachments), cc=tuple(cc)))
        return self.thread

    def post(self, letter: Letter) -> Letter:
        """Put a mail into the mailbox; time goes on to it."""
        self.now = max(self.now, letter.at)
        self.check()
        self.desk.letters.append(letter)
        if not letter.ours:
            self._heard()
        return letter

    def ident(self) -> str:
        """A new left part of a Message-ID."""
        return f"{self.rng.getrandbits(72):018x}"

    def _draft(
        self,
        author: Person,
        reader: Person,
        purpose: str,
        at: datetime,
        new: str,
        slots: Mapping[str, str],
    ) -> Letter:
        rng, pen = self.rng, self.pen
        soon = moment(at + timedelta(days=rng.randrange(2, 6)), pen.language)
        slots = {**soon, **slots}
        parent = None if new else self.thread
        subject = (
            _answer(parent.subject, author)
            if parent
            else pen.phrase(author, new or "subject_question", **slots)
        )
        return Letter(
            ident=self.ident(),
            at=at,
            sender=author,
            to=(reader,),
            subject=subject[:1].upper() + subject[1:],
            text=pen.body(author, reader, purpose, **slots),
            parent=parent,
            quotes=rng.random() < _QUOTES,
            html=author.client != "apple" and rng.random() < _HTML,
            purpose=purpose,
        )

    def _out_of_office(self, letter: Letter) -> None:
        """Once per absence an automatic reply comes."""
        absent = self.away_at(letter.at)
        if absent is None or absent[0] in self._told_absent:
            return
        self._told_absent.add(absent[0])
        language = self.pen.language
        last = absent[1] - timedelta(days=1)
        text = self.pen.phrase(
            self.them,
            "out_of_office",
            back=moment(times.on(absent[1], 600, self.them.zone), language)["date"],
            until=moment(times.on(last, 600, self.them.zone), language)["date"],
        )
        word = "Abwesenheitsnotiz" if language == "de" else "Automatic reply"
        self.desk.letters.append(
            Letter(
                ident=self.ident(),
                at=letter.at + timedelta(seconds=self.rng.randrange(5, 60)),
                sender=self.them,
                to=(REP,),
                subject=f"{word}: {letter.subject}",
                text=f"{text}\n\n{self.them.name}",
                parent=letter,
                quotes=False,
                headers={"Auto-Submitted": "auto-replied", "Precedence": "auto_reply"},
            )
        )

    # ------------------------------------------------------------------ truth
    def plant(
        self,
        what: str,
        family: str,
        at: datetime | None = None,
        *,
        cause: str = "",
        act: bool = False,
    ) -> None:
        """Note what they did, and that it is known from then on."""
        cause = cause or f"{what} {len(self.truth.planted)}"
        self.truth.planted.append(Planted(what, family, at or self.now, cause, act))

    def fall_silent(
        self, family: str, known_at: datetime, *, requested: bool = False, cause: str = ""
    ) -> None:
        """An answer does not come, which is known from ``known_at`` on.

        However much is asked into it, a silence is one. A second proposal that they had asked for,
        and a silence after they came back of their own accord, are acts.
        """
        if self.silent:
            return
        self.silent = True
        back = self.came_back_at
        self.came_back_at = None
        self.dead_proposals += requested
        if back and self.now - back < timedelta(days=45):
            self.plant("silent again after coming back", "cycles", known_at, act=True)
        else:
            act = requested and self.dead_proposals >= 2
            self.plant("silent", family, known_at, cause=cause, act=act)

    def _heard(self) -> None:
        """They show a sign of life: a silence that is not known by now was none."""
        self.silent = False
        self.truth.planted = [
            p for p in self.truth.planted if p.at <= self.now or not p.what.startswith("silent")
        ]


def _answer(subject: str, author: Person) -> str:
    if subject.lower().startswith(("re:", "aw:")):
        return subject
    return ("AW: " if author.language == "de" else "Re: ") + subject
