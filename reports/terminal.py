"""Views as text for a terminal: plain when piped, coloured when asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.table import Table
from rich.text import Text

from reports import words
from reports.model import Contact, Coverage, Effort, Odds, Report, Sign, Topic
from reports.model_person import Case, ContactPage
from reports.terminal_page import Page

STYLES: Final = {
    "walk away": "bold red",
    "change approach": "yellow",
    "last try": "yellow",
    "stop chasing": "magenta",
    "park": "blue",
    "win back": "cyan",
    "do not contact": "bold",
    "keep going": "green",
    "unclear": "dim",
}
SIGNS_SHOWN: Final = 4
NAMES_SHOWN: Final = 5
AHEAD_SHOWN: Final = 8
_WIDE: Final = 100
_KINDS: Final = {"mail in": "←", "mail out": "→", "meeting": "◆", "change": "↔"}


def render(view: Report, width: int = 80, *, colour: bool = False) -> str:
    """The report as lines of at most ``width`` cells; ``colour``: with ANSI styles."""
    page = Page(width, colour=colour)
    page.title(f"Brick-wall report, week {view.week.number} · {words.days_of(view.week)}")
    page.say(view.headline)
    page.say(words.judged(view.week, view.as_of, view.zone))
    _actions(page, view)
    _topics(page, view.topics, view.topics_left_out)
    _people(page, view)
    _questions(page, view)
    _ahead(page, view)
    _waiting(page, view)
    _not_judged(page, view)
    _coverage(page, view.coverage)
    return page.text()


def contact(view: ContactPage, width: int = 80, *, colour: bool = False) -> str:
    """Everything about one person."""
    page = Page(width, colour=colour)
    person = view.contact
    page.title(f"{person.person.name} · {person.person.company or person.person.address}")
    page.say(_verdict(person))
    page.say(person.reason)
    if person.next_step:
        page.say(Text("Next: ", "bold") + Text(words.with_draft(person.next_step, view.draft)))
    page.say(_spent(person.effort, view.currency))
    page.say(
        f"They last wrote {words.day(person.last_in_at, 'never')}, "
        f"you {words.day(person.last_out_at, 'never')}."
    )
    _topics(page, view.topics, 0, named=False)
    if person.opportunities:
        page.heading("Topic by topic")
    for one in person.opportunities:
        page.item("·", f"{one.title}: {words.opportunity(one)}")
    page.heading("Evidence")
    if not person.signs:
        page.say("No signs, good or bad.")
    for sign in person.signs:
        _sign(page, sign, references=True)
    if person.odds:
        _odds(page, person.odds)
    page.heading("Timeline")
    for entry in view.timeline:
        page.item(f"{words.day(entry.at):>11} {_KINDS[entry.kind]}", entry.text)
    if view.timeline_left_out:
        page.say(f"{words.count(view.timeline_left_out, 'earlier entry', 'earlier entries')}.")
    _coverage(page, view.coverage)
    return page.text()


def case(view: Case, width: int = 80, *, colour: bool = False) -> str:
    """One page for the boss."""
    page = Page(width, colour=colour)
    company = f" · {view.person.company}" if view.person.company else ""
    page.title(f"Case: {view.person.name}{company}")
    page.say(f"As of {words.moment(view.as_of)}.")
    for what, figure in words.case_figures(view):
        page.say(f"{what}: {figure}")
    _topics(page, view.topics, 0, named=False)
    page.heading("Facts")
    if not view.facts:
        page.say("None.")
    for fact in view.facts:
        page.item(f"{words.day(fact.at):>11} {_mark(good=fact.good)}", fact.sentence)
    if view.facts_left_out:
        page.say(f"{words.count(view.facts_left_out, 'earlier fact')} not listed.")
    _coverage(page, view.coverage)
    return page.text()


def _actions(page: Page, view: Report) -> None:
    if not view.contacts:
        return
    page.heading("What to do this week")
    if not view.actions:
        page.say(words.NOTHING_TO_DO)
    for number, action in enumerate(view.actions, 1):
        name = Text(action.person.name, "bold")
        page.item(f"{number}.", name + Text(" · ") + _chip(action.verdict), indent=0)
        page.say(action.what, indent=3)
        page.say(Text(f"Why: {action.why}", "dim") if action.why else "", indent=3)
    if view.actions_left_out:
        page.say(f"{view.actions_left_out:,} more below.")


def _topics(page: Page, topics: tuple[Topic, ...], left_out: int, *, named: bool = True) -> None:
    if not topics and not left_out:
        return
    page.heading("Open proposals and deals")
    wide = page.width >= _WIDE
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, expand=True)
    table.add_column("What", ratio=3)
    table.add_column("Value", justify="right", no_wrap=True)
    table.add_column("Last exchange", no_wrap=True)
    table.add_column("Next dated step", ratio=2)
    if wide:
        table.add_column("Stage", ratio=1)
    for topic in topics:
        cells = [
            f"{topic.title} ({topic.person.name})" if named else topic.title,
            words.money(topic.value, topic.currency),
            words.day(topic.last_two_way_at, "never"),
            words.step(topic.next_step, topic.next_step_at),
            *([topic.stage] if wide else []),
        ]
        table.add_row(*(Text(cell) for cell in cells))
    page.table(table)
    if left_out:
        page.say(words.old_topics(left_out))


def _people(page: Page, view: Report) -> None:
    if not view.contacts:
        return
    page.heading(f"People ({len(view.contacts):,})")
    for number, person in enumerate(view.contacts):
        if number:
            page.gap()
        company = f" · {person.person.company}" if person.person.company else ""
        page.say(Text(person.person.name, "bold") + Text(company) + Text("  ") + _verdict(person))
        page.say(_spent(person.effort, view.currency), indent=2)
        page.say(person.reason, indent=2)
        for sign in person.signs[:SIGNS_SHOWN]:
            _sign(page, sign, references=False)
        more = len(person.signs) - SIGNS_SHOWN + person.signs_left_out
        if more > 0:
            page.say(f"{more:,} older: brickwall contact {person.person.address}", indent=2)


def _sign(page: Page, sign: Sign, *, references: bool) -> None:
    page.item(f"{words.day(sign.at):>11} {_mark(good=sign.good)}", sign.sentence, indent=2)
    if not references:
        return
    for also in sign.also:
        page.item("also", also, indent=6)
    for reference in sign.references:
        said = f": “{reference.words}”" if reference.words else ""
        label = f"{words.day(reference.at):>11} {reference.source}"
        page.item(label, Text(reference.subject + said, "dim"), indent=6)
    if sign.references_left_out:
        page.say(f"and {sign.references_left_out:,} more", indent=6)


def _odds(page: Page, odds: Odds) -> None:
    page.heading("How sure?")
    for sentence in words.odds(odds):
        page.say(sentence)
    for term in odds.terms:
        page.item(f"{term.family:<10}", f"{term.log_odds:+.2f}")


def _questions(page: Page, view: Report) -> None:
    if not view.questions:
        return
    page.heading("Only you can answer")
    for question in view.questions:
        page.item("?", words.question(question), indent=0)


def _ahead(page: Page, view: Report) -> None:
    if view.meeting_risks:
        page.heading("Meetings ahead")
    for risk in view.meeting_risks[:AHEAD_SHOWN]:
        page.item("◆", words.meeting_risk(risk), indent=0)
    if view.open_questions:
        page.heading("Will they still answer?")
    for question in view.open_questions[:AHEAD_SHOWN]:
        page.item("→", words.open_question(question), indent=0)
    if len(view.open_questions) > AHEAD_SHOWN:
        page.say(f"{len(view.open_questions) - AHEAD_SHOWN:,} more, less likely ones.")
    if view.open_questions:
        page.say(Text(words.open_basis(view.open_questions), "dim"))


def _waiting(page: Page, view: Report) -> None:
    if view.waiting:
        page.heading("They wait for you")
        page.say(words.waiting(view.waiting, NAMES_SHOWN))


def _not_judged(page: Page, view: Report) -> None:
    if not view.not_judged:
        return
    page.heading("Not judged")
    page.say(words.listed([f"{g.explanation}: {g.count:,}" for g in view.not_judged]) + ".")


def _coverage(page: Page, accounts: Iterable[Coverage]) -> None:
    page.heading("What this covers")
    said = False
    for account in accounts:
        page.say(f"{account.name} ({account.kind}): {account.sentence}")
        said = True
    if not said:
        page.say(words.NO_ACCOUNT)


def _verdict(person: Contact) -> Text:
    return _chip(person.verdict) + Text(f"  {words.trend(person.trend)}")


def _chip(verdict: str) -> Text:
    return Text(verdict, STYLES.get(verdict, "bold"))


def _mark(*, good: bool) -> str:
    return "+" if good else "-"


def _spent(effort: Effort, currency: str) -> Text:
    return Text(words.spent(effort, currency), "dim")
