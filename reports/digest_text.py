"""A digest as plain text, for programs that show no HTML and for people who like it so."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from reports import words
from reports.action_links import Link
from reports.brief_model import Brief
from reports.digest_items import Linked
from reports.digest_model import DigestView, Promise, RiskyMeeting, Wake

WIDTH: Final = 72
EMPTY: Final = "Nothing this week: no one needs anything from you."
HOW: Final = (
    "Tap what fits: your mail program opens a short mail to yourself. Send it as it is, and "
    "brickwall takes it into account with its next sync."
)
HOW_IN_TEXT: Final = (
    "Something is wrong, or settled? The links at the end open a short mail to yourself. Send it "
    "as it is, and brickwall takes it into account with its next sync."
)
WHOSE: Final = (
    "Made by brickwall on your own machine and sent to you alone; nobody named here was told "
    "anything. To stop these mails, set enabled = false under [digest] in its configuration."
)


def render(linked: Linked) -> str:
    """The digest as lines of at most ``WIDTH`` characters, links and long words excepted."""
    return "\n".join(_lines(linked)).rstrip("\n") + "\n"


def coverage(view: DigestView | Brief) -> list[str]:
    """What a digest or a brief covers, account by account."""
    told = [f"{account.name} ({account.kind}): {account.sentence}" for account in view.coverage]
    return told or [words.NO_ACCOUNT]


def promised(promise: Promise) -> str:
    """A promise in a sentence."""
    whose = f"You to {promise.person.name}" if promise.ours else f"{promise.person.name} to you"
    if not promise.dated:
        return f"{whose}: “{promise.words}” (no day named)"
    was = "was due" if promise.late else "due"
    return f"{whose}: “{promise.words}” ({was} {words.day(datetime.fromisoformat(promise.due_on))})"


def risk(item: RiskyMeeting) -> str:
    """How likely a meeting does not take place as planned, and why."""
    return f"{words.at_risk(item.risk)} {item.why}".strip()


def woken(item: Wake) -> str:
    """A parked contact whose time comes."""
    return f"{item.person.name}: {item.why}. {item.what}".strip()


def _lines(linked: Linked) -> Iterator[str]:
    view = linked.view
    if view.empty:
        yield from _wrapped(" ".join(filter(None, [EMPTY, view.mirror, *coverage(view)])))
        return
    yield f"brickwall, week {view.week.number} ({words.days_of(view.week)})"
    yield ""
    yield from _wrapped(view.headline)
    if linked.made:
        yield ""
        yield from _wrapped(HOW_IN_TEXT)
    yield from _to_do(linked)
    yield from _risky(view)
    yield from _promises(view)
    yield from _wakes(view)
    yield from _questions(linked)
    if view.mirror:
        yield from _heading("In the mirror")
        yield from _wrapped(view.mirror)
    yield from _heading("What this covers")
    for account in coverage(view):
        yield from _wrapped(account)
    yield from _all_links(linked)
    yield ""
    yield from _wrapped(WHOSE)


def _to_do(linked: Linked) -> Iterator[str]:
    view = linked.view
    if view.to_do:
        yield from _heading("What to do")
    for number, item in enumerate(view.to_do, 1):
        if number > 1:
            yield ""
        yield from _wrapped(f"{number}. {item.person.name}: {item.verdict}", under="   ")
        yield from _wrapped(item.what, "   ")
        yield from _wrapped(f"Why: {item.why}" if item.why else "", "   ")
        yield from _wrapped(f"Shown by: {item.evidence}" if item.evidence else "", "   ")
    if view.to_do_left_out:
        yield ""
        yield f"{view.to_do_left_out:,} more: brickwall report"


def _risky(view: DigestView) -> Iterator[str]:
    if view.risky:
        yield from _heading("Meetings at risk in the next seven days")
    for number, item in enumerate(view.risky, 1):
        what = f"{number}. {words.moment(item.at)}: {item.person.name}, {item.summary}"
        yield from _wrapped(what, under="   ")
        yield from _wrapped(risk(item), "   ")


def _promises(view: DigestView) -> Iterator[str]:
    if view.promises:
        yield from _heading("Promises due")
    for promise in view.promises:
        yield from _wrapped(f"- {promised(promise)}", under="  ")
    if view.promises_left_out:
        yield f"{view.promises_left_out:,} more: brickwall brief"


def _wakes(view: DigestView) -> Iterator[str]:
    if view.wakes:
        yield from _heading("Parked, and now due")
    for number, item in enumerate(view.wakes, 1):
        yield from _wrapped(f"{number}. {woken(item)}", under="   ")


def _questions(linked: Linked) -> Iterator[str]:
    view = linked.view
    if view.questions:
        yield from _heading("Only you can answer")
    for number, question in enumerate(view.questions, 1):
        yield from _wrapped(f"{number}. {linked.asked(question)}", under="   ")
    if view.questions_left_out:
        yield f"{view.questions_left_out:,} more: brickwall report"


def _all_links(linked: Linked) -> Iterator[str]:
    view = linked.view
    if linked.made:
        yield from _heading("To tell brickwall")
    for number, item in enumerate(view.to_do, 1):
        yield from _links(f"To do {number}", linked.to_do(item, number))
    for number, meeting in enumerate(view.risky, 1):
        yield from _links(f"Meeting {number}", linked.risky(meeting, number))
    for number, wake in enumerate(view.wakes, 1):
        yield from _links(f"Parked {number}", linked.wake(wake, number))
    for number, question in enumerate(view.questions, 1):
        yield from _links(f"Question {number}", linked.question(question, number))


def _links(which: str, links: tuple[Link, ...]) -> Iterator[str]:
    for link in links:
        yield f"{which}, {link.label}:"
        yield f"<{link.short}>"


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield text
    yield "-" * len(text)


def _wrapped(text: str, indent: str = "", *, under: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + under,
        break_long_words=False,
        break_on_hyphens=False,
    )
