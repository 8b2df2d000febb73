"""``brickwall import``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(
    "import",
    epilog="Examples: brickwall import ~/Mail · brickwall import takeout-*.zip deals.csv · "
    "brickwall import archive.pst --me ann@ours.example",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--me", multiple=True, metavar="ADDRESS", help="Your own address; repeatable.")
@click.option(
    "--internal",
    type=click.Choice(["drop", "keep"]),
    help="Mail among colleagues only. Default: as configured, else drop.",
)
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that read. Default: cores.")
def command(
    paths: tuple[Path, ...], me: tuple[str, ...], internal: str | None, workers: int | None
) -> int:
    """Read mail, calendar and deal files into the store.

    PATHS are mbox files (also .gz), Maildirs, .eml, .ics, Google Takeouts (folders or zips), .pst,
    .msg, deals.csv, or folders of these; what a file is, is seen from its content. Importing the
    same twice changes nothing, and an interrupted import goes on where it stopped.
    """
    from brickwall.cli.importing import run_import
    from brickwall.workspace import opened

    with opened(must_exist=False) as workspace:
        return run_import(workspace, paths, me=me, internal=internal, workers=workers)
