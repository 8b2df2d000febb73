"""A brief as text: for the terminal, and as the plain part of the mail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from rich.text import Text

from analyzer.meeting_risk import CONFIRM
from reports import digest_text, words
from reports.brief_model import Brief, Confirm, Exchange, Known, Meeting, Next
from reports.model import Waiting
from reports.terminal import STYLES
from reports.terminal_page import Page

LABELS: Final = {
    "known": "Known",
    "meetings": "Meetings",
    "answers": "Answers",
    "deal": "Offer",
    "verdict": "Verdict",
}
STRANGER: Final = "no history: no mail was exchanged with them, and nobody has met them."
ALSO_DUE: Final = "Also promised, and due about now"
NO_MEETING: Final = "No meeting with them is ahead."
NOTHING_TO_CONFIRM: Final = "nothing in particular."
FROM_WHERE: Final = (
    "All of it comes from your own mail and calendars, on your own machine. Nobody whom you meet "
    "is told anything."
)
WHOSE: Final = (
    "Made by brickwall on your own machine, for you alone; nobody named here was told anything. "
    "To stop such mails, set mail = false under [brief] in its configuration."
)
_LABEL_WIDTH: Final = max(map(len, LABELS.values()))


def render(view: Brief, width: int = 80, *, colour: bool = False) -> str:
    """The brief as lines of at most ``width`` cells; ``colour``: with ANSI styles."""
    page = Page(width, colour=colour)
    page.title(title(view))
    _body(page, view)
    return page.text()


def mailed(view: Brief) -> str:
    """The brief as the text of a mail; its beginning, which lock screens show, names nobody."""
    page = Page(digest_text.WIDTH, colour=False)
    page.say(f"brickwall: {title(view)}")
    page.gap()
    page.say(lead(view))
    page.say(FROM_WHERE)
    _body(page, view)
    page.gap()
    page.say(WHOSE)
    return page.text()


def title(view: Brief) -> str:
    """The day, or whom it is about."""
    if view.day:
        return day(view.day)
    if view.meetings:
        return day(view.meetings[0].at.date().isoformat())
    return words.listed([person.person.name for person in view.people])


def lead(view: Brief) -> str:
    """All of a day in counts and without names, ``""`` for a brief about somebody."""
    if not view.day:
        return ""
    if not view.meetings:
        return none(view)
    told = [f"{words.count(len(view.meetings), 'meeting')}, the first {_begins(view.meetings[0])}."]
    risky = sum(at_risk(meeting) for meeting in view.meetings)
    if risky:
        told.append(f"{words.count(risky, 'meeting')} may well be moved late or missed.")
    mine = sum(each.ours for one in _people(view) for each in one.promises)
    if mine:
        told.append(f"{words.count(mine, 'promise')} of yours may still be open.")
    strangers = sum(one.stranger for one in _people(view))
    if strangers:
        told.append(f"{words.count(strangers, 'person', 'people')} without any history.")
    return " ".join(told)


def at_risk(meeting: Meeting) -> bool:
    """Whether it is worth confirming the day before."""
    return meeting.risk is not None and meeting.risk.risk.value >= CONFIRM


def _begins(meeting: Meeting) -> str:
    return "lasts all day" if meeting.all_day else f"at {meeting.at:%H:%M}"


def _people(view: Brief) -> Iterator[Known]:
    """Everybody told of, each once."""
    yield from {one.person.id: one for meeting in view.meetings for one in meeting.people}.values()


def day(text: str) -> str:
    """An ISO date like ``Monday 30 November 2026``."""
    on = date.fromisoformat(text)
    return f"{words.FULL_DAYS[on.weekday()]} {on.day} {words.MONTHS[on.month - 1]} {on.year}"


def none(view: Brief) -> str:
    """That there is no meeting, and what is next."""
    left = "more " if view.as_of.date().isoformat() == view.day else ""
    told = f"No {left}meetings on {day(view.day)}."
    return f"{told} {following(view.next)}" if view.next else f"{told} None is known after it."


def following(one: Next) -> str:
    """The next meeting in a sentence."""
    who = words.listed([person.name for person in one.people])
    return f"The next is {words.moment(one.at)}: {one.title}{f', with {who}' if who else ''}."


def when(meeting: Meeting) -> str:
    """Day and hours of a meeting."""
    return f"{words.moment(meeting.at).partition(',')[0]}, {hours(meeting)}"


def hours(meeting: Meeting) -> str:
    """Like ``11:00–11:45``."""
    if meeting.all_day:
        return "all day"
    return f"{meeting.at:%H:%M}" + (f"–{meeting.end:%H:%M}" if meeting.end else "")


def risk(meeting: Meeting) -> str:
    """How likely it is moved late or missed, and why; ``""`` where nothing is known."""
    if meeting.risk is None:
        return ""
    whom = f" ({meeting.risk.person.name})" if len(meeting.people) > 1 else ""
    share = words.share(meeting.risk.risk.value)
    return f"{share} risk of being moved late or missed. {meeting.risk.why}{whom}"


def who(person: Known) -> str:
    """Company or address, and the answer to the invitation."""
    parts = [person.person.company or person.person.address]
    parts += [f"invitation: {person.answer}"] if person.answer else []
    return " · ".join(part for part in parts if part and part != person.person.name)


def stranger(person: Known) -> str:
    """That there is no history, in one line."""
    return " ".join([f"{who(person)}: {STRANGER}", *person.elsewhere])


def waits(waiting: Waiting) -> str:
    """A question of theirs that the rep has not answered."""
    return f"They wait for your answer since {words.day(waiting.asked_at)}: “{waiting.subject}”"


def open_things(person: Known) -> Iterator[str]:
    """What is open between both sides: promises and questions."""
    yield from (digest_text.promised(each) for each in person.promises)
    yield from (waits(each) for each in person.waiting)
    for each in person.open_questions:
        yield f"You wait for their answer since {words.day(each.asked_at)}: “{each.subject}”"


def exchange(one: Exchange) -> str:
    """Who wrote what."""
    said = f": {one.words}" if one.words else ""
    return f"{one.by}, “{one.subject}”{said}"


def also_invited(meeting: Meeting) -> str:
    """Whom no more is told of."""
    return f"Also invited: {words.listed([person.name for person in meeting.more])}."


def _body(page: Page, view: Brief) -> None:
    if view.day and not view.meetings:
        page.say(none(view))
    for meeting in view.meetings:
        page.gap()
        _meeting(page, meeting)
    for person in view.people:
        page.say(NO_MEETING)
        _person(page, person)
    if view.promises:
        page.heading(ALSO_DUE)
    for promise in view.promises:
        page.item("-", digest_text.promised(promise), indent=0)
    page.heading("What this covers")
    for account in digest_text.coverage(view):
        page.say(account)


def _meeting(page: Page, meeting: Meeting) -> None:
    page.say(Text(f"{hours(meeting)}  {meeting.title}", "bold"))
    page.say(meeting.changes, indent=2)
    if meeting.risk:
        _row(page, "Risk", risk(meeting), indent=2)
    for confirm in meeting.confirm or (Confirm(NOTHING_TO_CONFIRM, ""),):
        _row(page, "Confirm", confirm.text, indent=2)
        if confirm.command:
            _row(page, "", Text(confirm.command, "dim"), indent=2)
    for person in meeting.people:
        _person(page, person)
    if meeting.more:
        page.say(also_invited(meeting), indent=2)


def _row(page: Page, label: str, text: str | Text, indent: int = 4) -> None:
    page.item(f"{label:<{_LABEL_WIDTH}}", text, indent)


def _person(page: Page, person: Known) -> None:
    name = Text(person.person.name, "bold")
    if person.stranger:
        page.say(name + Text(f" · {stranger(person)}"), indent=2)
        return
    page.gap()
    page.say(name + Text(f" · {who(person)}"), indent=2)
    for line in person.history:
        _row(page, LABELS[line.about], _chipped(line.text, person.verdict))
    if person.next_step:
        _row(page, "Next", person.next_step)
    for told in person.elsewhere:
        _row(page, "Others", told)
    for number, thing in enumerate(open_things(person)):
        _row(page, "" if number else "Open", thing)
    for number, one in enumerate(person.exchanges):
        label = f"{'' if number else 'Last':<{_LABEL_WIDTH}} {words.day(one.at):>11}"
        page.item(label, exchange(one), indent=4)


def _chipped(text: str, verdict: str) -> Text:
    """``text`` with the verdict it begins with in its colour."""
    shown = Text(text)
    if verdict and text.casefold().startswith(verdict):
        shown.stylize(STYLES.get(verdict, "bold"), 0, len(verdict))
    return shown
