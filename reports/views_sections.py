"""The other sections of the report: deals, questions, who waits, who is left out, coverage."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from analyzer.analysis import Analysis
from analyzer.settings import Settings
from reports import escape, words
from reports.model import Coverage, LeftOut, Question, Topic, Waiting
from reports.views_base import Directory, local, number, records
from reports.views_evidence import REFERENCES_SHOWN, References
from reports.webmail import Links, nowhere

NAMES_SHOWN: Final = 100
#: A proposal without a deal is open this long after the last word about it.
OPEN_FOR: Final = timedelta(days=180)
STILL_WAITING: Final = timedelta(days=60)
#: From so many messages or answers on, an account with a smaller share of mails by the rep, or
#: with a larger one of answers to mail that is not here, is said to be short of something.
FEWEST: Final = 20
LEAST_WRITTEN: Final = 0.03
MOST_MISSING: Final = 0.2

EXPLANATIONS: Final = {
    "supplier": "They sell to you",
    "recruiter": "They recruit",
    "friend": "Private contact",
    "newsletter": "Newsletters and bulk mail",
    "never engaged": "Never engaged with you",
    "colleague": "Your colleagues",
    "automatic": "Machines and automatic senders",
    "marked": "You marked them as not sales",
    "other": "Nothing to do with selling",
}


def open_topics(
    analysis: Analysis, zone: ZoneInfo, directory: Directory, people: list[int] | None = None
) -> tuple[tuple[Topic, ...], int]:
    """Open proposals and deals, the most valuable first, and how many old ones are left out.

    Those with ``people``, or else all deals and the proposals to judged people.
    """
    rows = analysis.topics
    wanted = analysis.verdicts["person"] if people is None else people
    rows = rows.loc[rows["person"].isin(wanted) | (rows["deal"].ge(0) & (people is None))]
    rows = rows.loc[rows["outcome"].eq("") & (rows["deal"].ge(0) | rows["proposed_at"].notna())]
    as_of = pd.Timestamp(analysis.as_of)
    latest = rows[["proposed_at", "last_two_way_at", "next_step_at", "close_at"]].max(axis=1)
    alive = rows["deal"].ge(0) | latest.ge(as_of - OPEN_FOR)
    shown = rows.loc[alive].sort_values(
        ["value", "last_two_way_at", "topic"], ascending=[False, False, True], na_position="last"
    )
    made = tuple(_topic(row, zone, directory) for row in records(shown))
    return made, int((~alive).sum())


def _topic(row: Any, zone: ZoneInfo, directory: Directory) -> Topic:
    return Topic(
        id=int(row.topic),
        person=directory[row.person],
        title=escape.line(row.title, escape.SUBJECT) or "(without a title)",
        stage=escape.line(row.stage, escape.NAME),
        value=None if pd.isna(row.value) else number(row.value, 2),
        currency=escape.line(row.currency, 8),
        proposed_at=local(row.proposed_at, zone),
        last_two_way_at=local(row.last_two_way_at, zone),
        next_step=escape.line(row.next_step),
        next_step_at=local(row.next_step_at, zone),
        close_at=local(row.close_at, zone),
    )


def questions(
    analysis: Analysis,
    zone: ZoneInfo,
    directory: Directory,
    said: pd.DataFrame | None,
    links: Links = nowhere,
) -> tuple[Question, ...]:
    """What only the rep can answer, newest first."""
    rows = analysis.questions.sort_values(
        ["at", "person", "kind", "sentence"],
        ascending=[False, True, True, True],
        na_position="last",
    )
    wanted = {reference for shows in rows["evidence"] for reference in shows[:REFERENCES_SHOWN]}
    references = References(analysis, wanted, said, zone, links)
    return tuple(
        Question(
            person=directory[row.person],
            kind=escape.line(row.kind, escape.NAME),
            at=local(row.at, zone),
            sentence=escape.line(row.sentence),
            references=tuple(references[each] for each in row.evidence[:REFERENCES_SHOWN]),
        )
        for row in records(rows)
    )


def waiting(analysis: Analysis, zone: ZoneInfo, directory: Directory) -> tuple[Waiting, ...]:
    """Judged people who wait for the rep's answer, each once, longest first.

    What they asked longer ago than ``STILL_WAITING`` nobody waits for any more.
    """
    rows = analysis.episodes
    rows = rows.loc[rows["direction"].eq("theirs") & rows["open"] & ~rows["sequence"]]
    rows = rows.loc[rows["person"].isin(analysis.verdicts["person"])]
    rows = rows.loc[analysis.as_of - rows["last_asked_at"] <= STILL_WAITING]
    rows = rows.sort_values(["asked_at", "episode"]).drop_duplicates("person")
    subjects = analysis.mail.loc[analysis.mail["message"].isin(rows["asked_message"])]
    subject = dict(zip(subjects["message"], subjects["subject"], strict=True))
    made = []
    for row in records(rows):
        asked_at = local(row.asked_at, zone)
        if asked_at is not None:
            days = number((analysis.as_of - asked_at) / timedelta(days=1))
            asked = escape.line(subject.get(row.asked_message, ""), escape.SUBJECT)
            made.append(Waiting(directory[row.person], asked_at, days, asked or "(no subject)"))
    return tuple(made)


def not_judged(analysis: Analysis, directory: Directory) -> tuple[LeftOut, ...]:
    """Who is not judged though there was mail between us, by reason, the largest group first."""
    rows = analysis.contacts.loc[~analysis.contacts["judged"]]
    rows = rows.loc[rows["first_at"].notna()]
    made = []
    for reason, group in rows.groupby("left_out", sort=True):
        first = group.sort_values(["mails_in", "person"], ascending=[False, True])["person"]
        names = {directory[person].name for person in first.head(NAMES_SHOWN)}
        shown = escape.line(reason, escape.NAME)
        why = EXPLANATIONS.get(shown, shown.capitalize() or "For no stated reason")
        made.append(LeftOut(shown, why, len(group), tuple(sorted(names, key=_by_letter))))
    return tuple(sorted(made, key=lambda group: (-group.count, group.reason)))


def _by_letter(name: str) -> tuple[str, str]:
    return (name.casefold(), name)


def coverage(
    analysis: Analysis, settings: Settings, week_end: datetime | None
) -> tuple[Coverage, ...]:
    """What the report covers, one per account, as in the configuration's order."""
    zone = ZoneInfo(settings.zone)
    rows = records(analysis.coverage.sort_values("account"))
    return tuple(_account(row, zone, week_end) for row in rows)


