"""Mail of an analysis made by hand, and what it tells: signs, promises, questions, proposals."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analyzer.frames import INTENTS
from store.facts import COLUMNS as FACTS
from tests.builders import instant
from tests.made_people import MadePeople


class MadeMail(MadePeople):
    """Collects mails and what they tell."""

    def __init__(self, as_of: str = "2026-11-23 06:00", rate: float = 60.0) -> None:
        super().__init__(as_of, rate)
        self._said: list[dict[str, Any]] = []

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

    def promise(
        self, person: int, words: str, *, by: str, at: str, due: str, state: str = "open"
    ) -> None:
        """A promise in a mail; ``by``: us | them."""
        mail = self.message(person, at=at, subject="Promise", outgoing=by == "us")
        message = int(mail.removeprefix("message:"))
        told = {"message": message, "words": words, "at": at, "due_at": due, "state": state}
        self._add("promises", person=person, by=by, due_on=due[:10], dated=True, **told)

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

    def open_question(
        self, reference: str, person: int, *, at: str, chance: float, why: str
    ) -> None:
        """A question of ours that waits, in the mail with this reference."""
        message = int(reference.removeprefix("message:"))
        told = {"asked_message": message, "person": person, "asked_at": at, "last_asked_at": at}
        number = len(self.rows["open_questions"])
        self._add("open_questions", episode=number, chance=chance, sentence=why, **told)

    def said(self) -> pd.DataFrame:
        """The intents frame of the facts that belong to the messages."""
        frame = pd.DataFrame(self._said, columns=list(FACTS["intents"]))
        return frame.astype(dict(FACTS["intents"]))
