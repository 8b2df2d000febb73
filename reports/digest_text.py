"""A digest as plain text, for programs that show no HTML and for people who like it so."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from reports import words
from reports.action_links import Link
from reports.digest_items import Linked
from reports.digest_model import DigestView, Promise

WIDTH: Final = 72
EMPTY: Final = "Nothing this week: no one needs anything from you."


def render(linked: Linked) -> str:
    """The digest as lines of at most ``WIDTH`` characters, links and long words excepted."""
    return "\n".join(_lines(linked)).rstrip("\n") + "\n"


def _lines(linked: Linked) -> Iterator[str]:
    view = linked.view
    if view.empty:
        yield from _wrapped(" ".join(filter(None, [EMPTY, view.mirror, coverage(view)])))
        return
    yield f"brickwall, week {view.week.number} ({words.days_of(view.week)})"
    yield ""
    yield from _wrapped(view.headline)
    yield from _to_do(linked)
    yield from _risky(linked)
    yield from _promises(view)
    yield from _wakes(linked)
    yield from _questions(linked)
    if view.mirror:
        yield from _heading("They wait for you")
        yield from _wrapped(view.mirror)
    yield from _heading("What this covers")
    yield from _wrapped(coverage(view))


def _to_do(linked: Linked) -> Iterator[str]:
    view = linked.view
    if view.to_do:
        yield from _heading("What to do")
    for number, item in enumerate(view.to_do, 1):
        yield from _wrapped(f"{number}. {item.person.name} · {item.verdict}", under="   ")
        yield from _wrapped(item.what, "   ")
        yield from _wrapped(f"Why: {item.why}" if item.why else "", "   ")
        yield from _wrapped(f"Shown by: {item.evidence}" if item.evidence else "", "   ")
        yield from _links(linked.to_do(item, number))
        yield ""
    if view.to_do_left_out:
        yield f"{view.to_do_left_out:,} more: brickwall report"


def _risky(linked: Linked) -> Iterator[str]:
    if linked.view.risky:
        yield from _heading("Meetings at risk")
    for number, item in enumerate(linked.view.risky, 1):
        yield from _wrapped(
            f"- {words.moment(item.at)}: {item.person.name}, {item.summary}: "
            f"{words.share(item.risk)} that it does not take place. {item.why}",
            under="  ",
        )
        yield from _links(linked.risky(item, number))


def _promises(view: DigestView) -> Iterator[str]:
    if view.promises:
        yield from _heading("Promises due")
    for promise in view.promises:
        yield from _wrapped(f"- {promised(promise)}", under="  ")
    if view.promises_left_out:
        yield f"{view.promises_left_out:,} more: brickwall brief"


def promised(promise: Promise) -> str:
    """A promise in a sentence."""
    whose = f"You to {promise.person.name}" if promise.ours else promise.person.name
    late = ", late" if promise.late else ""
    return f"{whose}: “{promise.words}” (due {words.day(promise.due_at)}{late})"


def _wakes(linked: Linked) -> Iterator[str]:
    if linked.view.wakes:
        yield from _heading("Parked, and now due")
    for number, item in enumerate(linked.view.wakes, 1):
        after = f" ({item.milestone})" if item.milestone else ""
        text = f"- {item.person.name}, until {words.day(item.until)}{after}. {item.what}"
        yield from _wrapped(text, under="  ")
        yield from _links(linked.wake(item, number))


def _questions(linked: Linked) -> Iterator[str]:
    if linked.view.questions:
        yield from _heading("Only you can answer")
    for number, question in enumerate(linked.view.questions, 1):
        yield from _wrapped(f"- {words.question(question)}", under="  ")
        yield from _links(linked.question(question, number))
    if linked.view.questions_left_out:
        yield f"{linked.view.questions_left_out:,} more: brickwall report"


def coverage(view: DigestView) -> str:
    """What the digest covers, in a line."""
    told = [f"{account.name} ({account.kind}): {account.sentence}" for account in view.coverage]
    return " ".join(told) or words.NO_ACCOUNT


def _links(links: tuple[Link, ...]) -> Iterator[str]:
    for link in links:
        yield f"   {link.label}: {link.href}"


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