def _account(row: Any, zone: ZoneInfo, week_end: datetime | None) -> Coverage:
    checked_at = local(row.checked_at, zone)
    stale = week_end is not None and checked_at is not None and checked_at < week_end
    first_at, last_at = local(row.first_at, zone), local(row.last_at, zone)
    calendar_since = local(row.calendar_since, zone)
    return Coverage(
        name=escape.line(row.name, escape.NAME),
        kind=escape.line(row.kind, escape.NAME),
        first_at=first_at,
        last_at=last_at,
        messages=int(row.messages),
        events=int(row.events),
        failures=int(row.failures),
        checked_at=checked_at,
        read_share=float(row.read_share),
        calendar_since=calendar_since,
        stale=stale,
        sentence=_sentence(row, first_at, last_at, checked_at, calendar_since, stale=stale),
    )


def _sentence(
    row: Any,
    first_at: datetime | None,
    last_at: datetime | None,
    checked_at: datetime | None,
    calendar_since: datetime | None,
    *,
    stale: bool,
) -> str:
    items = [words.count(int(row.messages), "message")] if row.messages or not row.events else []
    if row.events:
        items.append(words.count(int(row.events), "calendar entry", "calendar entries"))
    span = f" from {words.day(first_at)} to {words.day(last_at)}" if first_at and last_at else ""
    told = [f"{words.listed(items)}{span}"]
    if checked_at:
        told.append(f"last read {words.moment(checked_at)}")
    failures = words.count(int(row.failures), "item")
    told.append(f"{failures} could not be read" if row.failures else "everything could be read")
    sentence = ", ".join(told) + "."
    if calendar_since:
        since = words.day(calendar_since)
        sentence += f" The calendar is watched since {since}; what changed before, mails tell."
    elif not row.events:
        sentence += " No calendar: meetings are known only as far as mails tell of them."
    if row.read_share < 1 and row.kind != "files":
        done = math.floor(row.read_share * 100)
        older = "Older mail is" if row.messages or not row.events else "Calendar entries are"
        sentence += f" {older} missing: so far {done} % was read, `brickwall sync` goes on."
    sentence += _missing(row)
    if stale:
        sentence += " It was read before the week ended: the last days may be missing."
    return sentence


def _missing(row: Any) -> str:
    """What the mail of an account is short of, so that silence says less."""
    if row.messages >= FEWEST and row.written < LEAST_WRITTEN * row.messages:
        yours = f"Only {int(row.written):,}" if row.written else "None"
        return f" {yours} of it is yours: what you asked cannot be known. Import sent mail, too."
    if row.answered >= FEWEST and row.missing > MOST_MISSING * row.answered:
        told = f" Of {int(row.answered):,} mails that you answered {int(row.missing):,} are not"
        return told + " here: where mail is missing, silence counts for little or nothing."
    return ""
