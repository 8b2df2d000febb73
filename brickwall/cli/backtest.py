"""``brickwall backtest``."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command("backtest", epilog="Examples: brickwall backtest · brickwall backtest --html")
@click.option("--months", type=click.IntRange(1, 120), default=24, show_default=True,
              help="How far to look back.")  # fmt: skip
@click.option("--as-of", metavar="TIME", help="As if it were this time.")
@click.option("--html", "form", flag_value="html", help="One self-contained page, in a file.")
@click.option("--json", "form", flag_value="json", help="For programs.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write to this file.")
@click.option("--open/--no-open", "show", default=None, help="Open the page in the browser.")
def command(
    months: int, as_of: str | None, form: str | None, output: Path | None, show: bool | None
) -> None:
    """How right brickwall would have been on your own history.

    Judges as of the first of each month from what could be known then, and compares with what
    followed: how well chances came true, who would have been given up on and came back.
    """
    from analyzer.backtest import backtest
    from brickwall.cli.output import deliver, width
    from brickwall.cli.times import instant
    from brickwall.workspace import now, opened
    from reports import hindsight, json_report
    from store.reading import read_facts

    with opened() as workspace:
        moment = instant(as_of, workspace.config.zone) if as_of else now()
        facts, settings, home = (
            read_facts(workspace.database),
            workspace.config.settings,
            workspace.home,
        )
    found = backtest(facts, settings, moment, months=months, progress=_told)
    view = hindsight.hindsight(found, settings.zone, settings.currency)
    if form == "html":
        from reports import page

        deliver(page.backtest(view), output or home.reports / "backtest.html", show=show)
    elif form == "json":
        deliver(json_report.document("backtest", view), output, show=False)
    else:
        deliver(hindsight.render(view, width()), output, show=False)


def _told(done: int, of: int) -> None:
    """One line of progress on standard error; nothing when nobody looks."""
    if sys.stderr.isatty():
        click.echo(f"\rMonth {done} of {of}", err=True, nl=done == of)
