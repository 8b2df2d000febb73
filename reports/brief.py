"""Analysis to the view of a brief: what to know before meetings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from analyzer.analysis import Analysis
from analyzer.meeting_risk import CONFIRM
from analyzer.settings import Settings
from reports import brief_meetings, escape, views_sections, words
from reports.brief_model import Brief, Confirm, Known, Meeting, Next
from reports.brief_people import People
from reports.model import MeetingRisk, Person
from reports.views_base import Directory, estimate, local, records
from reports.views_digest import promises_due

#: So many people of one meeting are told of, those whom most is known of.
PEOPLE_SHOWN: Final = 5
NAMES_SHOWN: Final = 3
_TITLE: Final = "(without a title)"
#: What a shell takes as one word and nothing else.
_PLAIN: Final = re.compile(r"[a-z0-9][a-z0-9._%+-]*@[a-z0-9.-]+")
#: What ``analyzer.meeting_risk`` advises, and what fits on the day itself.
_ADVICE: Final = "confirm the day before"
_TODAY: Final = "confirm today"
_ACTORS: Final = {"them": "by them", "us": "by you", "unknown": "by whom is not known"}
_LEFT_ALONE: Final = "do not contact"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a brief is about: ``meetings`` by id; else ``people`` without one; ``day``: if any."""

    meetings: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    day: date | None = None


def brief(
    analysis: Analysis, settings: Settings, asked: Asked, texts: Mapping[int, str] | None = None
) -> Brief:
    """The brief about ``asked``; ``texts``: of the messages named by ``messages``."""
    zone, directory = ZoneInfo(settings.zone), Directory(analysis)
    people = People(analysis, settings, directory, texts or {})
    meetings = _Meetings(analysis, zone, directory, people)
    none = asked.day is not None and not asked.meetings
    told = tuple(meetings.of(meeting) for meeting in asked.meetings)
    met = {one.person.id for meeting in told for one in meeting.people}
    due = promises_due(analysis, zone, directory) if asked.day else ()
    return Brief(
        as_of=analysis.as_of.astimezone(zone).replace(microsecond=0),
        zone=settings.zone,
        day=asked.day.isoformat() if asked.day else "",
        meetings=told,
        people=tuple(people.known(person) for person in asked.people),
        next=meetings.next(asked.day) if none and asked.day else None,
        promises=tuple(each for each in due if each.person.id not in met),
        coverage=views_sections.coverage(analysis, settings, None),
    )


def messages(analysis: Analysis, settings: Settings, asked: Asked) -> list[int]:
    """The messages whose texts a brief shows the beginning of."""
    directory = Directory(analysis)
    people = People(analysis, settings, directory)
    invited = _Meetings(analysis, ZoneInfo(settings.zone), directory, people)
    shown = [int(row.person) for one in asked.meetings for row in invited.shown(one)]
    return people.messages([*shown, *asked.people])


