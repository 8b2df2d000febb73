"""``brickwall digest``."""

from __future__ import annotations

import click


@click.command(
    "digest",
    epilog="Examples: brickwall digest · brickwall digest --preview --week 2026-W47 · "
    "brickwall digest --send",
)
@click.option("--week", metavar="YYYY-Www", help="The ISO week. Default: the last full week.")
@click.option(
    "--preview",
    "what",
    flag_value="preview",
    help="Also write the mail as a page, and open it. Nothing is sent.",
)
@click.option(
    "--send", "what", flag_value="send", help="Send it to you, unless that week's has been sent."
)
@click.option("--sent", "what", flag_value="sent", help="List what was sent, or was not, and why.")
@click.option("--json", "as_json", is_flag=True, help="With --sent: for programs.")
@click.option("--open/--no-open", "show", default=None, help="Open the page in the browser.")
def command(week: str | None, what: str | None, as_json: bool, show: bool | None) -> int:
    """The weekly mail to you: what to do, with whom, and why. Shows it, or sends it.

    It is sent to you alone, once for each week, however often the command is run.
    """
    from brickwall.cli import digesting

    if what == "send":
        return digesting.send(week)
    if what == "sent":
        return digesting.sent(as_json=as_json)
    return digesting.preview(week, page=what == "preview", show=show)
