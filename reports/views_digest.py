"""Analysis to the view of a digest."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from analyzer.analysis import Analysis
from analyzer.meeting_risk import CONFIRM
from analyzer.settings import Settings
from reports import escape, reflection, views, words
from reports.digest_model import (
    DigestView,
    Promise,
    RiskyMeeting,
    ToDo,
    Wake,
    WeekOfMeetings,
)  # fmt: skip
from reports.draft_ready import ready, ready_confirm
from reports.model import Contact, Question, Report, WeekOfSigns
from reports.views_base import Directory, local, number, probability, records
from reports.week import Week

TO_DO_SHOWN: Final = 5
RISKY_SHOWN: Final = 4
PROMISES_SHOWN: Final = 5
QUESTIONS_SHOWN: Final = 3
WAITING_SHOWN: Final = 3
WEEKS: Final = 12
IN_DOUBT: Final = "in doubt"
AHEAD: Final = timedelta(days=7)


def digest_view(
    analysis: Analysis, settings: Settings, week: Week, said: pd.DataFrame | None = None
) -> DigestView:
    """The digest of ``week``, for the rep; ``said``: the intents frame of the facts."""
    return of_report(views.report(analysis, settings, week, said), analysis)


def of_report(report: Report, analysis: Analysis) -> DigestView:
    """The digest that belongs to ``report``, which was made of ``analysis``."""
    zone = ZoneInfo(report.zone)
    directory = Directory(analysis)
    promises = promises_due(analysis, zone, directory)
    questions = _questions(report)
    wakes = _wakes(report, analysis, zone)
    waking = {wake.person.id for wake in wakes}
    to_do = [each for each in _to_do(report) if each.person.id not in waking]
    return DigestView(
        week=report.week,
        as_of=report.as_of,
        headline=report.headline,
        to_do=tuple(to_do[:TO_DO_SHOWN]),
        to_do_left_out=max(0, len(to_do) - TO_DO_SHOWN) + report.actions_left_out,
        risky=_risky(analysis, zone, directory)[:RISKY_SHOWN],
        promises=promises[:PROMISES_SHOWN],
        promises_left_out=max(0, len(promises) - PROMISES_SHOWN),
        wakes=wakes,
        questions=questions[:QUESTIONS_SHOWN],
        questions_left_out=max(0, len(questions) - QUESTIONS_SHOWN),
        mirror=_mirror(report, analysis),
        weeks=_weeks(report),
        meetings=_meetings(report),
        totals=report.totals,
        coverage=report.coverage,
    )


def _to_do(report: Report) -> list[ToDo]:
    contacts = {contact.person.id: contact for contact in report.contacts}
    return [
        ToDo(
            action.person,
            action.verdict,
            action.what,
            action.why,
            _evidence(contacts[action.person.id], action.why),
        )
        for action in report.actions
    ]


def _evidence(contact: Contact, reason: str) -> str:
    """The strongest newest sign that speaks for the verdict, with what shows it."""
    signs = [sign for sign in contact.signs if not sign.good] or list(contact.signs)
    told = [sign for sign in signs if sign.sentence and sign.sentence not in reason]
    if not told:
        return ""
    sign = max(told, key=lambda each: (each.this_week, each.strength))
    shown = words.sources(sign.references)
    return f"{sign.sentence.rstrip('.')} ({shown})." if shown else sign.sentence


def _wakes(report: Report, analysis: Analysis, zone: ZoneInfo) -> tuple[Wake, ...]:
    """Whom the rep had parked, then those who had named a day themselves."""
    contacts = {contact.person.id: contact for contact in report.contacts}
    soon, lately = report.as_of + AHEAD, report.as_of - AHEAD
    made: dict[int, Wake] = {}
    for row in records(analysis.parks):
        until, woken_at = local(row.until, zone), local(row.woken_at, zone)
        comes = row.state in ("due", "parked") and until is not None and until <= soon
        came = row.state == "woken" and woken_at is not None and woken_at >= lately
        if row.person in contacts and (comes or came):
            why = (
                f"they came back on {words.day(woken_at)}" if came else _until(until, row.milestone)
            )
            contact = contacts[row.person]
            made[row.person] = _wake(contact, why, analysis, zone)
    for contact in report.contacts:
        if contact.verdict == "park" and contact.until is not None and contact.until <= soon:
            why = _until(contact.until, contact.milestone)
            made.setdefault(contact.person.id, _wake(contact, why, analysis, zone))
    return tuple(made.values())


def _wake(contact: Contact, why: str, analysis: Analysis, zone: ZoneInfo) -> Wake:
    step = ready(contact.next_step, analysis, contact.person, contact.verdict, zone)
    return Wake(contact.person, why, step)


def _until(until: datetime | None, milestone: str) -> str:
    after = escape.line(milestone, escape.SUBJECT)
    return f"parked until {words.day(until)}{f' ({after})' if after else ''}"


def _questions(report: Report) -> tuple[Question, ...]:
    """Those about meetings of the last two weeks first, then who is a sales contact."""
    recent = report.as_of - timedelta(days=14)
    about_meetings = [
        question
        for question in report.questions
        if question.kind != IN_DOUBT and question.at is not None and question.at >= recent
    ]
    doubts = [question for question in report.questions if question.kind == IN_DOUBT]
    return (*about_meetings, *doubts)


def _risky(analysis: Analysis, zone: ZoneInfo, directory: Directory) -> tuple[RiskyMeeting, ...]:
    frame = analysis.meeting_risks
    start, end = pd.Timestamp(analysis.as_of), pd.Timestamp(analysis.as_of + AHEAD)
    rows = frame.loc[frame["start"].ge(start) & frame["start"].lt(end) & frame["risk"].ge(CONFIRM)]
    rows = rows.sort_values(["risk", "start", "person"], ascending=[False, True, True])
    titles = dict(zip(analysis.meetings["meeting"], analysis.meetings["summary"], strict=True))
    return tuple(
        replace(risk, why=ready_confirm(risk.why, analysis, risk.person))
        for risk in (_one_risk(row, titles, zone, directory) for row in records(rows))
    )


def _one_risk(row: Any, titles: dict[Any, Any], zone: ZoneInfo, who: Directory) -> RiskyMeeting:
    at = local(row.start, zone)
    assert at is not None
    title = escape.line(titles.get(row.meeting, ""), escape.SUBJECT)
    return RiskyMeeting(
        who[row.person], at, title or "(without a title)", probability(row.risk),
        escape.line(row.why),
    )  # fmt: skip


def promises_due(analysis: Analysis, zone: ZoneInfo, directory: Directory) -> tuple[Promise, ...]:
    """Open promises of judged people and to them, due within a week or late by two at most.

    Those that name a day: without one, nothing is due.
    """
    frame = analysis.promises
    as_of = pd.Timestamp(analysis.as_of)
    waits = frame["state"].eq("open") & frame["dated"]
    rows = frame.loc[waits & frame["person"].isin(analysis.verdicts["person"])]
    rows = rows.loc[rows["due_at"].ge(as_of - 2 * AHEAD) & rows["due_at"].lt(as_of + AHEAD)]
    rows = rows.sort_values(["due_at", "message"])
    return tuple(promise(row, zone, directory, as_of) for row in records(rows))


def promise(row: Any, zone: ZoneInfo, who: Directory, as_of: pd.Timestamp) -> Promise:
    """One row of frame ``promises``.

    Their time ends before ``due_at``; what is told is the last second of it, and the day named.
    """
    due_at = local(row.due_at - pd.Timedelta(seconds=1), zone)
    assert due_at is not None
    return Promise(
        who[row.person], str(row.by) == "us", escape.line(row.words, escape.SUBJECT), due_at,
        str(row.due_on), bool(row.due_at < as_of), bool(row.dated),
    )  # fmt: skip


def _mirror(report: Report, analysis: Analysis) -> str:
    """Who waits for the rep, and how the rep did in the last month with anything in it."""
    told = [words.waiting(report.waiting, WAITING_SHOWN)] if report.waiting else []
    months = reflection.mirror(analysis, report.zone).months
    if months:
        last = months[-1]
        name = words.MONTHS[int(last.month[-2:]) - 1]
        sentence = reflection.sentence(last.conduct)
        told.append(f"In {name} {sentence[0].lower()}{sentence[1:]}")
    return " ".join(told)


def _weeks(report: Report) -> tuple[WeekOfSigns, ...]:
    """The last weeks, signs of everybody together."""
    all_weeks = [contact.weeks[-WEEKS:] for contact in report.contacts if contact.weeks]
    return tuple(
        WeekOfSigns(
            same[0].week,
            *(
                number(sum(getattr(week, name) for week in same), 2)
                for name in ("good", "bad", "balance")
            ),
        )
        for same in zip(*all_weeks, strict=True)
    )


def _meetings(report: Report) -> tuple[WeekOfMeetings, ...]:
    """The last weeks, each meeting once; of several people one is enough to lose it."""
    lost: dict[tuple[datetime, str], bool] = {}
    for contact in report.contacts:
        for mark in contact.meetings:
            if mark.state == "held" or mark.by == "them":
                meeting = (mark.at, mark.summary)
                lost[meeting] = lost.get(meeting, False) or mark.state != "held"
    weeks = [Week.of(report.week.first_day - timedelta(weeks=n)) for n in range(WEEKS)]
    counted = Counter((Week.of(at.date()), gone) for (at, _), gone in lost.items())
    return tuple(
        WeekOfMeetings(str(week), counted[week, False], counted[week, True])
        for week in reversed(weeks)
    )
