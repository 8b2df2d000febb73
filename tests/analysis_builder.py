"""An ``Analysis`` made by hand, for tests of everything that shows one.

    made = Made(as_of="2026-11-23 06:00")
    ann = made.person("Ann Lee", "ann@acme.example", verdict="walk away", hours=12.5)
    moved = made.message(ann, at="2026-11-18 08:00", subject="Running late again")
    made.sign(ann, "Moved the meeting 40 minutes before it began.", at="2026-11-18 08:00",
              shows=[moved])
    analysis = made.analysis()

Times are text in UTC. Calls that make something return its id or its evidence reference.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analyzer.analysis import Analysis
from analyzer.frames import COLUMNS, FAMILIES, INTENTS, VERDICTS, empty, shaped
from store.facts import COLUMNS as FACTS
from store.model import KINDS
from tests.builders import instant

_WORDS = {
    "verdict": VERDICTS,
    "family": FAMILIES,
    "direction": ("ours", "theirs"),
    "actor": ("us", "them", "unknown"),
    "role": ("to", "cc"),
}
_CHANGES = ("moved", "cancelled", "declined", "countered", "accepted", "restored")
_BLANK = {"int64": -1, "str": "", "bool": False, "float64": float("nan"), "Int32": 0}


def _row(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """A row of derived frame ``name`` with a blank for every column that is not given."""
    unknown = set(given) - set(COLUMNS[name])
    assert not unknown, f"{name} has no columns {unknown}"
    row = {c: given.get(c, _BLANK.get(dtype)) for c, dtype in COLUMNS[name].items()}
    for column, dtype in COLUMNS[name].items():
        if dtype.startswith("datetime64"):
            row[column] = instant(row[column])
        if dtype == "object":
            row[column] = tuple(row[column] or ())
    return row


def _frame(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    if not rows:
        return empty(name)
    frame = pd.DataFrame(rows)
    for column, dtype in COLUMNS[name].items():
        if dtype == "category":
            kinds = KINDS if name == "mail" else _CHANGES
            frame[column] = pd.Categorical(frame[column], categories=_WORDS.get(column, kinds))
        elif dtype.startswith("datetime64"):
            frame[column] = pd.to_datetime(frame[column], utc=True)
    return shaped(name, frame)


class Made:
    """Collects rows of derived frames and turns them into an ``Analysis``."""

    def __init__(self, as_of: str = "2026-11-23 06:00", rate: float = 60.0) -> None:
        self.as_of = instant(as_of)
        self.rate = rate
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
        self._said: list[dict[str, Any]] = []
        self.me = self._person("The Rep", "rep@ours.example", own=True)

    def _add(self, name: str, /, **given: Any) -> int:
        self.rows[name].append(_row(name, given))
        return len(self.rows[name])

    def _person(self, name: str, address: str, **fields: Any) -> int:
        person = len(self.rows["people"])
        company = fields.pop("company", ".".join(address.rpartition("@")[2].split(".")[-2:]))
        self._add(
            "people",
            person=person,
            name=name,
            address=address,
            addresses=(address,),
            company=company,
            **fields,
        )
        return person

    def person(
        self,
        name: str,
        address: str,
        *,
        verdict: str = "keep going",
        reason: str = "",
        next_step: str = "",
        attention: float = 0.0,
        trend: str = "steady",
        sure: str = "fairly sure",
        until: str | None = None,
        milestone: str = "",
        hours: float = 0.0,
        week_hours: float = 0.0,
        lost_hours: float = 0.0,
        odds: tuple[float, float] | None = None,
        **fields: Any,
    ) -> int:
        """A judged person; ``odds``: P(wall) and P(next not honoured)."""
        person = self._person(name, address, **fields)
        company = self.rows["people"][-1]["company"]
        who = {"person": person, "company": company}
        self._add("contacts", person=person, judged=True, reason="meeting", mails_in=0, mails_out=0)
        self._add(
            "verdicts",
            **who,
            verdict=verdict,
            reason=reason,
            next_step=next_step,
            attention=attention,
            trend=trend,
            sure=sure,
            until=until,
            milestone=milestone,
        )
        self._add(
            "effort",
            person=person,
            mail_hours=(hours - lost_hours) * 0.4,
            meeting_hours=(hours - lost_hours) * 0.6,
            lost_hours=lost_hours,
            hours=hours,
            week_hours=week_hours,
            cost=hours * self.rate,
        )
        if odds:
            self._score(who, *odds)
        return person

    def _score(self, who: dict[str, Any], wall: float, not_honoured: float) -> None:
        ends = {
            "wall_low": wall * 0.9,
            "wall_high": 1 - (1 - wall) * 0.5,
            "not_honoured_low": not_honoured * 0.8,
            "not_honoured_high": 1 - (1 - not_honoured) * 0.7,
        }
        terms = {f"term_{family}": 0.4 * n - 0.4 for n, family in enumerate(FAMILIES)}
        self._add(
            "scores",
            **who,
            wall=wall,
            not_honoured=not_honoured,
            **ends,
            **terms,
            bad_episodes=4,
            bad_families=2,
            good_episodes=1,
            has_act=True,
        )

    def left_out(
        self,
        name: str,
        address: str,
        why: str,
        *,
        first_at: str | None = "2026-09-01",
        **fields: Any,
    ) -> int:
        """Somebody who is not judged; without ``first_at`` only seen in copy."""
        person = self._person(name, address, **fields)
        who = {"person": person, "left_out": why, "first_at": first_at}
        self._add("contacts", **who, mails_in=1, mails_out=0)
        return person

    def message(
        self,
        person: int,
        *,
        at: str,
        subject: str,
        outgoing: bool = False,
        shows: str = "",
        via: int = -1,
        intent: str = "reschedule",
        account: int = 1,
        to: int | None = None,
    ) -> str:
        """A mail with ``person``; ``shows``: the few words in it that tell. Its reference.

        ``to``: whom ``person`` wrote to, if not the rep alone.
        """
        message = len(self.rows["mail"]) + 1
        sender = self.me if outgoing else person
        fields = {"kind": "person", "subject_key": subject.lower(), "words": 20, "via": via}
        labels = dict.fromkeys(INTENTS, False) | {intent: bool(shows)}
        self._add(
            "mail",
            message=message,
            account=account,
            at=at,
            outgoing=outgoing,
            sender=sender,
            subject=subject,
            **fields,
            **labels,
        )
        if outgoing:
            self._add("recipients", message=message, person=person, role="to")
        if to is not None:
            self._add("recipients", message=message, person=to, role="to")
        if shows:
            said = {"message": message, "intent": intent, "probability": 0.9}
            self._said.append(said | {"words": shows, "version": "test"})
        self._count(person, at, "out" if outgoing else "in")
        return f"message:{message}"

    def _count(self, person: int, at: str, way: str) -> None:
        for row in self.rows["contacts"]:
            if row["person"] == person:
                row[f"mails_{way}"] += 1
                row[f"last_{way}_at"] = instant(at)
                row["first_at"] = instant(at) if pd.isna(row["first_at"]) else row["first_at"]

    def sign(
        self,
        person: int,
        sentence: str,
        *,
        at: str,
        family: str = "meetings",
        signal: str = "meeting moved late",
        good: bool = False,
        strength: float = 0.8,
        episode: int | None = None,
        shows: list[str] | tuple[str, ...] = (),
    ) -> int:
        """A signal; an own cause unless ``episode`` names one. Its cause."""
        cause = len(self.rows["signals"]) + 1 if episode is None else episode
        self._add(
            "signals",
            person=person,
            sentence=sentence,
            at=at,
            family=family,
            signal=signal,
            good=good,
            strength=strength,
            episode=cause,
            evidence=shows,
            actor="them",
            act=not good,
        )
        return cause

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

    def promise(
        self, person: int, words: str, *, by: str, at: str, due: str, state: str = "open"
    ) -> None:
        """A promise in a mail; ``by``: us | them."""
        mail = self.message(person, at=at, subject="Promise", outgoing=by == "us")
        message = int(mail.removeprefix("message:"))
        told = {"message": message, "words": words, "at": at, "due_at": due, "state": state}
        self._add("promises", person=person, by=by, due_on=due[:10], dated=True, **told)

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

    def topic(self, person: int, title: str, **fields: Any) -> int:
        """A proposal or (with ``deal``) a deal. Its id."""
        topic = len(self.rows["topics"]) + 1
        return self._add("topics", topic=topic, person=person, title=title, **fields)

    def opportunity(self, topic: int, *, drop: str = "") -> None:
        """One of several topics of its person; ``drop``: why it is none any more."""
        told = self.rows["topics"][topic - 1]
        known = {name: told[name] for name in ("person", "title", "value")}
        step = "Drop this one, and go on with the others." if drop else ""
        verdict = "drop" if drop else "keep"
        self._add(
            "opportunities", topic=topic, verdict=verdict, reason=drop, next_step=step, **known
        )

    def waits(self, person: int, *, at: str, subject: str) -> None:
        """``person`` asked the rep something and waits for the answer."""
        asked = int(self.message(person, at=at, subject=subject).partition(":")[2])
        self._add(
            "episodes",
            episode=len(self.rows["episodes"]) + 1,
            direction="theirs",
            person=person,
            asked_message=asked,
            asked_at=at,
            last_asked_at=at,
            asks=1,
            open=True,
        )

    def asked(self, person: int, *, at: str, waited_hours: float) -> None:
        """The rep asked ``person`` something, and a mail of theirs answered it."""
        answered = instant(at) + pd.Timedelta(hours=waited_hours)
        self._add(
            "episodes",
            episode=len(self.rows["episodes"]) + 1,
            direction="ours",
            person=person,
            asked_at=at,
            last_asked_at=at,
            asks=1,
            answered_at=answered.isoformat(),
            answered_kind="mail",
            waited_hours=waited_hours,
        )

    def question(
        self,
        person: int,
        sentence: str,
        *,
        at: str,
        shows: tuple[str, ...] = (),
        kind: str = "moved by us",
    ) -> None:
        """Something only the rep can answer."""
        self._add(
            "questions", person=person, kind=kind, sentence=sentence, at=at, evidence=shows
        )  # fmt: skip

    def account(self, name: str = "rep@ours.example", **fields: Any) -> None:
        """An account that the analysis covers."""
        given = {
            "kind": "mbox",
            "first_at": "2025-01-03",
            "last_at": "2026-11-22 20:00",
            "messages": 4120,
            "events": 312,
            "failures": 0,
            "checked_at": self.as_of.isoformat(),
            "read_share": 1.0,
            "calendar_since": "2026-01-05",
            "written": 1630,
            "answered": 940,
            "missing": 0,
        }
        number = len(self.rows["coverage"]) + 1
        self._add("coverage", account=number, name=name, **(given | fields))

    def open_question(
        self, reference: str, person: int, *, at: str, chance: float, why: str
    ) -> None:
        """A question of ours that waits, in the mail with this reference."""
        message = int(reference.removeprefix("message:"))
        told = {"asked_message": message, "person": person, "asked_at": at, "last_asked_at": at}
        number = len(self.rows["open_questions"])
        self._add("open_questions", episode=number, chance=chance, sentence=why, **told)

    def meeting_risk(self, meeting: int, person: int, *, at: str, risk: float, why: str) -> None:
        """How likely the meeting ahead is moved late or missed."""
        ends = {"risk_low": max(risk - 0.2, 0.0), "risk_high": min(risk + 0.2, 1.0)}
        told = {"meeting": meeting, "person": person, "start": at, "why": why}
        self._add("meeting_risks", risk=risk, **told, **ends)

    def said(self) -> pd.DataFrame:
        """The intents frame of the facts that belong to the messages."""
        frame = pd.DataFrame(self._said, columns=list(FACTS["intents"]))
        return frame.astype(dict(FACTS["intents"]))

    def analysis(self) -> Analysis:
        """Everything made so far."""
        names = [n for n in Analysis.__dataclass_fields__ if n != "as_of"]
        frames = {name: _frame(name, self.rows[name]) for name in names}
        return Analysis(as_of=self.as_of.to_pydatetime(), **frames)
