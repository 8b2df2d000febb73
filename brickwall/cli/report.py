"""``brickwall report``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from brickwall.workspace import Workspace
    from reports.model import Report


@click.command(
    "report",
    epilog="Examples: brickwall report · brickwall report --html · "
    "brickwall report --week 2026-W47 --json · brickwall report --weeks 12 --html",
)
@click.option("--week", metavar="YYYY-Www", help="The ISO week. Default: the last full week.")
@click.option(
    "--weeks",
    type=click.IntRange(1, 53),
    help="So many weeks up to then, one by one: text, --html, --json or --csv.",
)
@click.option("--as-of", metavar="TIME", help="Judge as if it were this time (2026-11-23T09:30).")
@click.option("--html", "form", flag_value="html", help="One self-contained page, in a file.")
@click.option("--json", "form", flag_value="json", help="For programs: docs/report-json.md.")
@click.option("--csv", "form", flag_value="csv", help="One line per contact.")
@click.option("--xlsx", "form", flag_value="xlsx", help="A workbook, in a file.")
@click.option("--md", "form", flag_value="md", help="Markdown.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write to this file.")
@click.option("--open/--no-open", "show", default=None, help="Open the page in the browser.")
def command(
    week: str | None,
    weeks: int | None,
    as_of: str | None,
    form: str | None,
    output: Path | None,
    show: bool | None,
) -> None:
    """The brick-wall report of a week: what to do, with whom, and why.

    With --week alone the report is as of the end of that week; otherwise as of now.
    """
    from brickwall.cli.output import deliver, rendered
    from brickwall.workspace import opened

    if weeks is not None:
        from brickwall.cli.weeks import show as show_weeks

        show_weeks(weeks, week, as_of, form, output, opens=show)
        return
    with opened() as workspace:
        report = view(workspace, week, as_of)
    if form == "html":
        path = output or workspace.home.reports / f"{report.week}.html"
        deliver(rendered(report, "html"), path, show=show)
        if not report.contacts:
            click.echo(report.headline)
    elif form == "xlsx":
        from brickwall.cli.output import deliver_file
        from reports import workbook

        deliver_file(
            workbook.render(report), output or workspace.home.reports / f"{report.week}.xlsx"
        )
    else:
        deliver(rendered(report, form or "text", to_file=output is not None), output, show=False)


def view(workspace: Workspace, week: str | None, as_of: str | None) -> Report:
    """The report of ``week`` (default: the last full one) as of a time (default: now)."""
    from brickwall.cli.times import instant
    from brickwall.webmail import links
    from brickwall.workspace import now, studied
    from reports import views
    from reports.week import Week

    settings = workspace.config.settings
    moment = instant(as_of, settings.zone) if as_of else now()
    chosen = Week.asked(week, moment, settings.zone)
    if week and not as_of:
        moment = min(moment, chosen.end(settings.zone))
    study = studied(workspace, moment)
    return views.report(
        study.analysis, settings, chosen, study.facts.intents, links(workspace, study.facts)
    )