@dataclass(frozen=True)
class _Meetings:
    """The meetings of an analysis, told of one by one."""

    analysis: Analysis
    zone: ZoneInfo
    directory: Directory
    people: People

    def of(self, meeting: int) -> Meeting:
        """All that is told of one meeting."""
        row = self._row(meeting)
        at = local(row.start, self.zone)
        assert at is not None
        people = tuple(self.people.known(one.person, one.partstat) for one in self.shown(meeting))
        risk = self._risk(row)
        return Meeting(
            at=at,
            end=local(row.end, self.zone),
            all_day=bool(row.all_day),
            title=escape.line(row.summary, escape.SUBJECT) or _TITLE,
            people=people,
            more=tuple(self.directory[one.person] for one in self._invited(meeting)[PEOPLE_SHOWN:]),
            changes=self._changes(row),
            risk=risk,
            confirm=tuple(_confirm(people, risk, today=self._is_today(at))),
        )

    def next(self, day: date) -> Next | None:
        """The next meeting from ``day`` on."""
        for meeting in brief_meetings.after(self.analysis, self.zone, day):
            row, at = self._row(meeting), local(self._row(meeting).start, self.zone)
            who = [self.directory[one.person] for one in self._invited(meeting)[:NAMES_SHOWN]]
            if at is not None:
                title = escape.line(row.summary, escape.SUBJECT) or _TITLE
                return Next(at, title, tuple(who))
        return None

    def shown(self, meeting: int) -> list[Any]:
        """Who of a meeting is told of."""
        return self._invited(meeting)[:PEOPLE_SHOWN]

    def _row(self, meeting: int) -> Any:
        rows = self.analysis.meetings
        return next(records(rows.loc[rows["meeting"].eq(meeting)]))

    def _invited(self, meeting: int) -> list[Any]:
        """Who is invited; those first who come, are judged, and wrote most."""
        rows, judged = self.analysis.attendees, self.analysis.verdicts["person"]
        rows = rows.loc[rows["meeting"].eq(meeting)].drop_duplicates("person")
        known = self.analysis.contacts[["person", "mails_in", "mails_out"]]
        rows = rows.merge(known, how="left", on="person")
        rows = rows.assign(
            declined=rows["partstat"].eq("DECLINED"),
            judged=rows["person"].isin(judged),
            mails=rows["mails_in"].fillna(0) + rows["mails_out"].fillna(0),
        )
        order = ["declined", "judged", "mails", "person"]
        return [*records(rows.sort_values(order, ascending=[True, False, False, True]))]

    def _risk(self, meeting: Any) -> MeetingRisk | None:
        """The largest risk of those invited: it rests on the person, not on the date."""
        rows = self.analysis.meeting_risks
        coming = [
            one.person for one in self._invited(meeting.meeting) if one.partstat != "DECLINED"
        ]
        rows = rows.loc[rows["person"].isin(coming)]
        ahead = meeting.start > pd.Timestamp(self.analysis.as_of)
        at = local(meeting.start, self.zone)
        for row in records(rows.sort_values(["risk", "person"], ascending=[False, True]).head(1)):
            if ahead and at is not None:
                title = escape.line(meeting.summary, escape.SUBJECT) or _TITLE
                who, why = self.directory[row.person], escape.line(row.why)
                why = why.replace(_ADVICE, _TODAY) if self._is_today(at) else why
                return MeetingRisk(who, at, title, estimate(row, "risk"), why)
        return None

    def _is_today(self, at: datetime) -> bool:
        return at.date() == self.analysis.as_of.astimezone(self.zone).date()

    def _changes(self, meeting: Any) -> str:
        """What became of the date so far, and what it first was."""
        rows = self.analysis.changes
        rows = rows.loc[rows["meeting"].eq(meeting.meeting) & rows["kind"].eq("moved")]
        rows = rows.sort_values(["at", "change"]).drop_duplicates(["at", "old_start"])
        if rows.empty:
            return ""
        by = rows["actor"].astype("str").value_counts(sort=False)
        whose = [
            f"{words.count(int(by[actor]), 'time')} {name}"
            for actor, name in (
                ("them", "by them"),
                ("us", "by you"),
                ("unknown", "by nobody known"),
            )
            if actor in by
        ]
        first = local(rows["old_start"].iloc[0], self.zone)
        was = f"; at first it was to be {words.moment(first)}" if first else ""
        return f"Moved {words.listed(whose)}{was}."


def _confirm(
    people: Sequence[Known], risk: MeetingRisk | None, *, today: bool
) -> Iterator[Confirm]:
    """What to make sure of; to those who asked to be left alone nothing is written."""
    coming = [one for one in people if one.answer != "declined"]
    if people and not coming:
        yield _with_draft("Everybody has declined: find another date.", people[0], "rebook")
        return
    silent = [one.person.name for one in coming if one.answer == "no answer"]
    if silent:
        have = "has" if len(silent) == 1 else "have"
        text = f"{words.listed(silent)} {have} not answered the invitation: does the date stand?"
        yield Confirm(text, "")
    unsure = [one.person.name for one in coming if one.answer == "tentative"]
    if unsure:
        yield Confirm(f"{words.listed(unsure)} accepted with reservations: does it stand?", "")
    for one in coming:
        if risk and one.person == risk.person and risk.risk.value >= CONFIRM:
            when = "today" if today else "the day before"
            yield _with_draft(f"Time and place, {when}, with {one.person.name}.", one, "confirm")
    yield from (_ready(one) for one in coming if any(each.ours for each in one.promises))


def _with_draft(text: str, who: Known, kind: str) -> Confirm:
    if who.verdict == _LEFT_ALONE:
        return Confirm(f"{text} They asked not to be written to: leave it to them.", "")
    return Confirm(text, f"brickwall draft {_named(who.person)} {kind}")


def _ready(who: Known) -> Confirm:
    number = sum(each.ours for each in who.promises)
    return Confirm(f"What you promised {who.person.name} is ready ({number:,} open).", "")


def _named(person: Person) -> str:
    """How to name somebody in a command; an address that a shell might read otherwise is none."""
    return person.address if _PLAIN.fullmatch(person.address) else "NAME"
