"""Views as one self-contained HTML page: no script, no network, nothing from outside."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment
from markupsafe import Markup

from reports import charts, hindsight, history, words
from reports.hindsight import Hindsight
from reports.model import Contact, Report
from reports.model_history import History
from reports.model_person import Case, ContactPage
from reports.template import environment
from reports.week import Week

#: Verdicts as they are grouped on the page.
GROUPS: Final = (
    (
        "Something should change",
        ("walk away", "change approach", "last try", "stop chasing", "do not contact"),
    ),
    ("Later, or another way", ("park", "win back")),
    ("Going well", ("keep going",)),
    ("Too early to say", ("unclear",)),
)
WAITING_SHOWN: Final = 5
AHEAD_SHOWN: Final = 8


def render(view: Report) -> str:
    """The report of a week."""
    return _page("report.html", view, f"Brick-wall report {view.week}", view.week)


def contact(view: ContactPage) -> str:
    """Everything about one person."""
    return _page("contact.html", view, view.contact.person.name, Week.of(view.as_of.date()))


def case(view: Case) -> str:
    """One page for the boss."""
    return _page("case.html", view, f"Case: {view.person.name}", Week.of(view.as_of.date()))


def weeks(view: History) -> str:
    """How everybody was judged, week by week."""
    last = view.weeks[-1]
    return _page("history.html", view, f"Week by week, up to {last}", last)


def backtest(view: Hindsight) -> str:
    """How right brickwall would have been."""
    return _page("backtest.html", view, "Backtest", Week.of(view.as_of.date()))


def grouped(people: tuple[Contact, ...]) -> list[tuple[str, list[Contact]]]:
    """People under the headings of the page; empty headings left out."""
    groups = [(title, [p for p in people if p.verdict in kinds]) for title, kinds in GROUPS]
    return [(title, members) for title, members in groups if members]


def _page(template: str, view: object, title: str, week: Week) -> str:
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        _environment()
        .get_template(template)
        .render(
            view=view,
            title=title,
            week=week,
            policy=policy,
            style=Markup(style),  # noqa: S704
        )
    )


@cache
def _style() -> str:
    text = files("reports").joinpath("templates/page.css").read_text("utf-8")
    return text.replace("\r\n", "\n")


@cache
def _environment() -> Environment:
    made = environment(
        words=words,
        hindsight=hindsight,
        history=history,
        charts=charts,
        groups=GROUPS,
        grouped=grouped,
        waiting_shown=WAITING_SHOWN,
        ahead_shown=AHEAD_SHOWN,
    )
    made.filters.update(day=words.day, moment=words.moment, hours=words.hours, kind=_kind)
    return made


def _kind(verdict: str) -> str:
    """A verdict as the name of a class."""
    return "v-" + verdict.replace(" ", "-")
