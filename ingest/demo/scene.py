"""One relation as it goes on: a cursor in time, and verbs that write its mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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


class OverError(Exception):
    """The year is over: nothing after it was written."""


@dataclass
class Desk:
    """All that the rep's mailbox and calendar hold at the end of the year."""

    end: datetime
    letters: list[Letter] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)


class Scene:
    """The rep and one person. ``now`` is the time of what happened last."""

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
        self.told_absent: set[date] = set()
        self.came_back_at: datetime | None = None

    # ------------------------------------------------------------------ time
    def pause(self, days: float) -> None:
        """Let so many working days pass, more or less."""
        rng = self.rng
        self.now = times.some_time(rng, self.now, days * rng.uniform(0.7, 1.3), REP.zone)
        self.check()

    def check(self) -> None:
        """Raises ``OverError`` after the end of the year."""
        if self.now > self.desk.end:
            raise OverError

    def delay(self) -> timedelta:
        """How long they take for an answer this time."""
        return timedelta(hours=self.rng.lognormvariate(log(self.habits.pace_hours), 0.7))

    def chance(self, of: float) -> bool:
        """Whether something with this chance happens."""
        return self.rng.random() < of

    def away_at(self, moment: datetime) -> tuple[date, date] | None:
        """The absence of theirs that the moment lies in: first day, and day of return."""
        day = moment.astimezone(ZoneInfo(self.them.zone)).date()
        return next(((a, b) for a, b in self.absences if a <= day < b), None)

    # ------------------------------------------------------------------ mail
    def ours(
        self, purpose: str, days: tuple[float, float] = (0, 1), *, new: str = "",
        at: datetime | None = None, attachments: Sequence[str] = (),
        slots: Mapping[str, str] | None = None,
    ) -> Letter:  # fmt: skip
        """A mail of the rep, in the thread or with a ``new`` subject."""
        when = at or times.some_time(self.rng, self.now, self.rng.uniform(*days), REP.zone)
        letter = self._written(REP, self.them, purpose, when, new, tuple(attachments), slots or {})
        self._out_of_office(letter)
        return letter

    def theirs(
        self, purpose: str, *, at: datetime | None = None, new: str = "",
        author: Person | None = None, attachments: Sequence[str] = (),
        slots: Mapping[str, str] | None = None,
    ) -> Letter:  # fmt: skip
        """A mail to the rep, after their usual delay or at a time."""
        writer = author or self.them
        when = at or self.in_their_time(self.now + self.delay())
        return self._written(writer, REP, purpose, when, new, tuple(attachments), slots or {})

    def in_their_time(self, when: datetime) -> datetime:
        """The next moment from then on at which they are at work."""
        absent = self.away_at(when)
        if absent:
            when = times.on(absent[1], 9 * 60 + self.rng.randrange(200), self.them.zone)
        return times.at_work(self.rng, when, self.them.zone, self.them.days)

    def post(self, letter: Letter) -> Letter:
        """Put a mail into the mailbox; time goes on to it."""
        self.now = max(self.now, letter.at)
        self.check()
        self.desk.letters.append(letter)
        return letter

    def ident(self) -> str:
        """A new left part of a Message-ID."""
        return f"{self.rng.getrandbits(72):018x}"

    def _written(
        self, author: Person, reader: Person, purpose: str, at: datetime, new: str,
        attachments: tuple[str, ...], slots: Mapping[str, str],
    ) -> Letter:  # fmt: skip
        rng, pen = self.rng, self.pen
        days = moment(at + timedelta(days=rng.randrange(2, 6)), pen.language)
        slots = {**days, **slots}
        parent = None if new else self.thread
        if parent is None:
            subject = pen.phrase(author, new or "subject_question", **slots)
        else:
            subject = (
                parent.subject if _is_answer(parent.subject) else _answer(parent.subject, author)
            )
        letter = Letter(
            ident=self.ident(),
            at=at,
            sender=author,
            to=(reader,),
            subject=subject[:1].upper() + subject[1:],
            text=pen.body(author, reader, purpose, **slots),
            parent=parent,
            quotes=rng.random() < 0.9,
            html=author.client != "apple" and rng.random() < 0.5,
            attachments=attachments,
        )
        self.thread = self.post(letter)
        return letter

    def _out_of_office(self, letter: Letter) -> None:
        absent = self.away_at(letter.at)
        if absent is None or absent[0] in self.told_absent:
            return
        self.told_absent.add(absent[0])
        language = self.pen.language
        back = moment(times.on(absent[1], 600, self.them.zone), language)["date"]
        until = moment(times.on(absent[1] - timedelta(days=1), 600, self.them.zone), language)[
            "date"
        ]
        text = self.pen.phrase(self.them, "out_of_office", back=back, until=until)
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
        self, what: str, family: str, at: datetime | None = None, *, act: bool = False
    ) -> None:
        """Note what they did, and that it is known from then on."""
        self.truth.planted.append(Planted(what, family, at or self.now, act))

    def made_good(self) -> None:
        """A silence ended: it counts no more from now on."""
        self.truth.planted = [
            Planted(p.what, p.family, p.at, p.act, self.now)
            if p.what == "silent" and p.until is None
            else p
            for p in self.truth.planted
            if p.what != "silent" or p.until is not None or p.at <= self.now
        ]


def _is_answer(subject: str) -> bool:
    return subject.lower().startswith(("re:", "aw:"))


def _answer(subject: str, author: Person) -> str:
    return ("AW: " if author.language == "de" else "Re: ") + subject
