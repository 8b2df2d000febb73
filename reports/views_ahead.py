"""What lies ahead: questions that wait for an answer, and meetings that may be moved or missed."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from analyzer.analysis import Analysis
from reports import escape
from reports.model import MeetingRisk, OpenQuestion
from reports.views_base import Directory, estimate, local, probability, records

#: Meetings further ahead than this are none of the week's.
SOON: Final = timedelta(days=14)


def open_questions(
    analysis: Analysis, zone: ZoneInfo, directory: Directory
) -> tuple[OpenQuestion, ...]:
    """Questions of the rep that wait, the likeliest answer first."""
    order = ["chance", "asked_at", "episode"]
    rows = analysis.open_questions.sort_values(order, ascending=[False, True, True])
    mail = analysis.mail.loc[analysis.mail["message"].isin(rows["asked_message"])]
    subject = dict(zip(mail["message"], mail["subject"], strict=True))
    made = []
    for row in records(rows):
        asked_at = local(row.asked_at, zone)
        if asked_at is not None:
            asked = escape.line(subject.get(row.asked_message, ""), escape.SUBJECT)
            made.append(
                OpenQuestion(
                    person=directory[row.person],
                    asked_at=asked_at,
                    subject=asked or "(no subject)",
                    chance=probability(row.chance),
                    basis=escape.line(row.basis),
                    sentence=escape.line(row.sentence),
                )
            )
    return tuple(made)


def meeting_risks(
    analysis: Analysis, zone: ZoneInfo, directory: Directory
) -> tuple[MeetingRisk, ...]:
    """The next meetings of the coming two weeks, the nearest first."""
    rows = analysis.meeting_risks
    rows = rows.loc[rows["start"] <= analysis.as_of + SOON].sort_values(["start", "person"])
    rows = rows.merge(analysis.meetings[["meeting", "summary"]], how="left", on="meeting")
    made = []
    for row in records(rows):
        at = local(row.start, zone)
        if at is not None:
            title = escape.line(row.summary, escape.SUBJECT) or "(without a title)"
            who = directory[row.person]
            made.append(MeetingRisk(who, at, title, estimate(row, "risk"), escape.line(row.why)))
    return tuple(made)
