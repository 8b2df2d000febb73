"""Views as CSV for spreadsheets and as Markdown for notes and tickets."""

from __future__ import annotations

import csv as csv_format
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from io import StringIO
from typing import Final

from reports import words
from reports.escape import cell
from reports.escape import markdown as md
from reports.model import Contact, Coverage, LeftOut, Odds, Report, Sign, Topic
from reports.model_person import Case, ContactPage

CSV_COLUMNS: Final = (
    "week",
    "name",
    "address",
    "company",
    "verdict",
    "trend",
    "sure",
    "reason",
    "next_step",
    "until",
    "milestone",
    "hours",
    "week_hours",
    "mail_hours",
    "meeting_hours",
    "lost_hours",
    "cost",
    "currency",
    "last_in_at",
    "last_out_at",
    "signs",
    "newest_sign",
    "wall",
    "wall_low",
    "wall_high",
    "not_honoured",
    "not_honoured_low",
    "not_honoured_high",
    "attention",
)
NAMES_SHOWN: Final = 5
AHEAD_SHOWN: Final = 8


def csv(view: Report) -> str:
    """One row per judged person (RFC 4180); what a spreadsheet would run is shown as text."""
    week = {"week": str(view.week), "currency": view.currency}
    return csv_of(CSV_COLUMNS, (week | _row(person) for person in view.contacts))


def csv_of(columns: Sequence[str], rows: Iterable[Mapping[str, str | float]]) -> str:
    """A table as CSV (RFC 4180) with a header line; every text as ``escape.cell`` shows it."""
    lines = StringIO()
    writer = csv_format.DictWriter(
        lines, columns, quoting=csv_format.QUOTE_NONNUMERIC, lineterminator="\n"
    )
    writer.writeheader()
    for row in rows:
        writer.writerow({k: cell(v) if isinstance(v, str) else v for k, v in row.items()})
    return lines.getvalue()


def _row(person: Contact) -> dict[str, str | float]:
    effort = person.effort
    return {
        "name": person.person.name,
        "address": person.person.address,
        "company": person.person.company,
        "verdict": person.verdict,
        "trend": person.trend,
        "sure": person.sure,
        "reason": person.reason,
        "next_step": person.next_step,
        "until": _day(person.until),
        "milestone": person.milestone,
        "hours": effort.hours,
        "week_hours": effort.week_hours,
        "mail_hours": effort.mail_hours,
        "meeting_hours": effort.meeting_hours,
        "lost_hours": effort.lost_hours,
        "cost": effort.cost,
        "last_in_at": _day(person.last_in_at),
        "last_out_at": _day(person.last_out_at),
        "signs": len(person.signs) + person.signs_left_out,
        "newest_sign": person.signs[0].sentence if person.signs else "",
        **_chances(person.odds),
        "attention": person.attention,
    }


def _chances(odds: Odds | None) -> dict[str, str | float]:
    names = ("wall", "wall_low", "wall_high", "not_honoured", "not_honoured_low",
             "not_honoured_high")  # fmt: skip
    if odds is None:
        return dict.fromkeys(names, "")
    told = (odds.wall, odds.not_honoured)
    numbers = [number for each in told for number in (each.value, each.low, each.high)]
    return dict(zip(names, numbers, strict=True))


def _day(at: datetime | None) -> str:
    return at.date().isoformat() if at else ""


def markdown(view: Report) -> str:
    """The report as Markdown."""
    return _joined(
        [
            f"# Brick-wall report, week {view.week.number}: {words.days_of(view.week)}",
            md(view.headline),
            words.judged(view.week, view.as_of, view.zone),
            *_actions(view),
            *_topics(view.topics, view.topics_left_out),
            *_people(view),
            *_questions(view),
            *_ahead(view),
            *_waiting(view),
            *_not_judged(view.not_judged),
            *_coverage(view.coverage),
        ]
    )


def markdown_contact(view: ContactPage) -> str:
    """Everything about one person as Markdown."""
    person = view.contact
    timeline = [
        f"- {words.moment(entry.at)}, {entry.kind}: {md(entry.text)}" for entry in view.timeline
    ]
    if view.timeline_left_out:
        timeline.append(f"- {view.timeline_left_out:,} earlier")
    return _joined(
        [
            f"# {md(person.person.name)}",
            _about(person, view.currency),
            f"Next: {md(words.with_draft(person.next_step, view.draft))}"
            if person.next_step
            else "",
            *_topics(view.topics, 0),
            *_opportunities(person),
            "## Evidence",
            "\n".join(_signs(person.signs)) or "None.",
            *(["## How sure?", *_odds(person.odds)] if person.odds else []),
            "## Timeline",
            "\n".join(timeline) or "Nothing.",
            *_coverage(view.coverage),
        ]
    )


def _opportunities(person: Contact) -> Iterator[str]:
    if person.opportunities:
        yield "## Topic by topic"
        yield "\n".join(
            f"- {md(one.title)}: {md(words.opportunity(one))}" for one in person.opportunities
        )


