"""``brickwall digest``."""

from __future__ import annotations

import click


@click.command(
    "digest",
    epilog="Examples: brickwall digest · brickwall digest --preview --week 2026-W47 · "
    "brickwall digest --send · brickwall digest --sent --json",
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
@click.option(
    "--json", "as_json", is_flag=True, help="For programs: what it says, or with --sent the list."
)
@click.option("--open/--no-open", "show", default=None, help="Open the page in the browser.")
def command(week: str | None, what: str | None, as_json: bool, show: bool | None) -> int:
    """The weekly mail to you: what to do, with whom, and why. Shows it, or sends it.

    It is sent to you alone, once for each week, however often the command is run.
    """
    from brickwall.cli import digesting
    from store.errors import UsageError

    if as_json and what in ("send", "preview"):
        raise UsageError(
            f"--json does not go with --{what}.",
            "Without it --json tells what the digest says; with --sent, what was sent.",
        )
    if what == "send":
        return digesting.send(week)
    if what == "sent":
        return digesting.sent(as_json=as_json)
    if as_json:
        return digesting.preview_json(week)
    return digesting.preview(week, page=what == "preview", show=show)
