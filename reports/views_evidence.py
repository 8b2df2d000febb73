"""Signals with what shows them: one sign per cause, each opening its references."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from analyzer.analysis import Analysis
from analyzer.frames import INTENTS
from analyzer.settings import Settings
from reports import escape, words
from reports.model import Reference, Sign
from reports.views_base import exploded, local, number, records
from reports.webmail import Links, nowhere
from reports.week import Week

REFERENCES_SHOWN: Final = 12
_CAUSE: Final = ["person", "family", "episode"]
#: What happened to a meeting, in words.
CHANGES: Final = {
    "moved": "moved",
    "cancelled": "cancelled",
    "declined": "declined",
    "countered": "another time proposed",
    "accepted": "accepted",
    "restored": "restored",
}


#: Who tells who was in a call.
CALLS: Final = {"meet": "Google Meet's record", "teams": "Teams' attendance report"}


class References:
    """What evidence references stand for, looked up together for all that are shown."""

    def __init__(
        self,
        analysis: Analysis,
        wanted: set[str],
        said: pd.DataFrame | None,
        zone: ZoneInfo,
        links: Links = nowhere,
    ) -> None:
        self._zone = zone
        self._links = links(wanted)
        self._made: dict[str, Reference] = {}
        self._messages(analysis.mail, {_id(r) for r in wanted if r.startswith("message:")}, said)
        self._events(analysis, wanted)
        self._deals(analysis.topics)
        self._calls(analysis.calls)

    def __getitem__(self, reference: str) -> Reference:
        if reference not in self._made:
            source = {"mark": "your mark", "deal": "deals list", "event": "calendar"}
            kind = reference.partition(":")[0]
            self._made[reference] = self._reference(
                reference, source.get(kind, "mail"), None, "", ""
            )
        return self._made[reference]

    def _messages(self, mail: pd.DataFrame, ids: set[int], said: pd.DataFrame | None) -> None:
        shown = mail.loc[mail["message"].isin(ids)]
        told = _words(said, shown)
        for row in records(shown[["message", "outgoing", "at", "subject"]]):
            self._put(
                f"message:{row.message}",
                "you wrote" if row.outgoing else "they wrote",
                row.at,
                escape.line(row.subject, escape.SUBJECT) or "(no subject)",
                told.get(row.message, ""),
            )

    def _events(self, analysis: Analysis, wanted: set[str]) -> None:
        changes = exploded(analysis.changes, ["meeting", "kind", "at", "old_start"])
        changes = changes.loc[changes["reference"].isin(wanted)]
        changes = changes.loc[changes["reference"].str.startswith("event:")]
        told = changes.merge(analysis.meetings[["meeting", "summary"]], how="left", on="meeting")
        for row in records(told.drop_duplicates("reference")):
            summary = escape.line(row.summary, escape.SUBJECT) if pd.notna(row.summary) else ""
            change = CHANGES.get(str(row.kind), str(row.kind))
            start = local(row.old_start, self._zone)
            was = f", was to begin {words.moment(start)}" if start else ""
            subject = f"{summary or '(meeting without a title)'} ({change}{was})"
            self._put(row.reference, "calendar", row.at, subject, "")

    def _deals(self, topics: pd.DataFrame) -> None:
        for row in records(topics.loc[topics["deal"].ge(0)]):
            title = escape.line(row.title, escape.SUBJECT)
            self._put(f"deal:{row.deal}", "deals list", pd.NaT, title, "")

    def _calls(self, calls: pd.DataFrame) -> None:
        for row in records(calls):
            source = CALLS.get(row.service, row.service)
            there, missed = _were_there(row.people)
            self._put(f"call:{row.call}", source, row.at, there, "")
            self._put(f"missed:{row.call}", source, row.at, missed, "")

    def _put(self, reference: Any, source: str, at: Any, subject: str, words: str) -> None:
        when = local(at, self._zone)
        self._made[reference] = self._reference(reference, source, when, subject, words)

    def _reference(
        self, reference: str, source: str, when: datetime | None, subject: str, words: str
    ) -> Reference:
        link = self._links.get(reference, "")
        return Reference(reference, source, when, subject, words, link)


def _were_there(people: int) -> tuple[str, str]:
    """How many were in a call: of somebody who was among them, and of somebody who was not."""
    if people == 1:
        return "nobody but them", "nobody but you"
    return f"{people} people, they among them", f"{people} people, not among them"


def _id(reference: str) -> int:
    return int(reference.partition(":")[2])


def _words(said: pd.DataFrame | None, mail: pd.DataFrame) -> dict[int, str]:
    """The few words that show what ``mail`` says, of the likeliest label that was decided.

    Out-of-office texts are never quoted.
    """
    if said is None or mail.empty:
        return {}
    labels = [label for label in INTENTS if label != "auto"]
    shown = said["message"].isin(mail["message"]) & said["intent"].isin(labels)
    found = said.loc[shown & said["words"].ne("")].astype({"intent": "str"})
    row = pd.Index(mail["message"]).get_indexer(pd.Index(found["message"]))
    column = pd.Index(labels).get_indexer(pd.Index(found["intent"]))
    found = found.loc[mail[labels].to_numpy()[row, column]]
    best = found.sort_values(["probability", "intent"], ascending=[False, True])
    best = best.drop_duplicates("message")
    return {
        int(message): escape.line(shows, escape.SUBJECT)
        for message, shows in zip(best["message"], best["words"], strict=True)
    }


class Signs:
    """The signs of each person, the week's first and then the newest, at most ``shown`` each."""

    def __init__(
        self,
        analysis: Analysis,
        settings: Settings,
        week: Week,
        *,
        people: pd.Series,
        said: pd.DataFrame | None,
        shown: int | None,
        links: Links = nowhere,
    ) -> None:
        signals = _strongest_first(analysis.signals, people)
        causes = _ordered(signals.drop_duplicates(_CAUSE), settings.zone, week)
        self._counts = causes.groupby("person").size()
        if shown is not None:
            causes = causes.loc[causes.groupby("person").cumcount().lt(shown)]
        self._zone = ZoneInfo(settings.zone)
        self._told: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
        for row in records(signals.merge(causes[_CAUSE], on=_CAUSE)):
            self._told[row.person, row.family, row.episode].append(row)
        wanted = {r for rows in self._told.values() for r in _shows(rows)[:REFERENCES_SHOWN]}
        self._references = References(analysis, wanted, said, self._zone, links)
        self._signs: dict[int, list[Sign]] = defaultdict(list)
        for row in records(causes):
            self._signs[int(row.person)].append(self._sign(row))

    def of(self, person: int) -> tuple[Sign, ...]:
        """The signs shown of ``person``."""
        return tuple(self._signs.get(person, ()))

    def left_out(self, person: int) -> int:
        """How many signs of ``person`` are not shown."""
        return int(self._counts.get(person, 0)) - len(self._signs.get(person, ()))

    def _sign(self, row: Any) -> Sign:
        told = self._told[row.person, row.family, row.episode]
        sentence, *others = dict.fromkeys(escape.line(each.sentence) for each in told)
        shows = _shows(told)
        shown = [self._references[reference] for reference in shows[:REFERENCES_SHOWN]]
        return Sign(
            at=local(row.at, self._zone),
            this_week=bool(row.this_week),
            good=bool(row.good),
            family=str(row.family),
            signal=escape.line(row.signal, escape.NAME),
            strength=number(row.strength, 2),
            sentence=sentence,
            also=tuple(others),
            references=tuple(sorted(shown, key=_by_time)),
            references_left_out=len(shows) - len(shown),
        )


def _strongest_first(signals: pd.DataFrame, people: pd.Series) -> pd.DataFrame:
    """Of one cause the strongest row gives the sentence, the others stand behind "also"."""
    return signals.loc[signals["person"].isin(people)].sort_values(
        ["strength", "at", "signal", "sentence"], ascending=[False, False, True, True]
    )


def _ordered(causes: pd.DataFrame, zone: str, week: Week) -> pd.DataFrame:
    """Causes with ``this_week``: the week's first, then newest, then strongest."""
    at = causes["at"]
    return causes.assign(
        this_week=at.ge(week.start(zone)) & at.lt(week.end(zone)),
        family=causes["family"].astype(str),
    ).sort_values(
        ["person", "this_week", "at", "strength", "family", "episode"],
        ascending=[True, False, False, False, True, True],
    )


def _shows(rows: list[Any]) -> list[str]:
    """The references of all rows of one cause, each once."""
    return list(dict.fromkeys(reference for row in rows for reference in row.evidence))


def _by_time(reference: Reference) -> tuple[bool, float, str]:
    at = reference.at
    return (at is None, at.timestamp() if at else 0.0, reference.id)