def markdown_case(view: Case) -> str:
    """The case for the boss as Markdown."""
    facts = [
        f"- {words.day(fact.at)}, {'for' if fact.good else 'against'}: {md(fact.sentence)}"
        for fact in view.facts
    ]
    if view.facts_left_out:
        facts.append(f"- {words.count(view.facts_left_out, 'earlier fact')} not listed")
    return _joined(
        [
            f"# Case: {md(view.person.name)}",
            f"As of {words.moment(view.as_of)}.",
            "\n".join(f"- {what}: {md(figure)}" for what, figure in words.case_figures(view)),
            *_topics(view.topics, 0),
            "## Facts",
            "\n".join(facts) or "None.",
            *_coverage(view.coverage),
        ]
    )


def _joined(blocks: Iterable[str]) -> str:
    return "\n\n".join(block for block in blocks if block) + "\n"


def _actions(view: Report) -> Iterator[str]:
    if not view.contacts:
        return
    yield "## What to do this week"
    lines = [
        f"{n}. **{md(action.person.name)}** ({action.verdict}): {md(action.what)} "
        f"*Why:* {md(action.why)}"
        for n, action in enumerate(view.actions, 1)
    ]
    yield "\n".join(lines) or words.NOTHING_TO_DO
    if view.actions_left_out:
        yield f"{view.actions_left_out:,} more below."


def _topics(topics: tuple[Topic, ...], left_out: int) -> Iterator[str]:
    if topics:
        yield "## Open proposals and deals"
        head = "| What | With | Value | Last exchange | Next dated step |\n|---|---|---:|---|---|"
        lines = [_topic(topic) for topic in topics]
        yield "\n".join([head, *lines])
    if left_out:
        yield words.old_topics(left_out)


def _topic(topic: Topic) -> str:
    cells = (
        md(topic.title),
        md(topic.person.name),
        md(words.money(topic.value, topic.currency)),
        words.day(topic.last_two_way_at, "never"),
        md(words.step(topic.next_step, topic.next_step_at)),
    )
    return f"| {' | '.join(cells)} |"


def _people(view: Report) -> Iterator[str]:
    if not view.contacts:
        return
    yield f"## People ({len(view.contacts):,})"
    for person in view.contacts:
        yield f"### {md(person.person.name)}"
        yield _about(person, view.currency)
        signs = list(_signs(person.signs))
        if person.signs_left_out:
            signs.append(f"- {person.signs_left_out:,} older")
        yield "\n".join(signs)


def _about(person: Contact, currency: str) -> str:
    company = f" · {md(person.person.company)}" if person.person.company else ""
    return (
        f"**{person.verdict}** · {words.trend(person.trend)}{company}  \n"
        f"{md(person.reason)}  \n{words.spent(person.effort, currency)}"
    )


def _signs(signs: tuple[Sign, ...]) -> Iterator[str]:
    for sign in signs:
        which = "for" if sign.good else "against"
        yield f"- {words.day(sign.at)}, {which}: {md(sign.sentence)}"
        yield from (f"  - also: {md(also)}" for also in sign.also)
        for reference in sign.references:
            said = f": “{md(reference.words)}”" if reference.words else ""
            shown = f"{words.day(reference.at)}, {reference.source}, {md(reference.subject)}"
            yield f"  - {shown}{said}"
        if sign.references_left_out:
            yield f"  - {sign.references_left_out:,} more"


def _odds(odds: Odds) -> Iterator[str]:
    yield from words.odds(odds)
    yield "\n".join(f"- {term.family}: {term.log_odds:+.2f}" for term in odds.terms)


def _questions(view: Report) -> Iterator[str]:
    if view.questions:
        yield "## Only you can answer"
        yield "\n".join(f"- {md(words.question(q))}" for q in view.questions)


def _ahead(view: Report) -> Iterator[str]:
    if view.meeting_risks:
        yield "## Meetings ahead"
        yield "\n".join(f"- {md(words.meeting_risk(risk))}" for risk in view.meeting_risks)
    if view.open_questions:
        yield "## Will they still answer?"
        told = [md(words.open_question(each)) for each in view.open_questions[:AHEAD_SHOWN]]
        yield "\n".join(f"- {each}" for each in told)
        yield md(words.open_basis(view.open_questions))


def _waiting(view: Report) -> Iterator[str]:
    if view.waiting:
        yield "## They wait for you"
        yield md(words.waiting(view.waiting, NAMES_SHOWN))


def _not_judged(groups: tuple[LeftOut, ...]) -> Iterator[str]:
    if groups:
        yield "## Not judged"
        yield "\n".join(f"- {md(group.explanation)}: {group.count:,}" for group in groups)


def _coverage(accounts: tuple[Coverage, ...]) -> Iterator[str]:
    yield "## What this covers"
    lines = [f"- {md(a.name)} ({md(a.kind)}): {md(a.sentence)}" for a in accounts]
    yield "\n".join(lines) or words.NO_ACCOUNT
