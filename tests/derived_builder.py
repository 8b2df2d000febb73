"""Derived frames made by hand, for tests of signals, scores and verdicts.

    case = Case(as_of="2026-06-01 06:00")
    ann = case.contact("Ann Lee", "acme.example")
    case.change(ann, "moved", at="2026-05-21 07:00", old_start="2026-05-21 10:00")
    signals = case.signals()

Times are text in UTC. Calls return ids.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pandas as pd

from analyzer import promises, score, signals, verdict
from analyzer.derived.everything import Derived
from analyzer.frames import INTENTS, empty
from analyzer.settings import Settings
from store.facts import Facts
from tests.builders import instant
from tests.frame_rows import frame, row

_NAMES = (
    "people", "mail", "recipients", "contacts", "topics", "episodes", "absences",
    "meetings", "attendees", "changes",
)  # fmt: skip


def hours(start: str, end: str) -> float:
    """Hours from one time to another."""
    return float((instant(end) - instant(start)).total_seconds() / 3600)


class Case:
    """Collects derived rows."""

    def __init__(self, as_of: str = "2026-06-01 06:00", **settings: Any) -> None:
        self.as_of: datetime = instant(as_of).to_pydatetime()
        self.settings = Settings(**settings)
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _NAMES}
        self.words: list[dict[str, Any]] = []
        self.me = self._person("Rep", "ours.example", own=True)

    def _person(self, name: str, company: str, **fields: Any) -> int:
        person = len(self.rows["people"])
        address = f"{name.split()[0].lower()}{person}@{company}"
        row = {"person": person, "name": name, "address": address, "addresses": (address,)}
        self.rows["people"].append({**row, "company": company, **fields})
        return person

    def contact(self, name: str = "Ann Lee", company: str = "acme.example", **fields: Any) -> int:
        """A judged contact (``judged=False`` for others)."""
        person = self._person(name, company)
        self.rows["contacts"].append({"person": person, "judged": True, **fields})
        return person

    def change(self, person: int, kind: str, *, at: str, old_start: str, **fields: Any) -> int:
        """A change of a meeting of theirs; makes the meeting where ``meeting`` is not given."""
        meeting = fields.pop("meeting", None)
        if meeting is None:
            status = "cancelled" if kind == "cancelled" else "confirmed"
            start = fields.get("new_start") or old_start
            meeting = self.meeting(person, start=start, status=status)
        change = len(self.rows["changes"])
        row = {"change": change, "cause": change, "meeting": meeting, "person": person}
        row |= {"kind": kind, "at": at, "actor": "them", "old_start": old_start}
        row |= {"notice_hours": hours(at, old_start), "evidence": (f"event:{change}",)}
        self.rows["changes"].append({**row, **fields})
        return change

    def meeting(self, *people: int, start: str, status: str = "confirmed", **attendee: Any) -> int:
        """A meeting with these people; ``attendee``: presence, partstat, optional."""
        meeting = len(self.rows["meetings"])
        row: dict[str, Any] = {
            "meeting": meeting,
            "start": start,
            "status": status,
            "source": "calendar",
        }
        end = instant(start) + pd.Timedelta(hours=1)
        known = instant(start) - pd.Timedelta(days=30)
        row |= {"end": str(end), "first_known_at": str(known), "original_start": start}
        self.rows["meetings"].append(row)
        self.rows["attendees"].extend(
            {"meeting": meeting, "person": p, "presence": "unknown", **attendee} for p in people
        )
        return meeting

    def ask(self, person: int, at: str, **fields: Any) -> int:
        """A question of ours; open unless ``answered_at`` is given. Ten effective hours a day."""
        episode = len(self.rows["episodes"])
        last = fields.get("last_asked_at", at)
        end = fields.get("answered_at") or str(self.as_of)
        row = {"episode": episode, "direction": "ours", "person": person, "asked_at": at}
        row |= {"last_asked_at": last, "asks": 1, "open": "answered_at" not in fields}
        row |= {"thread": 1000 + episode, "asked_message": 1000 + episode}
        row |= {"waited_hours": hours(at, end), "waited_eh": hours(at, end) / 24 * 50 / 7}
        row["waited_since_last_eh"] = hours(last, end) / 24 * 50 / 7
        row["evidence"] = (f"message:{1000 + episode}",)
        self.rows["episodes"].append({**row, **fields})
        return episode

    def mail(
        self,
        person: int,
        at: str,
        *intents: str,
        words: str = "",
        length: int = 20,
        **fields: Any,
    ) -> int:
        """A mail of theirs (``outgoing=True``: ours to them); ``length`` in words."""
        message = len(self.rows["mail"])
        outgoing = fields.get("outgoing", False)
        row = {"message": message, "at": at, "kind": "person", "thread": message}
        row |= {"words": length, "to_us": not outgoing, "addressees": 1}
        row["sender"] = self.me if outgoing else person
        assert set(intents) <= set(INTENTS)
        self.rows["mail"].append({**row, **dict.fromkeys(intents, True), **fields})
        if outgoing:
            self.rows["recipients"].append({"message": message, "person": person, "role": "to"})
        self.words.extend(
            {"message": message, "intent": intent, "words": words} for intent in intents if words
        )
        return message

    def topic(self, person: int, **fields: Any) -> int:
        """A topic with this person."""
        topic = len(self.rows["topics"])
        self.rows["topics"].append({"topic": topic, "person": person, **fields})
        return topic

    def away(self, person: int, start: str, end: str) -> None:
        """An absence."""
        self.rows["absences"].append({"person": person, "from_at": start, "until_at": end})

    def derived(self) -> Derived:
        """Everything told so far."""
        words = pd.DataFrame(self.words, columns=["message", "intent", "words"]).astype(
            {"message": "int64", "intent": "str", "words": "str"}
        )
        frames = {
            name: frame(name, [row(name, given) for given in rows])
            for name, rows in self.rows.items()
        }
        derived = Derived(words=words, **frames)
        return replace(derived, promises=promises.promises(derived, self.settings, self.as_of))

    def signals(self, name: str = "") -> pd.DataFrame:
        """All signals, or those of one name."""
        known = (Facts.of(), self.derived(), self.settings, self.as_of)
        return signals.SIGNALS[name](*known) if name else signals.detect(*known)

    def judged(self) -> pd.DataFrame:
        """Scores and verdicts side by side, one row per judged person, by person."""
        facts, derived = Facts.of(), self.derived()
        found = signals.detect(facts, derived, self.settings, self.as_of)
        scores = score.scores(derived, found, self.settings, self.as_of)
        verdicts = verdict.verdicts(
            facts, derived, found, scores, empty("effort"), self.settings, self.as_of
        )
        return scores.merge(verdicts.drop(columns="company"), on="person").set_index("person")
