"""``brickwall brief``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click


@click.command(
    "brief",
    epilog='Examples: brickwall brief · brickwall brief --day 2026-12-03 · brickwall brief "Ann '
    'Lee" · brickwall brief "pilot results" · brickwall brief --send',
)
@click.argument("name", required=False, default="")
@click.option("--day", metavar="DATE", help="The meetings of this day. Default: the next workday.")
@click.option("--as-of", metavar="TIME", help="As if it were this time.")
@click.option("--json", "form", flag_value="json", help="For programs: docs/report-json.md.")
@click.option("--html", "form", flag_value="html", help="As the page that is mailed.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write to this file.")
@click.option("--send", "sent", is_flag=True, help="Mail that of a day to you, unless it was.")
def command(
    name: str,
    day: str | None,
    as_of: str | None,
    form: str | None,
    output: Path | None,
    sent: bool,
) -> int:
    """Before tomorrow's meetings: who comes, the history, what is open on both sides, the risk.

    NAME is a part of a name, an address, a company or a meeting's title: then the next meeting
    with them is told of, or all that is known where there is none.
    """
    from brickwall import briefing
    from brickwall.cli.output import coloured, deliver, width
    from brickwall.cli.times import day as read_day
    from brickwall.cli.times import instant
    from brickwall.workspace import now, opened, studied
    from reports import brief_html, brief_text, json_report

    on: date | None = read_day(day) if day else None
    if sent:
        return _send(on, alone=not (name.strip() or as_of or form or output))
    with opened() as workspace:
        moment = instant(as_of, workspace.config.zone) if as_of else now()
        study = studied(workspace, moment)
        asked = briefing.about(study, name, on) if name.strip() else briefing.of_day(study, on)
        view = briefing.brief_of(workspace, study, asked)
    if form == "json":
        text = json_report.document("brief", view)
    elif form == "html":
        text = brief_html.render(view)
    else:
        text = brief_text.render(view, width(), colour=coloured() and output is None)
    deliver(text, output, show=False)
    return 0


def _send(day: date | None, *, alone: bool) -> int:
    from brickwall.cli import briefs
    from store.errors import UsageError

    if not alone:
        raise UsageError(
            "--send mails the brief of a day as it is now.",
            "Only --day goes with it: brickwall brief --send --day 2026-12-03.",
        )
    return briefs.send(day)
