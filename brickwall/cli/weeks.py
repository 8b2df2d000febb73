"""How ``brickwall report --weeks`` looks back, week by week."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from store.errors import UsageError

if TYPE_CHECKING:
    from analyzer.analysis import Analysis
    from brickwall.workspace import Workspace
    from reports.model_history import History
    from reports.week import Week


def show(
    weeks: int,
    week: str | None,
    as_of: str | None,
    form: str | None,
    output: Path | None,
    *,
    opens: bool | None,
) -> None:
    """Show the history of so many weeks up to ``week``, in one of the forms that it has."""
    from brickwall.cli.output import deliver, width
    from brickwall.workspace import opened
    from reports import history, json_report, page

    if form in ("md", "xlsx"):
        raise UsageError(
            f"--{form} shows one week, not several.",
            "Leave out --weeks, or take --html, --json or --csv with it.",
        )
    with opened() as workspace:
        view = view_of(workspace, weeks, week, as_of)
    if form == "html":
        path = output or workspace.home.reports / f"{view.weeks[-1]}-{weeks}-weeks.html"
        deliver(page.weeks(view), path, show=opens if view.people else False)
        if not view.people:
            click.echo(view.headline)
    elif form == "json":
        deliver(json_report.weeks(view), output, show=False)
    elif form == "csv":
        deliver(history.csv(view), output, show=False)
    else:
        deliver(history.render(view, width()), output, show=False)


def view_of(workspace: Workspace, count: int, week: str | None, as_of: str | None) -> History:
    """The history of ``count`` weeks up to ``week`` (default: the last full one)."""
    from analyzer.history import history
    from brickwall.cli.times import instant
    from brickwall.webmail import links
    from brickwall.workspace import now
    from reports import views_history
    from reports.week import Week
    from store.reading import read_facts

    settings = workspace.config.settings
    zone, moment = settings.zone, instant(as_of, settings.zone) if as_of else now()
    last = Week.asked(week, moment, zone)
    weeks = [Week.of(last.first_day - timedelta(weeks=n)) for n in reversed(range(count))]
    facts = read_facts(workspace.database)
    moments = [min(each.end(zone), moment) for each in weeks]
    analyses = _told(history(facts, settings, moments), weeks)
    return views_history.history(analyses, settings, weeks, facts.intents, links(workspace, facts))


def _told(analyses: Iterable[Analysis], weeks: list[Week]) -> Iterator[Analysis]:
    """One line of progress on standard error; nothing when nobody looks."""
    for number, analysis in enumerate(analyses, start=1):
        if sys.stderr.isatty():
            click.echo(f"\rWeek {number} of {len(weeks)}", err=True, nl=number == len(weeks))
        yield analysis
